//! Approval and agreement together: the value that is agreed on is a certificate.
//!
//! ```text
//! opinions of the honest, two lists of the liar
//!    -> any two certificates that the miner can make: the values A and B
//!    -> any run of the agreement about A and B
//!    -> all banks apply the same outcomes, and these keep the promises of approval
//! ```
//!
//! Opinions and certificates are there from the beginning: one that is made later could be voted for
//! later only, which takes steps away.

use super::bank::{Bank, Value};
use super::rule::{Outcome, broken};
use super::rules::{Setup, count};
use super::search::{Model, explore};
use super::system::{Action, FORK, System};
use super::verdicts::{Block, Mistake, Voices};
use std::collections::BTreeSet;

/// Three honest banks and a liar.
const HONEST: usize = 3;

struct Content {
    opinions: Voices,
    certificates: [Voices; 2],
}

struct Joint {
    system: System<HONEST>,
    block: Block,
    contents: Vec<Content>,
    mistake: Option<Mistake>,
}

const TWO_OUTCOMES: &str = "two banks apply different outcomes of one value";

impl Joint {
    fn new(involved: Vec<usize>, rounds: u8, mistake: Option<Mistake>) -> Self {
        let block = Block { banks: HONEST + 1, liars: 1, involved: vec![involved] };
        let mut contents = Vec::new();
        for opinions in block.all_opinions() {
            let all = block.certificates(&opinions);
            for (place, a) in all.iter().enumerate() {
                let pair =
                    |b: &Voices| Content { opinions: opinions.clone(), certificates: [a.clone(), b.clone()] };
                contents.extend(all[place + 1..].iter().map(pair));
            }
        }
        Self { system: System(Setup::of(HONEST, 1, 0, rounds)), block, contents, mistake }
    }

    fn outcomes(&self, content: &Content, value: Value) -> Vec<Outcome> {
        let voices = &content.certificates[value as usize];
        self.block.decide(voices, self.mistake).iter().map(Outcome::of).collect()
    }

    fn fault(&self, content: &Content, value: Value) -> Option<&'static str> {
        let outcomes = self.outcomes(content, value);
        // If the value does not name its certificate, a bank may hold the other one for it.
        let loose = self.mistake == Some(Mistake::ValueWithoutCertificate);
        if loose && outcomes != self.outcomes(content, value ^ 1) {
            return Some(TWO_OUTCOMES);
        }
        broken(&self.block, &content.opinions, &content.certificates[value as usize], &outcomes)
    }
}

impl Model for Joint {
    type State = (u32, [Bank; HONEST]);
    type Action = Action;

    fn starts(&self) -> Vec<Self::State> {
        (0..self.contents.len() as u32).map(|content| (content, [Bank::default(); HONEST])).collect()
    }

    fn steps(&self, (content, banks): &Self::State, out: &mut Vec<(Action, Self::State)>) {
        let mut inner = Vec::new();
        self.system.steps(banks, &mut inner);
        out.extend(inner.into_iter().map(|(action, after)| (action, (*content, after))));
    }

    /// The banks have opinions, but what they sign in the agreement does not depend on them.
    fn representative(&self, (content, banks): &Self::State) -> Self::State {
        (*content, super::merge::without_names(&self.system.0, banks))
    }

    fn broken(&self, (content, banks): &Self::State) -> Option<&'static str> {
        let setup = &self.system.0;
        let counts = count(banks, setup.rounds);
        let decidable = |value: &Value| setup.certified_round(&counts, *value).is_some();
        let decided: Vec<_> = (0..2).filter(decidable).collect();
        if decided.len() > 1 {
            return Some(FORK);
        }
        decided.first().and_then(|value| self.fault(&self.contents[*content as usize], *value))
    }
}

/// Searches all; how many states, and what is broken.
fn search(involved: &[usize], rounds: u8, mistake: Option<Mistake>) -> (usize, Option<&'static str>) {
    let seen = explore(Joint::new(involved.to_vec(), rounds, mistake));
    if let Some((claim, place)) = seen.broken {
        let content = &seen.model.contents[seen.states[place].0 as usize];
        println!("{mistake:?}: {claim}\n  opinions {:?}", content.opinions);
        println!("  A {:?}\n  B {:?}", content.certificates[0], content.certificates[1]);
        seen.trace(place).steps.iter().for_each(|(action, _)| println!("  {action:?}"));
    }
    (seen.states.len(), seen.broken.map(|(claim, _)| claim))
}

#[test]
fn what_is_agreed_on_keeps_the_promises_of_approval() {
    let mut states = 0;
    for (involved, rounds) in [(&[][..], 1), (&[0], 1), (&[3], 1), (&[0, 3], 1), (&[0, 1], 2)] {
        let (seen, broken) = search(involved, rounds, None);
        assert_eq!(broken, None, "involved {involved:?}");
        states += seen;
    }
    println!("{states} states");
}

#[test]
fn every_mistake_in_what_is_agreed_on_is_found() {
    use Mistake::*;
    let found: BTreeSet<_> = [InvolvedAreNotAsked, SilenceApproves, ValueWithoutCertificate]
        .map(|mistake| search(&[0, 1], 1, Some(mistake)).1.expect("it is found"))
        .into();
    assert!(found.contains(TWO_OUTCOMES) && found.len() == 3, "{found:?}");
}
