//! Which block is next: who mines, what work is, what the banks' verdicts add up to, and how the
//! banks agree.
//!
//! What enters is headers, verdicts, proposals and votes whose signatures were checked; what leaves
//! is a miner's name, a nonce, a decision for each transaction, and a value that a quorum of banks
//! has made final. This crate knows no money and no accounts: a transaction is an index with its
//! involved banks, a block is a hash.
//!
//! ```text
//! height, round --election--> miner --mining--> header with work
//!     header --(the replica executes)--> Verdicts --approval--> Decision per transaction
//!     candidate --agreement: propose, prevote, precommit--> CommitCertificate (final)
//! ```
//!
//! Everything here is a function of its inputs: no clock, no I/O, no entropy. The one exception is
//! [`mining::search`], which runs threads until one of them finds a nonce; what it returns is
//! checked by [`mining::work_holds`] like any bank's word.
//!
//! Why approval and agreement are two steps: approval asks whether a payment is allowed (involved
//! banks have a veto, one transaction never sinks its block); agreement asks which block is next (a
//! value nobody may veto alone). Mixing them would give each bank's policy a hold on the whole chain.

pub mod agreement;
pub mod approval;
pub mod mining;

pub use idx_light::election;
