//! `idx-node testnet partition, cut, heal, slow`: faults on the links of a test network.

use super::exit::Done;
use super::testnet::{Dir, block_on};
use crate::testnet::links;
use std::num::NonZeroU32;

const PARTITION_HELP: &str = "\
Holds every byte between banks of different sides, as if a cable were pulled: connections are not reset.
Banks that are not named form one more side. Replaces an earlier partition. Needs a network that was made
with `testnet up --links`; `testnet status` shows the cut.

Examples:
  testnet partition 'HDFC,ICICI|SBI,AXIS,KOTAK,YES'
  testnet partition HDFC,ICICI
  testnet heal";

const SLOW_HELP: &str = "\
Examples:
  testnet slow YES 150
  testnet slow YES 150 --bytes-per-s 100000
  testnet slow YES 0";

/// What can be done to links.
#[derive(Debug, clap::Subcommand)]
pub(super) enum LinkVerb {
    /// Cut the network into sides that cannot reach each other.
    #[command(after_help = PARTITION_HELP)]
    Partition {
        #[command(flatten)]
        dir: Dir,
        /// Banks separated by commas, sides by `|`.
        sides: String,
    },
    /// Cut one way between two banks: the second no longer hears the first.
    Cut {
        #[command(flatten)]
        dir: Dir,
        /// The bank that is not heard.
        from: String,
        /// The bank that does not hear it.
        to: String,
    },
    /// Take every cut and every delay off.
    Heal {
        #[command(flatten)]
        dir: Dir,
    },
    /// Delay everything to and from a bank.
    #[command(after_help = SLOW_HELP)]
    Slow {
        #[command(flatten)]
        dir: Dir,
        /// The bank's code.
        bank: String,
        /// Milliseconds each way, at most a minute; 0 is at once.
        #[arg(value_parser = clap::value_parser!(u32).range(0..=i64::from(links::DELAY_MS_MAX)))]
        ms: u32,
        /// Most bytes a second of each connection and direction.
        #[arg(long, value_name = "N")]
        bytes_per_s: Option<NonZeroU32>,
    },
    /// Hold the links; `up` starts this.
    #[command(hide = true)]
    Links {
        #[command(flatten)]
        dir: Dir,
    },
}

impl LinkVerb {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Partition { dir, sides } => Ok(block_on(links::partition(&dir.layout(), &sides))?),
            Self::Cut { dir, from, to } => Ok(block_on(links::cut(&dir.layout(), &from, &to))?),
            Self::Heal { dir } => Ok(block_on(links::heal(&dir.layout()))?),
            Self::Slow { dir, bank, ms, bytes_per_s } => {
                Ok(block_on(links::slow(&dir.layout(), &bank, ms, bytes_per_s))?)
            }
            Self::Links { dir } => Ok(block_on(links::serve(&dir.layout()))?),
        }
    }
}
