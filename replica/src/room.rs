//! How much one bank can make us keep of a height: every list of the book has room by round and by
//! bank, so that a liar fills its own places and nobody else's (faults 21, 31, 41).
//!
//! ```text
//!   forgotten | 16 rounds past ....... current ....... 8 rounds ahead | not taken yet
//!             |  2 blocks, 2 proposals a round; more if an honest bank stands behind them
//! ```
//!
//! What is dropped here is sent again by whoever needs it; what a quorum prevoted stays.

use crate::book::Book;
use idx_types::{BankId, PrivateHash, Proposal, PublicHash, Round, SignedVerdicts, Verified, Vote, VoteKind};
use std::collections::{BTreeMap, BTreeSet};

/// Rounds past whose blocks and proposals are kept.
pub(crate) const ROUNDS_BEHIND: u32 = 16;

/// Rounds ahead of which blocks and proposals are taken.
pub(crate) const ROUNDS_AHEAD: u32 = 8;

/// Mined blocks, and proposals, kept of one round: one, and the one that contradicts it.
pub(crate) const PER_ROUND_MAX: usize = 2;

/// Votes for later rounds taken from one bank while we are in one round: an honest bank thirty rounds
/// ahead of us would have pulled us along.
pub(crate) const VOTES_PER_BANK_MAX: usize = 64;

/// Verdicts kept of one bank for blocks that have not arrived.
pub(crate) const EARLY_VERDICTS_PER_BANK_MAX: usize = 4;

/// Offences of one bank reported at one height.
pub(crate) const OFFENCES_PER_BANK_MAX: usize = 4;

/// What tells one proposal of a height from another: round, value, and the round of its polka.
pub(crate) type ProposalKey = (Round, PrivateHash, Option<Round>);

/// The key of a proposal.
pub(crate) const fn key_of(proposal: &Proposal) -> ProposalKey {
    (proposal.round, proposal.value, proposal.pol_round)
}

impl Book {
    /// A round begins: what lies too far behind is forgotten, but for the newest polka's.
    pub(crate) fn enter_round(&mut self, round: Round, quorum: usize) {
        self.round = Some(round);
        self.repeats = 0;
        self.fresh_votes.clear();
        let floor = Round(round.0.saturating_sub(ROUNDS_BEHIND));
        let polka = self.newest_polka(quorum);
        let pinned = polka.and_then(|value| self.candidates.get(&value)).map(|entry| entry.block);
        self.blocks.retain(|hash, entry| entry.round() >= floor || pinned == Some(*hash));
        let blocks = &self.blocks;
        self.candidates.retain(|_, entry| blocks.contains_key(&entry.block));
        self.waiting.retain(|checked| blocks.contains_key(&checked.candidate.header.public_hash));
        self.proposals.retain(|(of, _, _), _| *of >= floor);
        self.votes.retain(|vote| vote.round >= floor || vote.value.is_some_and(|v| polka == Some(v)));
    }

    /// Whether a round is near enough to keep things of it.
    fn is_near(&self, round: Round) -> bool {
        let current = self.round.map_or(0, |round| round.0);
        (current.saturating_sub(ROUNDS_BEHIND)..=current.saturating_add(ROUNDS_AHEAD)).contains(&round.0)
    }

    /// Whether a further mined block of this round may be kept.
    pub(crate) fn has_room_for_block(&self, round: Round, backed: bool) -> bool {
        let kept = || self.blocks.values().filter(|entry| entry.round() == round).count();
        backed || (self.is_near(round) && kept() < PER_ROUND_MAX)
    }

    /// Whether a proposal may be looked at: it is known already, or there is room for it.
    pub(crate) fn has_room_for_proposal(&self, proposal: &Proposal, backed: bool) -> bool {
        let known = self.proposals.contains_key(&key_of(proposal));
        let kept = || self.proposals.keys().filter(|(round, _, _)| *round == proposal.round).count();
        self.is_near(proposal.round) && (known || backed || kept() < PER_ROUND_MAX)
    }

    /// Whether a proposal may wait for its block.
    pub(crate) fn may_wait(&self, proposal: &Proposal, backed: bool) -> bool {
        let waiting = || self.waiting.iter().map(|checked| &checked.proposal.message);
        let known = waiting().any(|other| key_of(other) == key_of(proposal));
        let kept = || waiting().filter(|other| other.round == proposal.round).count();
        !known && (backed || kept() < PER_ROUND_MAX)
    }

    /// Whether so many banks have voted for a value that one of them is honest.
    pub(crate) fn is_backed(&self, value: PrivateHash, skip: usize) -> bool {
        let for_it = self.votes.iter().filter(|vote| vote.value == Some(value));
        for_it.map(|vote| vote.bank).collect::<BTreeSet<BankId>>().len() >= skip
    }

    /// The value of the last round in which a quorum prevoted one.
    fn newest_polka(&self, quorum: usize) -> Option<PrivateHash> {
        let mut tally: BTreeMap<(Round, PrivateHash), usize> = BTreeMap::new();
        for vote in self.votes.iter().filter(|vote| vote.kind == VoteKind::Prevote) {
            if let Some(value) = vote.value {
                *tally.entry((vote.round, value)).or_default() += 1;
            }
        }
        tally.into_iter().rev().find(|(_, votes)| *votes >= quorum).map(|((_, value), _)| value)
    }

    /// Takes note of another bank's vote that is news to the agreement; whether the bank has room for
    /// it. The agreement bounds what it keeps of the present and the past; of the future a bank could
    /// let it forget one round for the next for ever. What a liar says of the future must not
    /// stand in the way of what it said before: an old vote of its own may be part of a quorum that
    /// others are locked on (simulator seed 1001420).
    pub(crate) fn admit_vote(&mut self, vote: &Vote) -> bool {
        if self.round.is_none_or(|current| vote.round > current) {
            let taken = self.fresh_votes.entry(vote.bank).or_default();
            *taken += 1;
            if *taken > VOTES_PER_BANK_MAX {
                return false;
            }
        }
        self.votes.insert(*vote);
        true
    }

    /// Keeps verdicts on a block that has not arrived; of one bank the newest few.
    pub(crate) fn keep_early(&mut self, verdicts: Verified<SignedVerdicts>) {
        if self.early_verdicts.iter().any(|known| known.message == verdicts.message) {
            return;
        }
        let bank = verdicts.message.bank;
        let of_bank = |known: &Verified<SignedVerdicts>| known.message.bank == bank;
        if self.early_verdicts.iter().filter(|known| of_bank(known)).count() >= EARLY_VERDICTS_PER_BANK_MAX
            && let Some(oldest) = self.early_verdicts.iter().position(of_bank)
        {
            self.early_verdicts.remove(oldest);
        }
        self.early_verdicts.push(verdicts);
    }

    /// Takes out the early verdicts on this block.
    pub(crate) fn take_early(&mut self, block: PublicHash) -> Vec<Verified<SignedVerdicts>> {
        let early = std::mem::take(&mut self.early_verdicts);
        let (due, later) = early.into_iter().partition(|verdicts| verdicts.message.block == block);
        self.early_verdicts = later;
        due
    }
}
