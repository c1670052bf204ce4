//! A crash at every operation, with any mix of what was not synced: nothing promised is forgotten.

use super::{create, open, record};
use crate::memory::{Fault, MemoryDisk};
use crate::{Wal, WalError};

/// What the bank may count on, and what it tried last.
#[derive(Debug, Default)]
struct Promise {
    mark: u64,
    mark_tried: u64,
    appended: Vec<Vec<u8>>,
    synced: usize,
}

impl Promise {
    fn append(&mut self, wal: &mut Wal, i: usize) -> Result<(), WalError> {
        self.append_bytes(wal, record(i))
    }

    fn append_bytes(&mut self, wal: &mut Wal, record: Vec<u8>) -> Result<(), WalError> {
        self.appended.push(record.clone());
        wal.append(&record)
    }

    fn sync(&mut self, wal: &mut Wal) -> Result<(), WalError> {
        wal.sync()?;
        self.synced = self.appended.len();
        Ok(())
    }

    fn start(&mut self, wal: &mut Wal, mark: u64) -> Result<(), WalError> {
        self.mark_tried = mark;
        wal.start_height(mark)?;
        *self = Self { mark, mark_tried: mark, ..Self::default() };
        Ok(())
    }

    /// Three heights with records of all sizes, some synced together, some never; the second is so
    /// long that the third begins a new file.
    fn live(&mut self, wal: &mut Wal) -> Result<(), WalError> {
        for height in 1..=3 {
            for i in 0..8 {
                self.append(wal, i)?;
                if i % 3 == 1 {
                    self.sync(wal)?;
                }
            }
            if height == 2 {
                self.append_bytes(wal, vec![6; 1 << 20])?;
            }
            self.start(wal, height)?;
        }
        self.append(wal, 3)
    }

    fn check(&self, wal: Result<(Wal, super::Recovered), WalError>, story: &str) {
        let (_, found) = wal.unwrap_or_else(|error| panic!("{story}: {error}"));
        if found.height_mark == self.mark {
            let kept = found.records.len();
            assert!(kept >= self.synced, "{story}: {kept} of {} synced", self.synced);
            assert_eq!(found.records, self.appended[..kept], "{story}");
        } else {
            assert_eq!(found.height_mark, self.mark_tried, "{story}");
            assert!(found.records.is_empty(), "{story}");
        }
    }
}

/// A small generator of bits (xorshift); the seed is in every failure's message.
fn coin(seed: u64) -> impl FnMut() -> bool {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 63 == 1
    }
}

fn operations_of_a_life() -> usize {
    let disk = MemoryDisk::default();
    let mut wal = create(&disk);
    let before = disk.operations();
    Promise::default().live(&mut wal).unwrap();
    disk.operations() - before
}

#[test]
fn a_crash_at_every_operation_with_any_mix_of_lost_sectors() {
    for operation in 0..operations_of_a_life() {
        let disk = MemoryDisk::default();
        let mut wal = create(&disk);
        disk.fail_at(operation, Fault::Crash);
        let mut promise = Promise::default();
        assert!(promise.live(&mut wal).is_err());
        promise.check(open(&disk.after_crash(|| true)), &format!("operation {operation}, all kept"));
        promise.check(open(&disk.after_crash(|| false)), &format!("operation {operation}, all lost"));
        for seed in 0..20 {
            let after = disk.after_crash(coin(seed));
            promise.check(open(&after), &format!("operation {operation}, seed {seed}"));
        }
    }
}

/// The machine stops again while the node reads and repairs its log.
#[test]
fn a_crash_during_recovery_changes_nothing() {
    for (operation, seed) in (0..40).flat_map(|operation| (0..6).map(move |seed| (operation, seed))) {
        let disk = MemoryDisk::default();
        let mut wal = create(&disk);
        disk.fail_at(operation, Fault::Crash);
        let mut promise = Promise::default();
        assert!(promise.live(&mut wal).is_err());
        let torn = disk.after_crash(coin(seed));
        for second in 0..5 {
            torn.fail_at(second, Fault::Crash);
            let _ = open(&torn);
            let story = format!("operation {operation}, seed {seed}, then {second}");
            promise.check(open(&torn.after_crash(coin(seed + 100))), &story);
        }
    }
}
