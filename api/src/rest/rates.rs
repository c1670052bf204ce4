//! How fast clients may ask: a token bucket for each address, and one for each who is logged in.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many in the long run, so many at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Requests that flow in.
    pub count: u32,
    /// In this time.
    pub per: Duration,
    /// Requests that can be saved up; at least 1.
    pub burst: u32,
}

impl Rate {
    /// `count` each second, with a burst.
    pub const fn per_second(count: u32, burst: u32) -> Self {
        Self { count, per: Duration::from_secs(1), burst }
    }

    /// Time in which one request flows in.
    fn one(self) -> Duration {
        self.per / self.count.max(1)
    }

    /// Takes one request out of a bucket that is full again at this time.
    ///
    /// # Errors
    /// How long until there is one.
    pub fn take(self, full_at: &mut Instant, now: Instant) -> Result<(), Duration> {
        let (one, burst) = (self.one(), self.burst.max(1));
        let next = (*full_at).max(now) + one;
        let debt = next.duration_since(now).saturating_sub(one * burst);
        if debt.is_zero() {
            *full_at = next;
            return Ok(());
        }
        Err(debt)
    }
}

/// Clients whose buckets are kept; full buckets go first, then the fullest.
const BUCKETS_MAX: usize = 65_536;

/// Buckets by client. A bucket is the time at which it is full again: what is in between is used up.
pub(crate) struct Buckets<K> {
    rate: Rate,
    full_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, full_at: Mutex::default() }
    }

    /// Takes one request out.
    ///
    /// # Errors
    /// How long until there is one.
    pub(crate) fn take(&self, who: K, now: Instant) -> Result<(), Duration> {
        let mut all = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, now);
        self.rate.take(all.entry(who).or_insert(now), now)
    }
}

fn make_room<K: Copy + Eq + Hash>(all: &mut HashMap<K, Instant>, now: Instant) {
    if all.len() < BUCKETS_MAX {
        return;
    }
    all.retain(|_, full_at| *full_at > now);
    if all.len() >= BUCKETS_MAX
        && let Some(fullest) = all.iter().min_by_key(|(_, full_at)| **full_at).map(|(who, _)| *who)
    {
        all.remove(&fullest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let (buckets, start) = (Buckets::new(Rate::per_second(10, 3)), Instant::now());
        let tenth = Duration::from_millis(100);
        for _ in 0..3 {
            assert_eq!(buckets.take(1, start), Ok(()));
        }
        assert_eq!(buckets.take(1, start), Err(tenth));
        assert_eq!(buckets.take(2, start), Ok(()), "another client");
        assert_eq!(buckets.take(1, start + tenth), Ok(()));
        assert_eq!(buckets.take(1, start + tenth), Err(tenth));
        let rested = start + Duration::from_secs(60);
        for _ in 0..3 {
            assert_eq!(buckets.take(1, rested), Ok(()));
        }
        assert!(buckets.take(1, rested).is_err(), "no more than the burst is saved up");
    }
}
