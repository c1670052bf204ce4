//! Names on lists that a bank must not serve unseen, and how near a customer's name is to one.
//!
//! Names are compared as sorted words of plain Latin letters: order, case, marks and script do not count
//! (`Хаджи, Али` and `ALI HADZHI` are one). Nearness is 1000 less the share of letters that must be changed
//! (edit distance with swaps), in thousandths.

use deunicode::deunicode;
use strsim::damerau_levenshtein;

/// Most names of a list.
const NAMES_MAX: usize = 1_000_000;

/// A name of so few letters is near to too many others to mean anything.
const LETTERS_MIN: usize = 5;

/// Names to look for.
#[derive(Clone, Default)]
pub struct Watchlist {
    names: Vec<Name>,
}

#[derive(Clone)]
struct Name {
    words: Vec<String>,
    text: String,
    letters: usize,
}

/// The nearest name of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    /// Which, by its place in the list, from 0.
    pub place: usize,
    /// How near, 0 to 1000.
    pub permille: u32,
}

impl Name {
    fn of(name: &str) -> Self {
        let latin = deunicode(name).to_uppercase();
        let mut words: Vec<String> = latin
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort();
        let text = words.join(" ");
        Self { letters: text.chars().count(), words, text }
    }

    /// How near another name is, if it can be at least `least`.
    fn nearness(&self, other: &Self, least: u32) -> Option<u32> {
        // Every word of the listed name stands in the other: more given names do not hide one.
        if other.words.len() >= 2 && other.words.iter().all(|word| self.words.contains(word)) {
            return Some(1_000);
        }
        let longest = self.letters.max(other.letters);
        let allowed = longest * (1_000 - least as usize) / 1_000;
        if self.letters.abs_diff(other.letters) > allowed {
            return None;
        }
        let distance = damerau_levenshtein(&self.text, &other.text);
        (distance <= allowed).then(|| 1_000 - (distance * 1_000 / longest.max(1)) as u32)
    }
}

impl Watchlist {
    /// A list of these names; those of fewer than five letters, and all beyond a million, are left out. Returns
    /// how many were left out, too.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> (Self, usize) {
        let (mut kept, mut left_out) = (Vec::new(), 0);
        for name in names.into_iter().map(Name::of) {
            if name.letters >= LETTERS_MIN && kept.len() < NAMES_MAX {
                kept.push(name);
            } else {
                left_out += 1;
            }
        }
        (Self { names: kept }, left_out)
    }

    /// How many names are looked for.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The nearest name that is at least so near, in thousandths (500 to 1000); the first of equals. Ten
    /// thousand names take some milliseconds.
    pub fn nearest(&self, name: &str, least: u32) -> Option<Match> {
        let (name, least) = (Name::of(name), least.clamp(500, 1_000));
        let mut best: Option<Match> = None;
        for (place, listed) in self.names.iter().enumerate() {
            let floor = best.map_or(least, |best| best.permille + 1);
            if floor > 1_000 {
                break;
            }
            if let Some(permille) = name.nearness(listed, floor).filter(|permille| *permille >= floor) {
                best = Some(Match { place, permille });
            }
        }
        best
    }
}

impl std::fmt::Debug for Watchlist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Watchlist({} names)", self.names.len())
    }
}
