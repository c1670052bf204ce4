//! The banks together: the model that is searched, and what must hold in each of its states.

use super::bank::{Bank, Value, name};
use super::bugs::Bug;
use super::rules::{Act, Counts, Setup, count};
use super::search::{Model, Trace};
use super::{calm, merge};

/// `H` honest banks and the liars of the setup.
#[derive(Clone, Copy, Debug)]
pub struct System<const H: usize>(pub Setup);

/// One bank, by its place among the honest, and what it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Action {
    pub bank: usize,
    pub act: Act,
}

pub const FORK: &str = "two values can be decided";
pub const TWO_VOTES: &str = "an honest bank signed two votes in one place";
pub const INVALID: &str = "a value that breaks a rule can be decided";
pub const STUCK: &str = "no way back to a decision, though all goes well from here";

impl<const H: usize> Model for System<H> {
    type State = [Bank; H];
    type Action = Action;

    fn starts(&self) -> Vec<[Bank; H]> {
        vec![[Bank::default().enter(u8::from(self.0.slides)); H]]
    }

    fn steps(&self, state: &[Bank; H], out: &mut Vec<(Action, [Bank; H])>) {
        let counts = count(state, self.0.rounds);
        for (place, bank) in state.iter().enumerate() {
            self.0.steps(&counts, *bank, |act, after| {
                let mut next = *state;
                next[place] = after;
                out.push((Action { bank: place, act }, next));
            });
        }
    }

    fn representative(&self, state: &[Bank; H]) -> [Bank; H] {
        merge::representative(&self.0, state)
    }

    fn broken(&self, state: &[Bank; H]) -> Option<&'static str> {
        let counts = count(state, self.0.rounds);
        let decidable = |value| self.0.decidable(&counts, value);
        match (decidable(0), decidable(1)) {
            (true, true) => Some(FORK),
            (_, true) if self.0.b_is_invalid => Some(INVALID),
            _ if state.iter().any(|bank| bank.contradicts_itself()) => Some(TWO_VOTES),
            _ if self.0.must_recover && !calm::recovers(&self.0, state) => Some(STUCK),
            _ => None,
        }
    }
}

impl Setup {
    /// Line 49: whether the votes for deciding this value exist.
    fn decidable(&self, counts: &Counts, value: Value) -> bool {
        if self.has(Bug::CertificateOfManyRounds) {
            let ever = counts.iter().map(|count| count.precommits[1 + value as usize]).sum();
            return self.is_quorum(ever);
        }
        self.certified_round(counts, value).is_some()
    }

    /// The first round with a quorum of precommits for a value.
    pub fn certified_round(&self, counts: &Counts, value: Value) -> Option<u8> {
        (0..self.rounds).find(|round| self.certifies(counts, *round, value))
    }

    /// Whether a round has a quorum of precommits for a value.
    pub fn certifies(&self, counts: &Counts, round: u8, value: Value) -> bool {
        self.is_quorum(counts[round as usize].precommits[1 + value as usize])
    }
}

/// A way, line by line, for people.
pub fn tell<const H: usize>(trace: &Trace<System<H>>) -> String {
    let line = |(action, state): &(Action, [Bank; H])| {
        let bank = action.bank;
        let what = match action.act {
            Act::Prevote(choice, None) => format!("prevotes {}", name(choice)),
            Act::Prevote(choice, Some(proof)) => {
                format!("prevotes {} by the proof of round {proof}", name(choice))
            }
            Act::Precommit(choice) => format!("precommits {}", name(choice)),
            Act::SeeProof(value) => format!("sees the quorum for {}", name(Some(value))),
            Act::NextRound => "leaves its round".into(),
            Act::Follow(round) => format!("follows others to round {round}"),
            Act::Restart => "restarts".into(),
        };
        format!("  bank {bank} {what:<32} {:?}\n", state[bank])
    };
    trace.steps.iter().map(line).collect()
}
