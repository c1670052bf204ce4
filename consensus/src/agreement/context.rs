//! Our types in the words of the Malachite core: what its state machine needs to know of a bank, a
//! vote and a proposal, and nothing of money or networks.
//!
//! Every bank has voting power 1. Signatures travel through the core unread; they were checked
//! before (an input holds `Verified<_>`).

use idx_crypto::PublicKey;
use idx_types::{BankId, Height, PrivateHash, Proposal, Round, ValidatorSet, Vote, VoteKind};
use malachite_types::{self as core, NilOrVal, VoteType};
use std::{fmt, sync::Arc};

/// Names the family of types below to the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Idx;

/// Who votes; `None` is a node that is no bank of this height and only watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Voter(pub Option<BankId>);

/// A height in the core's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CoreHeight(pub Height);

/// The value agreed on: the candidate's id is all that the core sees of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Value(pub PrivateHash);

/// A vote in the core's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ballot {
    pub(super) height: CoreHeight,
    pub(super) round: core::Round,
    pub(super) kind: VoteType,
    pub(super) value: NilOrVal<PrivateHash>,
    pub(super) voter: Voter,
}

/// A proposal in the core's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) height: CoreHeight,
    pub(super) round: core::Round,
    pub(super) pol_round: core::Round,
    pub(super) value: Value,
    pub(super) proposer: Voter,
}

/// A bank in the core's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) voter: Voter,
    pub(super) key: PublicKey,
}

/// The banks of a height in the core's words, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seats {
    pub(super) banks: Arc<ValidatorSet>,
    pub(super) seats: Arc<[Seat]>,
}

/// Proposals come whole; there are no parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoPart {}

/// The form of signatures; the core carries them and never makes or checks one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opaque;

/// Our round in the core's words.
pub(super) fn core_round(round: Round) -> core::Round {
    core::Round::new(round.0)
}

/// The core's round in ours; `None` before the first.
pub(super) fn our_round(round: core::Round) -> Option<Round> {
    round.as_u32().map(Round)
}

impl Ballot {
    pub(super) fn of(vote: &Vote) -> Self {
        Self {
            height: CoreHeight(vote.height),
            round: core_round(vote.round),
            kind: match vote.kind {
                VoteKind::Prevote => VoteType::Prevote,
                VoteKind::Precommit => VoteType::Precommit,
            },
            value: vote.value.map_or(NilOrVal::Nil, NilOrVal::Val),
            voter: Voter(Some(vote.bank)),
        }
    }

    pub(super) fn kind(&self) -> VoteKind {
        match self.kind {
            VoteType::Prevote => VoteKind::Prevote,
            VoteType::Precommit => VoteKind::Precommit,
        }
    }

    pub(super) fn choice(&self) -> Option<PrivateHash> {
        match self.value {
            NilOrVal::Nil => None,
            NilOrVal::Val(value) => Some(value),
        }
    }
}

impl Offer {
    pub(super) fn of(proposal: &Proposal) -> Self {
        Self {
            height: CoreHeight(proposal.height),
            round: core_round(proposal.round),
            pol_round: proposal.pol_round.map_or(core::Round::Nil, core_round),
            value: Value(proposal.value),
            proposer: Voter(Some(proposal.bank)),
        }
    }
}

impl Seats {
    pub(super) fn of(banks: &Arc<ValidatorSet>) -> Self {
        let seat = |bank: &idx_types::Bank| Seat { voter: Voter(Some(bank.id)), key: bank.consensus_key };
        Self { banks: Arc::clone(banks), seats: banks.banks().iter().map(seat).collect() }
    }
}

impl fmt::Display for Voter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(bank) => bank.fmt(f),
            None => f.write_str("a watcher"),
        }
    }
}

impl fmt::Display for CoreHeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
