//! `idx-node custodian`: holds one half of every identity, for the regulator or the company.

mod shares;

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::keys::passphrase_of;
use super::node::shutdown;
use super::nodes::Nodes;
use super::testnet::block_on;
use crate::custodian::{ANNOUNCE_DAYS_MIN, Custodian, CustodianError, Policy, Setup};
use crate::genesis_file;
use crate::home::{self, Home};
use crate::keys::custodian::CustodianKeys;
use crate::settings::{Log, LogLevel};
use std::io::IsTerminal;
use std::path::PathBuf;

const HELP: &str = "\
The home holds the custodian's keys (`keys generate --role regulator` or `--role company`), the network's
genesis.json and, if orders are to be followed without a person, policy.toml:

  release = \"ask\"            # what happens to cases that no rule names: always, never, ask
  [[rule]]
  case = \"CRL */2026\"        # * stands for any characters
  release = \"always\"

Without a policy every order is asked about on the terminal. Orders are believed only as certified blocks
tell them, from genesis on; name several nodes, so that none can hold one back.

Example:
  idx-node custodian --home rbi --node https://idx.sbi.example --node https://idx.hdfc.example";

/// Hold one half of every identity, and give it to judges with a verified order.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP, args_conflicts_with_subcommands = true)]
pub(super) struct CustodianCommand {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    home: HomeArg,
    #[command(flatten)]
    nodes: Nodes,
    /// The policy file [default: policy.toml in the home, if it is there].
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The company announces keys when fewer days ahead than this have one.
    #[arg(long, value_name = "DAYS", default_value_t = ANNOUNCE_DAYS_MIN)]
    announce_days: u32,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// error, warn, info, debug or trace.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    log_level: LogLevel,
    /// Leave the terminal's session; used by `testnet`.
    #[arg(long, hide = true)]
    detached: bool,
}

/// What else there is to do with a custodian's home.
#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Split a custodian's secrets among three officers, or bring them back from two.
    #[command(subcommand)]
    Shares(shares::Shares),
}

impl From<CustodianError> for Failure {
    fn from(error: CustodianError) -> Self {
        match error {
            CustodianError::Client(error) => error.into(),
            CustodianError::Keys(error) => error.into(),
            error @ CustodianError::Unknown(_) => Self::of(Exit::Refused, error),
        }
    }
}

impl CustodianCommand {
    pub(super) fn run(self) -> Done {
        if let Some(Verb::Shares(shares)) = self.verb {
            return shares.run();
        }
        if self.detached {
            // Fails only for a process that leads a group already, which then needs no new session.
            let _ = rustix::process::setsid();
        }
        let home = self.home.home();
        let _lock = home.lock()?;
        let genesis = genesis_file::read_sound(&home.genesis_file())?.sound;
        let doors = self.nodes.doors(&genesis)?;
        let policy = policy(&home, self.policy)?;
        let keys = CustodianKeys::open(&home, &passphrase_of(&home, self.passphrase_file)?)?;
        crate::logging::start(&Log { level: self.log_level, ..Log::default() });
        let setup = Setup { keys, genesis, doors, policy, announce_days_min: self.announce_days };
        block_on(async {
            let stop = shutdown().map_err(|error| Failure::of(Exit::Failed, error))?;
            Ok::<_, Failure>(Custodian::new(setup).await?.run(stop).await?)
        })
    }
}

/// The policy named, or that of the home, or to ask; somebody must be there to be asked.
fn policy(home: &Home, named: Option<PathBuf>) -> Result<Policy, Failure> {
    let own = home.root().join("policy.toml");
    let file = named.or_else(|| own.exists().then_some(own));
    let policy = match &file {
        Some(path) => {
            let text = home::read_text(path, "write a policy, or leave --policy away")?;
            let wrong = |error| Failure::say(Exit::Refused, format!("{}: {error}", path.display()));
            Policy::read(&text).map_err(wrong)?
        }
        None => Policy::ask(),
    };
    if policy.asks() && !std::io::stdin().is_terminal() {
        let text = "orders are to be asked about, and there is no terminal\n  what to do: run it on one, or write policy.toml into the home";
        return Err(Failure::say(Exit::Refused, text));
    }
    Ok(policy)
}
