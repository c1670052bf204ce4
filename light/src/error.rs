//! Why something is not believed. Every error names the link that broke.

use idx_crypto::{BadSignature, ProofError};
use idx_types::state_proof::StateProofError;
use idx_types::verdict::CertificateError;
use idx_types::vote::CommitError;
use idx_types::{Decision, Outcome};

/// Why something is not proven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Bytes are not the canonical encoding of what they should be.
    #[error("the {what} cannot be read: {why}")]
    Encoding {
        /// Which part.
        what: &'static str,
        /// How.
        why: String,
    },
    /// A part belongs elsewhere: other network, height, block or banks.
    #[error("{0}")]
    Mismatch(&'static str),
    /// The precommits do not make the height final.
    #[error("the commit certificate does not hold: {0}")]
    Commit(#[from] CommitError),
    /// The header does not carry the work it names.
    #[error("the header has {found} leading zero bits, its difficulty is {needed}")]
    Work {
        /// Bits found.
        found: u32,
        /// Bits needed.
        needed: u8,
    },
    /// The transaction is not in the block.
    #[error("the path does not lead to the block: {0}")]
    Path(#[from] ProofError),
    /// The account is not in the state.
    #[error(transparent)]
    State(#[from] StateProofError),
    /// A signature on the transaction does not verify.
    #[error(transparent)]
    Signature(#[from] BadSignature),
}

/// Why a height is not followed. Nothing has changed; another node may tell the truth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// The rules of the next height are of a version that this software does not know.
    #[error("the network has moved to protocol version {version}; this software knows {known}: upgrade it")]
    Protocol {
        /// Needed.
        version: u16,
        /// Known.
        known: u16,
    },
    /// The mined header does not attach to the height before.
    #[error("the mined header does not follow: {0}")]
    Header(&'static str),
    /// Headers and commit certificate do not belong together or do not hold.
    #[error(transparent)]
    Final(#[from] VerifyError),
    /// A part of the private block is not what its header says.
    #[error("the private block does not hold: {0}")]
    Private(&'static str),
    /// The approval certificate does not hold.
    #[error("the approval certificate does not hold: {0}")]
    Approval(#[from] CertificateError),
    /// The outcome of a transaction is not what the verdicts add up to.
    #[error("transaction {place}: its outcome is {outcome:?}, the banks' verdicts say {decision:?}")]
    Outcome {
        /// Its place in the block, from 0.
        place: usize,
        /// What the height says.
        outcome: Outcome,
        /// What the approval rule says.
        decision: Decision,
    },
    /// A transaction that took effect is not signed as it must be, or shows what must be hidden.
    #[error("transaction {place}: {what}")]
    Transaction {
        /// Its place in the block, from 0.
        place: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Banks or parameters of the next height are not those that the state root stands for.
    #[error("the rules of the next height do not hold: {0}")]
    Rules(&'static str),
}
