//! Who asks, and is answered, when: so many at a time, so often. For questions between banks about customers.

use idx_api::Rate;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Turns of one kind.
pub(super) struct Turns {
    rate: Rate,
    places: Arc<Semaphore>,
    full_at: Mutex<Instant>,
}

/// A turn; over when it is dropped.
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
}

impl Turns {
    /// At most `places` at a time, at this rate.
    pub(super) fn new(rate: Rate, places: usize, now: Instant) -> Self {
        Self { rate, places: Arc::new(Semaphore::new(places)), full_at: Mutex::new(now) }
    }

    /// A turn, if there is one now. Nobody waits in line. Who finds no place has not used up a turn.
    pub(super) fn take(&self, now: Instant) -> Option<Turn> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        self.rate.take(&mut full_at, now).ok().map(|()| Turn { _place: place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn so_many_at_a_time() {
        let now = Instant::now();
        let turns = Turns::new(Rate::per_second(1_000, 1_000), 3, now);
        let taken: Vec<Turn> = (0..3).map_while(|_| turns.take(now)).collect();
        assert_eq!(taken.len(), 3);
        assert!(turns.take(now).is_none(), "all places are taken");
        drop(taken);
        assert!(turns.take(now).is_some(), "a turn that is over leaves its place");
    }

    #[test]
    fn so_often_and_again_after_a_while() {
        let now = Instant::now();
        let turns = Turns::new(Rate::per_second(2, 4), 100, now);
        let at_once = (0..50).filter(|_| turns.take(now).is_some()).count();
        assert_eq!(at_once, 4, "what may come at once");
        let later = now + Duration::from_secs(1);
        assert_eq!((0..50).filter(|_| turns.take(later).is_some()).count(), 2, "two a second after that");
        let much_later = now + Duration::from_secs(3_600);
        assert_eq!(
            (0..50).filter(|_| turns.take(much_later).is_some()).count(),
            4,
            "never more than at once"
        );
    }
}
