//! The vault's tables on a real folder.

use idx_bank::vault::{Batch, Change, MemoryStore, Row, Table, VaultStore};
use idx_storage::{VaultDb, VaultOpenError};
use proptest::prelude::*;
use std::path::Path;

fn put(table: Table, key: &[u8], value: &[u8]) -> Change {
    Change::Put(table, key.to_vec(), value.to_vec())
}

fn commit(store: &dyn VaultStore, changes: Vec<Change>) {
    store.commit(&Batch { changes }).unwrap();
}

#[test]
fn what_was_committed_is_there_after_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let vault = VaultDb::open(folder.path()).unwrap();
    commit(&vault, vec![put(Table::Customers, b"a", b"1"), put(Table::Accounts, b"a", b"2")]);
    assert!(matches!(VaultDb::open(folder.path()), Err(VaultOpenError::Locked { .. })));
    drop(vault);
    let vault = VaultDb::open(folder.path()).unwrap();
    assert_eq!(vault.get(Table::Customers, b"a"), Ok(Some(b"1".to_vec())));
    assert_eq!(vault.get(Table::Accounts, b"a"), Ok(Some(b"2".to_vec())));
    assert_eq!(vault.get(Table::Contacts, b"a"), Ok(None));
}

/// Every file of the folder, end to end.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// A month key that is dropped is not left in a table file or log, as a removed record otherwise is.
#[test]
fn a_month_key_that_was_dropped_is_gone_from_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let vault = VaultDb::open(folder.path()).unwrap();
    let (key, kept) = (std::array::from_fn::<u8, 48, _>(|i| i as u8 ^ 0xa7), [0xb8; 48]);
    commit(&vault, vec![put(Table::Months, b"2026-10", &key), put(Table::Months, b"2026-11", &kept)]);
    commit(&vault, vec![put(Table::Customers, b"a", b"1")]);
    assert!(holds(&bytes_of(folder.path()), &key), "the test can see it");
    commit(&vault, vec![Change::Delete(Table::Months, b"2026-10".to_vec())]);
    assert!(!holds(&bytes_of(folder.path()), &key));
    assert!(holds(&bytes_of(folder.path()), &kept));
    assert_eq!(vault.get(Table::Months, b"2026-11"), Ok(Some(kept.to_vec())));
}

#[test]
fn a_vault_of_another_format_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(VaultDb::open(folder.path()).unwrap());
    let options = rocksdb::Options::default();
    let db = rocksdb::DB::open_cf(&options, folder.path(), Table::ALL.map(Table::name)).unwrap();
    db.put(b"format", 99u32.to_le_bytes()).unwrap();
    drop(db);
    let refused = VaultDb::open(folder.path()).unwrap_err();
    assert!(matches!(refused, VaultOpenError::UnknownFormat { found: 99, .. }), "{refused}");
}

fn change() -> impl Strategy<Value = Change> {
    let table = prop::sample::select(vec![Table::Customers, Table::Holds, Table::Months]);
    let key = prop::collection::vec(0u8..3, 0..4);
    (table, key, any::<Option<u8>>()).prop_map(|(table, key, value)| match value {
        Some(value) => Change::Put(table, key, vec![value]),
        None => Change::Delete(table, key),
    })
}

fn scans(store: &dyn VaultStore, after: Option<&[u8]>) -> Vec<Vec<Row>> {
    let prefixes: [&[u8]; 4] = [b"", &[0], &[1, 1], &[2]];
    let all = prefixes.iter().flat_map(|prefix| {
        [1, 3, 100].map(|limit| store.scan(Table::Customers, prefix, after, limit).unwrap())
    });
    all.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// The vault on disk answers as the one in memory does, whatever was written.
    #[test]
    fn disk_and_memory_are_one(batches in prop::collection::vec(prop::collection::vec(change(), 1..6), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let (disk, memory) = (VaultDb::open(folder.path()).unwrap(), MemoryStore::default());
        for changes in batches {
            commit(&disk, changes.clone());
            commit(&memory, changes);
        }
        for after in [None, Some(&[0, 1][..]), Some(&[1][..]), Some(&[2, 2, 2][..])] {
            prop_assert_eq!(scans(&disk, after), scans(&memory, after));
        }
    }
}
