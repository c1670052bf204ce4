//! `idx-node judge ...`: keys, orders, releases, openings.

mod opened;
mod sealed;
mod story;

pub(super) use story::orders_text;

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::keys::passphrase_of;
use super::nodes::Nodes;
use super::output::{Output, json, say};
use super::span::Span;
use super::testnet::block_on;
use crate::doors::NotSettled;
use crate::genesis_file;
use crate::judge::{Chambers, JudgeError, PersonWish, TargetWish, Wish, all_orders};
use crate::keys;
use crate::keys::custodian::Role;
use crate::keys::judge::{JudgeKeys, JudgePublic};
use idx_client::encoding::{Bytes, Hex};
use idx_crypto::KdfCost;
use idx_types::tx::Party;
use idx_types::{BankCode, Idx, OrderId, SessionId, TxId};
use opened::OpenedView;
use std::path::{Path, PathBuf};

const HELP: &str = "\
The home holds the judge's keys and the network's genesis.json. Without --node, the nodes are those of
genesis; each is asked until one answers.

Examples:
  idx-node judge keys --home judge > judge.public.json
  idx-node judge order --home judge --tx 0x... --party receiver --case \"CRL 17/2026\" --reason \"tracing\"
  idx-node judge show --home judge
  idx-node judge order --home judge --session SESSION_... --case \"CRL 17/2026\" --reason \"tracing\" --sign-only
  idx-node judge open 0x... --home judge
  idx-node judge open 0x... --home judge --sealed answer.json
  idx-node judge release 0x... --home judge";

/// A judge: order the opening of an identity, open what custodians release.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = HELP)]
pub(super) enum Judge {
    /// Make the judge's keys if there are none, and print what the banks may know of them.
    Keys {
        #[command(flatten)]
        home: HomeArg,
        /// File with the passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Sign an order, hand it in, wait until it is active.
    Order(Box<Order>),
    /// End an order before its time, and what it freezes.
    Release(OneOrder),
    /// Open what both custodians released; confirms each opening on the ledger before it shows it.
    Open {
        #[command(flatten)]
        one: OneOrder,
        /// File with the sealed answer as a bank's `execute` gave it (hex, or the whole JSON) [default: ask
        /// a node].
        #[arg(long, value_name = "FILE")]
        sealed: Option<PathBuf>,
    },
    /// Show an order's story, or all orders.
    Show {
        /// The order's id [default: all].
        order: Option<Hex<OrderId>>,
        #[command(flatten)]
        home: HomeArg,
        #[command(flatten)]
        nodes: Nodes,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
}

/// See [`Judge::Order`].
#[derive(Debug, clap::Args)]
pub(super) struct Order {
    #[command(flatten)]
    chambers: ChambersArg,
    /// Whose identity: a side of this transfer.
    #[arg(long, value_name = "ID", requires = "party", group = "target")]
    tx: Option<Hex<TxId>>,
    /// Which side of the transfer.
    #[arg(long, value_enum)]
    party: Option<Side>,
    /// Whose identity: that of this session.
    #[arg(long, value_name = "SESSION", group = "target")]
    session: Option<SessionId>,
    /// Whose identity: that of this person, by the banks that --bank names.
    #[arg(long, value_name = "IDX", group = "target")]
    idx: Option<Idx>,
    /// A bank that is asked about the person; may be given many times [default: all of genesis].
    #[arg(long, value_name = "CODE", requires = "idx")]
    bank: Vec<BankCode>,
    /// Stop the target's accounts as long as the order lives.
    #[arg(long)]
    freeze: bool,
    /// How long the order lives: 24h, 90m, 30s; at most 24h.
    #[arg(long, value_name = "SPAN", default_value = "24h")]
    valid_for: Span,
    /// The court's number of the case; public.
    #[arg(long)]
    case: String,
    /// Why; public, so it names nobody.
    #[arg(long)]
    reason: String,
    /// Hand nothing in: print the signed order in hex, for a clerk to submit within ten minutes.
    #[arg(long)]
    sign_only: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// A side of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Side {
    /// Who pays.
    Sender,
    /// Who receives.
    Receiver,
}

/// See [`Judge::Release`] and [`Judge::Open`].
#[derive(Debug, clap::Args)]
pub(super) struct OneOrder {
    /// The order's id.
    order: Hex<OrderId>,
    #[command(flatten)]
    chambers: ChambersArg,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// Where the judge's keys and the banks are.
#[derive(Debug, clap::Args)]
struct ChambersArg {
    #[command(flatten)]
    home: HomeArg,
    #[command(flatten)]
    nodes: Nodes,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl ChambersArg {
    fn open(self) -> Result<Chambers, Failure> {
        let home = self.home.home();
        let genesis = genesis_file::read_sound(&home.genesis_file())?.sound;
        let doors = self.nodes.doors(&genesis)?;
        let keys = JudgeKeys::open(&home, &passphrase_of(&home, self.passphrase_file)?)?;
        Ok(Chambers { keys, genesis, doors })
    }
}

impl From<JudgeError> for Failure {
    fn from(error: JudgeError) -> Self {
        match error {
            JudgeError::Client(error) | JudgeError::NotSettled(NotSettled::Client(error)) => error.into(),
            JudgeError::NotSettled(NotSettled::Waiting { .. }) => Self::of(Exit::Failed, error),
            JudgeError::Keys(error) => error.into(),
            _ => Self::of(Exit::Refused, error),
        }
    }
}

impl Judge {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Keys { home, passphrase_file } => make_keys(&home, passphrase_file),
            Self::Order(order) => order.run(),
            Self::Release(one) => one.release(),
            Self::Open { one, sealed } => one.open(sealed.as_deref()),
            Self::Show { order, home, nodes, output } => show(order, &home, &nodes, output),
        }
    }
}

fn make_keys(home: &HomeArg, passphrase_file: Option<PathBuf>) -> Done {
    let home = home.home();
    if Role::of(&home) != Role::Judge {
        let passphrase = passphrase_of(&home, passphrase_file)?;
        keys::generate_for(Role::Judge, &home, &passphrase, KdfCost::interactive())?;
    }
    say(&json(&JudgePublic::of(&home)?));
    Ok(())
}

impl Order {
    fn run(self) -> Done {
        let (output, sign_only) = (self.output, self.sign_only);
        let wish = self.wish()?;
        let chambers = self.chambers.open()?;
        if sign_only {
            let tx = block_on(chambers.signed_order(wish))?;
            say(&format!("0x{}", hex::encode(Bytes::of(&tx).0)));
            return Ok(());
        }
        let view = block_on(async {
            let id = chambers.order(wish).await?;
            chambers.look(id).await
        })?;
        output.print(&view, story::order_text);
        Ok(())
    }

    fn wish(&self) -> Result<Wish, Failure> {
        let target = match (&self.tx, self.party, &self.session, &self.idx) {
            (Some(tx), Some(side), None, None) => TargetWish::Party { tx: tx.0, party: side.into() },
            (None, None, Some(session), None) => TargetWish::Session(*session),
            (None, None, None, Some(idx)) => {
                TargetWish::Person(PersonWish { idx: *idx, banks: self.bank.clone() })
            }
            _ => {
                let text = "name one target: --tx with --party, --session, or --idx";
                return Err(Failure::say(Exit::Usage, text));
            }
        };
        Ok(Wish {
            target,
            freeze: self.freeze,
            life_ms: self.valid_for.0,
            case_number: self.case.clone(),
            reason: self.reason.clone(),
        })
    }
}

impl From<Side> for Party {
    fn from(side: Side) -> Self {
        match side {
            Side::Sender => Self::Sender,
            Side::Receiver => Self::Receiver,
        }
    }
}

impl OneOrder {
    fn release(self) -> Done {
        let (order, output) = (self.order.0, self.output);
        let chambers = self.chambers.open()?;
        let view = block_on(async {
            chambers.release(order).await?;
            chambers.look(order).await
        })?;
        output.print(&view, story::order_text);
        Ok(())
    }

    fn open(self, sealed: Option<&Path>) -> Done {
        let (order, output) = (self.order.0, self.output);
        let brought = sealed.map(sealed::read).transpose()?;
        let chambers = self.chambers.open()?;
        let opened = block_on(chambers.open(order, brought))?;
        let failures: Vec<String> =
            opened.iter().filter_map(|one| one.as_ref().err().map(ToString::to_string)).collect();
        let records: Vec<OpenedView> = opened.iter().flatten().map(OpenedView::new).collect();
        if !records.is_empty() {
            output.print(&records, |records| opened::text(records));
        }
        match failures.first() {
            None if records.is_empty() => Err(Failure::say(
                Exit::Refused,
                "the order covers no envelope yet: a home bank must answer first",
            )),
            None => Ok(()),
            Some(_) => Err(Failure::say(Exit::Refused, failures.join("\n"))),
        }
    }
}

fn show(order: Option<Hex<OrderId>>, home: &HomeArg, nodes: &Nodes, output: Output) -> Done {
    let genesis = genesis_file::read_sound(&home.home().genesis_file())?.sound;
    let doors = nodes.doors(&genesis)?;
    match order {
        Some(Hex(id)) => {
            let view = block_on(async { doors.any(|door| door.court_order(id)).await })?;
            let view = view.ok_or_else(|| Failure::from(JudgeError::NoOrder(id)))?;
            output.print(&view, story::order_text);
        }
        None => {
            let all: Vec<_> = block_on(all_orders(&doors))?.into_values().collect();
            output.print(&all, |all| orders_text(all));
        }
    }
    Ok(())
}
