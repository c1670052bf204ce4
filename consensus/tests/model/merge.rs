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
//! If the search slides, still less is kept of the rounds that all have left:
//!
//! - A bank that is locked on A and can be shown a newer quorum for B prevotes both, as one that is
//!   not locked. Else no such quorum comes any more from those rounds, and it is all one in which of
//!   them it locked: say, in the first that is still open.
//! - Then nobody asks for the prevotes of the past, and of its precommits for nothing but whether a
//!   value could be decided. This is kept as round 0, and the open rounds are counted from 1.
//!
//! `sizes` checks on small bounds that the search says the same with and without all this.

use super::bank::{Bank, Proof, Value, bit};
use super::rules::{Counts, Setup, count};

/// The state that stands for all that need not be told apart from this one.
pub fn representative<const H: usize>(setup: &Setup, banks: &[Bank; H]) -> [Bank; H] {
    let one = without_names(setup, banks);
    if setup.b_is_invalid { one } else { one.min(without_names(setup, &banks.map(Bank::exchanged))) }
}

/// The same, but that A stays A.
pub fn without_names<const H: usize>(setup: &Setup, banks: &[Bank; H]) -> [Bank; H] {
    if setup.slides {
        return without_past(setup, slide(setup, *banks));
    }
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
    let votes = |of: &[u8; 3], place: usize| {
        let reached = |value: &Value| setup.is_quorum(of[1 + *value as usize]);
        let signed = (0..2).filter(|value| reached(value) && signs::<H>(setup, *value, place));
        signed.map(|value| bit(Some(value))).sum()
    };
    for (place, bank) in merged.iter_mut().enumerate() {
        *bank = bank.with_votes(round, votes(&count.prevotes, place), votes(&count.precommits, place));
    }
}

/// Who signs for a quorum of the past: the first banks A, the last ones B. Without a mistake two
/// quorums of a round share no honest bank.
fn signs<const H: usize>(setup: &Setup, value: Value, place: usize) -> bool {
    let signers = usize::from(setup.honest_part());
    if value == 0 { place < signers } else { place + signers >= H }
}

/// Forgets the rounds that all have left, but for what could be decided in them.
fn slide<const H: usize>(setup: &Setup, mut banks: [Bank; H]) -> [Bank; H] {
    let first = banks.iter().map(|bank| bank.round()).min().unwrap_or(0);
    if first <= 1 {
        return banks;
    }
    let counts = count(&banks, first);
    let past = |value: &Value| (0..first).any(|round| setup.certifies(&counts, round, *value));
    let decidable: Vec<Value> = (0..2).filter(past).collect();
    for (place, bank) in banks.iter_mut().enumerate() {
        let lock = bank.lock().and_then(|lock| open_lock(setup, &counts, first, lock));
        let signed = decidable.iter().filter(|value| signs::<H>(setup, **value, place));
        let precommits = signed.map(|value| bit(Some(*value))).sum();
        *bank = bank.with_lock(lock).lowered(first - 1).with_votes(0, 0, precommits);
    }
    banks
}

/// What a lock still means when all rounds before `first` are past.
fn open_lock(setup: &Setup, counts: &Counts, first: u8, (since, value): Proof) -> Option<Proof> {
    if since >= first {
        return Some((since, value));
    }
    let opposed = (since..first).any(|round| setup.polka(counts, round, value ^ 1));
    (!opposed).then_some((first, value))
}
