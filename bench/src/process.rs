//! What the kernel says of a process: processor time and memory; and what a folder takes on the disk.

use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes of the blocks in which `st_blocks` counts, whatever the disk's own are.
const STAT_BLOCK_BYTES: u64 = 512;

/// Seconds of processor time that a process has had, in user code and in the kernel.
///
/// # Errors
/// There is no such process.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("process {pid}"))?;
    let ticks = cpu_ticks(&stat).with_context(|| format!("/proc/{pid}/stat is not understood"))?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Fields 14 and 15 of a line of `/proc/PID/stat`.
fn cpu_ticks(stat: &str) -> Option<u64> {
    // The name, in parentheses, may itself hold blanks and parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// Resident memory of a process.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Memory {
    /// Now, MiB.
    pub now_mib: f64,
    /// The most it ever was, MiB.
    pub most_mib: f64,
}

/// Resident memory of a process.
///
/// # Errors
/// There is no such process.
pub fn memory(pid: u32) -> Result<Memory> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| path.clone())?;
    let mib = |name| mib_of(&status, name).with_context(|| format!("{path} has no {name}"));
    Ok(Memory { now_mib: mib("VmRSS:")?, most_mib: mib("VmHWM:")? })
}

fn mib_of(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// Bytes that a folder and everything in it take on the disk. What disappears meanwhile counts nothing,
/// nor does room that a file was given ahead of what is written into it.
pub fn disk_bytes(path: &Path) -> u64 {
    let used = |meta: fs::Metadata| meta.len().min(meta.blocks() * STAT_BLOCK_BYTES);
    let own = fs::symlink_metadata(path).map_or(0, used);
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    own + entries.map(|entry| disk_bytes(&entry.path())).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 99";
        assert_eq!(cpu_ticks(stat), Some(300));
        assert_eq!(cpu_ticks("7 (x) S 1"), None);
    }

    #[test]
    fn memory_is_read_in_mib() {
        let status = "Name:\tx\nVmHWM:\t  4096 kB\nVmRSS:\t  2048 kB\n";
        assert_eq!((mib_of(status, "VmRSS:"), mib_of(status, "VmHWM:")), (Some(2.0), Some(4.0)));
        assert_eq!(mib_of(status, "VmSwap:"), None);
    }

    #[test]
    fn this_process_has_used_something() {
        let own = memory(std::process::id()).unwrap();
        assert!(own.now_mib > 0.0 && own.most_mib >= own.now_mib);
        assert!(cpu_seconds(std::process::id()).unwrap() >= 0.0);
        assert!(cpu_seconds(u32::MAX).is_err());
    }

    #[test]
    fn a_folder_takes_what_its_files_take() {
        let dir = tempfile::tempdir().unwrap();
        let before = disk_bytes(dir.path());
        fs::create_dir(dir.path().join("deep")).unwrap();
        fs::write(dir.path().join("deep/file"), vec![7; 100_000]).unwrap();
        let grown = disk_bytes(dir.path()) - before;
        assert!(grown >= 100_000, "{grown}");
    }
}
