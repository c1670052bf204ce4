//! Bugs planted on purpose, to show that the simulator finds bugs of their kind (document 8, point 2).
//!
//! They exist only in builds with the feature `planted-bugs`, which nothing but the simulator's own
//! tests turns on; everywhere else [`has`] is constantly false and leaves no trace in the code.

/// A bug in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Bug {
    /// A quorum is one bank smaller.
    QuorumOneLess,
    /// A bank that is locked prevotes whatever is proposed.
    LockForgotten,
    /// A bank precommits what it saw proposed, without a quorum of prevotes.
    PrecommitWithoutPolka,
    /// A proposal that this bank refuses is prevoted all the same.
    InvalidPrevoted,
    /// An involved bank's rejection counts like any other.
    InvolvedBankOverridden,
    /// A silent involved bank counts as if it had approved.
    SilenceApproves,
    /// One approval less is enough.
    ApprovalOneLess,
    /// What is left when a fee is divided goes to nobody, and no posting notices.
    FeeRemainderDropped,
    /// What an account lacks is created.
    OverdraftCreatesMoney,
    /// A settled transaction may settle again.
    ReplayAllowed,
    /// Nobody looks at the signatures of a transaction.
    SignaturesUnchecked,
    /// A vote leaves without being in the journal.
    VoteNotJournaled,
    /// A vote leaves before the journal is synced.
    VoteSentBeforeSync,
    /// A proposal leaves without being in the journal.
    ProposalNotJournaled,
    /// A mined block leaves without being in the journal.
    BlockNotJournaled,
    /// After a restart the votes in the journal are passed over.
    ReplaySkipsVotes,
    /// A bank that lost its history signs at once.
    AbstentionForgotten,
    /// The state root of a proposal is not compared.
    StateRootUnchecked,
    /// Work is not checked.
    WorkUnchecked,
    /// A block may come from the future.
    TimeUnchecked,
    /// A fetched height needs no certificate.
    CertificateUnchecked,
    /// Nothing is ever sent again.
    NeverRepeats,
    /// A node that is behind never asks.
    NeverCatchesUp,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::QuorumOneLess,
        Self::LockForgotten,
        Self::PrecommitWithoutPolka,
        Self::InvalidPrevoted,
        Self::InvolvedBankOverridden,
        Self::SilenceApproves,
        Self::ApprovalOneLess,
        Self::FeeRemainderDropped,
        Self::OverdraftCreatesMoney,
        Self::ReplayAllowed,
        Self::SignaturesUnchecked,
        Self::VoteNotJournaled,
        Self::VoteSentBeforeSync,
        Self::ProposalNotJournaled,
        Self::BlockNotJournaled,
        Self::ReplaySkipsVotes,
        Self::AbstentionForgotten,
        Self::StateRootUnchecked,
        Self::WorkUnchecked,
        Self::TimeUnchecked,
        Self::CertificateUnchecked,
        Self::NeverRepeats,
        Self::NeverCatchesUp,
    ];
}

/// Whether bugs can be planted in this build; a node refuses to be built so.
pub const COMPILED_IN: bool = cfg!(feature = "planted-bugs");

#[cfg(feature = "planted-bugs")]
mod switch {
    use super::Bug;
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Plants a bug in all that runs on this thread from now on, or takes it out.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    /// Whether this bug is planted here.
    pub fn has(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

#[cfg(feature = "planted-bugs")]
pub use switch::{has, plant};

/// Whether this bug is planted here: in this build, never.
#[cfg(not(feature = "planted-bugs"))]
pub const fn has(_: Bug) -> bool {
    false
}
