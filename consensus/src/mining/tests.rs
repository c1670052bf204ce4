//! What a search returns, and that it ends.

use super::*;
use idx_types::testing::header;
use idx_types::{BankId, Height};

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

fn with_difficulty(difficulty: u8) -> PublicHeader {
    PublicHeader { difficulty, ..header() }
}

#[test]
fn what_is_found_holds_by_the_ordinary_hash() {
    for difficulty in [0, 1, 7, 8, 13, 16] {
        for count in [1, 2, 3, 8] {
            let mut mined = with_difficulty(difficulty);
            let found = search(&mined, threads(count), &Stop::new()).expect("nobody stops it");
            mined.nonce = found.nonce;
            assert!(work_holds(&mined), "difficulty {difficulty}, {count} threads");
            assert!(found.hashes > found.nonce / count as u64, "it tried what it passed");
        }
    }
}

#[test]
fn one_thread_finds_the_least_nonce_in_as_many_hashes() {
    for height in 1..6 {
        let mut naive = PublicHeader { height: Height(height), ..with_difficulty(10) };
        let found = search(&naive, threads(1), &Stop::new()).expect("nobody stops it");
        while !work_holds(&naive) {
            naive.nonce += 1;
        }
        assert_eq!(found, Found { nonce: naive.nonce, hashes: naive.nonce + 1 });
    }
}

#[test]
fn threads_share_the_nonces_without_overlap() {
    let (attempt, stride) = (Attempt::new(&header()), 5);
    for first in 0..stride {
        let (stop, done) = (Stop::new(), AtomicBool::new(false));
        let trail = Lane { first, stride, stop: &stop, done: &done }.run(attempt, Target::new(10));
        let nonce = trail.nonce.expect("nobody stops it");
        assert_eq!(nonce, first + stride * (trail.hashes - 1), "its own residue class, each once");
        assert!(done.into_inner(), "the others are told");
    }
}

#[test]
fn the_nonce_of_the_template_is_nothing() {
    let used = PublicHeader { nonce: u64::MAX, ..with_difficulty(10) };
    let fresh = with_difficulty(10);
    let stop = Stop::new();
    assert_eq!(search(&used, threads(1), &stop), search(&fresh, threads(1), &stop));
}

#[test]
fn work_is_for_one_header_and_its_difficulty() {
    let mut mined = with_difficulty(12);
    mined.nonce = search(&mined, threads(2), &Stop::new()).expect("nobody stops it").nonce;
    assert!(work_holds(&mined));
    assert!(!work_holds(&PublicHeader { difficulty: 255, ..mined.clone() }));
    let stolen = (1..=64).map(|bank| PublicHeader { miner: BankId(bank), ..mined.clone() });
    assert!(stolen.filter(work_holds).count() < 3, "another bank's name undoes the work");
}

#[test]
fn a_stopped_search_never_begins() {
    let stop = Stop::new();
    stop.stop();
    assert!(stop.clone().is_stopped());
    assert_eq!(search(&with_difficulty(0), threads(4), &stop), None);
}

/// Difficulty 255 is out of reach: only the switch ends the search, and it ends every thread.
#[test]
fn a_running_search_stops() {
    for count in [1, 4, usize::MAX] {
        let stop = Stop::new();
        let switch = stop.clone();
        let searcher = thread::spawn(move || search(&with_difficulty(255), threads(count), &stop));
        switch.stop();
        assert_eq!(searcher.join().expect("a search does not panic"), None);
    }
}
