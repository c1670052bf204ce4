//! A disk that is full, or fails otherwise, at every operation: an error, and never a word more.

use super::{create, open, record, records};
use crate::memory::{Fault, MemoryDisk};
use crate::{Wal, WalError};

/// Appends, syncs, moves on, fills an extent. Returns how many records of the last mark were synced.
fn work(wal: &mut Wal) -> (usize, Result<(), WalError>) {
    let mut synced = 0;
    let mut steps = || {
        for i in 0..6 {
            wal.append(&record(i))?;
            wal.sync()?;
            synced = i + 1;
        }
        wal.append(&vec![9; 300_000])?;
        wal.sync()
    };
    let result = steps();
    (synced, result)
}

#[test]
fn no_space_at_any_operation_is_returned_and_poisons_the_log() {
    let healthy = MemoryDisk::default();
    let mut wal = create(&healthy);
    let before = healthy.operations();
    assert!(work(&mut wal).1.is_ok());
    for operation in 0..healthy.operations() - before {
        let disk = MemoryDisk::default();
        let mut wal = create(&disk);
        disk.fail_at(operation, Fault::NoSpace);
        let (synced, result) = work(&mut wal);
        assert!(matches!(result, Err(WalError::Io { .. })), "operation {operation}");
        assert!(matches!(wal.append(b"x"), Err(WalError::Poisoned)));
        assert!(matches!(wal.sync(), Err(WalError::Poisoned)));
        assert!(matches!(wal.start_height(9), Err(WalError::Poisoned)));
        assert!(matches!(wal.rewrite(&[]), Err(WalError::Poisoned)));
        drop(wal);
        let (_, found) = open(&disk).unwrap();
        let kept = found.records.len();
        assert!(kept >= synced && kept <= synced + 1, "operation {operation}: {kept} of {synced}");
        assert_eq!(found.records[..kept.min(6)], records(kept.min(6)));
    }
}

/// A height started in place, and one that begins a new file.
#[test]
fn no_space_while_starting_a_height_keeps_the_old_log_or_has_the_new() {
    for (len, operations) in [(4, 2), (2 << 20, 5)] {
        for operation in 0..operations {
            let disk = MemoryDisk::default();
            let mut wal = create(&disk);
            wal.append(&vec![5; len]).unwrap();
            wal.sync().unwrap();
            disk.fail_at(operation, Fault::NoSpace);
            assert!(matches!(wal.start_height(1), Err(WalError::Io { .. })), "operation {operation}");
            assert!(matches!(wal.append(b"x"), Err(WalError::Poisoned)));
            drop(wal);
            let (_, found) = open(&disk).unwrap();
            match found.height_mark {
                0 => assert_eq!(found.records, [vec![5; len]]),
                mark => assert!(mark == 1 && found.records.is_empty() && operation == operations - 1),
            }
        }
    }
}
