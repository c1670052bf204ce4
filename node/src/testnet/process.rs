//! Processes that outlive the command that started them: known by number and start time together.
//!
//! A process number is used again sooner or later. The kernel's start time of the process, kept beside
//! the number, tells the old from the new; the signal goes through a handle of exactly that process, so
//! no other can be hit, however unlucky the moment.

use crate::home::{self, HomeError};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a wait for the end of a process looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One process, for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// When it began, in clock ticks since the machine did (field 22 of `/proc/PID/stat`).
    pub started: u64,
}

/// How to end a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// SIGTERM: it finishes what it does.
    Stop,
    /// SIGKILL: it ends at once, as in a power cut.
    Kill,
}

impl Process {
    /// The process of this number, if there is one that runs.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        started_of(&stat).map(|started| Self { pid, started })
    }

    /// Reads a process file; `None` if there is none, or it says nothing sensible.
    pub fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let (pid, started) = text.trim().split_once(' ')?;
        Some(Self { pid: pid.parse().ok()?, started: started.parse().ok()? })
    }

    /// Writes it down.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(&self, path: &Path) -> Result<(), HomeError> {
        home::replace(path, &format!("{} {}\n", self.pid, self.started))
    }

    /// Whether this very process still runs.
    pub fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }

    /// Ends it and waits until it has ended. It may have ended before.
    ///
    /// # Errors
    /// What the operating system says, or that it did not end in `patience`.
    pub fn end(&self, how: End, patience: Duration) -> io::Result<()> {
        self.signal(how)?;
        let began = Instant::now();
        while self.is_alive() {
            if began.elapsed() > patience {
                let text = format!("process {} did not end within {} s", self.pid, patience.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    fn signal(&self, how: End) -> io::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let Some(handle) = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else {
            return Ok(());
        };
        // The handle is of whatever has the number now; from here on that cannot change.
        if !self.is_alive() {
            return Ok(());
        }
        let signal = match how {
            End::Stop => Signal::TERM,
            End::Kill => Signal::KILL,
        };
        match pidfd_send_signal(&handle, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Starts a process whose output goes to the end of a log, with an environment free of `IDX_` names:
/// what the caller's shell says of one node must not reach another.
///
/// # Errors
/// What the operating system says.
pub fn start(program: &Path, arguments: &[&str], log: &Path) -> io::Result<Process> {
    let log = OpenOptions::new().create(true).append(true).mode(0o600).open(log)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("IDX_")) {
        command.env_remove(name);
    }
    let child = command.spawn()?;
    Process::of(child.id()).ok_or_else(|| io::Error::other("the process ended at once; its log says why"))
}

/// Field 22 of a line of `/proc/PID/stat`; `None` for a process of which all threads have ended and that
/// is not yet buried.
fn started_of(stat: &str) -> Option<u64> {
    // The name, in parentheses, may itself hold blanks and parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    let threads: u32 = fields.nth(16)?.parse().ok()?;
    // Of a killed process the first thread may be gone while others still hold its ports and files.
    if matches!(state, "Z" | "X" | "x") && threads <= 1 {
        return None;
    }
    fields.nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> (std::process::Child, Process) {
        let child = Command::new("sleep").arg("60").spawn().unwrap();
        let process = Process::of(child.id()).unwrap();
        (child, process)
    }

    #[test]
    fn the_start_time_is_found_behind_any_name() {
        let tail = " S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 0 0";
        for name in ["sleep", "a b", "tricky) S 1 (", "((("] {
            assert_eq!(started_of(&format!("42 ({name}){tail}")), Some(98_765), "{name}");
        }
        let dead = tail.replace(" S ", " Z ");
        assert_eq!(started_of(&format!("42 (x){dead}")), None);
        let dying = dead.replace(" 20 0 1 0 ", " 20 0 9 0 ");
        assert_eq!(started_of(&format!("42 (x){dying}")), Some(98_765), "eight threads still hold its ports");
        assert_eq!(started_of("garbage"), None);
    }

    #[test]
    fn a_process_is_stopped_and_its_end_awaited() {
        for how in [End::Stop, End::Kill] {
            let (mut child, process) = sleeper();
            assert!(process.is_alive());
            process.end(how, Duration::from_secs(10)).unwrap();
            assert!(!process.is_alive());
            child.wait().unwrap();
            process.end(how, Duration::from_secs(1)).unwrap();
        }
    }

    #[test]
    fn another_process_with_the_number_is_left_alone() {
        let (mut child, process) = sleeper();
        let old = Process { started: process.started - 1, ..process };
        assert!(!old.is_alive());
        old.end(End::Kill, Duration::from_secs(1)).unwrap();
        assert!(process.is_alive(), "the innocent process was hit");
        process.end(End::Kill, Duration::from_secs(10)).unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn process_files_round_trip_and_nonsense_is_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.pid");
        assert_eq!(Process::read(&path), None);
        let process = Process { pid: 7, started: 123 };
        process.write(&path).unwrap();
        process.write(&path).unwrap();
        assert_eq!(Process::read(&path), Some(process));
        for nonsense in ["", "7", "x y", "7 x", "-1 5"] {
            fs::write(&path, nonsense).unwrap();
            assert_eq!(Process::read(&path), None, "{nonsense:?}");
        }
    }

    #[test]
    fn what_is_started_writes_to_its_log() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("node.log");
        let process = start(Path::new("/bin/sh"), &["-c", "echo hello; exec sleep 60"], &log).unwrap();
        let began = Instant::now();
        while fs::read_to_string(&log).unwrap() != "hello\n" {
            assert!(began.elapsed() < Duration::from_secs(10), "nothing in the log");
            std::thread::sleep(LOOK_EVERY);
        }
        process.end(End::Kill, Duration::from_secs(10)).unwrap();
    }
}
