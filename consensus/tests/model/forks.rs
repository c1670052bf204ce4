//! More liars than are tolerated: two of six at quorum 4. A fork must then be possible, in the model
//! and in production, and what it leaves behind is looked at: who signed both certificates, and
//! against whom there is evidence.
//!
//! | the two certificates are | signed by both           | evidence in them       |
//! |--------------------------|--------------------------|------------------------|
//! | of one round             | the two liars, no other  | against both liars     |
//! | of two rounds            | liars or honest banks    | none                   |
//!
//! What follows is this: of certificates of two rounds one cannot tell who lied, only how many at least: as
//! many as two quorums share.

use super::bank::{Bank, Value, bit};
use super::drive::{Drive, Taken, follow};
use super::rig::{Rig, Stake};
use super::rules::{Act, Counts, Setup, count};
use super::search::{Model, explore};
use super::system::{Action, FORK, System, tell};
use idx_consensus::agreement::{TimeoutKind, conflicting, fork_evidence};
use idx_types::{BankId, CommitCertificate, Evidence, Quorums, VoteKind, testing};
use std::collections::BTreeSet;

const HONEST: usize = 4;
const LIARS: [BankId; 2] = [BankId(4), BankId(5)];

/// The same banks, but a fork does not end the search; what does is an honest bank that signed two
/// certificates of one round.
struct Forked(System<HONEST>);

/// Whether a round has certificates for both values, both with this bank.
fn signed_both(setup: &Setup, counts: &Counts, bank: &Bank, round: u8) -> bool {
    let signed = |value: Value| {
        let certified = setup.is_quorum(counts[round as usize].precommits[1 + value as usize]);
        certified && bank.precommits(round) & bit(Some(value)) != 0
    };
    signed(0) && signed(1)
}

impl Model for Forked {
    type State = [Bank; HONEST];
    type Action = Action;

    fn starts(&self) -> Vec<Self::State> {
        self.0.starts()
    }
    fn steps(&self, state: &Self::State, out: &mut Vec<(Action, Self::State)>) {
        self.0.steps(state, out);
    }
    fn representative(&self, state: &Self::State) -> Self::State {
        self.0.representative(state)
    }
    fn broken(&self, state: &Self::State) -> Option<&'static str> {
        let setup = &self.0.0;
        let counts = count(state, setup.rounds);
        let signs = |bank: &Bank| (0..setup.rounds).any(|round| signed_both(setup, &counts, bank, round));
        state.iter().any(signs).then_some("an honest bank signed both certificates")
    }
}

fn bounds() -> Setup {
    Setup { merges_past: false, ..Setup::of(HONEST, LIARS.len(), 0, 2) }
}

fn certificate(drive: &Drive<HONEST>, place: usize) -> CommitCertificate {
    drive.rig.machines[place].decided.clone().expect("it has decided")
}

fn accused<'a>(evidence: impl IntoIterator<Item = &'a Evidence>) -> BTreeSet<BankId> {
    evidence.into_iter().map(|proof| proof.offence().expect("it proves something").bank).collect()
}

/// Lets one bank see each certificate, first one and then the other; what each decided.
fn decide_both(drive: &mut Drive<HONEST>, places: [usize; 2], rounds: [u8; 2]) -> [CommitCertificate; 2] {
    for value in [0, 1] {
        drive.show_certificate(places[value], rounds[value], value as Value);
    }
    let decided = places.map(|place| certificate(drive, place));
    for value in [0, 1] {
        drive.show_certificate(places[1 - value], rounds[value], value as Value);
    }
    decided
}

#[test]
fn the_shortest_fork_happens_in_production_and_names_both_liars() {
    let seen = explore(System::<HONEST>(bounds()));
    let (claim, place) = seen.broken.expect("a fork is possible");
    assert_eq!(claim, FORK);
    let trace = seen.trace(place);
    println!("the shortest fork:\n{}", tell(&trace));
    let mut drive = Drive::<HONEST>::new(bounds());
    assert_eq!(follow(&mut drive, &trace), Taken::Yes);
    let counts = count(&drive.banks, 2);
    let rounds = [0, 1].map(|value| bounds().certified_round(&counts, value).expect("it is certified"));
    let [a, b] = decide_both(&mut drive, [0, 3], rounds);
    assert_ne!(a.value, b.value);
    assert_eq!(conflicting(&a, &b), Some(LIARS.to_vec()));
    assert_eq!(accused(&fork_evidence(testing::chain_id(), &a, &b)), LIARS.into());
    for place in [0, 3] {
        let machine = &drive.rig.machines[place];
        assert_eq!(machine.contradicted.len(), 1, "bank {place} is told of the other certificate");
        assert_eq!(accused(&machine.evidence), LIARS.into());
    }
}

#[test]
fn only_liars_sign_two_certificates_of_one_round() {
    let seen = explore(Forked(System(bounds())));
    println!("{} states", seen.states.len());
    assert_eq!(seen.broken, None);
}

/// Banks 0 and 1 lock on A in round 0, 2 and 3 with the liars make a quorum for B in round 1, and by
/// that proof 0 and 1 precommit B in round 2.
fn both_rounds() -> Vec<(usize, Act)> {
    use Act::*;
    let (a, b) = (Some(0), Some(1));
    let all = |act: Act| (0..HONEST).map(move |bank| (bank, act));
    let pair = |first: usize, act: Act| [(first, act), (first + 1, act)];
    let round_0 = [
        pair(0, Prevote(a, None)),
        pair(2, Prevote(None, None)),
        pair(0, Precommit(a)),
        pair(2, Precommit(None)),
    ];
    let round_1 = [pair(0, Prevote(None, None)), pair(2, Prevote(b, None))];
    let round_2 = [pair(0, Prevote(b, Some(1))), pair(0, Precommit(b))];
    let first = round_0.into_iter().flatten().chain(all(NextRound));
    let second = round_1.into_iter().flatten().chain(all(Precommit(None))).chain(pair(0, NextRound));
    first.chain(second).chain(round_2.into_iter().flatten()).collect()
}

/// Takes a step that the model must know.
fn take(drive: &mut Drive<HONEST>, setup: Setup, bank: usize, act: Act) {
    let mut steps = Vec::new();
    System::<HONEST>(setup).steps(&drive.banks, &mut steps);
    let wanted = steps.iter().find(|(action, _)| *action == Action { bank, act });
    let (action, after) = *wanted.unwrap_or_else(|| panic!("the model does not know: {bank} {act:?}"));
    assert_eq!(drive.take(action, &after), Taken::Yes, "{action:?}");
}

/// A bank that is locked on A prevotes B once it is shown a newer quorum of prevotes for B: that is
/// the protocol. So who signed two certificates of different rounds need not have lied, and nothing
/// must be taken from a bank for that alone. No evidence is made of it.
#[test]
fn an_honest_bank_may_sign_certificates_of_two_rounds() {
    let setup = Setup::of(HONEST, LIARS.len(), 0, 3);
    let mut drive = Drive::<HONEST>::new(setup);
    both_rounds().into_iter().for_each(|(bank, act)| take(&mut drive, setup, bank, act));
    let [a, b] = decide_both(&mut drive, [2, 3], [0, 2]);
    let all_but_two = [BankId(0), BankId(1), LIARS[0], LIARS[1]];
    assert_eq!(conflicting(&a, &b), Some(all_but_two.to_vec()));
    assert_eq!(fork_evidence(testing::chain_id(), &a, &b), vec![]);
    assert!(drive.rig.machines.iter().all(|machine| accused(&machine.evidence).is_subset(&LIARS.into())));
}

/// The same, and banks 2 and 3 follow to round 2: now four honest banks certify B, and no liar does. Who
/// signed both certificates is honest without exception; who lied signed one of them only. So certificates
/// of two rounds do not even say where to look.
#[test]
fn all_who_signed_two_certificates_of_two_rounds_may_be_honest() {
    let setup = Setup::of(HONEST, LIARS.len(), 0, 3);
    let mut drive = Drive::<HONEST>::new(setup);
    both_rounds().into_iter().for_each(|(bank, act)| take(&mut drive, setup, bank, act));
    for act in [Act::NextRound, Act::Prevote(Some(1), None), Act::Precommit(Some(1))] {
        [2, 3].into_iter().for_each(|bank| take(&mut drive, setup, bank, act));
    }
    let [a, b] = decide_both(&mut drive, [2, 3], [0, 2]);
    let signers =
        |certificate: &CommitCertificate| certificate.signatures.iter().map(|(bank, _)| bank.0).collect();
    let (first, second): (Vec<u16>, Vec<u16>) = (signers(&a), signers(&b));
    assert_eq!((first, second), (vec![0, 1, 4, 5], vec![0, 1, 2, 3]));
    assert_eq!(conflicting(&a, &b), Some(vec![BankId(0), BankId(1)]));
}

/// Two liars need not sign two votes in one place for a fork: it is enough that they forget a lock.
/// Then nothing that they signed contradicts itself, and there is no evidence at all.
#[test]
fn a_fork_by_forgotten_locks_leaves_no_evidence() {
    let quorums = Quorums::of(6, 0);
    let mut rig = Rig::new(HONEST, LIARS.len(), Stake::Liars, quorums);
    let vote_all = |rig: &mut Rig, to: &[usize], round, kind, votes: [(usize, Option<Value>); 6]| {
        for (place, (from, choice)) in
            to.iter().flat_map(|place| votes.iter().map(move |vote| (*place, *vote)))
        {
            if place != from {
                rig.vote(place, from, round, kind, choice);
            }
        }
    };
    let (a, b, all) = (Some(0), Some(1), [0, 1, 2, 3]);
    [0, 1].into_iter().for_each(|place| rig.propose(place, 0, None, 0));
    [2, 3].into_iter().for_each(|place| rig.timeout(place, TimeoutKind::Propose, 0));
    vote_all(&mut rig, &all, 0, VoteKind::Prevote, [(0, a), (1, a), (2, None), (3, None), (4, a), (5, a)]);
    [2, 3].into_iter().for_each(|place| rig.timeout(place, TimeoutKind::Prevote, 0));
    vote_all(&mut rig, &all, 0, VoteKind::Precommit, [(0, a), (1, a), (2, None), (3, None), (4, a), (5, a)]);
    [2, 3].into_iter().for_each(|place| rig.timeout(place, TimeoutKind::Precommit, 0));
    [2, 3].into_iter().for_each(|place| rig.propose(place, 1, None, 1));
    let later = [(2, b), (3, b), (4, b), (5, b), (4, b), (5, b)];
    vote_all(&mut rig, &[2, 3], 1, VoteKind::Prevote, later);
    vote_all(&mut rig, &[2, 3], 1, VoteKind::Precommit, later);
    let decisions: Vec<_> = rig.machines.iter().map(|machine| machine.decision()).collect();
    assert_eq!(decisions, [Some((0, 0)), Some((0, 0)), Some((1, 1)), Some((1, 1))]);
    assert!(rig.machines.iter().all(|machine| machine.evidence.is_empty()));
    let certificates = [0, 3].map(|place: usize| rig.machines[place].decided.clone().expect("decided"));
    assert_eq!(conflicting(&certificates[0], &certificates[1]), Some(LIARS.to_vec()));
}
