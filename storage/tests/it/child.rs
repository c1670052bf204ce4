//! A process of its own that commits heights until it is stopped, and says each one aloud.

use crate::support::{busy_options, options};
use idx_chain::State;
use idx_storage::testing::Heights;
use idx_storage::{Store, StoreError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FOLDER: &str = "IDX_TEST_STORE";
const PAYMENTS: usize = 30;

/// The command that runs [`child_process`] on a folder; `shell` may wrap it, with `"$0" "$@"` for it.
pub fn command(folder: &Path, shell: Option<&str>) -> Command {
    let program = std::env::current_exe().unwrap();
    let mut command = match shell {
        None => Command::new(program),
        Some(script) => {
            let mut command = Command::new("sh");
            command.arg("-c").arg(script).arg(program);
            command
        }
    };
    command.args(["--exact", "child::child_process", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The height that a line of the child announces.
pub fn announced(line: &str) -> Option<u64> {
    line.strip_prefix("final ")?.parse().ok()
}

/// Not a test by itself: without a folder it does nothing.
#[test]
fn child_process() {
    if let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) {
        let error = commit_for_ever(&folder).unwrap_err();
        say(&format!("error {error}"));
    }
}

fn commit_for_ever(folder: &Path) -> Result<(), StoreError> {
    let full = std::env::var_os("IDX_TEST_BIG_BUFFERS").is_some();
    let store = Store::open(folder, &if full { options() } else { busy_options() })?;
    let mut heights = Heights::default();
    if store.is_empty() {
        store.init(&heights.snapshot())?;
    }
    let first = heights.opening(40);
    if let Some(snapshot) = store.load()?.filter(|snapshot| snapshot.core.tip.height.0 > 0) {
        heights.world.state = State::restore(snapshot).expect("the state of a crashed store is whole");
    } else {
        store.commit(&first)?;
        say("final 1");
    }
    loop {
        let record = heights.paying(PAYMENTS);
        if let Err(error) = store.commit(&record) {
            let again = store.commit(&record);
            assert!(matches!(again, Err(StoreError::Poisoned)), "nothing more after a failed write");
            return Err(error);
        }
        say(&format!("final {}", record.height()));
    }
}

/// A line in one write, so that a kill cannot cut it.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(format!("{line}\n").as_bytes());
    let _ = out.flush();
}
