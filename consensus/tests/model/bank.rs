//! One honest bank of the model, in 64 bits: what it has signed, and where it stands.
//!
//! ```text
//! bits 0..48    for each round 3 bits of prevotes, 3 of precommits: nil, A, B
//! bits 48..52   round     52..54 step     54..59 lock     59..64 valid value
//! ```
//!
//! Votes are sets, so that a bank that signs twice in one place can be seen to do so.

use std::fmt;

/// `0` is the value A, `1` the value B.
pub type Value = u8;

/// Rounds that fit.
pub const ROUNDS_MAX: u8 = 8;

/// A value, and the round in which a quorum prevoted it.
pub type Proof = (u8, Value);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    Propose,
    Prevote,
    Precommit,
}

/// The bit of a vote in a set of votes.
pub const fn bit(choice: Option<Value>) -> u8 {
    match choice {
        None => 1,
        Some(value) => 2 << value,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bank(u64);

const ROUND: (u32, u64) = (48, 0b1111);
const STEP: (u32, u64) = (52, 0b11);
const LOCK: (u32, u64) = (54, 0b1_1111);
const VALID: (u32, u64) = (59, 0b1_1111);
/// The nil bits of all sets of votes.
const NILS: u64 = 0o1111_1111_1111_1111;

impl Bank {
    const fn get(self, (at, mask): (u32, u64)) -> u64 {
        self.0 >> at & mask
    }

    const fn set(self, (at, mask): (u32, u64), to: u64) -> Self {
        Self(self.0 & !(mask << at) | to << at)
    }

    pub const fn round(self) -> u8 {
        self.get(ROUND) as u8
    }

    pub const fn step(self) -> Step {
        match self.get(STEP) {
            0 => Step::Propose,
            1 => Step::Prevote,
            _ => Step::Precommit,
        }
    }

    pub const fn prevotes(self, round: u8) -> u8 {
        (self.0 >> (6 * round as u32) & 0b111) as u8
    }

    pub const fn precommits(self, round: u8) -> u8 {
        (self.0 >> (6 * round as u32 + 3) & 0b111) as u8
    }

    pub const fn lock(self) -> Option<Proof> {
        proof_of(self.get(LOCK))
    }

    pub const fn valid(self) -> Option<Proof> {
        proof_of(self.get(VALID))
    }

    pub const fn with_lock(self, lock: Option<Proof>) -> Self {
        self.set(LOCK, code_of(lock))
    }

    pub const fn with_valid(self, valid: Option<Proof>) -> Self {
        self.set(VALID, code_of(valid))
    }

    pub const fn with_step(self, step: Step) -> Self {
        self.set(STEP, step as u64)
    }

    /// At the beginning of a round.
    pub const fn enter(self, round: u8) -> Self {
        self.set(ROUND, round as u64).with_step(Step::Propose)
    }

    pub const fn prevote(self, choice: Option<Value>) -> Self {
        let vote = (bit(choice) as u64) << (6 * self.round() as u32);
        Self(self.0 | vote).with_step(Step::Prevote)
    }

    pub const fn precommit(self, choice: Option<Value>) -> Self {
        let vote = (bit(choice) as u64) << (6 * self.round() as u32 + 3);
        Self(self.0 | vote).with_step(Step::Precommit)
    }

    /// Without what it has signed in rounds that it has left.
    pub const fn of_this_round(self) -> Self {
        let past = 6 * self.round() as u32;
        Self(self.0 >> past << past)
    }

    /// With other votes in a round.
    pub const fn with_votes(self, round: u8, prevotes: u8, precommits: u8) -> Self {
        let votes = prevotes as u64 | (precommits as u64) << 3;
        self.set((6 * round as u32, 0b11_1111), votes)
    }

    /// With the number of every round, of its votes and of its lock lowered. What was below is gone.
    pub const fn lowered(self, rounds: u8) -> Self {
        let votes = (self.0 & ((1 << ROUND.0) - 1)) >> (6 * rounds as u32);
        let rest = Self(self.0 >> ROUND.0 << ROUND.0 | votes);
        let lock = match self.lock() {
            Some((since, value)) => Some((since.saturating_sub(rounds), value)),
            None => None,
        };
        rest.with_lock(lock).set(ROUND, (self.round() - rounds) as u64)
    }

    /// The reverse for one round.
    pub const fn raised(self) -> Self {
        let votes = (self.0 & ((1 << ROUND.0) - 1)) << 6;
        let rest = Self(self.0 >> ROUND.0 << ROUND.0 | votes);
        let lock = match self.lock() {
            Some((since, value)) => Some((since + 1, value)),
            None => None,
        };
        rest.with_lock(lock).set(ROUND, (self.round() + 1) as u64)
    }

    /// Whether it has signed in this round.
    pub const fn voted(self, round: u8) -> bool {
        self.prevotes(round) | self.precommits(round) != 0
    }

    /// Whether each vote that it has signed is also one of the other's.
    pub const fn signed_no_more_than(self, other: Self) -> bool {
        let votes = (1 << ROUND.0) - 1;
        self.0 & votes & !other.0 == 0
    }

    /// Whether it has signed the same votes, and is in the same round.
    pub const fn has_signed_as(self, other: Self) -> bool {
        let what = (1 << STEP.0) - 1;
        self.0 & what == other.0 & what
    }

    /// Whether it has signed two votes in one place: a set with more than one bit.
    pub const fn contradicts_itself(self) -> bool {
        let votes = self.0 & ((1 << ROUND.0) - 1);
        let (nil, a, b) = (votes & NILS, votes >> 1 & NILS, votes >> 2 & NILS);
        (nil & a) | (nil & b) | (a & b) != 0
    }

    /// The same bank with the names of the two values exchanged.
    pub const fn exchanged(self) -> Self {
        let votes = self.0 & ((1 << ROUND.0) - 1);
        let swapped = votes & NILS | (votes >> 1 & NILS) << 2 | (votes >> 2 & NILS) << 1;
        let rest = Self(self.0 >> ROUND.0 << ROUND.0 | swapped);
        rest.with_lock(exchange(self.lock())).with_valid(exchange(self.valid()))
    }
}

const fn exchange(proof: Option<Proof>) -> Option<Proof> {
    match proof {
        Some((round, value)) => Some((round, value ^ 1)),
        None => None,
    }
}

const fn proof_of(code: u64) -> Option<Proof> {
    match code {
        0 => None,
        code => Some(((code - 1) as u8 >> 1, (code - 1) as u8 & 1)),
    }
}

const fn code_of(proof: Option<Proof>) -> u64 {
    match proof {
        None => 0,
        Some((round, value)) => 1 + 2 * round as u64 + value as u64,
    }
}

/// `A`, `B` or `nil`.
pub fn name(choice: Option<Value>) -> &'static str {
    match choice {
        None => "nil",
        Some(0) => "A",
        Some(_) => "B",
    }
}

impl fmt::Debug for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = |proof: Option<Proof>| proof.map_or("-".into(), |(r, v)| format!("{}@{r}", name(Some(v))));
        let (lock, valid) = (held(self.lock()), held(self.valid()));
        write!(f, "round {} {:?} lock {lock} valid {valid}", self.round(), self.step())
    }
}

#[test]
fn a_bank_keeps_what_it_is_told() {
    let last = ROUNDS_MAX - 1;
    let bank = Bank::default().enter(last).prevote(Some(1)).precommit(None);
    let bank = bank.with_lock(Some((last, 1))).with_valid(Some((3, 0)));
    assert_eq!((bank.round(), bank.step()), (last, Step::Precommit));
    assert_eq!((bank.prevotes(last), bank.precommits(last), bank.voted(0)), (0b100, 0b001, false));
    assert_eq!((bank.lock(), bank.valid()), (Some((last, 1)), Some((3, 0))));
    let other = bank.exchanged();
    assert_eq!((other.prevotes(last), other.lock(), other.valid()), (0b010, Some((last, 0)), Some((3, 1))));
    assert_eq!(other.exchanged(), bank);
    let early = Bank::default().enter(1).prevote(Some(1)).with_lock(Some((1, 1)));
    assert_eq!(early.raised().lowered(1), early);
    assert_eq!((early.raised().prevotes(2), early.raised().lock()), (0b100, Some((2, 1))));
    assert!(!bank.contradicts_itself() && bank.precommit(Some(0)).contradicts_itself());
}
