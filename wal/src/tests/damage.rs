//! Fault 49: a log cut, torn and flipped at every byte.

use super::{log_bytes, open, record, records};
use crate::memory::MemoryDisk;
use crate::{Damage, Disk, WalError};

fn damage_of(bytes: Vec<u8>) -> Result<usize, Damage> {
    match open(&MemoryDisk::holding(bytes)) {
        Ok((_, found)) => {
            assert_eq!(found.records, records(found.records.len()), "always a prefix");
            Ok(found.records.len())
        }
        Err(WalError::Damaged { damage, .. }) => Err(damage),
        Err(other) => panic!("{other}"),
    }
}

/// A file that is shorter than it was on disk is no crash: nothing is forgotten silently.
#[test]
fn cut_at_every_byte() {
    let (bytes, starts) = log_bytes(7, 0);
    let end = *starts.last().unwrap();
    for cut in (0..end + 64).chain([bytes.len() - 1]) {
        let expected = if cut < 512 { Damage::Header } else { Damage::Cut };
        assert_eq!(damage_of(bytes[..cut].to_vec()), Err(expected), "cut at {cut}");
    }
    assert_eq!(damage_of(bytes), Ok(7));
}

/// Growth that a crash cut short left only zeros; the file is taken and used further.
#[test]
fn an_unfinished_growth_is_no_damage() {
    let (mut bytes, _) = log_bytes(3, 0);
    bytes.resize(bytes.len() + 1000, 0);
    let disk = MemoryDisk::holding(bytes.clone());
    let (mut wal, found) = open(&disk).unwrap();
    assert_eq!((found.records.len(), found.torn_bytes), (3, 0));
    wal.append(&vec![7; 300_000]).unwrap();
    wal.sync().unwrap();
    drop(wal);
    assert_eq!(open(&disk).unwrap().1.records[3], vec![7; 300_000]);
    *bytes.last_mut().unwrap() = 1;
    assert_eq!(damage_of(bytes), Err(Damage::Cut), "a record there means that the file was longer");
}

/// A crash lost everything unsynced from some byte on: what is before is kept, the rest cut off.
#[test]
fn torn_at_every_byte_of_the_unsynced_part() {
    let (bytes, starts) = log_bytes(4, 4);
    let end = *starts.last().unwrap();
    for torn_at in starts[4]..=end {
        let mut torn = bytes.clone();
        torn[torn_at..].fill(0);
        let whole = starts.iter().filter(|start| **start <= torn_at).count() - 1;
        let disk = MemoryDisk::holding(torn);
        let (mut wal, found) = open(&disk).unwrap_or_else(|error| panic!("{torn_at}: {error}"));
        assert_eq!(found.records, records(whole), "torn at {torn_at}");
        wal.append(&record(whole)).unwrap();
        wal.sync().unwrap();
        drop(wal);
        let (_, found) = open(&disk).unwrap();
        assert_eq!((found.records, found.torn_bytes), (records(whole + 1), 0), "torn at {torn_at}");
    }
}

/// A lost sector in the unsynced part is a crash, even when later ones arrived.
#[test]
fn any_unsynced_sector_may_be_missing() {
    let (bytes, starts) = log_bytes(4, 4);
    let first = starts[4].next_multiple_of(512);
    for sector in (first..*starts.last().unwrap()).step_by(512) {
        let mut torn = bytes.clone();
        torn[sector..sector + 512].fill(0);
        let most = if torn == bytes { 8 } else { 7 };
        let kept = damage_of(torn).unwrap();
        assert!((4..=most).contains(&kept), "sector at {sector}: {kept} records");
    }
}

/// What lies behind a torn record never comes back, even when a record of its length takes its place.
#[test]
fn records_behind_a_torn_one_stay_forgotten() {
    let (mut bytes, starts) = log_bytes(4, 4);
    bytes[starts[5]..starts[6]].fill(0);
    let disk = MemoryDisk::holding(bytes);
    let (mut wal, found) = open(&disk).unwrap();
    assert_eq!(found.records, records(5));
    let other = vec![0xee; record(5).len()];
    wal.append(&other).unwrap();
    wal.sync().unwrap();
    drop(wal);
    assert_eq!(open(&disk).unwrap().1.records, [records(5), vec![other]].concat());
}

/// A lost sector below a record that was written after a sync is a hole in signed history.
#[test]
fn a_missing_synced_record_below_a_later_one_refuses_the_start() {
    let (bytes, starts) = log_bytes(7, 1);
    for i in 0..7 {
        let mut holed = bytes.clone();
        holed[starts[i]..starts[i + 1]].fill(0);
        assert_eq!(damage_of(holed), Err(Damage::Hole), "record {i}");
    }
}

/// One flipped bit at every byte of every record: never a wrong record, never a silent loss.
#[test]
fn a_bit_flipped_anywhere_refuses_the_start() {
    let (bytes, starts) = log_bytes(7, 0);
    for at in 0..*starts.last().unwrap() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        match damage_of(flipped) {
            Err(Damage::Header) => assert!(at < 512, "flip at {at}"),
            Err(Damage::Hole) => assert!(at >= 512 && at < starts[6], "flip at {at}"),
            Err(Damage::Rot) => assert!(at >= starts[6], "flip at {at}"),
            other => panic!("flip at {at}: {other:?}"),
        }
    }
}

/// In the last record a flip looks like a crash only where the record's own zeros end a sector.
#[test]
fn a_flip_in_a_last_record_of_zeros_is_at_worst_a_torn_tail() {
    let (bytes, starts) = log_bytes(5, 0);
    assert!(record(4).iter().all(|b| *b == 0) && record(4).len() > 1024);
    for at in starts[4]..starts[5] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(matches!(damage_of(flipped), Err(Damage::Rot) | Ok(4)), "flip at {at}");
    }
}

/// A flipped bit in the unused rest of the file costs no record.
#[test]
fn a_flip_behind_the_records_loses_nothing() {
    let (bytes, starts) = log_bytes(3, 0);
    for at in *starts.last().unwrap()..starts.last().unwrap() + 2000 {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        assert!(matches!(damage_of(flipped), Ok(3) | Err(Damage::Rot)), "flip at {at}");
    }
}

/// A height mark that was torn leaves the old height with its records; one that rots is noticed.
#[test]
fn a_height_mark_torn_or_flipped_at_every_byte() {
    let disk = MemoryDisk::holding(log_bytes(3, 0).0);
    let (mut wal, _) = open(&disk).unwrap();
    let start = wal.bytes() as usize;
    wal.start_height(4).unwrap();
    let end = wal.bytes() as usize;
    let bytes = Disk::read(&disk, "log", u64::MAX).unwrap().unwrap();
    for at in start..end {
        let (mut torn, mut flipped) = (bytes.clone(), bytes.clone());
        torn[at..].fill(0);
        flipped[at] ^= 1 << (at % 8);
        let (wal, found) = open(&MemoryDisk::holding(torn)).unwrap();
        assert_eq!((found.height_mark, wal.height_mark(), found.records), (0, 0, records(3)), "torn at {at}");
        assert_eq!(damage_of(flipped), Err(Damage::Rot), "flipped at {at}");
    }
    let (_, found) = open(&MemoryDisk::holding(bytes)).unwrap();
    assert_eq!((found.height_mark, found.records.len()), (4, 0));
}

/// A record that contains the bytes of another log is just bytes.
#[test]
fn a_record_that_looks_like_a_log_is_not_read_as_one() {
    let (inner, _) = log_bytes(7, 0);
    let disk = MemoryDisk::default();
    disk.seed(2);
    let mut wal = super::create(&disk);
    wal.append(&inner[..6000]).unwrap();
    let mut torn = Disk::read(&disk, "log", u64::MAX).unwrap().unwrap();
    torn[512..544].fill(0);
    assert_eq!(damage_of(torn), Ok(0), "a torn tail, not a hole");
}
