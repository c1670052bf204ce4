//! The two custodians of a test network: processes beside the banks, started last and ended first.

use super::TestnetError;
use super::layout::{Custody, Layout};
use super::nodes::STOP_PATIENCE;
use super::ports::Ports;
use super::process::{self, End, Process};
use super::status::url;
use comfy_table::{Table, presets};
use serde::Serialize;
use std::io;

/// One custodian.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CustodianRow {
    /// `rbi` or `company`.
    pub custodian: &'static str,
    /// `running` or `stopped`.
    pub status: &'static str,
    /// Its process.
    pub pid: Option<u32>,
}

/// The running process of a custodian, if there is one.
pub(super) fn running(custody: &Custody) -> Option<Process> {
    Process::read(&custody.pid()).filter(Process::is_alive)
}

/// Starts those that do not run.
pub(super) fn start_all(layout: &Layout, ports: Ports) -> Result<(), TestnetError> {
    layout.custodians().iter().try_for_each(|custody| start(layout, custody, ports).map(|_| ()))
}

/// Starts one; it may run already. Says whether it was started.
pub(super) fn start(layout: &Layout, custody: &Custody, ports: Ports) -> Result<bool, TestnetError> {
    if running(custody).is_some() {
        return Ok(false);
    }
    let program = std::env::current_exe().map_err(failed(custody, "finding idx-node"))?;
    let home = custody.home.root().to_str();
    let home = home.ok_or_else(|| io::Error::other("the folder's name is not UTF-8"));
    let home = home.map_err(failed(custody, "starting"))?;
    let nodes: Vec<String> = layout.places().iter().map(|place| url(place, ports)).collect();
    let nodes = nodes.join(",");
    let arguments = ["custodian", "--detached", "--home", home, "--node", &nodes];
    let process =
        process::start(&program, &arguments, &custody.log()).map_err(failed(custody, "starting"))?;
    let written = process.write(&custody.pid()).map_err(io::Error::other);
    written.map_err(failed(custody, "starting"))?;
    Ok(true)
}

/// Ends one. Says whether it ran.
pub(super) fn end(custody: &Custody, how: End) -> Result<bool, TestnetError> {
    let Some(process) = running(custody) else { return Ok(false) };
    process.end(how, STOP_PATIENCE).map_err(failed(custody, "ending"))?;
    let _ = std::fs::remove_file(custody.pid());
    Ok(true)
}

/// How each of them stands.
pub fn custodian_rows(layout: &Layout) -> Vec<CustodianRow> {
    let row = |custody: &Custody| {
        let pid = running(custody).map(|process| process.pid);
        let status = if pid.is_some() { "running" } else { "stopped" };
        CustodianRow { custodian: custody.name, status, pid }
    };
    layout.custodians().iter().map(row).collect()
}

/// The rows as a table.
pub fn custodian_table(rows: &[CustodianRow]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED).set_header(["custodian", "status", "process"]);
    for row in rows {
        let pid = row.pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string());
        table.add_row([row.custodian, row.status, &pid]);
    }
    table.to_string()
}

fn failed(custody: &Custody, what: &'static str) -> impl FnOnce(io::Error) -> TestnetError {
    let what = format!("{what} the custodian {}", custody.name);
    |source| TestnetError::Io { what, source }
}
