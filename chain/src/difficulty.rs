//! How hard mining is, and the integer rule by which that follows the time searches take (document 2.1).
//!
//! Work is a rate limit in this permissioned network, not the source of safety: a bank that lies about
//! its own times moves a median of 64 by its own share only.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh};
use idx_types::{Height, Params};

/// How many search times the rule looks at, and how many heights lie between two adjustments.
pub const WORK_WINDOW: usize = 64;

/// Difficulty in force and the search times it will be adjusted by.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Work {
    /// Leading zero bits that the next header must have.
    pub difficulty: u8,
    /// Search times of the last heights in milliseconds, oldest first; at most [`WORK_WINDOW`].
    pub mining_ms: Vec<u32>,
}

impl Work {
    /// The work of a new network: the least difficulty, nothing measured.
    pub fn genesis(params: &Params) -> Self {
        Self { difficulty: params.min_difficulty, mining_ms: Vec::new() }
    }

    /// The work after a height whose search took `mining_ms`, under the parameters of the next one.
    #[must_use]
    pub fn after(&self, height: Height, mining_ms: u32, params: &Params) -> Self {
        let mut times = self.mining_ms.clone();
        times.push(mining_ms);
        let excess = times.len().saturating_sub(WORK_WINDOW);
        times.drain(..excess);
        let adjusts = height.0.is_multiple_of(WORK_WINDOW as u64);
        let wanted = if adjusts { adjusted(self.difficulty, &times, params) } else { self.difficulty };
        Self { difficulty: wanted.clamp(params.min_difficulty, params.max_difficulty), mining_ms: times }
    }

    /// The digest that the state root carries.
    pub(crate) fn commitment(&self) -> Hash32 {
        hash_borsh("idx/work/1", self)
    }
}

/// One bit more if half of the searches took at most half the target, one less if they took at least
/// twice the target. One bit doubles or halves the time, so the rule does not swing.
fn adjusted(difficulty: u8, times: &[u32], params: &Params) -> u8 {
    let median = u64::from(lower_median(times));
    let target = u64::from(params.target_mining_time_ms);
    if median * 2 <= target {
        difficulty.saturating_add(1)
    } else if median >= target * 2 {
        difficulty.saturating_sub(1)
    } else {
        difficulty
    }
}

/// The middle value, the lower of the two in an even number; 0 of none.
fn lower_median(times: &[u32]) -> u32 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Params {
        Params { target_mining_time_ms: 10, min_difficulty: 16, max_difficulty: 24, ..Params::default() }
    }

    /// Runs 64 heights of one search time from a difficulty and returns the new one.
    fn after_window(difficulty: u8, mining_ms: u32) -> u8 {
        let mut work = Work { difficulty, mining_ms: Vec::new() };
        for height in 1..=64 {
            if height < 64 {
                assert_eq!(work.difficulty, difficulty, "only the 64th height adjusts");
            }
            work = work.after(Height(height), mining_ms, &params());
        }
        assert_eq!(work.mining_ms.len(), WORK_WINDOW);
        work.difficulty
    }

    #[test]
    fn one_bit_at_a_time_within_bounds() {
        let table = [
            (18, 5, 19),
            (18, 6, 18),
            (18, 19, 18),
            (18, 20, 17),
            (18, u32::MAX, 17),
            (18, 0, 19),
            (24, 0, 24),
            (16, 1_000, 16),
        ];
        for (from, ms, to) in table {
            assert_eq!(after_window(from, ms), to, "{from} bits, {ms} ms");
        }
    }

    #[test]
    fn a_minority_that_lies_moves_nothing() {
        let honest = [vec![10; 33], vec![u32::MAX; 31]].concat();
        let work = Work { difficulty: 20, mining_ms: honest[..63].to_vec() };
        assert_eq!(work.after(Height(64), u32::MAX, &params()).difficulty, 20);
    }

    #[test]
    fn new_bounds_hold_at_once_and_the_window_is_bounded() {
        let work = Work { difficulty: 20, mining_ms: vec![1; WORK_WINDOW] };
        let raised = Params { min_difficulty: 22, ..params() };
        let after = work.after(Height(7), 9, &raised);
        assert_eq!((after.difficulty, after.mining_ms.len()), (22, WORK_WINDOW));
        assert_eq!(after.mining_ms.last(), Some(&9));
        assert_ne!(after.commitment(), work.commitment());
    }
}
