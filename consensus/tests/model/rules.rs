//! Tendermint (arXiv:1807.04938) as the steps of one bank; line numbers are those of the paper.
//!
//! There is no network here. What honest banks have signed is a set that only grows, and a step may
//! rest on any of it at any time: this is delay, loss, repetition and reordering at their worst. A
//! lying bank has no state: each vote it could sign is there from the beginning for whom it helps,
//! and it proposes in every round, to each bank what it likes. An honest proposer, or one that is
//! silent, could only take steps away.
//!
//! A decision is not a step either: a bank may take it as soon as the votes exist (line 49), and
//! would then be silent, which again only takes steps away. So agreement is a claim about the votes.

use super::bank::{Bank, Step, Value};
use super::bugs::Bug;
use idx_types::Quorums;

/// The bounds of a search and the thresholds in it.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Lying banks, beside the honest ones.
    pub liars: u8,
    /// Votes that decide.
    pub quorum: u8,
    /// Votes of a later round that are followed.
    pub skip: u8,
    /// Rounds; none is entered beyond them.
    pub rounds: u8,
    /// Whether the value to propose again is kept. Nothing but the calm rounds asks for it.
    pub keeps_valid: bool,
    /// Whether B is a value that breaks a rule.
    pub b_is_invalid: bool,
    /// Whether each state must lead to a decision if all goes well from there.
    pub must_recover: bool,
    /// Whether states are merged that differ only in who signed what in the past (`merge`).
    pub merges_past: bool,
    /// Whether rounds that all have left are forgotten and the others numbered anew (`merge`): then
    /// `rounds` is no bound on how many there are, but on how far banks are apart. Round 0 stands for
    /// the past.
    pub slides: bool,
    pub bug: Option<Bug>,
}

impl Setup {
    /// With the thresholds of production.
    pub fn of(honest: usize, liars: usize, margin: usize, rounds: u8) -> Self {
        let quorums = Quorums::of(honest + liars, margin);
        Self {
            liars: liars as u8,
            quorum: quorums.quorum as u8,
            skip: quorums.skip as u8,
            rounds,
            keeps_valid: false,
            b_is_invalid: false,
            must_recover: false,
            merges_past: true,
            slides: false,
            bug: None,
        }
    }

    /// Any number of rounds, of which so many follow each other before the first may be forgotten.
    pub fn sliding(self, window: u8) -> Self {
        Self { rounds: window + 1, slides: true, ..self }
    }

    pub fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Votes of liars that count for one value: one each, whatever else they signed.
    fn lies(&self) -> u8 {
        if self.has(Bug::EachVoteOfABankCounts) { 2 * self.liars } else { self.liars }
    }

    /// Honest votes that make a quorum with the liars' help.
    pub fn honest_part(&self) -> u8 {
        self.quorum.saturating_sub(self.lies())
    }

    pub fn is_quorum(&self, honest: u8) -> bool {
        honest + self.lies() >= self.quorum
    }
}

/// What one bank does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Line 22, or with the round of a proof line 28; nil by timeout, line 57.
    Prevote(Option<Value>, Option<u8>),
    /// Line 36, nil by a quorum and timeout, line 61 (of which line 44 is a case).
    Precommit(Option<Value>),
    /// Line 42: a quorum of prevotes seen after the own precommit.
    SeeProof(Value),
    /// Line 65: a quorum of precommits, and timeout.
    NextRound,
    /// Line 55: enough banks seen in a later round.
    Follow(u8),
    /// A planted bug only: it comes back without its last vote.
    Restart,
}

/// How many honest banks have signed what in a round.
#[derive(Clone, Copy, Default)]
pub struct Count {
    /// For nil, A, B.
    pub prevotes: [u8; 3],
    pub precommits: [u8; 3],
    pub prevoters: u8,
    pub precommitters: u8,
    pub voters: u8,
}

/// The counts of all rounds.
pub type Counts = [Count; super::bank::ROUNDS_MAX as usize];

/// Counts the votes of the honest banks.
pub fn count(banks: &[Bank], rounds: u8) -> Counts {
    let mut counts = Counts::default();
    for bank in banks {
        for round in 0..rounds.min(bank.round() + 1) {
            add(&mut counts[round as usize], bank.prevotes(round), bank.precommits(round));
        }
    }
    counts
}

fn add(count: &mut Count, prevotes: u8, precommits: u8) {
    for choice in 0..3 {
        count.prevotes[choice] += prevotes >> choice & 1;
        count.precommits[choice] += precommits >> choice & 1;
    }
    count.prevoters += u8::from(prevotes != 0);
    count.precommitters += u8::from(precommits != 0);
    count.voters += u8::from(prevotes | precommits != 0);
}

impl Setup {
    /// Whether a quorum of prevotes for the value can be shown to anybody.
    pub fn polka(&self, counts: &Counts, round: u8, value: Value) -> bool {
        self.is_quorum(counts[round as usize].prevotes[1 + value as usize])
    }

    fn is_valid(&self, value: Value) -> bool {
        !self.b_is_invalid || value == 0 || self.has(Bug::InvalidIsAccepted)
    }

    /// Whether a bank with this lock prevotes a value proposed with a proof of this round (lines 23
    /// and 29).
    pub fn accepts(&self, bank: Bank, value: Value, proof: Option<u8>) -> bool {
        if !self.is_valid(value) {
            return false;
        }
        match (bank.lock(), proof) {
            (None, _) => true,
            (Some((_, locked)), _) if locked == value => true,
            (Some(_), None) => self.has(Bug::LockIsIgnored),
            (Some(_), Some(_)) if self.has(Bug::NoProofUnlocks) => false,
            (Some(_), Some(_)) if self.has(Bug::OlderProofUnlocks) => true,
            (Some((since, _)), Some(proof)) => since <= proof,
        }
    }

    /// The proof with which a bank may be brought to prevote the value, if there is any.
    fn way_to_prevote(&self, counts: &Counts, bank: Bank, value: Value) -> Option<Option<u8>> {
        let believed = |round: u8| self.has(Bug::ProofIsNotChecked) || self.polka(counts, round, value);
        let proofs = (0..bank.round()).rev().filter(|round| believed(*round)).map(Some);
        std::iter::once(None).chain(proofs).find(|proof| self.accepts(bank, value, *proof))
    }

    fn may_precommit(&self, counts: &Counts, round: u8, value: Value) -> bool {
        let count = &counts[round as usize];
        let polka = self.polka(counts, round, value);
        match self.bug {
            Some(Bug::PrecommitsWithoutQuorum) => true,
            Some(Bug::QuorumOfAnythingLocks) => self.is_quorum(count.prevoters),
            Some(Bug::OldProofLocks) => (0..=round).any(|round| self.polka(counts, round, value)),
            _ => polka,
        }
    }

    fn locked(&self, bank: Bank, value: Value) -> Bank {
        let proof = Some((bank.round(), value));
        let locked = if self.has(Bug::LockIsNotTaken) { bank } else { bank.with_lock(proof) };
        if self.keeps_valid { locked.with_valid(proof) } else { locked }
    }

    /// All that a bank may do, and what it is then.
    pub fn steps(&self, counts: &Counts, bank: Bank, mut tell: impl FnMut(Act, Bank)) {
        match bank.step() {
            Step::Propose => self.prevotes(counts, bank, &mut tell),
            Step::Prevote => self.precommits(counts, bank, &mut tell),
            Step::Precommit => self.late_proofs(counts, bank, &mut tell),
        }
        self.round_changes(counts, bank, &mut tell);
        if self.has(Bug::VoteIsNotStored) && bank.step() > Step::Propose {
            tell(Act::Restart, bank.with_step(Step::Propose));
        }
    }

    fn prevotes(&self, counts: &Counts, bank: Bank, tell: &mut impl FnMut(Act, Bank)) {
        tell(Act::Prevote(None, None), bank.prevote(None));
        for value in 0..2 {
            if let Some(proof) = self.way_to_prevote(counts, bank, value) {
                tell(Act::Prevote(Some(value), proof), bank.prevote(Some(value)));
            }
        }
    }

    fn precommits(&self, counts: &Counts, bank: Bank, tell: &mut impl FnMut(Act, Bank)) {
        let round = bank.round();
        if self.is_quorum(counts[round as usize].prevoters) {
            tell(Act::Precommit(None), bank.precommit(None));
        }
        for value in (0..2).filter(|value| self.may_precommit(counts, round, *value)) {
            if self.is_valid(value) {
                tell(Act::Precommit(Some(value)), self.locked(bank.precommit(Some(value)), value));
            }
        }
    }

    fn late_proofs(&self, counts: &Counts, bank: Bank, tell: &mut impl FnMut(Act, Bank)) {
        let round = bank.round();
        for value in (0..2).filter(|value| self.keeps_valid && self.polka(counts, round, *value)) {
            if bank.valid() != Some((round, value)) {
                tell(Act::SeeProof(value), bank.with_valid(Some((round, value))));
            }
        }
    }

    fn round_changes(&self, counts: &Counts, bank: Bank, tell: &mut impl FnMut(Act, Bank)) {
        let round = bank.round();
        let kept = if self.has(Bug::LockIsForgotten) { bank.with_lock(None) } else { bank };
        let next = round + 1;
        if next < self.rounds && self.is_quorum(counts[round as usize].precommitters) {
            tell(Act::NextRound, kept.enter(next));
        }
        for later in next..self.rounds {
            if counts[later as usize].voters + self.liars >= self.skip {
                tell(Act::Follow(later), kept.enter(later));
            }
        }
    }
}
