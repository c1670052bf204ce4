//! What the book does with each answer, block and tick.

use super::*;
use idx_types::Reason;

const WINDOW: Window = Window { batch_max: 2, sent_max: 3, life_ms: 60_000 };

fn hash(n: u8) -> TxHash {
    TxHash([n; 32])
}

/// Jobs 0.. through door 0 of two.
fn tracker(jobs: u8) -> Tracker {
    let jobs = (0..jobs).map(|n| Job { hash: hash(n), bytes: vec![n], door: 0 }).collect();
    Tracker::new(jobs, 2, WINDOW)
}

fn refused(code: &str) -> Answer {
    Answer::Refused(code.to_owned())
}

#[test]
fn batches_and_the_window_are_bounded() {
    let mut tracker = tracker(5);
    assert_eq!(tracker.take(0, 0, usize::MAX), [0, 1]);
    assert_eq!(tracker.take(0, 0, usize::MAX), [2]);
    assert!(tracker.take(0, 0, usize::MAX).is_empty());
    tracker.seen(&hash(1), &Outcome::Completed, 40);
    assert_eq!(tracker.take(0, 50, usize::MAX), [3]);
    assert_eq!(tracker.open(), 4);
}

#[test]
fn finality_counts_from_the_first_hand_in() {
    let mut tracker = tracker(1);
    tracker.take(0, 100, 1);
    tracker.tick(100 + RESEND_MS);
    assert_eq!(tracker.take(1, 100 + RESEND_MS, 1), [0], "sent again at the next door");
    tracker.seen(&hash(0), &Outcome::Completed, 200 + RESEND_MS);
    tracker.seen(&hash(0), &Outcome::Failed(Reason::Replayed), 900 + RESEND_MS);
    assert_eq!(tracker.endings(), [Some(Ending::Completed { finality_ms: 100 + RESEND_MS })]);
}

#[test]
fn each_refusal_has_its_consequence() {
    let failed = |code: &str| Some(Ending::Failed(code.to_owned()));
    for (code, tries, ending) in [
        ("POOL_DUPLICATE", 1, None),
        ("REPLAYED", 1, None),
        ("POOL_FULL", 50, None),
        ("UNKNOWN_SESSION", LAG_TRIES_MAX - 1, None),
        ("UNKNOWN_SESSION", LAG_TRIES_MAX, failed("UNKNOWN_SESSION")),
        ("BAD_SIGNATURE", 1, failed("BAD_SIGNATURE")),
        ("FEE_MISMATCH", 1, failed("FEE_MISMATCH")),
    ] {
        let mut tracker = tracker(1);
        for attempt in 0..u64::from(tries) {
            assert_eq!(tracker.take(0, attempt * RETRY_MS, 1), [0], "{code} {attempt}");
            tracker.answered(0, &refused(code), attempt * RETRY_MS);
        }
        assert_eq!(tracker.endings(), [ending], "{code}");
    }
}

#[test]
fn what_a_dead_node_held_goes_through_the_next_door_a_moment_later() {
    let mut tracker = tracker(2);
    let taken = tracker.take(0, 0, usize::MAX);
    tracker.unanswered(&taken, 10);
    assert!(tracker.take(1, 10, usize::MAX).is_empty());
    assert_eq!(tracker.take(1, 10 + RETRY_MS, usize::MAX), taken);
    assert!(tracker.take(0, 10 + RETRY_MS, usize::MAX).is_empty());
}

#[test]
fn a_deferred_one_stays_open_until_it_expires() {
    let mut tracker = tracker(2);
    tracker.take(0, 0, 1);
    tracker.seen(&hash(0), &Outcome::Deferred, 10);
    assert_eq!(tracker.open(), 2);
    tracker.tick(WINDOW.life_ms);
    assert_eq!(tracker.open(), 0);
    assert_eq!(tracker.endings(), vec![Some(Ending::Failed("EXPIRED".to_owned())); 2]);
}

#[test]
fn transactions_of_others_are_passed_over() {
    let mut tracker = tracker(1);
    tracker.seen(&hash(9), &Outcome::Completed, 1);
    assert_eq!(tracker.open(), 1);
}
