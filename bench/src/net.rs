//! A test network of its own for each measurement: made by `idx-node testnet`, gone when dropped.

use crate::process;
use anyhow::{Context, Result, bail};
use idx_node::pay::Summary;
use idx_node::pay::row::HEADER;
use idx_node::rpc;
use idx_node::testnet::{self, Layout, Paying, Stream};
use serde::Deserialize;
use std::fmt::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Ports that are tried, below those that Linux gives to outgoing connections.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// Ports of a network: six for HTTP and six between banks, each above its base.
const PORTS_NEEDED: u16 = 16;

/// What each account holds before the load, in rupees.
const FUNDS_RUPEES: u64 = 1_000_000;

/// A running network of six banks.
pub struct Net {
    binary: PathBuf,
    dir: TempDir,
    nodes: Vec<Node>,
}

/// A running node, as `testnet status` tells of it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Node {
    /// Its bank's code.
    pub bank: String,
    /// Where it serves HTTP.
    pub url: String,
    /// Its process.
    pub pid: Option<u32>,
}

impl Node {
    /// Where it serves JSON-RPC.
    pub fn rpc_url(&self) -> String {
        rpc::endpoint(&self.url)
    }
}

impl Net {
    /// Makes and starts a network with this `idx-node`; nothing was paid on it yet.
    ///
    /// # Errors
    /// The binary is missing or the network does not come up.
    pub fn start(binary: &Path) -> Result<Self> {
        if !binary.is_file() {
            bail!(
                "{} does not exist\n  what to do: cargo build --release --bins, or name it with --node-binary",
                binary.display()
            );
        }
        let dir = tempfile::tempdir().context("a temporary folder")?;
        let mut net = Self { binary: binary.to_owned(), dir, nodes: Vec::new() };
        let base = free_base().context("no free ports")?;
        let (http, p2p) = (base.to_string(), (base + PORTS_NEEDED / 2).to_string());
        net.testnet(&[
            "up",
            "--no-payments",
            "--no-custodians",
            "--port-base",
            &http,
            "--p2p-port-base",
            &p2p,
        ])?;
        net.nodes = serde_json::from_slice(&net.testnet(&["status", "--output", "json"])?)?;
        Ok(net)
    }

    /// The nodes, by bank number.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The folder of the network.
    pub fn layout(&self) -> Layout {
        Layout::at(self.dir.path().join("net"))
    }

    /// The processes of the nodes.
    ///
    /// # Errors
    /// A node does not run.
    pub fn pids(&self) -> Result<Vec<u32>> {
        self.nodes
            .iter()
            .map(|node| node.pid.with_context(|| format!("{} does not run", node.bank)))
            .collect()
    }

    /// Bytes that the stores and logs of all nodes take on their disk.
    pub fn disk_bytes(&self) -> u64 {
        let places = self.layout().places().into_iter();
        places
            .map(|place| process::disk_bytes(&place.home.db()) + process::disk_bytes(&place.home.wal()))
            .sum()
    }

    /// Opens, funds and tries this many accounts: each pays the next one once, all around.
    ///
    /// # Errors
    /// A payment of it did not settle.
    pub async fn open_accounts(&self, count: usize) -> Result<Summary> {
        let file = self.dir.path().join("ring.csv");
        std::fs::write(&file, ring(&self.layout(), count))?;
        let paying = Paying { stream: Stream::File(file), rate: None, limit: usize::MAX };
        let summary = testnet::pay(&self.layout(), &paying).await?;
        if !summary.is_good() || summary.settled != count {
            bail!("the accounts for the load could not be opened:\n{}", summary.to_text());
        }
        Ok(summary)
    }

    fn testnet(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let mut command = Command::new(&self.binary);
        command.arg("testnet").args(arguments).arg("--dir").arg(self.layout().dir());
        let output = command.stdin(Stdio::null()).output().context("idx-node cannot be run")?;
        if !output.status.success() {
            bail!("idx-node testnet {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr));
        }
        Ok(output.stdout)
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        if let Err(error) = self.testnet(&["down"]) {
            eprintln!("the network could not be taken down: {error:#}");
        }
    }
}

/// The name of account `number` and the bank that keeps it.
pub fn account(number: usize) -> (String, usize) {
    (format!("B{number:07}"), number % testnet::BANKS.len())
}

/// A file of payments in which each account pays all its funds to the next, the last to the first.
fn ring(layout: &Layout, count: usize) -> String {
    let places = layout.places();
    let mut text = format!("{HEADER}\n");
    for number in 0..count {
        let ((sender, from), (receiver, to)) = (account(number), account((number + 1) % count));
        let (from, to) = (&places[from].code, &places[to].code);
        writeln!(text, "R{number:07},2025-01-01,{sender},{from},{receiver},{to},{FUNDS_RUPEES}.00,")
            .expect("writing to a string cannot fail");
    }
    text
}

/// A base above which the ports of a whole network are free at this moment.
fn free_base() -> Option<u16> {
    let span = u32::from(PORTS.end - PORTS.start);
    let first = PORTS.start + u16::try_from(std::process::id() * u32::from(PORTS_NEEDED) % span).ok()?;
    let candidates = (first..PORTS.end).chain(PORTS.start..first).step_by(usize::from(PORTS_NEEDED));
    let free = |base: &u16| (1..PORTS_NEEDED).all(|n| TcpListener::bind(("127.0.0.1", base + n)).is_ok());
    candidates.into_iter().find(free)
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_node::pay::row::read;

    #[test]
    fn the_ring_is_a_sound_file_that_names_every_account_twice() {
        let layout = Layout::at("");
        let banks: Vec<_> = layout.places().into_iter().map(|place| place.code).collect();
        let payments = read(ring(&layout, 13).as_bytes(), &banks, usize::MAX).unwrap();
        assert_eq!((payments.rows.len(), payments.refused.len()), (13, 0));
        assert_eq!(payments.rows[12].receiver, payments.rows[0].sender);
    }

    #[test]
    fn a_missing_binary_is_named_with_what_to_do() {
        let error = Net::start(Path::new("no/such/idx-node")).err().unwrap().to_string();
        assert!(error.contains("no/such/idx-node") && error.contains("--node-binary"), "{error}");
    }

    #[test]
    fn ports_are_found() {
        assert!(free_base().is_some());
    }
}
