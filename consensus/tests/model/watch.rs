//! From production to the model: whatever production does, the model allows.
//!
//! Production machines run in a storm: any vote or proposal that exists comes to anybody in any order,
//! often or never, liars send what they like, timeouts fire when they will. After each input the
//! machine must be where some steps of the model, all by this bank, lead from where it was before:
//! same votes, round, step and lock. What cannot be seen, the valid value, is kept as a set of
//! possibilities; a proposal must agree with one of them. A decision needs its quorum of precommits.

use super::bank::{Bank, ROUNDS_MAX, Step, Value};
use super::rig::{Rig, Stake};
use super::rules::{Setup, count};
use idx_consensus::agreement::{Input, TimeoutKind};
use idx_types::{Quorums, Round, VoteKind};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

/// How a storm is.
#[derive(Clone, Copy)]
struct Weather {
    /// Of eight timeouts that could fire, those that do not: between 0 and 7.
    calm: u32,
    /// Whether most precommits for a value are lost: there are locks and few decisions.
    withholds: bool,
}

/// Production machines, and where the model can be.
struct Watch<const H: usize> {
    setup: Setup,
    rig: Rig,
    /// For each bank what it can be in the model.
    possible: Vec<BTreeSet<Bank>>,
    /// Proposals of each bank that were looked at.
    proposed: [usize; H],
    weather: Weather,
}

impl<const H: usize> Watch<H> {
    /// `quorums` are those of production, which are those of the setup unless a test is to fail.
    fn new(setup: Setup, stake: Stake, quorums: Quorums, weather: Weather) -> Self {
        let setup = Setup { rounds: ROUNDS_MAX, keeps_valid: true, ..setup };
        let rig = Rig::new(H, setup.liars.into(), stake, quorums);
        Self { setup, rig, possible: vec![BTreeSet::from([Bank::default()]); H], proposed: [0; H], weather }
    }

    /// Where all can be seen to be.
    fn seen(&self) -> [Bank; H] {
        std::array::from_fn(|place| self.rig.machines[place].seen())
    }

    /// All that this bank can become by steps of the model without signing more than it has signed.
    fn reachable(&self, place: usize) -> BTreeSet<Bank> {
        let (mut banks, goal) = (self.seen(), self.rig.machines[place].seen());
        let mut known = self.possible[place].clone();
        let mut waiting: Vec<_> = known.iter().copied().collect();
        while let Some(bank) = waiting.pop() {
            banks[place] = bank;
            self.setup.steps(&count(&banks, self.setup.rounds), bank, |_, after| {
                let within = after.round() <= goal.round() && after.signed_no_more_than(goal);
                if within && known.insert(after) {
                    waiting.push(after);
                }
            });
        }
        known
    }

    /// Compares one bank with the model after an input.
    fn compare(&mut self, place: usize, had_decided: bool) -> Result<(), String> {
        let (reachable, seen) = (self.reachable(place), self.rig.machines[place].seen());
        let machine = &self.rig.machines[place];
        for (round, value, proof) in &machine.proposals[self.proposed[place]..] {
            let valid = proof.map(|proof| (proof, *value));
            let could =
                |bank: &Bank| (bank.round(), bank.step(), bank.valid()) == (*round, Step::Propose, valid);
            if !reachable.iter().any(could) {
                return Err(format!("bank {place} proposes {value} by {proof:?} in round {round}"));
            }
        }
        self.proposed[place] = machine.proposals.len();
        let decision = machine.decision().filter(|_| !had_decided);
        let is_it = |bank: &Bank| match decision {
            Some(_) => bank.has_signed_as(seen),
            None => bank.with_valid(None) == seen,
        };
        self.possible[place] = reachable.into_iter().filter(is_it).collect();
        if self.possible[place].is_empty() {
            return Err(format!("bank {place} is at {seen:?}, which the model does not allow"));
        }
        decision.map_or(Ok(()), |(round, value)| self.check_decision(place, round, value))
    }

    fn check_decision(&self, place: usize, round: u8, value: Value) -> Result<(), String> {
        let counts = count(&self.seen(), self.setup.rounds);
        let certified = self.setup.is_quorum(counts[round as usize].precommits[1 + value as usize]);
        certified.then_some(()).ok_or_else(|| format!("bank {place} decides {value} of round {round}"))
    }

    /// One thing happens to one bank that has not decided.
    fn happen(&mut self, rng: &mut impl Rng) -> Result<(), String> {
        let place = rng.random_range(0..H);
        if self.rig.machines[place].decided.is_some() {
            return Ok(());
        }
        match rng.random_range(0..10) {
            0..5 => self.honest_vote(place, rng),
            5 | 6 => self.lie(place, rng),
            7 => self.proposal(place, rng),
            8 => self.own_value(place, rng),
            _ if rng.random_ratio(self.weather.calm, 8) => self.proposal(place, rng),
            _ => self.timeout(place, rng),
        }
        self.compare(place, false)
    }

    /// Mostly the round in which the bank is, else any.
    fn some_round(&self, place: usize, rng: &mut impl Rng) -> u8 {
        if rng.random_ratio(3, 4) {
            self.rig.machines[place].seen().round()
        } else {
            rng.random_range(0..=self.highest())
        }
    }

    fn highest(&self) -> u8 {
        self.seen().iter().map(|bank| bank.round()).max().unwrap_or(0)
    }

    /// All votes of an honest bank in a round.
    fn honest_vote(&mut self, place: usize, rng: &mut impl Rng) {
        let (from, round) = (rng.random_range(0..H), self.some_round(place, rng));
        let bank = self.rig.machines[from].seen();
        let (kind, votes) = match rng.random() {
            true => (VoteKind::Prevote, bank.prevotes(round)),
            false => (VoteKind::Precommit, bank.precommits(round)),
        };
        let choice = (0..2).find(|value| votes >> (1 + value) & 1 == 1);
        let lost = self.weather.withholds && kind == VoteKind::Precommit && choice.is_some();
        if votes != 0 && from != place && !(lost && rng.random_ratio(3, 4)) {
            self.rig.vote(place, from, round, kind, choice);
        }
    }

    fn lie(&mut self, place: usize, rng: &mut impl Rng) {
        let kind = if rng.random() { VoteKind::Prevote } else { VoteKind::Precommit };
        let choice = Some(rng.random_range(0..3)).filter(|value| *value < 2);
        let round = self.some_round(place, rng) + u8::from(rng.random_ratio(1, 8));
        if self.setup.liars > 0 {
            let liar = H + rng.random_range(0..usize::from(self.setup.liars));
            self.rig.vote(place, liar, round, kind, choice);
        }
    }

    /// What the elected bank has proposed, or if it is a liar, might.
    fn proposal(&mut self, place: usize, rng: &mut impl Rng) {
        let round = self.some_round(place, rng);
        let elected = self.rig.elected(round);
        if elected >= H {
            let proof = Some(rng.random_range(0..=round)).filter(|proof| *proof < round);
            return self.rig.propose(place, round, proof, rng.random_range(0..2));
        }
        let made = self.rig.machines[elected].proposals.iter().find(|(at, ..)| *at == round).copied();
        if let Some((_, value, proof)) = made.filter(|_| elected != place) {
            self.rig.propose(place, round, proof, value);
        }
    }

    fn own_value(&mut self, place: usize, rng: &mut impl Rng) {
        let round = self.rig.machines[place].seen().round();
        if self.rig.machines[place].wanted.contains(&round) {
            let value = super::rig::value(rng.random_range(0..2));
            self.rig.give(place, Input::Value { round: Round(round.into()), value });
        }
    }

    /// A timeout that the machine has asked for, mostly of the round that it is in.
    fn timeout(&mut self, place: usize, rng: &mut impl Rng) {
        let now = self.rig.machines[place].seen().round();
        let any = rng.random_ratio(1, 8);
        let matters = |id: &&(TimeoutKind, u8)| any || (id.0 != TimeoutKind::Rebroadcast && id.1 == now);
        let asked: Vec<_> = self.rig.machines[place].scheduled.iter().filter(matters).copied().collect();
        if !asked.is_empty() {
            let (kind, round) = asked[rng.random_range(0..asked.len())];
            self.rig.timeout(place, kind, round);
        }
    }
}

/// What a run has seen.
#[derive(Default, Debug)]
struct Seen {
    inputs: u64,
    decisions: u64,
    repeated: u64,
    round: u8,
}

/// Runs until the last round that fits, or for so many inputs.
fn run<const H: usize>(mut watch: Watch<H>, seed: u64, seen: &mut Seen) -> Result<(), String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..1_000 {
        if watch.highest() >= ROUNDS_MAX - 2 {
            break;
        }
        watch.happen(&mut rng).map_err(|what| format!("seed {seed}: {what}"))?;
        seen.inputs += 1;
    }
    let machines = &watch.rig.machines;
    seen.decisions += machines.iter().filter(|machine| machine.decided.is_some()).count() as u64;
    let proposals = machines.iter().flat_map(|machine| &machine.proposals);
    seen.repeated += proposals.filter(|(_, _, proof)| proof.is_some()).count() as u64;
    seen.round = seen.round.max(watch.highest());
    Ok(())
}

/// Storms of one kind of network, with half of the seeds the liars elected in every round.
fn storms<const H: usize>(setup: Setup, quorums: Quorums, seeds: u64) -> Result<Seen, String> {
    let mut seen = Seen::default();
    for seed in 0..seeds {
        let stake = if setup.liars > 0 && seed % 2 == 0 { Stake::Liars } else { Stake::All };
        let weather = Weather { calm: (seed / 2 % 8) as u32, withholds: seed / 16 % 4 != 0 };
        run(Watch::<H>::new(setup, stake, quorums, weather), seed, &mut seen)?;
    }
    Ok(seen)
}

fn sound<const H: usize>(liars: usize, margin: usize, seeds: u64) {
    let seen = storms::<H>(Setup::of(H, liars, margin, 1), Quorums::of(H + liars, margin), seeds);
    let seen = seen.unwrap_or_else(|what| panic!("{what}"));
    println!("{H} honest, {liars} liars, margin {margin}: {seen:?}");
    assert!(seen.decisions > 0 && seen.repeated > 0, "{seen:?}");
}

#[test]
fn production_does_only_what_the_model_allows() {
    sound::<3>(1, 0, 192);
    sound::<5>(1, 0, 192);
    sound::<4>(2, 0, 128);
    sound::<4>(2, 1, 128);
}

/// The comparison can fail: production with other thresholds than the model does what it must not.
#[test]
fn production_with_wrong_thresholds_is_noticed() {
    let right = Quorums::of(6, 0);
    let setup = Setup::of(5, 1, 0, 1);
    for wrong in [Quorums { quorum: 3, ..right }, Quorums { skip: 1, ..right }] {
        let noticed = storms::<5>(setup, wrong, 100).expect_err("it is noticed");
        println!("{wrong:?}: {noticed}");
    }
    let model = Setup { quorum: 5, ..setup };
    storms::<5>(model, right, 100).expect_err("a model that asks for more is noticed, too");
}
