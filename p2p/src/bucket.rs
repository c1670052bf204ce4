//! A token bucket: so much per second, and a burst of so much at once.

use std::time::{Duration, Instant};

const NANOS_PER_S: u128 = 1_000_000_000;

/// How much of something may come: `per_s` in the long run, `burst` at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Units per second that flow in; at least 1.
    pub per_s: u64,
    /// Most units that can be saved up; at least 1.
    pub burst: u64,
}

/// Counts units against a [`Rate`]. Integer arithmetic only, so that it can be tested exactly.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: Rate,
    /// Units times nanoseconds per second; negative when in debt.
    level: i128,
    filled_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, level: Self::scaled(rate.burst), filled_at: now }
    }

    /// Takes `units` if they are there. A demand beyond the whole burst is met from a full bucket,
    /// or it could never be.
    pub(crate) fn take(&mut self, units: u64, now: Instant) -> bool {
        self.fill(now);
        let wanted = Self::scaled(units.min(self.rate.burst));
        let enough = self.level >= wanted;
        if enough {
            self.level -= wanted;
        }
        enough
    }

    /// Takes `units` in any case; the bucket may fall into debt, which [`Bucket::wait`] waits for.
    pub(crate) fn charge(&mut self, units: u64, now: Instant) {
        self.fill(now);
        self.level -= Self::scaled(units);
    }

    /// How long until the debt is paid; zero without debt.
    pub(crate) fn wait(&mut self, now: Instant) -> Duration {
        self.fill(now);
        let debt = self.level.min(0).unsigned_abs();
        let nanos = debt.div_ceil(u128::from(self.rate.per_s.max(1)));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn fill(&mut self, now: Instant) {
        let nanos = now.saturating_duration_since(self.filled_at).as_nanos();
        let inflow = nanos.saturating_mul(u128::from(self.rate.per_s)).min(i128::MAX.unsigned_abs());
        let inflow = i128::try_from(inflow).unwrap_or(i128::MAX);
        self.level = self.level.saturating_add(inflow).min(Self::scaled(self.rate.burst));
        self.filled_at = self.filled_at.max(now);
    }

    fn scaled(units: u64) -> i128 {
        (u128::from(units) * NANOS_PER_S).cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_then_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate { per_s: 10, burst: 3 }, start);
        let story = [(0, true), (0, true), (0, true), (0, false), (99, false), (100, true), (150, false)];
        for (at_ms, expected) in story {
            assert_eq!(bucket.take(1, start + Duration::from_millis(at_ms)), expected, "at {at_ms} ms");
        }
        let later = start + Duration::from_secs(3600);
        assert_eq!((0..5).filter(|_| bucket.take(1, later)).count(), 3, "saves up no more than the burst");
    }

    #[test]
    fn debt_is_waited_for() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate { per_s: 1000, burst: 100 }, start);
        bucket.charge(100, start);
        assert_eq!(bucket.wait(start), Duration::ZERO);
        bucket.charge(500, start);
        assert_eq!(bucket.wait(start), Duration::from_millis(500));
        assert_eq!(bucket.wait(start + Duration::from_millis(499)), Duration::from_millis(1));
        assert_eq!(bucket.wait(start + Duration::from_millis(500)), Duration::ZERO);
    }

    #[test]
    fn extremes_neither_overflow_nor_lock() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate { per_s: u64::MAX, burst: u64::MAX }, start);
        bucket.charge(u64::MAX, start);
        bucket.charge(u64::MAX, start);
        assert!(bucket.wait(start) <= Duration::from_secs(2));
        let mut small = Bucket::new(Rate { per_s: 1, burst: 10 }, start);
        assert!(small.take(1_000, start), "more than the burst passes from a full bucket");
        assert!(!small.take(1, start));
    }
}
