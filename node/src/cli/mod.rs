//! The command line of `idx-node`: one file a group of commands, no rules of its own.

mod audit;
mod completions;
mod config;
mod custodian;
mod customer;
mod exit;
mod files;
mod forex;
mod genesis;
mod judge;
mod keys;
mod links;
mod node;
mod nodes;
mod observer;
mod output;
mod propose;
mod span;
mod status;
mod testnet;
mod vault;

pub use exit::{EXIT_CODES, Exit, Failure};

use clap::{Parser, Subcommand};
use exit::Done;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  idx-node testnet up                     six banks on this machine, and a run of payments
  idx-node init --home hdfc --bank HDFC   a home folder for one bank
  idx-node genesis verify genesis.json    who has signed, who has not
  idx-node start --home hdfc              run the node
  idx-node status --output json           what the node is doing and what it waits for";

/// The node of one bank in the IDX payment network.
#[derive(Debug, Parser)]
#[command(name = "idx-node", version, max_term_width = 110, after_help = EXAMPLES, after_long_help = long_help())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn long_help() -> String {
    format!("{EXAMPLES}\n\n{EXIT_CODES}")
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a home folder: settings and sealed keys.
    Init(node::Init),
    /// Run the node until it is told to stop (SIGINT, SIGTERM).
    Start(Box<node::Start>),
    /// Give a bank that lost its disk a log that abstains from what it may have signed.
    Recover(node::Recover),
    /// Look settings over without starting anything.
    #[command(subcommand)]
    Config(config::Config),
    /// Make and inspect a node's keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The ceremony: what the banks agree on before the first block.
    #[command(subcommand)]
    Genesis(genesis::Genesis),
    /// The audit trail of court orders, proven from genesis.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Hold one half of every identity, and give it to judges with a verified order.
    Custodian(Box<custodian::CustodianCommand>),
    /// A judge: order the opening of an identity, open what custodians release.
    #[command(subcommand)]
    Judge(judge::Judge),
    /// A bank's part in what banks decide: proposals and votes, signed and printed.
    #[command(subcommand)]
    Propose(propose::Propose),
    /// The rate publisher: say what foreign money costs.
    #[command(subcommand)]
    Forex(forex::Forex),
    /// What a running node is doing, and what it waits for.
    Status(status::Status),
    /// A clerk's work for the bank's customers.
    Customer(customer::Customer),
    /// Bring payments in by file.
    #[command(subcommand)]
    Import(files::Import),
    /// Take statements of accounts out.
    #[command(subcommand)]
    Export(files::Export),
    /// Check statements that somebody shows.
    #[command(subcommand)]
    Statement(files::Statement),
    /// The bank's customer store, while its node stands still.
    #[command(subcommand)]
    Vault(vault::Vault),
    /// Check the whole local chain again, from genesis.
    Verify(node::Verify),
    /// A node that follows and verifies the chain, and signs nothing.
    #[command(subcommand)]
    Observer(observer::Observer),
    /// Six banks on this machine.
    #[command(subcommand)]
    Testnet(testnet::Testnet),
    /// Print completions for a shell.
    Completions(completions::Completions),
}

/// Where the home folder is.
#[derive(Debug, Clone, clap::Args)]
struct HomeArg {
    /// The node's home folder.
    #[arg(long, env = "IDX_HOME", default_value = "idx-home", value_name = "FOLDER")]
    home: PathBuf,
}

impl HomeArg {
    fn home(&self) -> crate::home::Home {
        crate::home::Home::at(&self.home)
    }
}

/// Parses the command line and does what it says.
pub fn run() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

impl Command {
    fn run(self) -> Done {
        match self {
            Self::Init(command) => command.run(),
            Self::Start(command) => command.run(),
            Self::Recover(command) => command.run(),
            Self::Config(command) => command.run(),
            Self::Keys(command) => command.run(),
            Self::Genesis(command) => command.run(),
            Self::Audit(command) => command.run(),
            Self::Custodian(command) => command.run(),
            Self::Judge(command) => command.run(),
            Self::Propose(command) => command.run(),
            Self::Forex(command) => command.run(),
            Self::Status(command) => command.run(),
            Self::Customer(command) => command.run(),
            Self::Import(command) => command.run(),
            Self::Export(command) => command.run(),
            Self::Statement(command) => command.run(),
            Self::Vault(command) => command.run(),
            Self::Verify(command) => command.run(),
            Self::Observer(command) => command.run(),
            Self::Testnet(command) => command.run(),
            Self::Completions(command) => command.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_declarations_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_secret_can_be_given_on_the_command_line() {
        fn walk(command: &clap::Command) {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                let takes_value = argument.get_action().takes_values();
                let names_secret = takes_value && (id.contains("passphrase") || id.contains("secret"));
                assert!(!names_secret || id.ends_with("_file"), "{} takes {id}", command.get_name());
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Cli::command());
    }
}
