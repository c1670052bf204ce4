//! A public block as it lies in its row, so that one transaction is read without decoding the others.
//!
//! ```text
//! borsh of the block | offset of each transaction (u32 LE) | number of transactions (u32 LE)
//! ```

use crate::error::StoreError;
use borsh::BorshSerialize;
use idx_types::{PublicBlock, Transaction};
use std::ops::Range;

const WHAT: &str = "a public block";

/// The row of a block.
pub(super) fn encode(block: &PublicBlock) -> Vec<u8> {
    let mut row = Vec::new();
    let mut offsets = Vec::with_capacity(block.transactions.len() * 4 + 4);
    let count = u32::try_from(block.transactions.len()).expect("blocks are bounded far below 2^32");
    write(&mut row, &block.header);
    write(&mut row, &count);
    for tx in &block.transactions {
        offsets.extend_from_slice(&offset_of(row.len()));
        write(&mut row, tx);
    }
    offsets.extend_from_slice(&count.to_le_bytes());
    row.extend_from_slice(&offsets);
    row
}

fn write<T: BorshSerialize>(row: &mut Vec<u8>, value: &T) {
    value.serialize(row).expect("writing borsh to memory cannot fail");
}

fn offset_of(len: usize) -> [u8; 4] {
    u32::try_from(len).expect("blocks are bounded far below 4 GiB").to_le_bytes()
}

/// The whole block.
pub(super) fn decode(row: &[u8]) -> Result<PublicBlock, StoreError> {
    let (block, _) = split(row).ok_or_else(cut)?;
    borsh::from_slice(block).map_err(|error| StoreError::garbled(WHAT, error))
}

/// One transaction; `None` if the block has no such place.
pub(super) fn decode_one(row: &[u8], index: u32) -> Result<Option<Transaction>, StoreError> {
    let (block, offsets) = split(row).ok_or_else(cut)?;
    let Some(start) = offset_at(offsets, index as usize) else { return Ok(None) };
    let end = offset_at(offsets, index as usize + 1).unwrap_or(block.len());
    let bytes = block.get(Range { start, end }).ok_or_else(cut)?;
    borsh::from_slice(bytes).map(Some).map_err(|error| StoreError::garbled(WHAT, error))
}

/// Bytes of the block without its table.
pub(super) fn block_len(row: &[u8]) -> Result<usize, StoreError> {
    split(row).map(|(block, _)| block.len()).ok_or_else(cut)
}

fn split(row: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, count) = row.split_last_chunk::<4>()?;
    let table_len = (u32::from_le_bytes(*count) as usize).checked_mul(4)?;
    rest.split_at_checked(rest.len().checked_sub(table_len)?)
}

fn offset_at(offsets: &[u8], index: usize) -> Option<usize> {
    let bytes = offsets.as_chunks::<4>().0.get(index)?;
    Some(u32::from_le_bytes(*bytes) as usize)
}

fn cut() -> StoreError {
    StoreError::garbled(WHAT, "its table of transactions does not fit it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::testing::{self, chain_id, header, key};
    use idx_types::tx::{TX_VERSION, TxBody, TxKind};
    use idx_types::{AccountHandle, BankId, TimestampMs};

    fn block(count: u8) -> PublicBlock {
        let tx = |n| {
            let at = testing::account_ref(BankId(1), AccountHandle([n; 32]));
            let (created_at, valid_until) = (TimestampMs(1), TimestampMs(2));
            let kind = TxKind::CloseAccount(at);
            let body =
                TxBody { version: TX_VERSION, chain_id: chain_id(), created_at, valid_until, nonce: 0, kind };
            body.sign(&[&key(n)])
        };
        PublicBlock { header: header(), transactions: (0..count).map(tx).collect() }
    }

    #[test]
    fn a_row_begins_with_the_canonical_block_and_gives_each_transaction() {
        for count in [0, 1, 5] {
            let block = block(count);
            let row = encode(&block);
            let bytes = borsh::to_vec(&block).unwrap();
            assert_eq!((&row[..bytes.len()], block_len(&row).unwrap()), (&bytes[..], bytes.len()));
            assert_eq!(decode(&row).unwrap(), block);
            for (i, tx) in (0..).zip(&block.transactions) {
                assert_eq!(decode_one(&row, i).unwrap().as_ref(), Some(tx));
            }
            assert_eq!(decode_one(&row, u32::from(count)).unwrap(), None);
        }
    }

    #[test]
    fn a_cut_row_is_refused() {
        let row = encode(&block(3));
        for cut in 0..row.len() {
            assert!(decode(&row[..cut]).is_err(), "cut at {cut}");
            let _ = decode_one(&row[..cut], 1);
        }
    }
}
