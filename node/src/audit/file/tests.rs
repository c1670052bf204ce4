//! A file is read as it was written; cut, of another chain, or garbled it is named.

use super::*;
use idx_client::testing::{certified, deposit};
use idx_types::testing::chain_id;
use idx_types::{Outcome, StateParts};

fn height(number: u64) -> ObservedHeight {
    let certified = certified(number, vec![deposit(number)], vec![Outcome::Completed]);
    ObservedHeight::of(certified, StateParts::default(), None)
}

fn file(heights: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, chain_id()).unwrap();
    (1..=heights).for_each(|number| writer.put(&height(number)).unwrap());
    writer.finish(Height(heights)).unwrap();
    bytes
}

/// All heights of a file, or why not.
fn read(bytes: &[u8]) -> Result<Vec<ObservedHeight>, AuditFileError> {
    let mut reader = Reader::new(bytes, chain_id())?;
    let mut all = Vec::new();
    while let Some(next) = reader.next_height()? {
        all.push(next);
    }
    Ok(all)
}

#[test]
fn what_was_written_is_read() {
    assert_eq!(read(&file(3)).unwrap(), [1, 2, 3].map(height));
    assert_eq!(read(&file(0)).unwrap(), []);
}

#[test]
fn every_cut_and_every_addition_is_told() {
    let whole = file(2);
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "cut at {end}");
    }
    assert!(matches!(read(&[&whole[..], &[0]].concat()), Err(AuditFileError::OtherEnd { .. })));
    let one_taken_out = [&file(1)[..file(1).len() - 12], &whole[whole.len() - 12..]].concat();
    let error = read(&one_taken_out).unwrap_err().to_string();
    assert!(error.contains("ends at height 2, and ends at 1"), "{error}");
}

#[test]
fn other_files_and_other_chains_are_refused() {
    assert!(matches!(read(b"{\"genesis\": true}"), Err(AuditFileError::NotOne)));
    let mut other = file(1);
    other[MAGIC.len()] ^= 1;
    assert!(matches!(read(&other), Err(AuditFileError::OtherChain { .. })));
    let mut garbled = file(1);
    garbled[MAGIC.len() + 32] ^= 1;
    assert!(read(&garbled).is_err());
    let mut endless = file(0);
    endless[MAGIC.len() + 32..MAGIC.len() + 36].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(read(&endless), Err(AuditFileError::Garbled { .. })));
}
