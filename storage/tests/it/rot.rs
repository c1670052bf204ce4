//! Bits that change on disk: an error, never a wrong answer.

use crate::support::{check_whole, commit_all, open, options, short_chain};
use idx_storage::{HeightRecord, Store, StoreError};
use std::fs;
use std::path::{Path, PathBuf};

/// Flips tried in each file; spread over it.
const FLIPS_PER_FILE: usize = 8;

struct Sample {
    folder: tempfile::TempDir,
    records: Vec<HeightRecord>,
}

/// A store with tables (after a restart RocksDB writes them) and, if asked, a log that is not yet in one.
fn sample(with_log: bool) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let (genesis, records) = short_chain(12, 40);
    let store = open(&folder.path().join("store"));
    store.init(&genesis).unwrap();
    let in_tables = if with_log { 6 } else { records.len() };
    commit_all(&store, &records[..in_tables]);
    drop(store);
    let store = open(&folder.path().join("store"));
    commit_all(&store, &records[in_tables..]);
    Sample { folder, records }
}

impl Sample {
    fn files(&self, suffix: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path().join("store")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let named = |path: &PathBuf| path.to_string_lossy().ends_with(suffix);
        let mut files: Vec<PathBuf> =
            paths.filter(|path| named(path) && path.metadata().unwrap().len() > 0).collect();
        files.sort();
        files
    }

    /// A copy of the store in which one bit of a file differs.
    fn flipped(&self, file: &Path, at: usize) -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(self.folder.path().join("store")).unwrap() {
            let from = entry.unwrap().path();
            fs::copy(&from, copy.path().join(from.file_name().unwrap())).unwrap();
        }
        let target = copy.path().join(file.file_name().unwrap());
        let mut bytes = fs::read(&target).unwrap();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&target, bytes).unwrap();
        copy
    }
}

fn positions(file: &Path) -> impl Iterator<Item = usize> {
    let len = file.metadata().unwrap().len() as usize;
    (0..FLIPS_PER_FILE).map(move |i| (len - 1) * i / (FLIPS_PER_FILE - 1))
}

#[test]
fn a_flipped_bit_in_a_table_is_an_error_or_harmless() {
    let sample = sample(false);
    let (mut refused, mut harmless) = (0, 0);
    for (file, at) in sample.files(".sst").iter().flat_map(|file| positions(file).map(move |at| (file, at))) {
        let copy = sample.flipped(file, at);
        let result =
            Store::open(copy.path(), &options()).and_then(|store| check_whole(&store, &sample.records));
        match result {
            Ok(()) => harmless += 1,
            Err(StoreError::Corrupt { .. }) => refused += 1,
            Err(other) => panic!("{} at {at}: {other}", file.display()),
        }
    }
    assert!(refused > harmless, "{refused} refused, {harmless} harmless");
}

/// In RocksDB's log rot is refused, except that a changed length at its very end looks like a torn
/// tail: then the store opens at an earlier height, whole.
#[test]
fn a_flipped_bit_in_the_log_never_gives_a_wrong_height() {
    let sample = sample(true);
    let (mut refused, mut earlier) = (0, 0);
    for (file, at) in sample.files(".log").iter().flat_map(|file| positions(file).map(move |at| (file, at))) {
        let copy = sample.flipped(file, at);
        match Store::open(copy.path(), &options()) {
            Ok(store) => {
                let tip = store.height().unwrap().0 as usize;
                check_whole(&store, &sample.records[..tip]).unwrap();
                earlier += usize::from(tip < sample.records.len());
            }
            Err(StoreError::Corrupt { .. }) => refused += 1,
            Err(other) => panic!("{} at {at}: {other}", file.display()),
        }
    }
    assert!(refused > earlier, "{refused} refused, {earlier} opened earlier");
}

/// A log cut anywhere, as a crash of the machine may leave it: an earlier height, whole.
#[test]
fn a_torn_log_opens_at_the_last_whole_height() {
    let sample = sample(true);
    let log = sample.files(".log").pop().unwrap();
    let len = fs::metadata(&log).unwrap().len();
    let mut last_tip = 0;
    for cut in (0..=10).map(|i| len * i / 10) {
        let copy = sample.flipped(&log, 0);
        let target = copy.path().join(log.file_name().unwrap());
        fs::write(&target, &fs::read(&log).unwrap()[..cut as usize]).unwrap();
        let store = open(copy.path());
        let tip = store.height().unwrap().0 as usize;
        check_whole(&store, &sample.records[..tip]).unwrap();
        assert!(tip >= last_tip.max(6), "cut at {cut}");
        last_tip = tip;
    }
    assert_eq!(last_tip, sample.records.len());
}

#[test]
fn lost_files_are_noticed() {
    let sample = sample(false);
    for suffix in [".sst", "CURRENT"] {
        let file = sample.files(suffix).pop().unwrap();
        let copy = sample.flipped(&file, 0);
        fs::remove_file(copy.path().join(file.file_name().unwrap())).unwrap();
        let refused = Store::open(copy.path(), &options())
            .and_then(|store| check_whole(&store, &sample.records))
            .unwrap_err();
        assert!(matches!(refused, StoreError::Corrupt { .. }), "{suffix}: {refused}");
    }
}
