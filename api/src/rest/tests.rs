//! REST as clients meet it: a real desk over a vault in memory, a ledger that settles at once, the real
//! router on a real socket.

pub(crate) mod bench;
mod compliance;
mod consents;
mod contract;
mod court;
mod entry;
mod factors;
pub(crate) mod honesty;
mod hostile;
mod imports;
mod ledger;
mod matrix;
mod offices;
mod others;
mod own_journeys;
mod own_keys;
mod people;
mod repeats;
mod signed_logins;
mod statements;
mod travel;

use bench::Bench;
use people::{PASSWORD, PEOPLE};
