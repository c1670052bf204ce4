//! What a log does when nothing goes wrong, on a real folder.

use idx_storage::FolderDisk;
use idx_wal::{Damage, Recovered, WAL_RECORD_BYTES_MAX, Wal, WalError};
use std::path::Path;

fn create(folder: &Path) -> Result<Wal, WalError> {
    Wal::create(FolderDisk::create(folder)?)
}

fn create_abstaining(folder: &Path) -> Result<Wal, WalError> {
    Wal::create_abstaining(FolderDisk::create(folder)?)
}

fn open(folder: &Path) -> Result<(Wal, Recovered), WalError> {
    Wal::open(FolderDisk::open(folder)?)
}

/// Record number `i`, of many lengths.
fn record(i: usize) -> Vec<u8> {
    vec![i as u8 + 1; [40, 0, 600, 31, 1300, 32, 200][i % 7]]
}

fn records(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(record).collect()
}

#[test]
fn records_come_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wal");
    let mut wal = create(&path).unwrap();
    records(9).iter().for_each(|record| wal.append(record).unwrap());
    wal.sync().unwrap();
    drop(wal);
    let (mut wal, found) = open(&path).unwrap();
    assert_eq!((found.height_mark, found.abstain, found.torn_bytes), (0, false, 0));
    assert_eq!(found.records, records(9));
    wal.append(&record(9)).unwrap();
    wal.sync().unwrap();
    drop(wal);
    assert_eq!(open(&path).unwrap().1.records, records(10));
}

#[test]
fn a_new_height_forgets_the_records_and_never_goes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = create(folder.path()).unwrap();
    wal.append(b"vote at 1").unwrap();
    wal.start_height(5).unwrap();
    for asked in [0, 4, 5] {
        let refused = wal.start_height(asked).unwrap_err();
        assert!(matches!(refused, WalError::MarkBack { current: 5, asked: a } if a == asked));
    }
    wal.append(b"vote at 5").unwrap();
    drop(wal);
    let (wal, found) = open(folder.path()).unwrap();
    assert_eq!((found.height_mark, wal.height_mark()), (5, 5));
    assert_eq!(found.records, [b"vote at 5"]);
}

#[test]
fn a_second_process_is_refused_until_the_first_ends() {
    let folder = tempfile::tempdir().unwrap();
    let wal = create(folder.path()).unwrap();
    assert!(matches!(open(folder.path()), Err(WalError::InUse { .. })));
    assert!(matches!(create_abstaining(folder.path()), Err(WalError::InUse { .. })));
    drop(wal);
    assert!(open(folder.path()).is_ok());
}

#[test]
fn a_log_is_neither_made_nor_overwritten_by_accident() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(open(&folder.path().join("none")), Err(WalError::Missing { .. })));
    assert!(matches!(open(folder.path()), Err(WalError::Missing { .. })));
    drop(create(folder.path()).unwrap());
    assert!(matches!(create(folder.path()), Err(WalError::Exists { .. })));
}

#[test]
fn a_log_made_after_a_loss_abstains_until_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = create(folder.path()).unwrap();
    wal.start_height(7).unwrap();
    drop(wal);
    drop(create_abstaining(folder.path()).unwrap());
    let (mut wal, found) = open(folder.path()).unwrap();
    assert_eq!((found.abstain, found.height_mark), (true, 7), "keeps a mark that it can read");
    wal.start_height(8).unwrap();
    drop(wal);
    let (mut wal, found) = open(folder.path()).unwrap();
    assert!(found.abstain && wal.abstains(), "a new height alone does not end it");
    wal.clear_abstain().unwrap();
    drop(wal);
    let (_, found) = open(folder.path()).unwrap();
    assert_eq!((found.abstain, found.height_mark), (false, 8));
}

#[test]
fn recover_replaces_a_damaged_log() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("log"), b"not a log").unwrap();
    let refused = open(folder.path()).map(|_| ()).unwrap_err();
    assert!(matches!(refused, WalError::Damaged { damage: Damage::Header, .. }));
    assert!(refused.to_string().contains("recover"), "{refused}");
    drop(create_abstaining(folder.path()).unwrap());
    assert!(open(folder.path()).unwrap().1.abstain);
}

#[test]
fn rewriting_keeps_the_mark_and_the_chosen_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = create(folder.path()).unwrap();
    wal.start_height(3).unwrap();
    records(20).iter().for_each(|record| wal.append(record).unwrap());
    wal.rewrite(&[&record(4), &record(6)]).unwrap();
    wal.append(&record(7)).unwrap();
    drop(wal);
    let (_, found) = open(folder.path()).unwrap();
    assert_eq!((found.height_mark, found.records), (3, vec![record(4), record(6), record(7)]));
}

#[test]
fn bounds_are_refusals_that_leave_the_log_working() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = create(folder.path()).unwrap();
    let big = vec![1; WAL_RECORD_BYTES_MAX];
    let refused = wal.append(&[&big[..], b"x"].concat()).unwrap_err();
    assert!(matches!(refused, WalError::RecordTooLong { .. }));
    let mut taken = 0;
    let full = loop {
        match wal.append(&big) {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, WalError::Full { .. }) && taken == 15, "{taken}: {full}");
    wal.append(b"small").unwrap();
    wal.sync().unwrap();
    drop(wal);
    assert_eq!(open(folder.path()).unwrap().1.records.len(), taken + 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    assert!(matches!(create(&file.join("wal")), Err(WalError::Io { .. })));
    assert!(matches!(open(&file), Err(WalError::Missing { .. })));
}
