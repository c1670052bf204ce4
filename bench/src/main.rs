//! `idx-bench`: how fast and how small IDX is, as a table and as JSON.
//!
//! ```text
//! network, latency   six nodes of `idx-node testnet`, an open-loop load through their JSON-RPC
//! bodies             what private bodies add to the time to finality
//! idle               six nodes with nothing to do
//! ledger             blocks of transfers through `idx-chain`, no signatures
//! privacy            a bank's sessions with their envelopes, and its customers' tags of a day
//! mining             the search of `idx-consensus` beside a bare loop
//! ```
//!
//! Each figure stands beside the floor that the specification names, if it names one. A missed floor
//! fails the command only with `--check`: a benchmark reports, a test judges.

mod bodies;
mod idle;
mod ledger;
mod load;
mod machine;
mod mining;
mod net;
mod network;
mod privacy;
mod process;
mod report;
mod stream;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use machine::Machine;
use network::Plan;
use report::Report;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  idx-bench network                      1,100 transfers a second for a minute
  idx-bench latency                      100 transfers a second
  idx-bench bodies --empty-node PATH     200 transactions a second, 5 runs of each kind
  idx-bench all --json now.json --compare earlier.json";

/// Measures IDX.
#[derive(Debug, Parser)]
#[command(name = "idx-bench", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    scenario: Scenario,
    /// The idx-node to measure [default: the one beside this program].
    #[arg(long, global = true, value_name = "PATH")]
    node_binary: Option<PathBuf>,
    /// Write the figures here too, as JSON.
    #[arg(long, global = true, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Show the ratio to the figures of an earlier file.
    #[arg(long, global = true, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// End with exit code 1 if a floor is missed.
    #[arg(long, global = true)]
    check: bool,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// A network under full load.
    Network {
        /// Transfers due each second, whether or not the network keeps up.
        #[arg(long, default_value_t = 1_100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        rate: u32,
        #[command(flatten)]
        load: Load,
    },
    /// A network under light load: 100 transfers a second.
    Latency {
        #[command(flatten)]
        load: Load,
    },
    /// What private bodies add to the time to finality: networks with and without them, in turn.
    Bodies {
        /// An idx-node built with `--features empty-bodies`.
        #[arg(long, value_name = "PATH")]
        empty_node: PathBuf,
        /// Transactions due each second, half of them openings of sessions.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=100_000))]
        rate: u32,
        /// Runs of each kind.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
        runs: u32,
        /// Seconds of load of each run.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        seconds: u32,
    },
    /// A network with nothing to do.
    Idle {
        /// Seconds for which it is left alone.
        #[arg(long, default_value_t = 30)]
        seconds: u32,
    },
    /// The ledger alone, on one core.
    Ledger {
        /// Numbers of accounts, 2 or more.
        #[arg(default_values_t = ledger::SIZES, value_parser = clap::value_parser!(u64).range(2..=100_000_000))]
        accounts: Vec<u64>,
    },
    /// What pseudonyms and envelopes cost a bank, on one core.
    Privacy,
    /// The nonce search.
    Mining,
    /// Everything that needs one idx-node, each as it is by itself.
    All,
}

/// What a load has beside its rate.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Load {
    /// Seconds of load.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=500))]
    seconds: u32,
    /// Accounts that pay each other.
    #[arg(long, default_value_t = 600, value_parser = accounts)]
    accounts: usize,
}

fn accounts(text: &str) -> Result<usize, String> {
    let number = text.parse::<usize>().map_err(|error| error.to_string())?;
    (2..=1_000_000).contains(&number).then_some(number).ok_or_else(|| "2 to 1000000".to_owned())
}

const LOAD_DEFAULT: Load = Load { seconds: 60, accounts: 600 };

/// Transfers a second of the latency run.
const LATENCY_RATE: u32 = 100;

/// Transfers a second of the full run: a tenth above the floor, so that the floor can be passed.
const FULL_RATE: u32 = 1_100;

fn main() -> ExitCode {
    match measure(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the command succeeds.
fn measure(cli: &Cli) -> Result<bool> {
    let earlier = cli.compare.as_deref().map(read).transpose()?;
    let node = cli.node_binary.clone().map_or_else(beside, Ok)?;
    let mut report = Report::new(Machine::look(), machine::commit());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run(&cli.scenario, &node, &mut report))?;
    println!("{}", report.to_text(earlier.as_ref()));
    if let Some(path) = &cli.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n").with_context(|| path.display().to_string())?;
    }
    Ok(!cli.check || report.is_met())
}

/// The idx-node in the folder of this program.
fn beside() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("idx-node"))
}

fn read(path: &Path) -> Result<Report> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| format!("{} is no report of idx-bench", path.display()))
}

async fn run(scenario: &Scenario, node: &Path, report: &mut Report) -> Result<()> {
    match scenario {
        Scenario::Network { rate, load } => network::run(node, plan("network", *rate, *load), report).await,
        Scenario::Latency { load } => network::run(node, plan("latency", LATENCY_RATE, *load), report).await,
        Scenario::Bodies { empty_node, rate, runs, seconds } => {
            let (rate, seconds, runs) = (*rate, *seconds, *runs as usize);
            let plan = bodies::Plan { rate, seconds, accounts: LOAD_DEFAULT.accounts, runs };
            bodies::run(node, empty_node, plan, report).await
        }
        Scenario::Idle { seconds } => idle::run(node, *seconds, report).await,
        Scenario::Ledger { accounts } => {
            ledger::run(accounts, report);
            Ok(())
        }
        Scenario::Privacy => {
            privacy::run(report);
            Ok(())
        }
        Scenario::Mining => {
            mining::run(report);
            Ok(())
        }
        Scenario::All => all(node, report).await,
    }
}

async fn all(node: &Path, report: &mut Report) -> Result<()> {
    mining::run(report);
    ledger::run(&ledger::SIZES, report);
    privacy::run(report);
    idle::run(node, 30, report).await?;
    network::run(node, plan("latency", LATENCY_RATE, LOAD_DEFAULT), report).await?;
    network::run(node, plan("network", FULL_RATE, LOAD_DEFAULT), report).await
}

const fn plan(name: &'static str, rate: u32, load: Load) -> Plan {
    Plan { name, rate, seconds: load.seconds, accounts: load.accounts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_declarations_are_sound() {
        Cli::command().debug_assert();
    }
}
