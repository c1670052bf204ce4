//! Tests of the log on a disk that fails, tears, forgets and rots as asked.

mod crashes;
mod damage;
mod failures;

use super::{Disk, Recovered, Wal, WalError};
use crate::memory::MemoryDisk;

fn create(disk: &MemoryDisk) -> Wal {
    Wal::create(disk.clone()).unwrap()
}

fn open(disk: &MemoryDisk) -> Result<(Wal, Recovered), WalError> {
    Wal::open(disk.clone())
}

/// Record number `i`: sizes from 0 to over two sectors, some of zeros only.
fn record(i: usize) -> Vec<u8> {
    let len = [40, 0, 600, 31, 1300, 32, 200][i % 7];
    vec![if i % 5 == 4 { 0 } else { i as u8 + 1 }; len]
}

fn records(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(record).collect()
}

/// The bytes of a log at mark 0 with `synced` synced records, then `unsynced` more, and where each
/// record's frame begins (with the end as the last entry).
fn log_bytes(synced: usize, unsynced: usize) -> (Vec<u8>, Vec<usize>) {
    let disk = MemoryDisk::default();
    let mut wal = create(&disk);
    let mut starts = vec![wal.bytes() as usize];
    for i in 0..synced + unsynced {
        wal.append(&record(i)).unwrap();
        starts.push(wal.bytes() as usize);
        if i < synced {
            wal.sync().unwrap();
        }
    }
    (disk.read("log", u64::MAX).unwrap().unwrap(), starts)
}
