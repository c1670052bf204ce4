//! What customers' accounts had after each height that touched them: what a statement begins and ends
//! with, and what it is checked against.

use super::Store;
use super::columns::{Column, index_key, read_number};
use super::db::Db;
use crate::error::StoreError;
use idx_chain::Tip;
use idx_types::{Account, AccountHandle, AccountKind, Height, Paise, TimestampMs};
use rocksdb::{Direction, WriteBatch};
use std::ops::ControlFlow;

const WHAT: &str = "a balance";

/// Most balances of one read.
pub const BALANCES_MAX: usize = 100_000;

/// An account's balance after a height that touched the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BalanceAt {
    /// The height.
    pub height: Height,
    /// The time of its public block.
    pub time: TimestampMs,
    /// What the account had then.
    pub balance: Paise,
}

/// Puts the balance of a customer's account. Banks' own accounts change with every height and have no
/// statements: they are left out.
pub(super) fn put(db: &Db, batch: &mut WriteBatch, tip: &Tip, account: &Account) {
    if !matches!(account.kind, AccountKind::Customer | AccountKind::Travel) {
        return;
    }
    let row = [account.balance.0.to_be_bytes(), tip.timestamp.0.to_be_bytes()].concat();
    db.put(batch, Column::Balances, &index_key(&account.handle.0, tip.height), &row);
}

fn read(height: &[u8], row: &[u8]) -> Result<BalanceAt, StoreError> {
    let (numbers, rest) = row.as_chunks::<8>();
    let [balance, time] = numbers else { return Err(StoreError::garbled(WHAT, "wrong length")) };
    if !rest.is_empty() {
        return Err(StoreError::garbled(WHAT, "wrong length"));
    }
    let height = Height(read_number(height, WHAT)?);
    let (balance, time) = (Paise(u64::from_be_bytes(*balance)), TimestampMs(u64::from_be_bytes(*time)));
    Ok(BalanceAt { height, time, balance })
}

impl Store {
    /// The balance of a customer's account after the last height before a time that touched it; `None`
    /// if none did. Costs a few dozen lookups, however long the account's history is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Io`].
    pub fn balance_before(
        &self,
        account: &AccountHandle,
        time: TimestampMs,
    ) -> Result<Option<BalanceAt>, StoreError> {
        let (mut low, mut high) = (0, self.height().map_or(0, |tip| tip.0));
        let mut found = None;
        // Times rise with heights: every row up to `found` is before the time, every one above `high` is not.
        while low <= high {
            let middle = low + (high - low) / 2;
            match self.balance_at(account, Height(middle))? {
                Some(row) if row.time >= time && row.height.0 == 0 => break,
                Some(row) if row.time >= time => high = row.height.0 - 1,
                row => {
                    found = row.or(found);
                    low = middle + 1;
                }
            }
        }
        Ok(found)
    }

    /// The balance of a customer's account after a height; `None` if nothing touched it until then.
    ///
    /// # Errors
    /// As [`Store::balance_before`].
    pub fn balance_at(
        &self,
        account: &AccountHandle,
        height: Height,
    ) -> Result<Option<BalanceAt>, StoreError> {
        let mut found = None;
        let from = index_key(&account.0, height);
        self.db.scan(Column::Balances, &from, Direction::Reverse, |key, row| {
            found = key.strip_prefix(account.0.as_slice()).map(|height| read(height, row)).transpose()?;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// The balances of a customer's account after each height from `first` to `last` that touched it,
    /// oldest first, at most `limit` and never more than [`BALANCES_MAX`].
    ///
    /// # Errors
    /// As [`Store::balance_before`].
    pub fn balances(
        &self,
        account: &AccountHandle,
        (first, last): (Height, Height),
        limit: usize,
    ) -> Result<Vec<BalanceAt>, StoreError> {
        let mut rows = Vec::new();
        self.db.scan(Column::Balances, &index_key(&account.0, first), Direction::Forward, |key, row| {
            let Some(height) = key.strip_prefix(account.0.as_slice()) else {
                return Ok(ControlFlow::Break(()));
            };
            let row = read(height, row)?;
            if row.height > last || rows.len() >= limit.min(BALANCES_MAX) {
                return Ok(ControlFlow::Break(()));
            }
            rows.push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }
}
