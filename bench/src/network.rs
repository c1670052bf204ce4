//! The whole network under load: six nodes and the load generator on one machine.

use crate::load::{self, Loaded};
use crate::net::Net;
use crate::process;
use crate::report::{Floor, Report};
use crate::stream;
use anyhow::Result;
use std::path::Path;

/// What is asked of the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Names the figures.
    pub name: &'static str,
    /// Transfers a second.
    pub rate: u32,
    /// Seconds of load.
    pub seconds: u32,
    /// Accounts that pay each other.
    pub accounts: usize,
}

/// Processor time by process, and the disk, at one moment.
struct Meter {
    nodes_s: f64,
    generator_s: f64,
    disk_bytes: u64,
}

impl Meter {
    fn read(net: &Net) -> Result<Self> {
        let nodes = net.pids()?.into_iter().map(process::cpu_seconds).sum::<Result<f64>>()?;
        let generator_s = process::cpu_seconds(std::process::id())?;
        Ok(Self { nodes_s: nodes, generator_s, disk_bytes: net.disk_bytes() })
    }
}

/// Starts a network, loads it and takes its figures.
///
/// # Errors
/// The network does not come up or goes away.
pub async fn run(binary: &Path, plan: Plan, report: &mut Report) -> Result<()> {
    let count = plan.rate as usize * plan.seconds as usize;
    eprintln!("{}: starting six nodes", plan.name);
    let net = Net::start(binary)?;
    net.open_accounts(plan.accounts).await?;
    let signed = stream::sign(&net, plan.accounts, count).await?;
    eprintln!("{}: {} transfers a second for {} s", plan.name, plan.rate, plan.seconds);
    let urls: Vec<String> = net.nodes().iter().map(|node| node.rpc_url()).collect();
    let before = Meter::read(&net)?;
    let loaded = load::drive(&urls, &signed.transfers, plan.rate).await?;
    let after = Meter::read(&net)?;
    let mut figures = Figures { plan, report };
    figures.outcome(&loaded);
    figures.cost(&before, &after, loaded.latencies_ms.len());
    figures.note("generator_signing_cpu_us_per_transfer", signed.cpu_s * 1e6 / count.max(1) as f64);
    figures.memory(&net)
}

struct Figures<'a> {
    plan: Plan,
    report: &'a mut Report,
}

impl Figures<'_> {
    fn name(&self, what: &str) -> String {
        format!("{}.{what}", self.plan.name)
    }

    fn note(&mut self, what: &str, value: f64) {
        let name = self.name(what);
        self.report.note(name, value);
    }

    fn judge(&mut self, what: &str, value: f64, floor: Option<Floor>) {
        let name = self.name(what);
        match floor {
            Some(floor) => self.report.judge(name, value, floor),
            None => self.report.note(name, value),
        }
    }

    fn outcome(&mut self, loaded: &Loaded) {
        let completed = loaded.latencies_ms.len();
        let sorted = sorted(loaded.latencies_ms.clone());
        // The floors are those of the two standard runs: a full minute at full load, and 100 a second.
        let full = self.plan.name == "network" && self.plan.seconds >= 60;
        let light = self.plan.name == "latency" && self.plan.rate == 100;
        let per_second = completed as f64 / loaded.took.as_secs_f64().max(f64::MIN_POSITIVE);
        self.note("asked_per_s", f64::from(self.plan.rate));
        self.judge("completed_per_s", per_second, full.then_some(Floor::AtLeast(1_000.0)));
        self.note("completed", completed as f64);
        self.note("not_completed", loaded.failed.values().sum::<u64>() as f64);
        self.judge("finality_ms_median", quantile(&sorted, 50.0), light.then_some(Floor::Below(150.0)));
        self.note("finality_ms_p95", quantile(&sorted, 95.0));
        self.note("finality_ms_p99", quantile(&sorted, 99.0));
        self.note("finality_ms_max", quantile(&sorted, 100.0));
        self.note("heights", loaded.blocks.len() as f64);
        self.note("transfers_per_block", completed as f64 / loaded.blocks.len().max(1) as f64);
        for (reason, count) in &loaded.failed {
            let name = format!("{} {reason}", self.plan.name);
            self.report.failed.insert(name, *count);
        }
    }

    fn cost(&mut self, before: &Meter, after: &Meter, completed: usize) {
        let each = |spent: f64| spent / completed.max(1) as f64;
        let nodes = each(after.nodes_s - before.nodes_s) * 1e6;
        self.note("six_nodes_cpu_us_per_transfer", nodes);
        self.note("one_node_cpu_us_per_transfer", nodes / 6.0);
        self.note("generator_cpu_us_per_transfer", each(after.generator_s - before.generator_s) * 1e6);
        let grown = after.disk_bytes.saturating_sub(before.disk_bytes) as f64;
        self.note("one_node_disk_bytes_per_transfer", each(grown / 6.0));
    }

    fn memory(&mut self, net: &Net) -> Result<()> {
        let memory = net.pids()?.into_iter().map(process::memory).collect::<Result<Vec<_>>>()?;
        let now = sorted(memory.iter().map(|memory| memory.now_mib).collect());
        self.note("node_rss_mib_median", quantile(&now, 50.0));
        let most = memory.iter().map(|memory| memory.most_mib).fold(0.0, f64::max);
        self.note("node_rss_mib_max", most);
        Ok(())
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The value that `percent` of 100 do not exceed (nearest rank); zero of nothing.
pub fn quantile(sorted: &[f64], percent: f64) -> f64 {
    let rank = (sorted.len() as f64 * percent / 100.0).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        for (percent, value) in [(50.0, 50.0), (95.0, 95.0), (99.0, 99.0), (100.0, 100.0), (0.1, 1.0)] {
            assert_eq!(quantile(&values, percent), value);
        }
        assert_eq!(quantile(&[], 50.0), 0.0);
        assert_eq!(quantile(&sorted(vec![3.0, 1.0, 2.0]), 50.0), 2.0);
    }
}
