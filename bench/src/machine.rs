//! Where a figure was measured: it means nothing without that.

use serde::{Deserialize, Serialize};
use std::fs;
use std::num::NonZeroUsize;
use std::process::Command;
use std::thread;

/// The machine as far as figures depend on it.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// Cores that this process may use.
    pub cores: usize,
    /// The processor, as Linux names it.
    pub cpu: String,
    /// Processes that wanted a core on average over the minute before the run; above zero means that
    /// the machine had other work.
    pub load_before: f64,
    /// Whether the program was compiled with optimisation.
    pub optimised: bool,
}

impl Machine {
    /// This machine now.
    pub fn look() -> Self {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            cores: thread::available_parallelism().map_or(1, NonZeroUsize::get),
            cpu: cpu_model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            load_before: load.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or_default(),
            optimised: !cfg!(debug_assertions),
        }
    }

    /// One line for people.
    pub fn to_text(&self) -> String {
        let build = if self.optimised { "" } else { ", DEBUG BUILD" };
        format!("{} cores of {}, load before {:.2}{build}", self.cores, self.cpu, self.load_before)
    }
}

fn cpu_model(cpuinfo: &str) -> String {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let model = line.and_then(|line| line.split_once(':')).map(|(_, model)| model.trim().to_owned());
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// The commit of the sources in the working folder, with `+` if they were changed since; `None` outside
/// a repository.
pub fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").args(arguments).output().ok().filter(|output| output.status.success());
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() { commit } else { format!("{commit}+") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named_or_at_least_its_kind() {
        assert_eq!(cpu_model("processor : 0\nmodel name\t: Fast CPU 3\n"), "Fast CPU 3");
        assert_eq!(cpu_model(""), std::env::consts::ARCH);
    }
}
