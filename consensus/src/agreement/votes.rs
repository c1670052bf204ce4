//! All votes of a height that are worth keeping, and how many of them a bank may make us keep.
//!
//! ```text
//!  pinned rounds     floor .......... current          future
//!  (lock, polka)     every vote is kept                at most FUTURE_ROUNDS_PER_BANK a bank,
//!                                                      the newest ones; an older gives way
//! ```
//!
//! A bank that votes in wild rounds fills its own places only (fault 21): a future round concerns
//! us no sooner than `skip` banks have voted in it, of which at least one is honest.
//!
//! Of a bank that votes twice both votes are kept, and each counts for its value: a quorum of
//! prevotes stays one whatever else its signers have signed. Were only the first kept, a liar could
//! show one vote to the bank that locks and the other to all the rest, who then could never check
//! the proof of that lock.

use idx_types::{BankId, PrivateHash, Round, SignedVote, Vote, VoteKind};
use std::collections::BTreeMap;

/// Rounds behind the current one whose votes are kept.
pub(super) const PAST_ROUNDS_KEPT: u32 = 32;

/// Rounds ahead of the current one in which a bank's votes and proposals are kept.
pub(super) const FUTURE_ROUNDS_PER_BANK: usize = 4;

/// Which rounds are worth keeping.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// The round we are in, `None` before the first.
    pub current: Option<Round>,
    /// Older rounds that still matter: of our lock, of the last polka, of a repeated proposal.
    pub pinned: Vec<Round>,
}

impl Window {
    /// The oldest round that is kept whether pinned or not.
    pub(super) fn floor(&self) -> Round {
        Round(self.current.map_or(0, |round| round.0.saturating_sub(PAST_ROUNDS_KEPT)))
    }

    pub(super) fn is_future(&self, round: Round) -> bool {
        Some(round) > self.current
    }

    pub(super) fn keeps(&self, round: Round) -> bool {
        round >= self.floor() || self.pinned.contains(&round)
    }
}

/// Whether a bank's further future round finds a place.
pub(super) enum Place {
    /// There is one.
    Free,
    /// If this round of the bank, its oldest future one, gives way.
    Instead(Round),
    /// No: it is older than all that are kept.
    None,
}

impl Place {
    /// Among the future rounds of one bank, in ascending order.
    pub(super) fn among(held: &[Round], round: Round) -> Self {
        match held.first() {
            _ if held.contains(&round) || held.len() < FUTURE_ROUNDS_PER_BANK => Self::Free,
            Some(oldest) if *oldest < round => Self::Instead(*oldest),
            _ => Self::None,
        }
    }
}

/// Different votes kept of one bank, round and kind. More only of values that enough others back.
const VOTES_PER_PLACE: usize = 2;

/// What became of a vote.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AddVote {
    /// It was not there before and is kept.
    pub fresh: bool,
    /// The first vote of the bank in this place, which it contradicts.
    pub earlier: Option<SignedVote>,
}

/// The first vote of a place is the bank's vote, the others are contradictions.
type RoundVotes = BTreeMap<(BankId, VoteKind), Vec<SignedVote>>;

/// The votes, by round, bank and kind.
#[derive(Debug, Default)]
pub(super) struct VoteBook {
    rounds: BTreeMap<Round, RoundVotes>,
}

impl VoteBook {
    /// `skip`: as many banks as make sure that one of them is honest.
    pub(super) fn add(&mut self, vote: SignedVote, window: &Window, skip: usize) -> AddVote {
        let message = &vote.message;
        let place = (message.bank, message.kind);
        let first = self.get(message.round, message.bank, message.kind).copied();
        let earlier = first.filter(|first| first.message.value != message.value);
        let fresh = self.has_room(message, window, skip);
        if fresh {
            self.displace(message.bank, message.round, window);
            self.rounds.entry(message.round).or_default().entry(place).or_default().push(vote);
        }
        AddVote { fresh, earlier }
    }

    /// Whether a vote is not there yet, and would be kept.
    pub(super) fn has_room(&self, vote: &Vote, window: &Window, skip: usize) -> bool {
        let place = self.rounds.get(&vote.round).and_then(|votes| votes.get(&(vote.bank, vote.kind)));
        match place {
            Some(held) if held.iter().any(|known| known.message.value == vote.value) => false,
            Some(held) => held.len() < VOTES_PER_PLACE || self.alike(vote).count() >= skip,
            None if !window.is_future(vote.round) => window.keeps(vote.round),
            None => {
                let held = self.future_rounds(vote.bank, window);
                !matches!(Place::among(&held, vote.round), Place::None)
            }
        }
    }

    /// The votes of the same round, kind and value.
    fn alike(&self, vote: &Vote) -> impl Iterator<Item = &SignedVote> + '_ {
        let (kind, value) = (vote.kind, vote.value);
        self.of_round(vote.round).filter(move |v| v.message.kind == kind && v.message.value == value)
    }

    /// Lets a bank's oldest future round give way, if it has no place left for this one.
    fn displace(&mut self, bank: BankId, round: Round, window: &Window) {
        if window.is_future(round)
            && let Place::Instead(oldest) = Place::among(&self.future_rounds(bank, window), round)
        {
            self.forget(bank, oldest);
        }
    }

    fn future_rounds(&self, bank: BankId, window: &Window) -> Vec<Round> {
        let ahead = self.rounds.iter().filter(|(round, _)| window.is_future(**round));
        ahead.filter(|(_, votes)| votes.keys().any(|(voter, _)| *voter == bank)).map(|(r, _)| *r).collect()
    }

    fn forget(&mut self, bank: BankId, round: Round) {
        if let Some(votes) = self.rounds.get_mut(&round) {
            votes.retain(|(voter, _), _| *voter != bank);
            if votes.is_empty() {
                self.rounds.remove(&round);
            }
        }
    }

    /// Forgets what the window no longer keeps.
    pub(super) fn prune(&mut self, window: &Window) {
        self.rounds.retain(|round, _| window.keeps(*round));
    }

    /// The rounds of which there are votes, ascending.
    pub(super) fn rounds(&self) -> impl DoubleEndedIterator<Item = Round> + '_ {
        self.rounds.keys().copied()
    }

    /// The votes of a round, by bank and kind; a bank's first one first.
    pub(super) fn of_round(&self, round: Round) -> impl Iterator<Item = &SignedVote> + '_ {
        self.rounds.get(&round).into_iter().flat_map(BTreeMap::values).flatten()
    }

    /// A bank's vote in a round, its first if it contradicted itself.
    pub(super) fn get(&self, round: Round, bank: BankId, kind: VoteKind) -> Option<&SignedVote> {
        self.rounds.get(&round)?.get(&(bank, kind))?.first()
    }

    /// Whether a bank's vote contradicts an earlier one of it.
    pub(super) fn is_second(&self, vote: &Vote) -> bool {
        let first = self.get(vote.round, vote.bank, vote.kind);
        first.is_some_and(|first| first.message.value != vote.value)
    }

    /// The votes of a kind for a value in a round, by bank.
    pub(super) fn backing(
        &self,
        round: Round,
        kind: VoteKind,
        value: PrivateHash,
    ) -> impl Iterator<Item = &SignedVote> + '_ {
        let backs = move |vote: &&SignedVote| vote.message.kind == kind && vote.message.value == Some(value);
        self.of_round(round).filter(backs)
    }

    /// How many banks have voted in a round, in any way.
    pub(super) fn voters(&self, round: Round) -> usize {
        let mut voters: Vec<_> = self.of_round(round).map(|vote| vote.message.bank).collect();
        voters.dedup();
        voters.len()
    }

    /// The value for which a quorum prevoted in a round.
    pub(super) fn polka(&self, round: Round, quorum: usize) -> Option<PrivateHash> {
        let values = self.of_round(round).filter_map(|vote| vote.message.value);
        values.into_iter().find(|value| self.backing(round, VoteKind::Prevote, *value).count() >= quorum)
    }

    /// The last round with a polka for a value.
    pub(super) fn newest_polka(&self, quorum: usize) -> Option<(Round, PrivateHash)> {
        self.rounds().rev().find_map(|round| Some((round, self.polka(round, quorum)?)))
    }

    /// The highest round in which a bank has voted.
    pub(super) fn latest_round(&self, bank: BankId) -> Option<Round> {
        let voted = |votes: &RoundVotes| votes.keys().any(|(voter, _)| *voter == bank);
        self.rounds.iter().rev().find(|(_, votes)| voted(votes)).map(|(round, _)| *round)
    }
}

#[cfg(test)]
#[path = "votes_tests.rs"]
mod tests;
