//! Challenges: what a customer with a key of his own signs to log in. Each is drawn for one login and good
//! for one try.
//!
//! Kept in memory and bounded. Whoever asks for many makes no room for himself: challenges count with other
//! tries of an address to become somebody. A restart forgets them, so nothing that was signed before it can
//! be shown after it.

use idx_types::TimestampMs;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How long a challenge can be answered.
pub(crate) const GOOD_FOR_MS: u64 = 120_000;

/// Challenges that wait; beyond it the oldest go. At twenty tries a minute and address (and twice that at
/// once) it takes eight hundred addresses to push one out that is still good.
const WAITING_MAX: usize = 65_536;

/// Thirty-two random bytes.
pub(crate) type Challenge = [u8; 32];

#[derive(Default)]
struct Waiting {
    until: HashMap<Challenge, TimestampMs>,
    in_order: VecDeque<(Challenge, TimestampMs)>,
}

/// Those that wait for an answer.
#[derive(Default)]
pub(crate) struct Challenges(Mutex<Waiting>);

impl Challenges {
    /// Keeps a challenge that was just drawn; answers when it ends.
    pub(crate) fn keep(&self, challenge: Challenge, now: TimestampMs) -> TimestampMs {
        let until = now.plus(GOOD_FOR_MS);
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.make_room(now);
        waiting.until.insert(challenge, until);
        waiting.in_order.push_back((challenge, until));
        until
    }

    /// Whether this was drawn here, not long ago, and not shown before. From now on it was.
    pub(crate) fn spend(&self, challenge: &Challenge, now: TimestampMs) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.until.remove(challenge).is_some_and(|until| now < until)
    }
}

impl Waiting {
    /// What is over goes, then the oldest, until there is room for one more.
    fn make_room(&mut self, now: TimestampMs) {
        while let Some((oldest, until)) = self.in_order.front().copied() {
            if self.in_order.len() < WAITING_MAX && now < until {
                return;
            }
            self.in_order.pop_front();
            self.until.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: TimestampMs = TimestampMs(1_000);

    fn numbered(n: usize) -> Challenge {
        let mut challenge = [0; 32];
        challenge[..8].copy_from_slice(&(n as u64).to_le_bytes());
        challenge
    }

    #[test]
    fn a_challenge_is_good_once_and_not_for_long() {
        let all = Challenges::default();
        assert!(!all.spend(&numbered(1), NOW), "nobody drew it");
        let until = all.keep(numbered(1), NOW);
        assert!(all.spend(&numbered(1), TimestampMs(until.0 - 1)));
        assert!(!all.spend(&numbered(1), NOW), "it was shown before");
        all.keep(numbered(2), NOW);
        assert!(!all.spend(&numbered(2), until), "its time is over");
        assert!(!all.spend(&numbered(2), NOW), "and it was shown, whatever the clock says then");
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_make_room() {
        let all = Challenges::default();
        for n in 0..=WAITING_MAX {
            all.keep(numbered(n), NOW);
        }
        let size = |all: &Challenges| {
            let waiting = all.0.lock().unwrap();
            (waiting.until.len(), waiting.in_order.len())
        };
        assert_eq!(size(&all), (WAITING_MAX, WAITING_MAX));
        assert!(!all.spend(&numbered(0), NOW), "the oldest went");
        assert!(all.spend(&numbered(1), NOW) && all.spend(&numbered(WAITING_MAX), NOW));
        all.keep(numbered(0), NOW.plus(GOOD_FOR_MS));
        assert_eq!(size(&all), (1, 1), "what is over goes");
    }
}
