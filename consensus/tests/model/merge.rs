//! Which states need not be told apart, because what can follow from them is the same.
//!
//! | what                                          | why it is left out                              |
//! |-----------------------------------------------|-------------------------------------------------|
//! | which honest bank is which                    | they are alike                                  |
//! | which value is called A                       | the same, unless one of them is invalid         |
//! | who signed what in a round that he has left   | only the number of votes is ever asked for      |
//! | in a round that all have left, all but which  | nobody votes there any more, so nothing of it   |
//! | quorums there are                             | can be asked but whether a quorum is there      |
//!
//! `sizes` checks on small bounds that the search says the same with and without this.

use super::bank::{Bank, Value, bit};
use super::rules::{Counts, Setup, count};

/// The state that stands for all that need not be told apart from this one.
pub fn representative<const H: usize>(setup: &Setup, banks: &[Bank; H]) -> [Bank; H] {
    let one = without_names(setup, banks);
    if setup.b_is_invalid { one } else { one.min(without_names(setup, &banks.map(Bank::exchanged))) }
}

/// The same, but that A stays A.
pub fn without_names<const H: usize>(setup: &Setup, banks: &[Bank; H]) -> [Bank; H] {
    if setup.merges_past { without_past(setup, *banks) } else { sorted(*banks) }
}

fn sorted<const H: usize>(mut banks: [Bank; H]) -> [Bank; H] {
    banks.sort_unstable();
    banks
}

fn without_past<const H: usize>(setup: &Setup, banks: [Bank; H]) -> [Bank; H] {
    let first = banks.iter().map(|bank| bank.round()).min().unwrap_or(0);
    let last = banks.iter().map(|bank| bank.round()).max().unwrap_or(0);
    let mut merged = sorted(banks.map(Bank::of_this_round));
    let counts = if first > 0 { count(&banks, first) } else { Counts::default() };
    for round in 0..first {
        settle(setup, &counts, round, &mut merged);
    }
    for round in first..last {
        pool(&banks, round, &mut merged);
    }
    merged
}

/// Gives the votes of those who have left a round to the first of them.
fn pool<const H: usize>(banks: &[Bank; H], round: u8, merged: &mut [Bank; H]) {
    let (mut prevotes, mut precommits) = ([0u8; 8], [0u8; 8]);
    for bank in banks.iter().filter(|bank| bank.round() > round) {
        prevotes[bank.prevotes(round) as usize] += 1;
        precommits[bank.precommits(round) as usize] += 1;
    }
    for bank in merged.iter_mut().filter(|bank| bank.round() > round) {
        *bank = bank.with_votes(round, take(&mut prevotes), take(&mut precommits));
    }
}

fn take(votes: &mut [u8; 8]) -> u8 {
    let set = (0..8).rev().find(|set| votes[*set] > 0).unwrap_or(0);
    votes[set] = votes[set].saturating_sub(1);
    set as u8
}

/// Of a round that all have left: as many votes as make the quorums that there were, and no others.
fn settle<const H: usize>(setup: &Setup, counts: &Counts, round: u8, merged: &mut [Bank; H]) {
    let count = &counts[round as usize];
    let signers = usize::from(setup.honest_part());
    // The first banks sign A, the last ones B: two quorums share no honest bank.
    let signs = |value: Value, place: usize| if value == 0 { place < signers } else { place + signers >= H };
    let votes = |of: &[u8; 3], place: usize| {
        let reached = |value: &Value| setup.is_quorum(of[1 + *value as usize]);
        let signed = (0..2).filter(|value| reached(value) && signs(*value, place));
        signed.map(|value| bit(Some(value))).sum()
    };
    for (place, bank) in merged.iter_mut().enumerate() {
        *bank = bank.with_votes(round, votes(&count.prevotes, place), votes(&count.precommits, place));
    }
}
