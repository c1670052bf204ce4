//! What who is no bank may have of a height.

use super::Store;
use super::columns::{Column, number_key};
use super::meta::decode;
use crate::error::StoreError;
use idx_types::{Height, NextRules, ObservedHeight, StateParts};

impl Store {
    /// A final height without what banks conceal, with all that a follower needs; `None` outside what the
    /// store has.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Io`].
    pub fn observed(&self, height: Height) -> Result<Option<ObservedHeight>, StoreError> {
        let Some(certified) = self.certified(height)? else { return Ok(None) };
        let row = self.db.get(Column::Roots, &number_key(height.0))?;
        let row =
            row.ok_or_else(|| StoreError::garbled("a height", format!("height {height} is not whole")))?;
        let (parts, rules): (StateParts, Option<NextRules>) = decode("the parts of a state root", &row)?;
        Ok(Some(ObservedHeight::of(certified, parts, rules)))
    }

    /// Consecutive heights for who is no bank: as [`Store::certified_range`], without what banks conceal.
    /// In this form a height never has more bytes than on disk.
    ///
    /// # Errors
    /// As [`Store::observed`].
    pub fn observed_range(
        &self,
        from: Height,
        count: u32,
        bytes_max: usize,
    ) -> Result<Vec<ObservedHeight>, StoreError> {
        self.range(from, count, bytes_max, (Self::observed_len, Self::observed))
    }

    fn observed_len(&self, height: Height) -> Result<usize, StoreError> {
        let roots = self.db.get(Column::Roots, &number_key(height.0))?.map_or(0, |row| row.len());
        Ok(self.encoded_len(height)? + roots)
    }
}
