//! `idx-node forex ...`: the rate publisher's commands.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::keys::passphrase_of;
use super::nodes::Nodes;
use super::output::{json, say};
use super::span::Span;
use super::testnet::block_on;
use crate::doors::NotSettled;
use crate::forex::cards::{self, CardsError};
use crate::forex::{ForexError, Publisher, Wish};
use crate::genesis_file;
use crate::keys;
use crate::keys::custodian::Role;
use crate::keys::publisher::{PublisherPublic, open_key};
use crate::pay::now;
use idx_crypto::KdfCost;
use idx_types::{Currency, NetworkDay, Rate, TimestampMs};
use std::path::{Path, PathBuf};

const HELP: &str = "\
The home holds the publisher's key and the network's genesis.json. Without --node, the nodes are those of
genesis; each is asked until one answers.

Examples:
  idx-node forex keys --home publisher > publisher.public.json
  idx-node forex publish --home publisher --currency USD --buy 82.90 --sell 83.75
  idx-node forex import cards/ --home publisher --on 2026-08-21";

/// The rate publisher: say what foreign money costs.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = HELP)]
pub(super) enum Forex {
    /// Make the publisher's key if there is none, and print what the banks may know of it.
    Keys {
        #[command(flatten)]
        home: HomeArg,
        /// File with the passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Publish one rate, and wait until the ledger has it.
    Publish(Publish),
    /// Publish the newest travel card rates at or before a day, from a bank's files of cards.
    Import(Import),
}

/// See [`Forex::Publish`].
#[derive(Debug, clap::Args)]
pub(super) struct Publish {
    #[command(flatten)]
    desk: Desk,
    /// Which currency.
    #[arg(long)]
    currency: Currency,
    /// Rupees for one unit when a customer sells it.
    #[arg(long)]
    buy: Rate,
    /// Rupees for one unit when a customer buys it.
    #[arg(long)]
    sell: Rate,
    /// From when on, in milliseconds since 1970 [default: at once].
    #[arg(long, value_name = "MS")]
    valid_from: Option<u64>,
}

/// See [`Forex::Import`].
#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// A file of cards, or a folder of them; a name ends in _USD.csv or another currency.
    path: PathBuf,
    #[command(flatten)]
    desk: Desk,
    /// Only this currency; for one file, its currency whatever the name.
    #[arg(long)]
    currency: Option<Currency>,
    /// The day whose newest card is taken, or the last before it [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NetworkDay>,
}

/// Where the publisher's key and the banks are.
#[derive(Debug, clap::Args)]
struct Desk {
    #[command(flatten)]
    home: HomeArg,
    #[command(flatten)]
    nodes: Nodes,
    /// How long a rate can be used if no other comes: 24h, 90m; 1m to 168h.
    #[arg(long, value_name = "SPAN", default_value = "24h")]
    stale_after: Span,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Desk {
    fn open(self) -> Result<(Publisher, u64), Failure> {
        let home = self.home.home();
        let genesis = genesis_file::read_sound(&home.genesis_file())?.sound;
        let doors = self.nodes.doors(&genesis)?;
        let key = open_key(&home, &passphrase_of(&home, self.passphrase_file)?)?;
        Ok((Publisher { key, genesis, doors }, self.stale_after.0))
    }
}

impl From<ForexError> for Failure {
    fn from(error: ForexError) -> Self {
        match error {
            ForexError::NotSettled(NotSettled::Client(error)) => error.into(),
            ForexError::NotSettled(NotSettled::Waiting { .. }) => Self::of(Exit::Failed, error),
            ForexError::Keys(error) => error.into(),
            _ => Self::of(Exit::Refused, error),
        }
    }
}

impl From<CardsError> for Failure {
    fn from(error: CardsError) -> Self {
        Self::of(Exit::Refused, error)
    }
}

impl Forex {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Keys { home, passphrase_file } => make_keys(&home, passphrase_file),
            Self::Publish(publish) => publish.run(),
            Self::Import(import) => import.run(),
        }
    }
}

fn make_keys(home: &HomeArg, passphrase_file: Option<PathBuf>) -> Done {
    let home = home.home();
    if Role::of(&home) != Role::Publisher {
        let passphrase = passphrase_of(&home, passphrase_file)?;
        keys::generate_for(Role::Publisher, &home, &passphrase, KdfCost::interactive())?;
    }
    say(&json(&PublisherPublic::of(&home)?));
    Ok(())
}

impl Publish {
    fn run(self) -> Done {
        let Self { desk, currency, buy, sell, valid_from } = self;
        let (publisher, stale_after_ms) = desk.open()?;
        let valid_from = valid_from.map(TimestampMs);
        publish(&publisher, &Wish { currency, buy, sell, valid_from, stale_after_ms })
    }
}

fn publish(publisher: &Publisher, wish: &Wish) -> Done {
    let id = block_on(publisher.publish(wish))?;
    let Wish { currency, buy, sell, .. } = wish;
    say(&format!("{currency}: buy {buy}, sell {sell}; {id}"));
    Ok(())
}

impl Import {
    fn run(self) -> Done {
        let Self { path, desk, currency, on } = self;
        let day = on.unwrap_or_else(|| NetworkDay::of(now()));
        let files = chosen(&path, currency)?;
        let (publisher, stale_after_ms) = desk.open()?;
        let mut refused = 0_usize;
        for (file, currency) in files {
            let Some(card) = look(&file, currency, day)? else { continue };
            let (buy, sell) = (card.buy, card.sell);
            let wish = Wish { currency, buy, sell, valid_from: None, stale_after_ms };
            match publish(&publisher, &wish) {
                Ok(()) => say(&format!("  as on the card of {}", card.date)),
                Err(failure) => {
                    refused += 1;
                    say(&format!("{currency}: not published: {}", failure.error));
                }
            }
        }
        let all_taken = refused == 0;
        all_taken.then_some(()).ok_or_else(|| {
            Failure::say(Exit::Refused, format!("{refused} rates were not published: see above"))
        })
    }
}

/// The files that are wanted, with their currencies; says which are passed over.
fn chosen(path: &Path, wanted: Option<Currency>) -> Result<Vec<(PathBuf, Currency)>, Failure> {
    if let Some(currency) = wanted.filter(|_| path.is_file()) {
        return Ok(vec![(path.to_owned(), currency)]);
    }
    let mut chosen = Vec::new();
    for (file, code) in cards::files(path)? {
        match cards::currency(&code) {
            Some(currency) if wanted.is_none_or(|wanted| wanted == currency) => chosen.push((file, currency)),
            Some(_) => {}
            None => say(&format!("{code}: passed over, this ledger has no such currency")),
        }
    }
    Ok(chosen)
}

/// The card of a day, if there is one; says what was passed over.
fn look(file: &Path, currency: Currency, day: NetworkDay) -> Result<Option<cards::Card>, Failure> {
    let found = cards::newest(file, day)?;
    if found.unquoted + found.unreadable > 0 {
        let cards::Found { unquoted, unreadable, .. } = found;
        say(&format!("{currency}: {unquoted} cards quote no travel rate, {unreadable} lines are no cards"));
    }
    if found.card.is_none() {
        say(&format!("{currency}: no card at or before {day}"));
    }
    Ok(found.card)
}
