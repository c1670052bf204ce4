//! What the tests share: making a store, and asking it everything.

use idx_chain::{Snapshot, State};
use idx_storage::testing::Heights;
use idx_storage::{
    Committed, Cursor, HeightRecord, Order, Page, PageQuery, Store, StoreError, StoreOptions, Subject,
    TxStatus,
};
use idx_types::testing::chain_id;
use idx_types::{AccountKind, Height, ObservedHeight, Transaction, TxId};
use std::path::Path;

pub fn options() -> StoreOptions {
    StoreOptions::new(chain_id())
}

/// Buffers so small that tables are written and merged all the time.
pub fn busy_options() -> StoreOptions {
    StoreOptions { write_buffer_bytes: 256 << 10, block_cache_bytes: 256 << 10, ..options() }
}

pub fn open(path: &Path) -> Store {
    Store::open(path, &options()).unwrap()
}

/// A new store that begins where this chain stands.
pub fn new_store(path: &Path, heights: &Heights) -> Store {
    let store = open(path);
    store.init(&heights.snapshot()).unwrap();
    store
}

/// A height with customers, then some with payments.
pub fn short_chain(count: usize, payments: usize) -> (Snapshot, Vec<HeightRecord>) {
    let mut heights = Heights::default();
    let genesis = heights.snapshot();
    let mut records = vec![heights.opening(12)];
    records.extend((1..count).map(|_| heights.paying(payments)));
    (genesis, records)
}

/// Commits heights that are new to the store.
pub fn commit_all(store: &Store, records: &[HeightRecord]) {
    for record in records {
        assert_eq!(store.commit(record).unwrap(), Committed::Written);
    }
}

/// All entries of a subject, read in pages of this size.
pub fn all_pages(
    store: &Store,
    subject: Subject,
    order: Order,
    limit: usize,
) -> Result<Vec<Cursor>, StoreError> {
    let mut query = PageQuery { after: None, order, limit };
    let mut entries = Vec::new();
    loop {
        let Page { entries: page, next } = store.txs(subject, &query)?;
        assert!(page.len() <= limit);
        entries.extend(page);
        match next {
            Some(_) => query.after = next,
            None => return Ok(entries),
        }
    }
}

/// Checks that a store holds exactly these heights, whole: blocks, proofs, places, lists and a state
/// whose root the banks signed. Errors are the store's own; a wrong answer fails the test.
pub fn check_whole(store: &Store, records: &[HeightRecord]) -> Result<(), StoreError> {
    let tip = records.last().expect("a chain has heights").height();
    assert_eq!(store.height(), Some(tip));
    for record in records {
        check_height(store, record)?;
    }
    assert_eq!(store.certified(tip.next())?, None);
    let txs: usize = records.iter().map(|record| record.certified.public.transactions.len()).sum();
    let done = all_pages(store, Subject::Status(TxStatus::Completed), Order::OldestFirst, 1000)?;
    assert_eq!(done.len(), txs, "all transactions of these chains complete");
    check_state(store)
}

fn check_height(store: &Store, record: &HeightRecord) -> Result<(), StoreError> {
    let (height, certified) = (record.height(), &record.certified);
    assert_eq!(store.certified(height)?.as_ref(), Some(certified));
    let (parts, rules) = (record.delta.parts, record.delta.rules.clone());
    let observed = store.observed(height)?.expect("every height can be observed");
    assert_eq!(observed, ObservedHeight::of(certified.clone(), parts, rules));
    assert!(observed.public.transactions.iter().all(Transaction::is_redacted));
    assert_eq!(store.height_by_public_hash(&certified.public.header.hash())?, Some(height));
    assert_eq!(store.height_by_private_hash(&certified.commit.value)?, Some(height));
    for (_, account) in &record.delta.accounts {
        let told = store.balances(&account.handle, (height, height), 2)?;
        let expected = if account.kind == AccountKind::Customer { vec![account.balance] } else { vec![] };
        assert_eq!(told.iter().map(|row| row.balance).collect::<Vec<_>>(), expected);
    }
    for (index, tx) in (0..).zip(&certified.public.transactions) {
        let (place, found) = store.tx(&tx.id())?.expect("every transaction has a place");
        assert_eq!((place.height, place.index, &found), (height, index, tx));
        assert_eq!(place.outcome, certified.private.outcomes[index as usize]);
    }
    Ok(())
}

/// Checks that the state on disk is whole and is that of the last height.
pub fn check_state(store: &Store) -> Result<(), StoreError> {
    let snapshot = store.load()?.expect("a store with heights has a state");
    let tip = snapshot.core.tip;
    assert_eq!(Some(tip), store.tip());
    let state = State::restore(snapshot).expect("the state is whole");
    if let Some(certified) = store.certified(tip.height)? {
        assert_eq!(state.root(), certified.private.header.state_root);
        assert!(certified.public.transactions.iter().all(|tx| state.is_settled(&tx.id())));
    }
    Ok(())
}

/// Some transaction that is nowhere.
pub fn unknown_tx() -> TxId {
    TxId([0xee; 32])
}

pub const FAR: Height = Height(u64::MAX);
