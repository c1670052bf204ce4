//! Seats: so many connections of one client, whatever it is told apart by.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts by client.
pub(super) struct Seats<K> {
    max: usize,
    taken: Mutex<HashMap<K, usize>>,
}

/// A seat, free again when dropped.
pub(super) struct Seat<K: Clone + Eq + Hash> {
    seats: Arc<Seats<K>>,
    of: K,
}

impl<K: Clone + Eq + Hash> Seats<K> {
    /// At most so many for each.
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default() })
    }

    /// A seat, unless all of this client are taken.
    pub(super) fn take(self: &Arc<Self>, of: K) -> Option<Seat<K>> {
        let mut taken = self.taken();
        let count = taken.get(&of).copied().unwrap_or(0);
        if count >= self.max {
            return None;
        }
        taken.insert(of.clone(), count + 1);
        Some(Seat { seats: Arc::clone(self), of })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        match taken.get_mut(&self.of) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.of)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_nothing_is_kept_of_who_left() {
        let seats = Seats::new(2);
        let held: Vec<_> = (0..2).map(|_| seats.take("a").unwrap()).collect();
        assert!(seats.take("a").is_none());
        let other = seats.take("b");
        assert!(other.is_some());
        drop(held);
        assert!(seats.take("a").is_some());
        drop(other);
        assert!(seats.taken().is_empty());
    }
}
