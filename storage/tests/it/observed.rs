//! An observer's store: what goes in comes out, after a restart too, and of one network only.

use crate::support::{new_store, options};
use idx_storage::testing::Heights;
use idx_storage::{ObservedDb, StoreError};
use idx_types::testing::chain_id;
use idx_types::{ChainId, Decision, Height, ObservedHeight, Reason};
use std::path::Path;

fn heights() -> Vec<ObservedHeight> {
    let mut heights = Heights::default();
    let mut records = vec![heights.opening(6)];
    let txs = heights.payments(3);
    let decisions = [Decision::Pass, Decision::Fail(Reason::RejectedByPolicy), Decision::Defer];
    records.push(heights.next_decided(&txs, &decisions));
    records.push(heights.next_decided(&txs[2..], &[Decision::Pass]));
    let observed = records.into_iter().map(|r| ObservedHeight::of(r.certified, r.delta.parts, r.delta.rules));
    observed.collect()
}

fn check(path: &Path, heights: &[ObservedHeight]) {
    let db = ObservedDb::open(path, chain_id()).unwrap();
    assert_eq!(db.follower::<u64>().unwrap(), (!heights.is_empty()).then_some(heights.len() as u64));
    assert_eq!(db.range(Height(1), 100, usize::MAX).unwrap(), heights);
    assert_eq!(db.range(Height(1), 100, 0).unwrap().len(), heights.len().min(1));
    for height in heights {
        assert_eq!(db.height(height.height()).unwrap().as_ref(), Some(height));
        let number = Some(height.height());
        assert_eq!(db.height_by_public_hash(&height.private.header.public_hash).unwrap(), number);
        assert_eq!(db.height_by_private_hash(&height.commit.value).unwrap(), number);
    }
    assert_eq!(db.height(Height(heights.len() as u64 + 1)).unwrap(), None);
}

#[test]
fn heights_come_back_after_a_restart() {
    let (folder, heights) = (tempfile::tempdir().unwrap(), heights());
    check(folder.path(), &[]);
    for end in 1..=heights.len() {
        let db = ObservedDb::open(folder.path(), chain_id()).unwrap();
        db.append(&heights[end - 1..end], &(end as u64)).unwrap();
        drop(db);
        check(folder.path(), &heights[..end]);
    }
    let db = ObservedDb::open(folder.path(), chain_id()).unwrap();
    let place = |index: usize| db.tx_place(&heights[1].public.transactions[index].id()).unwrap();
    let found = |index: usize| place(index).map(|place| (place.height, place.index));
    assert_eq!([found(0), found(1)], [Some((Height(2), 0)), Some((Height(2), 1))]);
    assert_eq!(found(2), Some((Height(3), 0)), "a deferred one ended where it passed");
}

#[test]
fn another_network_and_a_second_process_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |chain| ObservedDb::open(folder.path(), chain).map(drop);
    let db = ObservedDb::open(folder.path(), chain_id()).unwrap();
    assert!(matches!(open(chain_id()), Err(StoreError::Locked { .. })));
    drop(db);
    let other = ChainId(idx_crypto::Hash32([9; 32]));
    assert!(matches!(open(other), Err(StoreError::WrongChain { expected, .. }) if expected == other));
    let bank = tempfile::tempdir().unwrap();
    drop(new_store(bank.path(), &Heights::default()));
    assert!(ObservedDb::open(bank.path(), options().chain_id).is_err(), "a bank's store is none of its");
}
