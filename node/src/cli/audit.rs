//! `idx-node audit ...`: the audit trail of court orders, proven.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::nodes::Nodes;
use super::output::{Output, say, table};
use super::testnet::block_on;
use crate::audit::{self, AuditError, NodeView, Report, StoryView};
use crate::genesis_file;
use idx_genesis::SoundGenesis;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;

const HELP: &str = "\
Every height from genesis on is followed by the certificates of the banks; no node is believed. The file
that `export` writes is verified with nothing but the genesis file beside it.

Examples:
  idx-node audit verify --home judge
  idx-node audit export trail.idx --genesis genesis.json --node https://idx.sbi.example
  idx-node audit verify --file trail.idx --genesis genesis.json --output json";

/// The audit trail of court orders, proven from genesis.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = HELP)]
pub(super) enum Audit {
    /// Verify the chain and tell every order's story; ends with 5 if a node claims something else.
    Verify {
        #[command(flatten)]
        chain: Chain,
        /// A file that `audit export` wrote, in place of nodes.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
    /// Write a file that can be verified without any node.
    Export {
        /// The file to write.
        file: PathBuf,
        #[command(flatten)]
        chain: Chain,
    },
}

/// Which chain, and who shows it.
#[derive(Debug, clap::Args)]
pub(super) struct Chain {
    #[command(flatten)]
    home: HomeArg,
    /// The network's genesis file [default: genesis.json in the home].
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    #[command(flatten)]
    nodes: Nodes,
}

impl Chain {
    fn genesis(&self) -> Result<SoundGenesis, Failure> {
        let path = self.genesis.clone().unwrap_or_else(|| self.home.home().genesis_file());
        Ok(genesis_file::read_sound(&path)?.sound)
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Client(error) => error.into(),
            AuditError::Broken { .. } | AuditError::Lie { .. } => Self::of(Exit::Unsound, error),
            AuditError::File(_) => Self::of(Exit::Refused, error),
        }
    }
}

impl Audit {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Verify { chain, file, output } => verify(&chain, file, output),
            Self::Export { file, chain } => export(&chain, &file),
        }
    }
}

fn verify(chain: &Chain, file: Option<PathBuf>, output: Output) -> Done {
    let genesis = chain.genesis()?;
    let report = match file {
        Some(path) => {
            let opened = File::open(&path)
                .map_err(|error| Failure::say(Exit::Refused, format!("{}: {error}", path.display())))?;
            audit::of_file(&genesis, BufReader::new(opened))?
        }
        None => block_on(audit::of_nodes(&genesis, &chain.nodes.doors(&genesis)?))?,
    };
    output.print(&report, text);
    if report.is_sound() {
        return Ok(());
    }
    Err(Failure::say(Exit::Unsound, "a node claims something else than the chain proves"))
}

fn export(chain: &Chain, path: &PathBuf) -> Done {
    let genesis = chain.genesis()?;
    let doors = chain.nodes.doors(&genesis)?;
    let failed = |error: std::io::Error| Failure::say(Exit::Refused, format!("{}: {error}", path.display()));
    let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    let heights = block_on(audit::export(&genesis, &doors, BufWriter::new(file)))?;
    say(&format!("{heights} heights written to {}, each verified", path.display()));
    Ok(())
}

fn text(report: &Report) -> String {
    let orders = report.orders.iter().map(story_text).collect::<String>();
    let Report { chain_id, height, time, .. } = report;
    let count = report.orders.len();
    let end = format!(
        "chain {chain_id}\nheights 1 to {height} verified by certificates, up to {time}\n{count} court orders, {} attempts refused; nothing is missing",
        report.refused.len(),
    );
    format!("{orders}{}{}{end}", refused_text(report), nodes_text(&report.nodes))
}

fn story_text(story: &StoryView) -> String {
    let freeze = if story.freeze { ", freezes" } else { "" };
    let head = format!(
        "order {}  {}\n{}  case {}: {}\ntarget {}{freeze}\nsubmitted {}, until {}",
        story.id,
        story.status,
        story.judge,
        story.case_number,
        story.reason,
        story.target,
        story.submitted_at,
        story.expires_at,
    );
    let rows = story.steps.iter().map(|step| {
        let tx = step.tx.map_or_else(|| "-".to_owned(), |tx| tx.to_string());
        [step.height.to_string(), step.time.to_string(), step.what.clone(), tx]
    });
    format!("{head}\n{}\n\n", table(["height", "time", "what", "transaction"], rows))
}

fn refused_text(report: &Report) -> String {
    if report.refused.is_empty() {
        return String::new();
    }
    let rows = report.refused.iter().map(|one| {
        let (height, time) = (one.height.to_string(), one.time.to_string());
        [height, time, one.kind.to_owned(), one.order.to_string(), one.reason.to_owned()]
    });
    format!("refused\n{}\n\n", table(["height", "time", "what", "order", "reason"], rows))
}

fn nodes_text(nodes: &[NodeView]) -> String {
    let line = |node: &NodeView| match &node.differences[..] {
        [] => format!("{} claims the same\n", node.url),
        differences => format!("{}: {}\n", node.url, differences.join("\n  ")),
    };
    nodes.iter().map(line).collect()
}
