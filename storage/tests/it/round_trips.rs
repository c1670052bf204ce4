//! What goes in comes out, also after a restart, from a copy, and beside writes.

use crate::support::{FAR, check_whole, commit_all, new_store, open, short_chain, unknown_tx};
use idx_chain::State;
use idx_storage::testing::Heights;
use idx_storage::{Committed, Order, PageQuery, Store, Subject, TxStatus};
use idx_types::wire::CertifiedHeight;
use idx_types::{AccountHandle, Height, PrivateHash, PublicHash, SessionId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn heights_come_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(8, 20);
    let store = open(folder.path());
    assert!(store.is_empty() && store.load().unwrap().is_none() && store.tip().is_none());
    store.init(&genesis).unwrap();
    assert_eq!((store.height(), store.base()), (Some(Height(0)), Some(Height(0))));
    assert_eq!(store.load().unwrap(), Some(genesis));
    for record in &records {
        assert_eq!(store.commit(record).unwrap(), Committed::Written);
    }
    check_whole(&store, &records).unwrap();
    drop(store);
    let store = open(folder.path());
    check_whole(&store, &records).unwrap();
    everything_is_found_by_its_name(&store);
}

fn everything_is_found_by_its_name(store: &Store) {
    let state = store.load().unwrap().unwrap();
    assert!(!state.accounts.is_empty() && !state.sessions.is_empty());
    for account in &state.accounts {
        assert_eq!(store.account(&account.handle).unwrap().as_ref(), Some(account));
    }
    for session in &state.sessions {
        assert_eq!(store.session(&session.id).unwrap().as_ref(), Some(session));
    }
    assert_eq!(store.account(&AccountHandle([0xee; 32])).unwrap(), None);
    assert_eq!(store.session(&SessionId([0xee; 32])).unwrap(), None);
}

#[test]
fn what_is_not_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(2, 3);
    let store = open(folder.path());
    store.init(&genesis).unwrap();
    commit_all(&store, &records);
    for height in [Height(0), Height(3), FAR] {
        assert_eq!(store.certified(height).unwrap(), None);
        assert_eq!(store.tx_at(height, 0).unwrap(), None);
    }
    assert_eq!(store.tx_at(Height(2), 3).unwrap(), None);
    assert_eq!(store.tx(&unknown_tx()).unwrap(), None);
    assert_eq!(store.height_by_public_hash(&PublicHash::ZERO).unwrap(), None);
    assert_eq!(store.height_by_private_hash(&PrivateHash::ZERO).unwrap(), None);
    let query = PageQuery { after: None, order: Order::NewestFirst, limit: 5 };
    assert!(store.txs(Subject::Status(TxStatus::Failed), &query).unwrap().entries.is_empty());
}

#[test]
fn a_store_that_begins_with_a_snapshot_goes_on_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut heights = Heights::default();
    heights.opening(12);
    (0..3).for_each(|_| drop(heights.paying(10)));
    let snapshot = heights.snapshot();
    let store = open(folder.path());
    store.init(&snapshot).unwrap();
    assert_eq!((store.height(), store.base()), (Some(Height(4)), Some(Height(4))));
    assert_eq!(store.certified(Height(4)).unwrap(), None, "blocks begin after the snapshot");
    let record = heights.paying(10);
    store.commit(&record).unwrap();
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.load().unwrap(), Some(heights.snapshot()));
    everything_is_found_by_its_name(&store);
    assert_eq!(store.certified(Height(5)).unwrap(), Some(record.certified));
}

/// Ids are forgotten with their time, and the loaded state is the one in memory all the while.
#[test]
fn settled_ids_are_kept_as_long_as_the_ledger_asks() {
    let folder = tempfile::tempdir().unwrap();
    let mut heights = Heights::default();
    let store = new_store(folder.path(), &heights);
    store.commit(&heights.opening(6)).unwrap();
    for _ in 0..60 {
        store.commit(&heights.paying(2)).unwrap();
        store.commit(&heights.resting(600_000)).unwrap();
    }
    let (loaded, held) = (store.load().unwrap().unwrap(), heights.snapshot());
    let (kept, needed) = (loaded.settled.len(), held.settled.len());
    assert!((2..60).contains(&needed), "the ledger has forgotten hours: {needed}");
    assert!((needed..=needed + 2).contains(&kept), "and so has the store: {kept}");
    assert_eq!((&loaded.core, &loaded.accounts), (&held.core, &held.accounts));
    assert_eq!(State::restore(loaded).unwrap().root(), held.core.root);
}

#[test]
fn a_peer_is_served_what_fits() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(10, 20);
    let store = open(folder.path());
    store.init(&genesis).unwrap();
    commit_all(&store, &records);
    let len = |height: &CertifiedHeight| borsh::to_vec(height).unwrap().len();
    let all: Vec<CertifiedHeight> = records.iter().map(|record| record.certified.clone()).collect();
    let two = len(&all[2]) + len(&all[3]);
    for (from, count, bytes_max, expected) in [
        (1, 100, usize::MAX, 0..10),
        (3, 2, usize::MAX, 2..4),
        (3, 100, two, 2..4),
        (3, 100, two - 1, 2..3),
        (3, 100, 0, 2..3),
        (9, u32::MAX, usize::MAX, 8..10),
        (3, 0, usize::MAX, 2..2),
        (11, 5, usize::MAX, 0..0),
        (0, 5, usize::MAX, 0..0),
        (u64::MAX, 5, usize::MAX, 0..0),
    ] {
        let served = store.certified_range(Height(from), count, bytes_max).unwrap();
        assert_eq!(served, all[expected], "from {from}, {count} heights, {bytes_max} bytes");
    }
}

#[test]
fn a_copy_of_a_running_store_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(8, 20);
    let store = open(&folder.path().join("store"));
    store.init(&genesis).unwrap();
    commit_all(&store, &records[..5]);
    store.checkpoint(&folder.path().join("copy")).unwrap();
    assert!(store.checkpoint(&folder.path().join("copy")).is_err(), "a copy is never written over");
    commit_all(&store, &records[5..]);
    check_whole(&open(&folder.path().join("copy")), &records[..5]).unwrap();
    check_whole(&store, &records).unwrap();
}

/// Readers see heights whole and the tip never go back (fault 48).
#[test]
fn reads_beside_writes_see_whole_heights() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(40, 20);
    let store = Arc::new(open(folder.path()));
    store.init(&genesis).unwrap();
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = Height(0);
                while !ended.load(Ordering::Relaxed) {
                    let tip = store.height().unwrap();
                    assert!(tip >= last);
                    last = tip;
                    let Some(certified) = store.certified(tip).unwrap() else { continue };
                    let tx = certified.public.transactions.last().unwrap();
                    assert_eq!(store.tx(&tx.id()).unwrap().unwrap().0.height, tip);
                }
            });
        }
        commit_all(&store, &records);
        ended.store(true, Ordering::Relaxed);
    });
    check_whole(&store, &records).unwrap();
}
