//! How soon a bank repeats itself while a height is open: what is lost should be missed for a moment
//! only, and a network that is slow but whole should not be made slower by repetition (fault 51).

use std::collections::VecDeque;

/// Least time until the first repetition in a round, milliseconds.
const REPEAT_MS_MIN: u64 = 200;

/// Heights remembered. Of those the quickest counts: it is the one in which nothing was lost.
const HEIGHTS_KEPT: usize = 8;

/// How long the last heights took.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    took_ms: VecDeque<u64>,
}

impl Pace {
    /// A height was agreed on, so many milliseconds after its round 0 began.
    pub(crate) fn note(&mut self, took_ms: u64) {
        if self.took_ms.len() == HEIGHTS_KEPT {
            self.took_ms.pop_front();
        }
        self.took_ms.push_back(took_ms);
    }

    /// Milliseconds until the next repetition, after so many in this round: twice the time of a good
    /// height, doubled each time, at most `most`.
    pub(crate) fn repeat_ms(&self, repeats: u32, most: u64) -> u64 {
        let quickest = self.took_ms.iter().min().copied().unwrap_or(0);
        let first = quickest.saturating_mul(2).max(REPEAT_MS_MIN);
        first.saturating_mul(1 << repeats.min(16)).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_soon_where_heights_are_quick_and_later_each_time() {
        let mut pace = Pace::default();
        assert_eq!([0, 1, 2, 3, u32::MAX].map(|n| pace.repeat_ms(n, 1_000)), [200, 400, 800, 1_000, 1_000]);
        pace.note(30);
        pace.note(5_000);
        assert_eq!(pace.repeat_ms(0, 1_000), 200, "one height that lost messages does not count");
        (0..HEIGHTS_KEPT).for_each(|_| pace.note(300));
        assert_eq!(pace.repeat_ms(0, 1_000), 600, "a slow network is not made slower");
        pace.note(u64::MAX);
        (0..HEIGHTS_KEPT).for_each(|_| pace.note(u64::MAX));
        assert_eq!(pace.repeat_ms(9, 1_000), 1_000);
    }
}
