//! A clock that a story moves: every process of its network sees the time of the machine and so much more,
//! by libfaketime (Debian package `faketime`). Timers go by the steady clock and are left alone.

use super::net::Net;
use idx_node::pay;
use idx_types::TimestampMs;
use std::path::{Path, PathBuf};

/// Where Debian puts it, on the machines that we know of.
const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

/// The clock of one network.
#[derive(Clone)]
pub struct Clock {
    library: &'static str,
    file: PathBuf,
}

impl Clock {
    /// A clock that is set by a file in this folder; `None` where the library is missing.
    pub fn in_folder(folder: &Path) -> Option<Self> {
        let library = LIBRARIES.into_iter().find(|path| Path::new(path).exists())?;
        Some(Self { library, file: folder.join("clock") })
    }

    /// What makes a process go by it, and those that it starts.
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", self.library.to_owned()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            // All processes see a jump at once, and none of a file's times or a timer's.
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
    }

    /// Sets it; it goes on from there.
    pub fn set(&self, time: TimestampMs) {
        let offset_ms = i128::from(time.0) - i128::from(pay::now().0);
        let unfinished = self.file.with_extension("new");
        std::fs::write(&unfinished, format!("{:+}.{:03}\n", offset_ms / 1_000, offset_ms.abs() % 1_000))
            .and_then(|()| std::fs::rename(&unfinished, &self.file))
            .expect("the clock can be set");
    }

    /// The time that the processes see.
    pub fn now(&self) -> TimestampMs {
        let text = std::fs::read_to_string(&self.file).expect("the clock was set");
        let (seconds, parts) = text.trim().split_once('.').expect("seconds and thousandths");
        let (seconds, parts): (i128, i128) =
            (seconds.parse().expect("digits"), parts.parse().expect("digits"));
        let offset_ms = seconds * 1_000 + parts * seconds.signum();
        TimestampMs(u64::try_from(i128::from(pay::now().0) + offset_ms).expect("after 1970"))
    }
}

impl Net {
    /// The time that this network's processes see.
    pub fn now(&self) -> TimestampMs {
        self.clock().map_or_else(pay::now, Clock::now)
    }
}
