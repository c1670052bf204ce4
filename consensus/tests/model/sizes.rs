//! The searches without a mistake: for each kind of network, no state in which a claim is broken.
//!
//! Some searches have a bound on the number of rounds; those of any number have one on how many are
//! open at a time, since what all banks have left can be forgotten (`merge`).
//!
//! `IDX_MODEL_ROUNDS=n` searches `n` rounds, or `n` open ones, at most 7, instead of the numbers below.
//! One more round is about ten times as many states with four banks, and a hundred times with six.

use super::bank::Bank;
use super::bugs::Bug;
use super::merge::representative;
use super::rules::Setup;
use super::search::{Model, explore};
use super::system::{System, tell};
use std::collections::HashSet;
use std::time::Instant;

fn rounds(usual: u8) -> u8 {
    let wanted = std::env::var("IDX_MODEL_ROUNDS").ok();
    wanted.map_or(usual, |rounds| rounds.parse().expect("IDX_MODEL_ROUNDS is a number of rounds"))
}

/// Searches all states; fails with the shortest way to a broken claim.
#[track_caller]
fn holds<const H: usize>(name: &str, setup: Setup) {
    let (begin, seen) = (Instant::now(), explore(System::<H>(setup)));
    let (states, steps, depth) = (seen.states.len(), seen.steps, seen.depth);
    let ms = begin.elapsed().as_millis();
    let rounds = if setup.slides { setup.rounds - 1 } else { setup.rounds };
    println!("{name}: {rounds} rounds, {states} states, {steps} steps, depth {depth}, {ms} ms");
    if let Some((claim, place)) = seen.broken {
        panic!("{name}: {claim}\n{}", tell(&seen.trace(place)));
    }
    assert!(states > 1_000, "that was no search");
}

fn recovering(setup: Setup) -> Setup {
    Setup { keeps_valid: true, must_recover: true, ..setup }
}

#[test]
fn four_banks_of_which_one_lies_agree() {
    holds::<3>("4 banks, 1 liar", Setup::of(3, 1, 0, rounds(4)));
}

#[test]
fn four_banks_of_which_one_lies_recover() {
    holds::<3>("4 banks, 1 liar, recovery", recovering(Setup::of(3, 1, 0, rounds(3))));
}

#[test]
fn six_banks_of_which_one_lies_agree() {
    holds::<5>("6 banks, 1 liar", Setup::of(5, 1, 0, rounds(2)));
}

#[test]
fn six_banks_of_which_one_lies_recover() {
    holds::<5>("6 banks, 1 liar, recovery", recovering(Setup::of(5, 1, 0, rounds(2))));
}

/// Any number of rounds, as long as no two honest banks are as many apart as may be open.
#[test]
fn any_number_of_rounds() {
    holds::<3>("4 banks, 1 liar, any rounds", Setup::of(3, 1, 0, 0).sliding(rounds(3)));
    holds::<4>("5 banks, 1 liar, any rounds", Setup::of(4, 1, 0, 0).sliding(rounds(2)));
    holds::<4>("6 banks, 2 liars, quorum 5, any rounds", Setup::of(4, 2, 1, 0).sliding(rounds(2)));
}

#[test]
fn any_number_of_rounds_of_six_banks() {
    holds::<5>("6 banks, 1 liar, any rounds", Setup::of(5, 1, 0, 0).sliding(rounds(2)));
}

/// Document 2.4: with a margin of one, quorum 5, two may lie.
#[test]
fn six_banks_of_which_two_lie_at_quorum_five() {
    holds::<4>("6 banks, 2 liars, quorum 5", Setup::of(4, 2, 1, rounds(3)));
}

/// And even three, the half of them.
#[test]
fn six_banks_of_which_three_lie_at_quorum_five() {
    holds::<3>("6 banks, 3 liars, quorum 5", Setup::of(3, 3, 1, rounds(3)));
}

/// Two banks are silent, and nobody lies.
#[test]
fn six_banks_of_which_two_are_silent() {
    let nobody_lies = Setup { liars: 0, ..Setup::of(4, 2, 0, rounds(3)) };
    holds::<4>("6 banks, 2 silent, recovery", recovering(nobody_lies));
}

/// Nothing knows the number six.
#[test]
fn five_and_seven_banks() {
    holds::<4>("5 banks, 1 liar, recovery", recovering(Setup::of(4, 1, 0, rounds(2))));
    holds::<5>("7 banks, 2 liars", Setup::of(5, 2, 0, rounds(2)));
}

/// B breaks a rule; liars prevote and precommit it all the same.
#[test]
fn a_value_that_breaks_a_rule_is_never_decided() {
    let invalid = |setup: Setup| Setup { b_is_invalid: true, ..setup };
    holds::<3>("4 banks, 1 liar, B is invalid", invalid(Setup::of(3, 1, 0, rounds(3))));
    holds::<5>("6 banks, 1 liar, B is invalid", invalid(Setup::of(5, 1, 0, rounds(2))));
}

/// The states that the merging search keeps are those that the plain search finds, merged.
fn merges_soundly<const H: usize>(setup: Setup) {
    let merging = Setup { merges_past: true, ..setup };
    let plain = explore(System::<H>(Setup { merges_past: false, ..setup }));
    let merged = explore(System::<H>(merging));
    assert_eq!(plain.broken.map(|(claim, _)| claim), merged.broken.map(|(claim, _)| claim), "{setup:?}");
    if plain.broken.is_none() {
        let expected: HashSet<_> = plain.states.iter().map(|state| representative(&merging, state)).collect();
        let found: HashSet<_> = merged.states.iter().copied().collect();
        assert_eq!(found.len(), merged.states.len());
        assert!(expected == found, "{setup:?}");
        println!("{} states are {}", plain.states.len(), found.len());
    }
}

#[test]
fn merging_states_changes_no_answer() {
    let two = recovering(Setup::of(3, 1, 0, 2));
    merges_soundly::<3>(two);
    merges_soundly::<3>(Setup { b_is_invalid: true, ..two });
    merges_soundly::<3>(Setup::of(3, 1, 0, 3));
    merges_soundly::<4>(Setup::of(4, 2, 1, 2));
    merges_soundly::<4>(Setup::of(4, 2, 0, 2));
    for bug in [Bug::LockIsForgotten, Bug::LockIsIgnored, Bug::NoProofUnlocks, Bug::LeavingIsNotExplained] {
        merges_soundly::<3>(two.with(bug));
    }
    merges_soundly::<3>(Setup::of(3, 1, 0, 3).with(Bug::OlderProofUnlocks));
}

/// Every state of a search of so many rounds is one of the search that slides with as many open ones.
fn slides_soundly<const H: usize>(setup: Setup) {
    let sliding = setup.sliding(setup.rounds);
    let found: HashSet<_> = explore(System::<H>(sliding)).states.into_iter().collect();
    let bounded = explore(System::<H>(setup)).states;
    let missed =
        bounded.iter().find(|state| !found.contains(&representative(&sliding, &state.map(Bank::raised))));
    assert_eq!(missed, None);
    println!("{} states are among {}", bounded.len(), found.len());
}

#[test]
fn a_sliding_search_misses_no_state() {
    slides_soundly::<3>(Setup { merges_past: false, ..Setup::of(3, 1, 0, 2) });
    slides_soundly::<3>(Setup::of(3, 1, 0, 3));
    slides_soundly::<4>(Setup::of(4, 1, 0, 2));
    slides_soundly::<4>(Setup::of(4, 2, 1, 2));
}

/// A start is its own representative, and so is every representative.
#[test]
fn a_representative_represents_itself() {
    for setup in [Setup::of(4, 1, 0, 2), Setup::of(4, 1, 0, 0).sliding(2)] {
        let seen = explore(System::<4>(setup));
        assert!(seen.states.iter().all(|state| seen.model.representative(state) == *state));
    }
}
