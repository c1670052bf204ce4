//! Approval: what the banks' verdicts on a mined block add up to (documents 2.2 and 3.4).
//!
//! ```text
//! SignedVerdicts --Collector--> ApprovalCertificate --decide--> one Decision per transaction
//!   (miner, while it waits)       (every bank, again)
//! ```
//!
//! A bank approves, rejects or is silent. With the votes that are in, a transaction
//!
//! - **passes** if it passes whatever the silent banks would have said: a quorum approved, every
//!   involved bank among them;
//! - **fails** if it fails whatever they would have said: an involved bank rejected, or so many
//!   rejected that no quorum is left;
//! - is **deferred** if it depends on them.
//!
//! So a decision that is not `Defer` never changes when more banks speak, and a miner that drops
//! verdicts can turn a pass or a failure into a deferral, never one into the other.

mod collector;
#[cfg(test)]
mod tests;

pub use collector::{AddOutcome, Collector};
pub use idx_light::approval::decide;
