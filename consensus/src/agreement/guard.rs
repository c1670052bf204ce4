//! The vote guard: a second lock on the bank's pen, which knows nothing of the protocol but this: a
//! bank signs one thing in one place, and never goes back (expectation 1, fault 9).
//!
//! The agreement never wishes for two contradicting votes; the guard is there for the day on which
//! it does, because of a lost log, a wrong replay or a planted bug. Pure: whoever holds it fills it
//! from the write-ahead log after a restart, by noting all that was signed.

use idx_types::{Height, PrivateHash, Proposal, Round, Vote, VoteKind};
use std::collections::BTreeMap;

/// Places remembered of the current height. Beyond it the oldest is forgotten, which is safe: what
/// is older than the newest and not remembered is refused.
const PLACES_KEPT: usize = 256;

/// Why something must not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// Below the height that is being agreed on.
    #[error("height {height} is below {mark}, the least that this bank may still sign")]
    Height {
        /// What was to be signed.
        height: Height,
        /// The least height that may be signed.
        mark: Height,
    },
    /// Something else was signed in the same place.
    #[error("height {height} round {round}: this bank has already signed a contradicting {what}")]
    Contradiction {
        /// The height of both.
        height: Height,
        /// The round of both.
        round: Round,
        /// `prevote`, `precommit` or `proposal`.
        what: &'static str,
    },
    /// Something later was signed, and this is not known to have been signed before.
    #[error("height {height} round {round}: this bank has already signed a later {what}")]
    Late {
        /// The height of both.
        height: Height,
        /// The round that was to be signed.
        round: Round,
        /// `prevote`, `precommit` or `proposal`.
        what: &'static str,
    },
}

/// Remembers what this bank has signed at the height it is at, and refuses what contradicts it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VoteGuard {
    mark: Height,
    votes: BTreeMap<(Round, VoteKind), Option<PrivateHash>>,
    proposals: BTreeMap<Round, (PrivateHash, Option<Round>)>,
}

impl VoteGuard {
    /// Nothing below `mark` may be signed; of `mark` itself nothing has been signed yet.
    pub fn new(mark: Height) -> Self {
        Self { mark, ..Self::default() }
    }

    /// The least height that may be signed.
    pub fn mark(&self) -> Height {
        self.mark
    }

    /// A height begins. Raises the mark and forgets what is below it; never lowers the mark.
    pub fn start_height(&mut self, height: Height) {
        if height > self.mark {
            *self = Self::new(height);
        }
    }

    /// Whether a vote may be signed: it was signed before, or comes after all that was.
    ///
    /// # Errors
    /// [`GuardError`] if it contradicts, or may contradict, what this bank has signed.
    pub fn check_vote(&self, vote: &Vote) -> Result<(), GuardError> {
        let place = (vote.round, vote.kind);
        self.check(vote.height, &self.votes, place, &vote.value)
            .map_err(|refusal| refusal.at(vote.height, vote.round, kind_name(vote.kind)))
    }

    /// Whether a proposal may be signed, by the same rule.
    ///
    /// # Errors
    /// [`GuardError`] if it contradicts, or may contradict, what this bank has signed.
    pub fn check_proposal(&self, proposal: &Proposal) -> Result<(), GuardError> {
        let signed = (proposal.value, proposal.pol_round);
        self.check(proposal.height, &self.proposals, proposal.round, &signed)
            .map_err(|refusal| refusal.at(proposal.height, proposal.round, "proposal"))
    }

    /// [`Self::check_vote`] without its reason.
    pub fn permits_vote(&self, vote: &Vote) -> bool {
        self.check_vote(vote).is_ok()
    }

    /// [`Self::check_proposal`] without its reason.
    pub fn permits_proposal(&self, proposal: &Proposal) -> bool {
        self.check_proposal(proposal).is_ok()
    }

    /// Remembers a vote as signed and raises the mark to its height, if [`Self::permits_vote`];
    /// says whether.
    pub fn note_vote(&mut self, vote: &Vote) -> bool {
        let permitted = self.permits_vote(vote);
        if permitted {
            self.start_height(vote.height);
            remember(&mut self.votes, (vote.round, vote.kind), vote.value);
        }
        permitted
    }

    /// Remembers a proposal as signed and raises the mark to its height, if
    /// [`Self::permits_proposal`]; says whether.
    pub fn note_proposal(&mut self, proposal: &Proposal) -> bool {
        let permitted = self.permits_proposal(proposal);
        if permitted {
            self.start_height(proposal.height);
            remember(&mut self.proposals, proposal.round, (proposal.value, proposal.pol_round));
        }
        permitted
    }

    /// Whether this very vote was signed at the height of the mark.
    pub fn has_signed_vote(&self, vote: &Vote) -> bool {
        vote.height == self.mark && self.votes.get(&(vote.round, vote.kind)) == Some(&vote.value)
    }

    /// Whether this very proposal was signed at the height of the mark.
    pub fn has_signed_proposal(&self, proposal: &Proposal) -> bool {
        let signed = (proposal.value, proposal.pol_round);
        proposal.height == self.mark && self.proposals.get(&proposal.round) == Some(&signed)
    }

    fn check<K: Ord, V: PartialEq>(
        &self,
        height: Height,
        signed: &BTreeMap<K, V>,
        place: K,
        value: &V,
    ) -> Result<(), Refusal> {
        if height != self.mark {
            return if height > self.mark { Ok(()) } else { Err(Refusal::Height(self.mark)) };
        }
        match signed.get(&place) {
            Some(known) if known == value => Ok(()),
            Some(_) => Err(Refusal::Contradiction),
            None if signed.last_key_value().is_some_and(|(last, _)| *last > place) => Err(Refusal::Late),
            None => Ok(()),
        }
    }
}

/// A refusal before it is known where.
enum Refusal {
    Height(Height),
    Contradiction,
    Late,
}

impl Refusal {
    fn at(self, height: Height, round: Round, what: &'static str) -> GuardError {
        match self {
            Self::Height(mark) => GuardError::Height { height, mark },
            Self::Contradiction => GuardError::Contradiction { height, round, what },
            Self::Late => GuardError::Late { height, round, what },
        }
    }
}

fn kind_name(kind: VoteKind) -> &'static str {
    match kind {
        VoteKind::Prevote => "prevote",
        VoteKind::Precommit => "precommit",
    }
}

fn remember<K: Ord, V>(signed: &mut BTreeMap<K, V>, place: K, value: V) {
    signed.insert(place, value);
    if signed.len() > PLACES_KEPT {
        signed.pop_first();
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
