//! `idx-node status`: the answer to "why is it stuck".

use super::exit::{Done, Exit, Failure};
use super::output::{Output, table};
use crate::home::Home;
use crate::rpc::{bank_name, of_banks};
use crate::settings;
use idx_client::views::{BankStepView, ConsensusView, MempoolView, NodeInfoView, SyncingView, VoteCast};
use idx_client::{ClientError, ClientSettings, IdxClient};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

const HELP: &str = "\
Without --url the address is that of the home's config.toml, by https if it names a certificate. That must be
good for this address; if it is good for another name, give it by --url. SSL_CERT_FILE names a PEM file of
the authority that signed it, if the machine does not trust it already.

Examples:
  idx-node status --home .testnet/hdfc
  idx-node status --url http://127.0.0.1:5001/rpc --output json";

/// A node that is up answers well within this.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What a running node is doing, and what it waits for.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Status {
    /// The node's JSON-RPC.
    #[arg(long, env = "IDX_RPC_URL", value_name = "URL")]
    url: Option<String>,
    /// The node's home folder.
    #[arg(long, env = "IDX_HOME", default_value = "idx-home", value_name = "FOLDER")]
    home: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// All that is asked.
#[derive(Serialize)]
struct Report {
    node: NodeInfoView,
    sync: SyncingView,
    consensus: ConsensusView,
    pool: MempoolView,
}

impl Status {
    pub(super) fn run(self) -> Done {
        let url = self.url()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::of(Exit::Failed, error))?;
        let report = runtime.block_on(ask(&url)).map_err(|error| Failure::of(Exit::Unreachable, error))?;
        self.output.print(&report, text);
        Ok(())
    }

    fn url(&self) -> Result<String, Failure> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        let path = Home::at(&self.home).config_file();
        let settings = settings::load(&path, std::env::vars(), &[])?;
        let scheme = if settings.http.tls_certificate.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}/rpc", settings.http.listen))
    }
}

async fn ask(url: &str) -> Result<Report, ClientError> {
    let settings = ClientSettings { attempts_max: 1, request_timeout: TIMEOUT, ..ClientSettings::default() };
    let client = IdxClient::new(url, settings)?;
    Ok(Report {
        node: client.node_info().await?,
        sync: client.syncing().await?,
        consensus: client.consensus().await?,
        pool: client.mempool().await?,
    })
}

fn text(report: &Report) -> String {
    let (node, consensus) = (&report.node, &report.consensus);
    let bank = node.bank.as_ref().map_or_else(|| "an observer".to_owned(), bank_name);
    let head = format!(
        "{bank}  version {}  chain {}\nfinal height {}{}   pool {} transactions, {} bytes",
        node.version,
        node.chain_id,
        report.sync.height,
        behind(&report.sync),
        report.pool.transactions,
        report.pool.bytes,
    );
    let round = format!(
        "agreeing on height {}, round {}, step {}; {} is elected; {} votes decide",
        consensus.height,
        consensus.round,
        step(consensus),
        bank_name(&consensus.proposer),
        consensus.quorum,
    );
    let rows =
        table(["bank", "verdicts", "prevote", "precommit", "last seen"], consensus.banks.iter().map(row));
    format!("{head}\n{round}\n{}\n{rows}", waiting(consensus))
}

fn behind(sync: &SyncingView) -> String {
    if sync.syncing { format!(" (catching up to {})", sync.highest_claimed) } else { String::new() }
}

fn step(consensus: &ConsensusView) -> String {
    serde_json::to_value(consensus.step)
        .map_or_else(|_| String::new(), |name| name.as_str().unwrap_or("").to_owned())
}

fn waiting(consensus: &ConsensusView) -> String {
    match &consensus.waiting {
        None => "waits for nothing".to_owned(),
        Some(waiting) => {
            format!("waits for {}{} since {}", waiting.what, of_banks(&waiting.banks), waiting.since)
        }
    }
}

fn row(bank: &BankStepView) -> [String; 5] {
    let seen = bank.last_seen.map_or_else(|| "never".to_owned(), |time| time.to_string());
    let verdicts = if bank.verdicts { "given" } else { "-" };
    [bank_name(&bank.bank), verdicts.to_owned(), vote(&bank.prevote), vote(&bank.precommit), seen]
}

/// A vote, its block cut to what tells blocks of one height apart.
fn vote(cast: &VoteCast) -> String {
    match cast {
        VoteCast::None => "-".to_owned(),
        VoteCast::Nil => "nil".to_owned(),
        VoteCast::Value { private_hash } => private_hash.to_string().chars().take(14).collect(),
    }
}
