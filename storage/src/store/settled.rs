//! Ids that a height settled, one row a height, kept for as long as a replay must be refused.
//!
//! A row is `greatest valid_until (u64 BE) | borsh of the ids`, so that rows past their time are
//! found from the oldest on without decoding, and the order of settling, which the state root
//! commits to, is the order of rows.

use crate::error::StoreError;
use idx_types::{TimestampMs, TxId};

const WHAT: &str = "settled ids";

/// An id with the time until which it is remembered.
pub type Settled = (TimestampMs, TxId);

/// The row of a height; `None` if it settled nothing.
pub(super) fn encode(ids: &[Settled]) -> Option<Vec<u8>> {
    let last = ids.iter().map(|(valid_until, _)| valid_until.0).max()?;
    let mut row = last.to_be_bytes().to_vec();
    borsh::to_writer(&mut row, ids).expect("writing borsh to memory cannot fail");
    Some(row)
}

/// The ids of a row.
pub(super) fn decode(row: &[u8]) -> Result<Vec<Settled>, StoreError> {
    let (_, ids) = row.split_first_chunk::<8>().ok_or_else(|| StoreError::garbled(WHAT, "a row is cut"))?;
    borsh::from_slice(ids).map_err(|error| StoreError::garbled(WHAT, error))
}

/// When the last id of a row may be forgotten.
pub(super) fn last_valid_until(row: &[u8]) -> Result<TimestampMs, StoreError> {
    let (last, _) = row.split_first_chunk::<8>().ok_or_else(|| StoreError::garbled(WHAT, "a row is cut"))?;
    Ok(TimestampMs(u64::from_be_bytes(*last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_last_time() {
        let ids = vec![(TimestampMs(9), TxId([1; 32])), (TimestampMs(4), TxId([2; 32]))];
        let row = encode(&ids).unwrap();
        assert_eq!(last_valid_until(&row).unwrap(), TimestampMs(9));
        assert_eq!(decode(&row).unwrap(), ids);
        assert!(decode(&row[..row.len() - 1]).is_err() && decode(&[1]).is_err());
        assert_eq!(encode(&[]), None);
    }
}
