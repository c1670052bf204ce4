//! The timers of the mind: at most one of each kind, setting one again replaces it.

use idx_replica::TimerId;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Timers that run, by deadline.
#[derive(Debug, Default)]
pub struct Timers {
    deadlines: BTreeMap<TimerId, Instant>,
}

impl Timers {
    /// Starts a timer, or starts it anew.
    pub fn set(&mut self, timer: TimerId, now: Instant, after_ms: u64) {
        self.deadlines.insert(timer, now + Duration::from_millis(after_ms));
    }

    /// Takes out the timer that ran out first, if any has.
    pub fn pop_due(&mut self, now: Instant) -> Option<TimerId> {
        let (timer, deadline) = self.first()?;
        if deadline > now {
            return None;
        }
        self.deadlines.remove(&timer);
        Some(timer)
    }

    /// How long until the next timer runs out; a minute if none runs.
    pub fn wait(&self, now: Instant) -> Duration {
        self.first().map_or(Duration::from_secs(60), |(_, deadline)| deadline.saturating_duration_since(now))
    }

    /// A handful of timers run at a time, so a scan is cheaper than an index.
    fn first(&self) -> Option<(TimerId, Instant)> {
        let soonest = self.deadlines.iter().min_by_key(|(_, deadline)| **deadline)?;
        Some((*soonest.0, *soonest.1))
    }

    /// Forgets timers of heights that are over, so that they do not wake the node for nothing.
    pub fn drop_before(&mut self, height: idx_types::Height) {
        self.deadlines.retain(|timer, _| match timer {
            TimerId::Agreement(id) => id.height >= height,
            TimerId::Idle(of) | TimerId::MineAgain(of) | TimerId::Approval(of, _) | TimerId::Fetch(of) => {
                *of >= height
            }
            TimerId::Housekeeping => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::Height;

    #[test]
    fn soonest_first_and_a_timer_set_again_moves() {
        let (mut timers, now) = (Timers::default(), Instant::now());
        timers.set(TimerId::Housekeeping, now, 20);
        timers.set(TimerId::Idle(Height(1)), now, 10);
        timers.set(TimerId::Idle(Height(1)), now, 30);
        assert_eq!(timers.wait(now), Duration::from_millis(20));
        let later = now + Duration::from_millis(25);
        assert_eq!(timers.pop_due(later), Some(TimerId::Housekeeping));
        assert_eq!(timers.pop_due(later), None);
        timers.drop_before(Height(2));
        assert_eq!(timers.wait(now), Duration::from_secs(60));
    }
}
