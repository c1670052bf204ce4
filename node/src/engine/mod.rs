//! The running node: one thread for the mind, threads for the gate and the search, a runtime for the
//! network and another for clients, so that clients can never starve agreement.
//!
//! ```text
//!   network --Receiving--> gate threads --inbox--> Core (the mind) --Outbox--> network
//!   clients --api--------> submissions, questions --^      |-> WAL, RocksDB, search, events
//! ```

pub mod core;
mod customers;
mod disk;
pub mod doors;
pub mod events;
mod inbound;
pub mod inbox;
pub mod inquiries;
mod metrics;
mod operator;
pub mod outbox;
mod receiving;
mod search;
pub mod shared;
mod start;
mod stored;
mod timers;
mod tls;

pub use self::core::{CoreError, clock};
pub use metrics::Metrics;
pub use start::run;
