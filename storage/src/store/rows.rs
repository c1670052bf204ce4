//! The readers of rows that have a form of their own, for checkers that hand them any bytes.

use super::settled::Settled;
use super::{public_row, settled};
use crate::error::StoreError;
use idx_types::{PublicBlock, Transaction};

/// A public block's row, whole.
///
/// # Errors
/// [`StoreError`] if it is no such row.
pub fn block(row: &[u8]) -> Result<PublicBlock, StoreError> {
    public_row::decode(row)
}

/// One transaction of a public block's row.
///
/// # Errors
/// [`StoreError`] if it is no such row.
pub fn transaction(row: &[u8], index: u32) -> Result<Option<Transaction>, StoreError> {
    public_row::decode_one(row, index)
}

/// The row that the store writes for a public block.
pub fn of_block(block: &PublicBlock) -> Vec<u8> {
    public_row::encode(block)
}

/// A row of settled ids.
///
/// # Errors
/// [`StoreError`] if it is no such row.
pub fn settled(row: &[u8]) -> Result<Vec<Settled>, StoreError> {
    settled::decode(row)
}
