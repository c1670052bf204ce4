//! What must be possible from every state once all goes well: the liars fall silent, nothing is lost.
//!
//! ```text
//! any state -> honest votes only, each timeout first: all banks meet in a new round
//!           -> rounds without faults, each with an honest proposer: a decision
//! ```
//!
//! The way together is the worst that the network may still do: each bank prevotes and precommits nil
//! because its timeouts come before any proposal. In the rounds that follow every message comes in
//! time. One of the first `H` of them must decide, whatever the order of the proposers.
//!
//! Of the liars' votes those count that an honest bank sends again with its own (`bundle` in the
//! production code): the precommits for which it left the round before, and the prevotes of its
//! proof. Without the first, the search finds banks that never meet again. No bank has decided
//! before; one that has gives its certificate to the others.

use super::bank::Bank;
use super::bugs::Bug;
use super::rules::{Act, Setup, count};

/// Whether the honest banks meet and then decide.
pub fn recovers<const H: usize>(setup: &Setup, banks: &[Bank; H]) -> bool {
    meet(setup, *banks) && decide(setup, banks)
}

/// Brings all banks to the first round beyond the bounds, in which nobody has voted.
///
/// Nothing but nil is voted on the way, so locks and valid values stay as they are.
fn meet<const H: usize>(setup: &Setup, mut banks: [Bank; H]) -> bool {
    let goal = setup.rounds;
    let alone = Setup { liars: 0, rounds: goal + 1, ..*setup };
    while banks.iter().any(|bank| bank.round() < goal) {
        let before = banks;
        for place in (0..H).filter(|place| before[*place].round() < goal) {
            banks[place] = onward(&alone, &banks, banks[place]);
            if banks[place] == before[place] && is_shown_on(setup, &before, before[place]) {
                banks[place] = before[place].enter(before[place].round() + 1);
            }
        }
        if banks == before {
            return false;
        }
    }
    true
}

/// The bank after the step that brings it on furthest without voting for a value.
fn onward(alone: &Setup, banks: &[Bank], bank: Bank) -> Bank {
    let mut best = (0, bank);
    alone.steps(&count(banks, alone.rounds), bank, |act, after| {
        let rank = match act {
            Act::Prevote(None, _) | Act::Precommit(None) => 1,
            Act::NextRound => 2,
            Act::Follow(round) => 3 + round,
            _ => 0,
        };
        if rank > best.0 {
            best = (rank, after);
        }
    });
    best.1
}

/// Whether a bank in the next round can show to this one why it has left the last.
fn is_shown_on(setup: &Setup, banks: &[Bank], bank: Bank) -> bool {
    if setup.has(Bug::LeavingIsNotExplained) {
        return false;
    }
    let round = bank.round();
    let precommitters = banks.iter().filter(|other| other.precommits(round) != 0).count() as u8;
    setup.is_quorum(precommitters) && banks.iter().any(|other| other.round() == round + 1)
}

/// Whether each order of proposers leads to a decision. A round that does not decide changes neither
/// locks nor valid values, so it is enough that one proposer's value is prevoted by a quorum.
fn decide(setup: &Setup, banks: &[Bank]) -> bool {
    let alone = Setup { liars: 0, ..*setup };
    banks.iter().any(|proposer| {
        let again = proposer.valid().filter(|_| !setup.has(Bug::ProposesAfresh));
        let accepts = |bank: &&Bank| match again {
            Some((proof, value)) => alone.accepts(**bank, value, Some(proof)),
            // A value that nobody has seen before.
            None => bank.lock().is_none(),
        };
        alone.is_quorum(banks.iter().filter(accepts).count() as u8)
    })
}
