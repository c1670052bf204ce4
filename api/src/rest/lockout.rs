//! Failed logins: each further one of a person locks for longer.
//!
//! Kept in memory and bounded, under aliases, not names. A restart forgets it; a bank's node does not
//! restart at a stranger's wish, and the limits by address hold from its first second.

use idx_crypto::Hash32;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures that cost nothing: people mistype.
const FREE: u32 = 5;

/// The first lock; each further one is twice as long.
const FIRST_LOCK: Duration = Duration::from_secs(30);

/// The longest lock, so that nobody can lock somebody else out for a day.
const LONGEST_LOCK: Duration = Duration::from_secs(900);

/// People whose failures are remembered; beyond it the one that failed longest ago is forgotten.
const REMEMBERED_MAX: usize = 65_536;

/// A failure is forgotten after this long without another.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3_600);

struct Failures {
    count: u32,
    last: Instant,
}

/// Who failed how often.
#[derive(Default)]
pub(crate) struct Lockout {
    failures: Mutex<HashMap<Hash32, Failures>>,
}

impl Lockout {
    /// Counts a try as failed before it is made, so that many at once are counted too.
    ///
    /// # Errors
    /// How long the person is locked.
    pub(crate) fn begin(&self, who: Hash32, now: Instant) -> Result<(), Duration> {
        let mut all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, now);
        let known = all.entry(who).or_insert(Failures { count: 0, last: now });
        if now.duration_since(known.last) >= FORGOTTEN_AFTER {
            known.count = 0;
        }
        let left = lock_of(known.count).saturating_sub(now.duration_since(known.last));
        if !left.is_zero() {
            return Err(left);
        }
        *known = Failures { count: known.count.saturating_add(1), last: now };
        Ok(())
    }

    /// The try came to no answer.
    pub(crate) fn retract(&self, who: &Hash32) {
        let mut all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get_mut(who) {
            known.count = known.count.saturating_sub(1);
        }
    }

    /// The try was good after all.
    pub(crate) fn succeed(&self, who: &Hash32) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

/// How long so many failures lock.
fn lock_of(count: u32) -> Duration {
    match count.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(over) => FIRST_LOCK.saturating_mul(1 << over.min(16)).min(LONGEST_LOCK),
    }
}

fn make_room(all: &mut HashMap<Hash32, Failures>, now: Instant) {
    if all.len() < REMEMBERED_MAX {
        return;
    }
    all.retain(|_, failures| now.duration_since(failures.last) < FORGOTTEN_AFTER);
    if all.len() >= REMEMBERED_MAX
        && let Some(oldest) = all.iter().min_by_key(|(_, failures)| failures.last).map(|(who, _)| *who)
    {
        all.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_grow_and_end_with_success() {
        let (lockout, start) = (Lockout::default(), Instant::now());
        let (who, other) = (Hash32([1; 32]), Hash32([2; 32]));
        for _ in 0..FREE {
            assert_eq!(lockout.begin(who, start), Ok(()));
        }
        assert_eq!(lockout.begin(who, start), Err(FIRST_LOCK));
        assert_eq!(lockout.begin(other, start), Ok(()), "nobody else is locked");
        let mut now = start;
        for seconds in [30, 60, 120, 240, 480, 900, 900] {
            let lock = Duration::from_secs(seconds);
            assert_eq!(lockout.begin(who, now), Err(lock));
            assert_eq!(
                lockout.begin(who, now + lock / 2),
                Err(lock / 2),
                "a refused try does not prolong it"
            );
            now += lock;
            assert_eq!(lockout.begin(who, now), Ok(()));
        }
        lockout.succeed(&who);
        for _ in 0..FREE * 2 {
            assert_eq!(lockout.begin(who, now), Ok(()));
            lockout.retract(&who);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let (mut all, start) = (HashMap::new(), Instant::now());
        for n in 0..REMEMBERED_MAX as u64 {
            let mut who = [0; 32];
            who[..8].copy_from_slice(&n.to_le_bytes());
            all.insert(Hash32(who), Failures { count: 1, last: start + Duration::from_micros(n) });
        }
        make_room(&mut all, start + Duration::from_secs(1));
        assert_eq!(all.len(), REMEMBERED_MAX - 1);
        assert!(!all.contains_key(&Hash32([0; 32])), "the oldest went");
        make_room(&mut all, start + FORGOTTEN_AFTER * 2);
        assert_eq!(all.len(), REMEMBERED_MAX - 1, "there is room: nothing is touched");
    }
}
