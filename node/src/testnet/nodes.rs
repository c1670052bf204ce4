//! Starting and ending the nodes of a test network, one process a bank.

use super::layout::Place;
use super::process::{End, Process, start};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long a node may take to finish what it does.
pub const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// Last lines of a log that are shown when a node ends by itself.
const LOG_LINES_SHOWN: usize = 12;

/// The running process of a bank's node, if there is one.
pub fn running(place: &Place) -> Option<Process> {
    Process::read(&place.pid()).filter(Process::is_alive)
}

/// Starts a bank's node; it may run already. Says whether it was started.
///
/// # Errors
/// What the operating system says.
pub fn start_node(place: &Place, program: &Path) -> io::Result<bool> {
    if running(place).is_some() {
        return Ok(false);
    }
    let home =
        place.home.root().to_str().ok_or_else(|| io::Error::other("the folder's name is not UTF-8"))?;
    let process = start(program, &["start", "--detached", "--home", home], &place.log())?;
    process.write(&place.pid()).map_err(io::Error::other)?;
    Ok(true)
}

/// Ends a bank's node. Says whether it ran.
///
/// # Errors
/// What the operating system says, or that it did not end in time.
pub fn end_node(place: &Place, how: End) -> io::Result<bool> {
    let Some(process) = running(place) else { return Ok(false) };
    process.end(how, STOP_PATIENCE)?;
    let _ = std::fs::remove_file(place.pid());
    Ok(true)
}

/// The end of a node's log.
pub fn log_tail(place: &Place) -> String {
    let bytes = std::fs::read(place.log()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
}
