//! The bank's own side at work: the shell around [`idx_bank::desk::Desk`], on a thread of its own beside
//! the mind's.
//!
//! ```text
//!   door (customers' asks) ----.                                  .--> the mind's inbox (transactions)
//!   gossip of other desks -----+--> thread: step, write, sync --> +--> gossip to other desks
//!   the mind's events, heights-'     (vault: a RocksDB)           `--> answers, news for customers
//!
//!   the mind's policy ----> vault, read only: what the bank must not approve
//! ```
//!
//! Steps that wait at the same moment share one sync of the disk: their writes can be read by the next
//! step at once, and nothing that they wish for leaves before the sync. So a thousand customers a second
//! cost a few syncs, and still no announced fact is lost in a crash.
//!
//! Rooms: `vault` (opening it, making it again from the chain), `ledger` (what the desk sees of the
//! chain), `policy`, `inbox` (the ways in), `shell` (the loop), `perform` (effects), `follow` (what became
//! of transfers), `answering` (court orders about persons), `door` (what interfaces hold), `entry`
//! (what logging in needs), `asking` and `telling` (what other banks are asked and told of customers), `durable` (what of the vault a customer may be told).

mod answering;
mod asking;
mod door;
mod durable;
mod entry;
mod follow;
mod inbox;
mod ledger;
mod lists;
mod perform;
mod policy;
mod shell;
mod start;
mod statement;
mod telling;
mod turns;
mod vault;

pub use door::Door;
pub use inbox::{DeskInput, DeskSender};
pub use ledger::Rules;
pub use lists::watchlist;
pub use shell::DeskError;
pub use start::{Front, FrontDesk, Way};
pub use telling::Telling;
pub use vault::VaultOpening;
