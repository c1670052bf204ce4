//! What the store refuses, each with its own reason, and nothing changed by it.

use crate::support::{check_whole, commit_all, new_store, open, options, short_chain};
use idx_storage::testing::{BANKS, Heights};
use idx_storage::{Committed, HeightRecord, STORE_FORMAT, Store, StoreError, StoreOptions};
use idx_types::{ChainId, Height, Outcome, Paise};
use rocksdb::{DB, Options};
use std::path::Path;

#[test]
fn gaps_repeats_and_forks() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(6, 5);
    let store = open(folder.path());
    assert!(matches!(store.commit(&records[0]), Err(StoreError::Empty)));
    store.init(&genesis).unwrap();
    assert!(matches!(store.commit(&records[1]), Err(StoreError::OutOfOrder { .. })), "a gap");
    commit_all(&store, &records[..4]);
    assert_eq!(store.commit(&records[3]).unwrap(), Committed::AlreadyThere);
    for (i, height) in [(0, 1), (2, 3), (5, 6)] {
        let refused = store.commit(&records[i]).unwrap_err();
        assert!(
            matches!(refused, StoreError::OutOfOrder { tip: Height(4), height: Height(h) } if h == height),
            "{refused}"
        );
    }
    let mut other = records[3].clone();
    other.certified.commit.value.0[0] ^= 1;
    assert!(matches!(store.commit(&other), Err(StoreError::Fork { height: Height(4), .. })));
    check_whole(&store, &records[..4]).unwrap();
    store.commit(&records[4]).unwrap();
}

#[test]
fn records_whose_parts_do_not_belong_together() {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(3, 5);
    let store = open(folder.path());
    store.init(&genesis).unwrap();
    store.commit(&records[0]).unwrap();
    type Spoil = fn(&mut HeightRecord);
    let table: [(Spoil, &str); 10] = [
        (|r| r.delta.height = Height(9), "different heights"),
        (|r| r.certified.commit.height = Height(9), "different heights"),
        (|r| r.certified.public.header.chain_id = other_chain(), "it is of another network"),
        (|r| r.delta.core.chain_id = other_chain(), "its state is of another network"),
        (|r| r.certified.private.outcomes.clear(), "differ in number"),
        (|r| r.certified.commit.value.0[0] ^= 1, "the certificate is for another"),
        (|r| r.delta.core.tip.private_hash.0[0] ^= 1, "tip is another private"),
        (|r| r.certified.public.header.nonce ^= 1, "settles another public"),
        (|r| r.delta.core.root.0[0] ^= 1, "not the root that the banks signed"),
        (|r| r.delta.parts.work.0[0] ^= 1, "make another root"),
    ];
    for (spoil, reason) in table {
        let mut record = records[1].clone();
        spoil(&mut record);
        let refused = store.commit(&record).unwrap_err();
        assert!(matches!(refused, StoreError::Inconsistent { height: Height(2), .. }), "{refused}");
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    check_whole(&store, &records[..1]).unwrap();
    store.commit(&records[1]).unwrap();
}

fn other_chain() -> ChainId {
    ChainId(idx_crypto::Hash32([9; 32]))
}

#[test]
fn a_second_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let heights = Heights::default();
    let store = new_store(folder.path(), &heights);
    let refused = store.init(&heights.snapshot()).unwrap_err();
    assert!(matches!(refused, StoreError::AlreadyInitialised { tip: Height(0) }));
}

#[test]
fn another_network() {
    let folder = tempfile::tempdir().unwrap();
    let heights = Heights::default();
    drop(new_store(folder.path(), &heights));
    let options = StoreOptions::new(other_chain());
    let refused = Store::open(folder.path(), &options).map(drop).unwrap_err();
    assert!(matches!(refused, StoreError::WrongChain { expected, .. } if expected == other_chain()));
    let empty = tempfile::tempdir().unwrap();
    let store = Store::open(empty.path(), &options).unwrap();
    assert!(matches!(store.init(&heights.snapshot()), Err(StoreError::Inconsistent { .. })));
    assert!(store.is_empty());
}

#[test]
fn a_second_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = new_store(folder.path(), &Heights::default());
    let refused = Store::open(folder.path(), &options()).map(drop).unwrap_err();
    assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
    drop(store);
    drop(open(folder.path()));
}

/// Changes the database behind the store's back.
fn tamper(path: &Path, change: impl FnOnce(&mut DB)) {
    let families = DB::list_cf(&Options::default(), path).unwrap();
    change(&mut DB::open_cf(&Options::default(), path, families).unwrap());
}

#[test]
fn a_format_of_another_release() {
    let folder = tempfile::tempdir().unwrap();
    drop(new_store(folder.path(), &Heights::default()));
    let newer = (STORE_FORMAT + 1).to_be_bytes();
    tamper(folder.path(), |db| db.put("format", newer).unwrap());
    let check = || {
        let refused = Store::open(folder.path(), &options()).map(drop).unwrap_err();
        let StoreError::UnknownFormat { found, known, .. } = &refused else { panic!("{refused}") };
        assert_eq!((*found, *known), (STORE_FORMAT + 1, STORE_FORMAT));
        assert!(refused.to_string().contains("release"), "{refused}");
    };
    check();
    tamper(folder.path(), |db| db.create_cf("of_tomorrow", &Options::default()).unwrap());
    check();
}

/// An older release that had fewer column families: it must still be able to open its store.
#[test]
fn a_format_of_an_older_release_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(new_store(folder.path(), &Heights::default()));
    tamper(folder.path(), |db| db.put("format", 1u32.to_be_bytes()).unwrap());
    tamper(folder.path(), |db| db.drop_cf("roots").unwrap());
    let refused = Store::open(folder.path(), &options()).map(drop).unwrap_err();
    assert!(matches!(refused, StoreError::UnknownFormat { found: 1, .. }), "{refused}");
    let families = DB::list_cf(&Options::default(), folder.path()).unwrap();
    assert!(!families.iter().any(|name| name == "roots"), "nothing was added: {families:?}");
}

#[test]
fn parts_that_are_missing_or_do_not_decode() {
    type Spoil = fn(&mut DB);
    let table: [(Spoil, &str); 10] = [
        (|db| db.drop_cf("accounts").unwrap(), "column family is missing"),
        (|db| db.delete("tip").unwrap(), "missing"),
        (|db| db.put("tip", b"x").unwrap(), "description"),
        (|db| db.delete_cf(db.cf_handle("core").unwrap(), b"").unwrap(), "core is missing"),
        (|db| db.delete_cf(db.cf_handle("accounts").unwrap(), 3u64.to_be_bytes()).unwrap(), "number 3"),
        (|db| db.delete_cf(db.cf_handle("sessions").unwrap(), 11u64.to_be_bytes()).unwrap(), "11 of 12"),
        (|db| db.put_cf(db.cf_handle("accounts").unwrap(), 3u64.to_be_bytes(), [0]).unwrap(), "accounts"),
        (|db| db.delete_cf(db.cf_handle("commits").unwrap(), 1u64.to_be_bytes()).unwrap(), "not whole"),
        (|db| db.delete_cf(db.cf_handle("roots").unwrap(), 1u64.to_be_bytes()).unwrap(), "not whole"),
        (swap_blocks, "under height 1 lies height 2"),
    ];
    for (spoil, reason) in table {
        let folder = tempfile::tempdir().unwrap();
        let (genesis, records) = short_chain(2, 3);
        let store = open(folder.path());
        store.init(&genesis).unwrap();
        commit_all(&store, &records);
        drop(store);
        tamper(folder.path(), spoil);
        let refused = Store::open(folder.path(), &options())
            .and_then(|store| check_whole(&store, &records).and_then(|()| store.load().map(drop)))
            .unwrap_err();
        assert!(matches!(refused, StoreError::Corrupt { .. }), "{reason}: {refused}");
        assert!(refused.to_string().contains(reason), "{reason}: {refused}");
        assert!(refused.to_string().contains("fetches all heights from its peers"), "{refused}");
    }
}

fn swap_blocks(db: &mut DB) {
    let blocks = db.cf_handle("public").unwrap();
    let second = db.get_cf(blocks, 2u64.to_be_bytes()).unwrap().unwrap();
    db.put_cf(blocks, 1u64.to_be_bytes(), second).unwrap();
}

/// A replayed, a failed and a deferred transaction: the place that counts is the one that ended it.
#[test]
fn the_place_of_a_transaction_is_where_it_ended() {
    use idx_types::Decision::{Defer, Fail, Pass};
    let folder = tempfile::tempdir().unwrap();
    let mut heights = Heights::default();
    let store = new_store(folder.path(), &heights);
    store.commit(&heights.opening(usize::from(BANKS))).unwrap();
    let txs = [heights.payment(Paise(500)), heights.payment(Paise(600)), heights.payment(Paise(700))];
    let policy = idx_types::Reason::RejectedByPolicy;
    let mut place_of = |decisions: [idx_types::Decision; 3]| {
        store.commit(&heights.next_decided(&txs, &decisions)).unwrap();
        txs.each_ref().map(|tx| {
            let place = store.tx_place(&tx.id).unwrap().unwrap();
            (place.height.0, place.outcome)
        })
    };
    let (done, failed, deferred) = (Outcome::Completed, Outcome::Failed(policy), Outcome::Deferred);
    assert_eq!(place_of([Defer, Defer, Pass]), [(2, deferred), (2, deferred), (2, done)]);
    assert_eq!(place_of([Pass, Defer, Pass]), [(3, done), (3, deferred), (2, done)]);
    assert_eq!(place_of([Defer, Fail(policy), Defer]), [(3, done), (4, failed), (2, done)]);
    assert_eq!(place_of([Pass, Pass, Pass]), [(3, done), (4, failed), (2, done)]);
}
