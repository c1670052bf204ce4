//! What a block means: the ledger as a pure function, and the pool of transactions that wait for one.
//!
//! A mined header, its transactions and the decisions that follow from the banks' verdicts enter;
//! outcomes, postings and a new state leave. Same input, same bytes, on every node, for ever: no clock,
//! no chance, no floating point, no I/O, and no iteration over hash maps.
//!
//! ```text
//!                      header, transactions, decisions
//!                                   |
//!   State --execute (changes nothing)--> Execution --commit--> State of the next height
//!     |                                  |                       + StateDelta for storage
//!     |                                  +-- outcomes, postings, state root
//!     +-- precheck (the door), account_proof, recount, snapshot <-> restore
//! ```
//!
//! A transaction runs through the common checks (format, time, replay, signatures), then its own room
//! in `kinds`, which reads and answers with a plan, then double entry, which makes all of its postings
//! or none. A refused transaction leaves no trace but its id. At the end of a block governance counts
//! ballots and carries out what is due; before the first transaction court orders end whose time is over.
//!
//! Nothing here panics on what comes from outside. Two things panic: committing an execution of
//! another state, and a proven-impossible gap in a tree; both would be bugs of this software, and going
//! on would write a wrong ledger.

mod admission;
mod chain_keys;
mod commit;
pub mod difficulty;
mod draft;
mod execute;
mod fees;
mod genesis;
mod governance;
mod index;
mod judges;
mod kinds;
mod orders;
pub mod pool;
mod posting;
mod proof;
mod registries;
mod replay;
mod snapshot;
mod state;
mod system;
mod table;
#[doc(hidden)]
pub mod testing;
mod travel;

pub use chain_keys::{
    ChainEpoch, ChainKeys, EPOCHS_MAX, FirstChainKey, KEY_LEAD_HEIGHTS, WRAPPED_EPOCHS_MAX,
};
pub use commit::{Sealed, StateDelta};
pub use execute::Execution;
pub use fees::FeeQuote;
pub use genesis::{GenesisBank, GenesisError, GenesisSpec};
pub use governance::{BANKS_MIN, PROPOSAL_HEIGHTS_MAX, PROPOSALS_PER_BANK_MAX};
pub use judges::{JUDGES_MAX, JudgeRecord, Judges};
pub use orders::{
    Deed, EnvelopeOf, HELD_ACCOUNTS_MAX, HELD_PER_ORDER_MAX, ORDER_KEPT_MS, ORDERS_MAX, ORDERS_PER_JUDGE_MAX,
    Order, OrderStatus, OrderStep, Orders, PastOrders,
};
pub use posting::Posting;
pub use registries::{OpenProposal, Registries};
pub use replay::BucketHead;
pub use snapshot::{CoreState, RestoreError, Snapshot};
pub use state::{State, Tip};
pub use system::{CURRENCY_KINDS, SYSTEM_KINDS, currency_handle, system_handle};
pub use travel::{
    GenesisForeignBank, RATE_AHEAD_MS_MAX, RATE_LATE_MS_MAX, RATE_LIFE_MS_MAX, RATE_LIFE_MS_MIN,
    RATES_AHEAD_MAX, RateBook, Travel, foreign_handle,
};
