//! The proposals of a height that are worth keeping. Only the elected bank's get here.

use super::votes::{Place, Window};
use idx_types::{BankId, PrivateHash, Round, SignedProposal};
use std::collections::BTreeMap;

/// Different proposals kept of one round. The second of a proposer that contradicts itself may be
/// the one that the others have seen; further ones are kept if enough banks vote for them.
const PROPOSALS_PER_ROUND: usize = 2;

/// A proposal, and whether this node holds its candidate for valid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub proposal: SignedProposal,
    pub valid: bool,
}

/// What became of a proposal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AddProposal {
    /// It is new, or newly known to be valid.
    pub fresh: bool,
    /// An earlier one of the round that it contradicts.
    pub earlier: Option<SignedProposal>,
}

/// The proposals, by round, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct ProposalBook {
    rounds: BTreeMap<Round, Vec<Held>>,
}

impl ProposalBook {
    /// `backed`: enough banks have voted for its value that one of them is honest.
    pub(super) fn add(&mut self, new: Held, window: &Window, backed: bool) -> AddProposal {
        let message = &new.proposal.message;
        if !self.make_room(message.bank, message.round, window) {
            return AddProposal { fresh: false, earlier: None };
        }
        let held = self.rounds.entry(message.round).or_default();
        if let Some(known) = held.iter_mut().find(|known| known.proposal.message == *message) {
            let fresh = new.valid && !known.valid;
            known.valid |= new.valid;
            return AddProposal { fresh, earlier: None };
        }
        let earlier = held.first().map(|known| known.proposal);
        let fresh = held.len() < PROPOSALS_PER_ROUND || backed;
        if fresh {
            held.push(new);
        }
        AddProposal { fresh, earlier }
    }

    fn make_room(&mut self, bank: BankId, round: Round, window: &Window) -> bool {
        if !window.is_future(round) {
            return window.keeps(round);
        }
        match Place::among(&self.future_rounds(bank, window), round) {
            Place::Free => true,
            Place::Instead(oldest) => self.rounds.remove(&oldest).is_some(),
            Place::None => false,
        }
    }

    fn future_rounds(&self, bank: BankId, window: &Window) -> Vec<Round> {
        let by_bank = |held: &Vec<Held>| held.iter().any(|held| held.proposal.message.bank == bank);
        let ahead = self.rounds.iter().filter(|(round, _)| window.is_future(**round));
        ahead.filter(|(_, held)| by_bank(held)).map(|(round, _)| *round).collect()
    }

    /// Forgets what the window no longer keeps.
    pub(super) fn prune(&mut self, window: &Window) {
        self.rounds.retain(|round, _| window.keeps(*round));
    }

    /// The proposals of a round.
    pub(super) fn of_round(&self, round: Round) -> &[Held] {
        self.rounds.get(&round).map_or(&[], Vec::as_slice)
    }

    /// The proposal of a round that this node holds for valid, else any of it.
    pub(super) fn best_of(&self, round: Round) -> Option<&Held> {
        let held = self.of_round(round);
        held.iter().find(|held| held.valid).or_else(|| held.first())
    }

    /// Whether a value is valid, by any of its proposals; `None` if it has none here.
    pub(super) fn validity(&self, value: PrivateHash) -> Option<bool> {
        let all = self.rounds.values().flatten();
        all.filter(|held| held.proposal.message.value == value).map(|held| held.valid).max()
    }
}
