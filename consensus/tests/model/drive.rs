//! From the model to production: every step of the model is one that production takes, too.
//!
//! For a step of the model its production machine is given just what the step rests on: the votes of
//! honest banks that exist in the model, the votes and proposals of liars that help, the timeout that
//! the machine has asked for. It must then have signed the same vote and stand in the same round and
//! step with the same lock. So the model says of production nothing that is not true, and a fork that
//! it finds is one of production.
//!
//! With more liars than are tolerated there can be two quorums of prevotes in one round. Production
//! looks for one only and may miss the other, which is safe; such ways are not followed further.

use super::bank::{Bank, Value, bit};
use super::rig::{Rig, Stake};
use super::rules::{Act, Setup};
use super::search::Trace;
use super::system::{Action, System};
use idx_consensus::agreement::TimeoutKind;
use idx_types::{Quorums, VoteKind};
use std::collections::BTreeSet;

/// What became of a step in production.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was taken.
    Yes,
    /// The votes that it rests on let the machine decide instead, which the model leaves open.
    Decided,
    /// It was not.
    No(String),
}

/// Production machines that follow the model.
pub struct Drive<const H: usize> {
    setup: Setup,
    pub rig: Rig,
    /// The model's state.
    pub banks: [Bank; H],
    /// To whom which value was proposed, in which round.
    proposed: BTreeSet<(usize, u8, Value)>,
    /// To whom whose vote was shown: round, and whether a precommit.
    shown: BTreeSet<(usize, usize, u8, bool)>,
}

impl<const H: usize> Drive<H> {
    pub fn new(setup: Setup) -> Self {
        let liars = usize::from(setup.liars);
        let quorums = Quorums { banks: H + liars, quorum: setup.quorum.into(), skip: setup.skip.into() };
        let rig = Rig::new(H, liars, Stake::Liars, quorums);
        Self { setup, rig, banks: [Bank::default(); H], proposed: BTreeSet::new(), shown: BTreeSet::new() }
    }

    /// Takes a step of the model in production.
    pub fn take(&mut self, action: Action, after: &[Bank; H]) -> Taken {
        let Action { bank: place, act } = action;
        let round = self.banks[place].round();
        match act {
            Act::Prevote(None, _) => self.timeout(place, TimeoutKind::Propose),
            Act::Prevote(Some(value), proof) => {
                proof.into_iter().for_each(|proof| self.show_polka(place, proof, value));
                self.propose(place, proof, value);
            }
            Act::Precommit(None) => {
                self.show_any(place, VoteKind::Prevote);
                self.timeout(place, TimeoutKind::Prevote);
            }
            Act::Precommit(Some(value)) | Act::SeeProof(value) => {
                self.propose(place, None, value);
                self.show_polka(place, round, value);
            }
            Act::NextRound => {
                self.show_any(place, VoteKind::Precommit);
                self.timeout(place, TimeoutKind::Precommit);
            }
            Act::Follow(later) => self.show_voters(place, later),
            Act::Restart => {}
        }
        self.compare(place, after)
    }

    fn compare(&mut self, place: usize, after: &[Bank; H]) -> Taken {
        let machine = &self.rig.machines[place];
        if machine.decided.is_some() {
            return Taken::Decided;
        }
        let (seen, wanted) = (machine.seen(), after[place].with_valid(None));
        if seen != wanted {
            return Taken::No(format!("production: {seen:?}, the model: {wanted:?}"));
        }
        self.banks = *after;
        Taken::Yes
    }

    /// Gives the timeout, if the machine is still where it asked for it.
    fn timeout(&mut self, place: usize, kind: TimeoutKind) {
        let round = self.banks[place].round();
        if self.rig.machines[place].scheduled.contains(&(kind, round)) {
            self.rig.timeout(place, kind, round);
        }
    }

    fn propose(&mut self, place: usize, proof: Option<u8>, value: Value) {
        let round = self.banks[place].round();
        if self.proposed.insert((place, round, value)) {
            self.rig.propose(place, round, proof, value);
        }
    }

    /// A quorum of prevotes for a value.
    fn show_polka(&mut self, place: usize, round: u8, value: Value) {
        for other in self.others(place) {
            if self.banks[other].prevotes(round) & bit(Some(value)) != 0 {
                self.show(place, other, round, VoteKind::Prevote);
            }
        }
        self.lie(place, round, VoteKind::Prevote, Some(value));
    }

    /// A quorum of any votes of the own round, with as few for a value as can be.
    fn show_any(&mut self, place: usize, kind: VoteKind) {
        let round = self.banks[place].round();
        self.lie(place, round, kind, None);
        let own = self.votes(place, round, kind) != 0;
        let wanted = self.setup.honest_part() - u8::from(own);
        let known = |other: usize| self.shown.contains(&(place, other, round, kind == VoteKind::Precommit));
        let voters = self.others(place).map(|other| (self.votes(other, round, kind), other));
        let mut voters: Vec<_> = voters.filter(|(votes, _)| *votes != 0).collect();
        voters.sort_unstable_by_key(|(votes, other)| (!known(*other), *votes));
        for (_, other) in voters.into_iter().take(wanted.into()) {
            self.show(place, other, round, kind);
        }
    }

    /// The vote of an honest bank.
    fn show(&mut self, place: usize, other: usize, round: u8, kind: VoteKind) {
        let choice = (0..2).find(|value| self.votes(other, round, kind) & bit(Some(*value)) != 0);
        self.shown.insert((place, other, round, kind == VoteKind::Precommit));
        self.rig.vote(place, other, round, kind, choice);
    }

    /// Enough banks in a later round.
    fn show_voters(&mut self, place: usize, round: u8) {
        let voters: Vec<_> = self.others(place).filter(|other| self.banks[*other].voted(round)).collect();
        for other in voters.into_iter().take(self.setup.skip.saturating_sub(self.setup.liars).into()) {
            self.show(place, other, round, VoteKind::Prevote);
        }
        self.lie(place, round, VoteKind::Precommit, None);
    }

    fn lie(&mut self, place: usize, round: u8, kind: VoteKind, choice: Option<Value>) {
        for liar in H..H + usize::from(self.setup.liars) {
            self.rig.vote(place, liar, round, kind, choice);
        }
    }

    fn others(&self, place: usize) -> impl Iterator<Item = usize> + use<H> {
        (0..H).filter(move |other| *other != place)
    }

    fn votes(&self, place: usize, round: u8, kind: VoteKind) -> u8 {
        match kind {
            VoteKind::Prevote => self.banks[place].prevotes(round),
            VoteKind::Precommit => self.banks[place].precommits(round),
        }
    }

    /// Shows the quorum of precommits for a value to a bank, with its proposal.
    pub fn show_certificate(&mut self, place: usize, round: u8, value: Value) {
        for other in self.others(place) {
            if self.banks[other].precommits(round) & bit(Some(value)) != 0 {
                self.show(place, other, round, VoteKind::Precommit);
            }
        }
        self.lie(place, round, VoteKind::Precommit, Some(value));
        self.rig.propose(place, round, None, value);
    }
}

/// Takes a whole way; how far production followed.
pub fn follow<const H: usize>(drive: &mut Drive<H>, trace: &Trace<System<H>>) -> Taken {
    for (action, after) in &trace.steps {
        match drive.take(*action, after) {
            Taken::Yes => {}
            other => return other,
        }
    }
    Taken::Yes
}
