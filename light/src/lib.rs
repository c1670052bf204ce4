//! What anyone can check without the ledger: that a height is the network's next one, that a transaction
//! is in it, and what became of it.
//!
//! What enters comes from nodes that nobody needs to trust: [`ObservedHeight`]s, or single proofs. What
//! leaves is facts, or the name of the link that broke. No I/O, no clock, few dependencies: an auditor,
//! a custodian or a court can run this on a machine of their own.
//!
//! ```text
//!  genesis or checkpoint: network, banks, params
//!        |  follow(height 1)   follow(height 2)                  each: parents, work, elected miner,
//!        v                                                       root and signatures of transactions,
//!    Follower ---------------> Follower --------------> ...      approvals -> outcomes, commit certificate
//!        ^                         |
//!        |                         +--> Facts: transactions with ids and outcomes, chain time
//!        +-- next banks and params: their digests are under the state root that a quorum signed
//! ```
//!
//! What is *not* checked is what a quorum would have to lie about: balances, and reasons of failures
//! that the ledger found. A follower sees no account; it knows that the banks agreed, and on what.
//!
//! The banks' own software stands on the same rooms, so that nothing is decided twice: [`approval`] says
//! what verdicts add up to, [`election`] who mines, [`header`] how a block attaches to the one before.
//!
//! [`ObservedHeight`]: idx_types::ObservedHeight

pub mod approval;
pub mod election;
mod error;
mod follower;
pub mod header;
pub mod proof;
#[doc(hidden)]
pub mod testing;

pub use error::{FollowError, VerifyError};
pub use follower::{Checkpoint, Fact, Facts, Follower};
pub use proof::Trusted;
