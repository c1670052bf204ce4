//! Idempotency: the same key and request are answered once, and then told again.
//!
//! Kept in memory, bounded in number, for a day. A key belongs to who used it. That nothing is done twice
//! does not rest on this room but on the desk ([`Ask::Once`](idx_bank::desk::Ask::Once)); here the first
//! answer is kept to the letter, refusals among them, and two at once are told apart.

use super::error::{ApiError, Code};
use idx_bank::desk::Refusal;
use idx_bank::vault::Mark;
use idx_crypto::Hash32;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Answers that are kept; the oldest go first.
const KEPT_MAX: usize = 65_536;

/// Bytes of JSON that are kept in all; the oldest answers go first.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// How long an answer is kept.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3_600);

/// An answer as it is told again.
pub(crate) type Told = Arc<(u16, Value)>;

struct Entry {
    request: Hash32,
    since: Instant,
    told: Option<Told>,
    bytes: usize,
}

#[derive(Default)]
struct Kept {
    bytes: usize,
    by_key: HashMap<Hash32, Entry>,
    in_order: VecDeque<(Hash32, Instant)>,
}

/// Answers by key.
#[derive(Default)]
pub(crate) struct Replays {
    kept: Mutex<Kept>,
}

/// What a request with a key comes to.
pub(crate) enum Turn<'a> {
    /// It is the first: carry it out, then say so.
    First(First<'a>),
    /// It was carried out: tell this.
    Again(Told),
}

/// The right to carry out a request; given back if it is dropped without an answer.
pub(crate) struct First<'a> {
    replays: &'a Replays,
    key: Hash32,
    since: Instant,
    done: bool,
}

impl Replays {
    /// A request with a key of this caller.
    ///
    /// # Errors
    /// The key came with another request, or the first is not done yet.
    pub(crate) fn begin(&self, mark: Mark, now: Instant) -> Result<Turn<'_>, ApiError> {
        let Mark { key, request } = mark;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.drop_old(now);
        if let Some(entry) = kept.by_key.get(&key) {
            return match &entry.told {
                _ if entry.request != request => Err(Refusal::KeyReused.into()),
                Some(told) => Ok(Turn::Again(told.clone())),
                None => Err(Code::KeyInUse.into()),
            };
        }
        kept.by_key.insert(key, Entry { request, since: now, told: None, bytes: 0 });
        kept.in_order.push_back((key, now));
        Ok(Turn::First(First { replays: self, key, since: now, done: false }))
    }
}

impl Kept {
    fn drop_old(&mut self, now: Instant) {
        while let Some((key, since)) = self.in_order.front().copied() {
            let fits = self.in_order.len() < KEPT_MAX && self.bytes <= KEPT_BYTES_MAX;
            if fits && now.duration_since(since) < KEPT_FOR {
                return;
            }
            self.in_order.pop_front();
            self.forget(&key, since);
        }
    }

    fn forget(&mut self, key: &Hash32, since: Instant) {
        if self.by_key.get(key).is_some_and(|entry| entry.since == since) {
            self.bytes -= self.by_key.remove(key).map_or(0, |entry| entry.bytes);
        }
    }
}

impl First<'_> {
    /// Keeps the answer to be told again. What the node could not do is not kept: the client shall try
    /// again.
    pub(crate) fn done(mut self, told: Told) {
        if told.0 < 500 {
            self.done = true;
            let bytes = told.1.to_string().len();
            let mut kept = self.replays.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(entry) = kept.by_key.get_mut(&self.key).filter(|entry| entry.told.is_none()) {
                entry.bytes = bytes;
                entry.told = Some(told);
                kept.bytes += bytes;
            }
        }
    }
}

impl Drop for First<'_> {
    fn drop(&mut self) {
        if !self.done {
            let mut kept = self.replays.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.forget(&self.key, self.since);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn mark(key: u8, request: u8) -> Mark {
        Mark { key: Hash32([key; 32]), request: Hash32([request; 32]) }
    }

    fn first<'a>(replays: &'a Replays, key: u8, request: u8, now: Instant) -> First<'a> {
        match replays.begin(mark(key, request), now) {
            Ok(Turn::First(first)) => first,
            _ => panic!("it is the first"),
        }
    }

    #[test]
    fn the_first_answer_is_told_again_for_a_day() {
        let (replays, now) = (Replays::default(), Instant::now());
        let running = first(&replays, 1, 1, now);
        let code = |turn: Result<Turn<'_>, ApiError>| turn.err().map(|error| error.code);
        assert_eq!(code(replays.begin(mark(1, 1), now)), Some("IDEMPOTENCY_KEY_IN_USE"));
        running.done(Arc::new((201, Value::from("first"))));
        let Ok(Turn::Again(told)) = replays.begin(mark(1, 1), now) else { panic!("it is told again") };
        assert_eq!(*told, (201, Value::from("first")));
        assert_eq!(code(replays.begin(mark(1, 9), now)), Some("IDEMPOTENCY_KEY_REUSED"));
        drop(first(&replays, 1, 1, now + KEPT_FOR));
    }

    /// A few long answers are as much memory as many short ones.
    #[test]
    fn so_many_bytes_are_kept_and_no_more() {
        let (replays, now) = (Replays::default(), Instant::now());
        let long = Arc::new((200, Value::from("x".repeat(1 << 20))));
        for key in 0..100 {
            first(&replays, key, 1, now).done(long.clone());
        }
        assert!(replays.kept.lock().unwrap().bytes <= KEPT_BYTES_MAX + (2 << 20));
        assert!(matches!(replays.begin(mark(99, 1), now), Ok(Turn::Again(_))));
        drop(first(&replays, 0, 1, now));
    }

    #[test]
    fn what_failed_or_was_left_may_be_tried_again() {
        let (replays, now) = (Replays::default(), Instant::now());
        drop(first(&replays, 1, 1, now));
        first(&replays, 1, 2, now).done(Arc::new((503, Value::Null)));
        first(&replays, 1, 3, now).done(Arc::new((400, Value::Null)));
        assert!(matches!(replays.begin(mark(1, 3), now), Ok(Turn::Again(_))));
    }
}
