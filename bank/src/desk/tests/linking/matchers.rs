//! Ways of guessing which session of tomorrow is of the same account, and how good they are.

use super::view::{Day, Field, Profile};
use std::collections::BTreeSet;
use std::fmt;

/// Bytes that two profiles share anywhere in any field, to be taken for no accident.
const WINDOW_BYTES: usize = 4;

/// A way of guessing.
#[derive(Clone, Copy, Debug)]
pub enum Matcher {
    /// The longest common beginning of a field.
    Beginning(Field),
    /// The longest common end.
    End(Field),
    /// The fewest different bits.
    Bits(Field),
    /// The least difference, as numbers.
    Number(Field),
    /// Any nonce that is near any nonce: one counter for all that an account signs.
    Nonces,
    /// Equal bytes anywhere.
    Anywhere,
    /// The same place in the day's order.
    Order,
    /// Paying and being paid as often.
    Counts,
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

pub fn all_matchers() -> Vec<Matcher> {
    let of = |field| {
        [Matcher::Beginning(field), Matcher::End(field), Matcher::Bits(field), Matcher::Number(field)]
    };
    let fields = Field::ALL.into_iter().flat_map(of);
    fields.chain([Matcher::Nonces, Matcher::Anywhere, Matcher::Order, Matcher::Counts]).collect()
}

impl Matcher {
    /// Whether it looks at what people do, which no pseudonym hides.
    pub const fn is_of_behaviour(&self) -> bool {
        matches!(self, Self::Counts)
    }

    /// Whether it looks at the order of the day.
    pub const fn is_of_order(&self) -> bool {
        matches!(self, Self::Order)
    }

    /// How alike two sessions are: more is more.
    fn likeness(&self, a: &Profile, b: &Profile) -> f64 {
        match self {
            Self::Beginning(field) => best(a.of(*field), b.of(*field), |a, b| equal(a.iter(), b.iter())),
            Self::End(field) => {
                best(a.of(*field), b.of(*field), |a, b| equal(a.iter().rev(), b.iter().rev()))
            }
            Self::Bits(field) => best(a.of(*field), b.of(*field), |a, b| -different_bits(a, b)),
            Self::Number(field) => best(a.of(*field), b.of(*field), nearness),
            Self::Nonces => best(&nonces(a), &nonces(b), nearness),
            Self::Anywhere => windows(a).intersection(&windows(b)).count() as f64,
            Self::Order => -(a.place - b.place).abs(),
            Self::Counts => {
                -(a.counts.iter().zip(b.counts).map(|(a, b)| a.abs_diff(b)).sum::<usize>() as f64)
            }
        }
    }
}

fn best(a: &[Vec<u8>], b: &[Vec<u8>], like: impl Fn(&[u8], &[u8]) -> f64) -> f64 {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    pairs.map(|(a, b)| like(a, b)).fold(f64::NEG_INFINITY, f64::max)
}

fn equal<'a>(a: impl Iterator<Item = &'a u8>, b: impl Iterator<Item = &'a u8>) -> f64 {
    a.zip(b).take_while(|(a, b)| a == b).count() as f64
}

fn different_bits(a: &[u8], b: &[u8]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from((a ^ b).count_ones())).sum()
}

fn nearness(a: &[u8], b: &[u8]) -> f64 {
    let number = |bytes: &[u8]| bytes.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    -(number(a).abs_diff(number(b)) as f64)
}

fn nonces(profile: &Profile) -> Vec<Vec<u8>> {
    [profile.of(Field::OpeningNonce), profile.of(Field::IntentNonce)].concat()
}

fn windows(profile: &Profile) -> BTreeSet<&[u8]> {
    profile.fields.values().flatten().flat_map(|bytes| bytes.windows(WINDOW_BYTES)).collect()
}

/// How a matcher did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Score {
    /// Sessions whose account has one on the next day as well.
    pub guesses: usize,
    right: usize,
    /// Right ones that chance alone is to give: one guess among as many sessions as the bank opened.
    expected: f64,
}

impl Score {
    /// Chernoff's bound on the chance of so many right guesses, or more, if nothing links: e^-m (em/k)^k for
    /// k right ones where m are expected. It holds for guesses against a random matching.
    pub fn luck(&self) -> f64 {
        let (right, expected) = (self.right as f64, self.expected);
        if right <= expected {
            return 1.0;
        }
        (right - expected + right * (expected / right).ln()).exp()
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guesses, right, expected } = self;
        write!(f, "{right} of {guesses} right, {expected:.1} by chance, luck {:.1e}", self.luck())
    }
}

/// Guesses for each session of each day its likest session of the next day among those of its bank, which
/// is public. Of equals the first is taken, by order of the ids.
pub fn score(days: &[Day], matcher: &Matcher) -> Score {
    let mut score = Score::default();
    for pair in days.windows(2) {
        for own in &pair[0].profiles {
            let candidates: Vec<&Profile> =
                pair[1].profiles.iter().filter(|other| other.bank == own.bank).collect();
            if !candidates.iter().any(|other| other.account == own.account) {
                continue;
            }
            score.guesses += 1;
            score.expected += 1.0 / candidates.len() as f64;
            score.right += usize::from(likest(own, &candidates, matcher).account == own.account);
        }
    }
    score
}

fn likest<'a>(own: &Profile, candidates: &[&'a Profile], matcher: &Matcher) -> &'a Profile {
    let mut found = (f64::NEG_INFINITY, candidates[0]);
    for other in candidates {
        let likeness = matcher.likeness(own, other);
        if likeness > found.0 {
            found = (likeness, other);
        }
    }
    found.1
}
