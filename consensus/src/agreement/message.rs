//! What goes into the agreement and what comes out of it.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::vote::VoteBundle;
use idx_types::{
    BankId, CommitCertificate, Evidence, Height, PrivateHash, Proposal, Quorums, Round, SignedProposal,
    SignedVote, ValidatorSet, Verified, Vote,
};
use std::sync::Arc;

/// One thing that happened. All but [`Input::StartHeight`] belong into the write-ahead log, in the
/// order in which they are given: the same inputs in the same order give the same outputs.
#[derive(Clone, Debug)]
pub enum Input {
    /// A height begins; all of the last one is forgotten. Nothing is voted before
    /// [`Input::StartRounds`], but messages of the height are taken already.
    StartHeight {
        /// The height to agree on.
        height: Height,
        /// Its banks.
        banks: Arc<ValidatorSet>,
        /// Its thresholds, from those banks.
        quorums: Quorums,
    },
    /// The quiet time is over: enter round 0. Ignored the second time.
    StartRounds,
    /// Our candidate for a round in which we are the proposer; the answer to [`Output::GetValue`].
    /// Only the first of a round counts.
    Value {
        /// The round it was asked for; stale answers are ignored.
        round: Round,
        /// The candidate's id.
        value: PrivateHash,
    },
    /// A bank's proposal, ours included once it is durable.
    Proposal {
        /// Signed by the bank it names.
        proposal: Verified<SignedProposal>,
        /// Whether every byte of its candidate is the one that this node recomputed. The same
        /// proposal may be given again as valid after it was given as invalid, not the reverse.
        valid: bool,
    },
    /// A bank's vote, ours included: an own vote counts only when it comes back this way, which is
    /// after it is durable.
    Vote(Verified<SignedVote>),
    /// A time asked for by [`Output::Schedule`] is over; stale ones are ignored.
    Timeout(TimeoutId),
}

/// What a timeout is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum TimeoutKind {
    /// No proposal has come: prevote nil.
    Propose,
    /// A quorum has prevoted, but not for one value: precommit nil.
    Prevote,
    /// A quorum has precommitted, but not for one value: next round.
    Precommit,
    /// Still undecided: send again what others may have missed.
    Rebroadcast,
}

/// Names one timeout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub struct TimeoutId {
    /// The height it belongs to.
    pub height: Height,
    /// The round it belongs to.
    pub round: Round,
    /// What it is for.
    pub kind: TimeoutKind,
}

/// A wish of the agreement, or a fact that it has found.
#[expect(clippy::large_enum_variant, reason = "a handful live at a time, for the length of one step")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A round begins, with this bank as its proposer.
    EnterRound(Round, BankId),
    /// We are the proposer and hold no earlier value to propose again. Owed: [`Input::Value`].
    GetValue {
        /// The height.
        height: Height,
        /// The round.
        round: Round,
    },
    /// Sign this vote, make it durable, send it. Owed: [`Input::Vote`].
    SignVote(Vote),
    /// Sign this proposal, make it durable, send it with its candidate. Owed: [`Input::Proposal`].
    SignProposal(Proposal),
    /// Give [`Input::Timeout`] back after [`super::timeout_ms`].
    Schedule(TimeoutId),
    /// A quorum precommitted a value whose proposal this node holds as valid: it is final. The last
    /// wish of a height; what may still come are [`Output::Evidence`] and [`Output::Contradiction`].
    Decide {
        /// The proof.
        certificate: CommitCertificate,
    },
    /// A quorum precommitted a value of which this node has no proposal: fetch the certified height
    /// from a peer, or hand in the proposal when it comes. Told once a value.
    DecidedUnknown {
        /// The proof.
        certificate: CommitCertificate,
    },
    /// A quorum precommitted a value that this node was told is invalid, or another value than the
    /// one it has decided. If the value breaks a rule, or a second one is final: halt. If it was
    /// refused for this node's own reasons only (its clock), hand the proposal in again as valid.
    /// Told once a value.
    Contradiction {
        /// The proof.
        certificate: CommitCertificate,
    },
    /// A bank signed two messages that contradict each other; told once an offence. If the bank is
    /// this one, a second node runs with its key.
    Evidence(Evidence),
    /// Send these votes to all, and the proposal of [`super::Agreement::proposal`] with its candidate.
    Rebroadcast(VoteBundle),
    /// A bank sent what no honest one sends, though it proves nothing to others.
    Misbehaviour {
        /// Who.
        bank: BankId,
        /// What is wrong with it.
        what: &'static str,
    },
}
