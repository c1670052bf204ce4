//! Six nodes with nothing to do.

use crate::net::Net;
use crate::process;
use crate::report::{Floor, Report};
use anyhow::Result;
use std::path::Path;
use std::time::{Duration, Instant};

/// Time given to a network to become quiet after its start.
const SETTLE: Duration = Duration::from_secs(5);

/// Starts a network, leaves it alone and takes its figures.
///
/// # Errors
/// The network does not come up or goes away.
pub async fn run(binary: &Path, seconds: u32, report: &mut Report) -> Result<()> {
    eprintln!("idle: six nodes, left alone for {seconds} s");
    let net = Net::start(binary)?;
    let pids = net.pids()?;
    let cpu = || pids.iter().map(|pid| process::cpu_seconds(*pid)).collect::<Result<Vec<_>>>();
    tokio::time::sleep(SETTLE).await;
    let (began, before) = (Instant::now(), cpu()?);
    tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
    let (passed, after) = (began.elapsed().as_secs_f64(), cpu()?);
    let percents = before.iter().zip(&after).map(|(before, after)| (after - before) / passed * 100.0);
    let memory = pids.iter().map(|pid| process::memory(*pid)).collect::<Result<Vec<_>>>()?;
    report.judge("idle.node_cpu_percent_max", percents.fold(0.0, f64::max), Floor::Below(2.0));
    let most = memory.iter().map(|memory| memory.now_mib).fold(0.0, f64::max);
    report.judge("idle.node_rss_mib_max", most, Floor::Below(100.0));
    Ok(())
}
