//! The state of the ledger on disk: written once whole, then height by height; read whole at start.

use super::balances;
use super::columns::{CORE_KEY, Column, number_key, read_number};
use super::commit::{name_account, name_session, put_account, put_session};
use super::db::Db;
use super::meta::{self, Span, decode, encode};
use super::settled::{self, Settled};
use crate::error::StoreError;
use borsh::BorshDeserialize;
use idx_chain::{CoreState, Snapshot};
use idx_types::Height;
use rocksdb::{Direction, WriteBatch};
use std::ops::ControlFlow;

/// Rows written at once while a store is made, so that a large state needs little memory.
const ROWS_PER_BATCH: usize = 10_000;
/// Ids of one row of a state that a store begins with.
const SETTLED_PER_ROW: usize = 10_000;
/// Greater than every key.
const KEY_END: [u8; 65] = [0xff; 65];

/// Writes a whole state into an empty store. Format and tip come last, so that a store whose making
/// was cut short is still empty, and what it left is removed by the next attempt.
pub(super) fn init(db: &Db, snapshot: &Snapshot) -> Result<(), StoreError> {
    clear(db)?;
    for (accounts, first) in snapshot.accounts.chunks(ROWS_PER_BATCH).zip((0u64..).step_by(ROWS_PER_BATCH)) {
        let mut batch = WriteBatch::default();
        for (index, account) in (first..).zip(accounts) {
            put_account(db, &mut batch, index, account);
            balances::put(db, &mut batch, &snapshot.core.tip, account);
            name_account(db, &mut batch, index, account);
        }
        db.write(batch)?;
    }
    for (sessions, first) in snapshot.sessions.chunks(ROWS_PER_BATCH).zip((0u64..).step_by(ROWS_PER_BATCH)) {
        let mut batch = WriteBatch::default();
        for (index, session) in (first..).zip(sessions) {
            put_session(db, &mut batch, index, session);
            name_session(db, &mut batch, index, session);
        }
        db.write(batch)?;
    }
    put_settled(db, &snapshot.settled, snapshot.core.tip.height)?;
    let mut last = WriteBatch::default();
    db.put(&mut last, Column::Core, CORE_KEY, &encode(&snapshot.core));
    meta::describe(db, &mut last, snapshot.core.chain_id, &snapshot.core.tip);
    db.write(last)
}

fn clear(db: &Db) -> Result<(), StoreError> {
    for column in Column::ALL {
        if !db.is_empty(column)? {
            let mut batch = WriteBatch::default();
            db.delete_range(&mut batch, column, &[], &KEY_END);
            db.write(batch)?;
        }
    }
    Ok(())
}

/// Ids settled before the store began take the rows of the heights up to its first, as few as can be.
fn put_settled(db: &Db, ids: &[Settled], base: Height) -> Result<(), StoreError> {
    let rows_max = usize::try_from(base.0).unwrap_or(usize::MAX).saturating_add(1);
    let per_row = SETTLED_PER_ROW.max(ids.len().div_ceil(rows_max));
    for (number, ids) in (0..).zip(ids.chunks(per_row)) {
        let mut batch = WriteBatch::default();
        if let Some(row) = settled::encode(ids) {
            db.put(&mut batch, Column::Settled, &number_key(number), &row);
        }
        db.write(batch)?;
    }
    Ok(())
}

/// Reads the whole state, and that nothing of it is missing.
pub(super) fn load(db: &Db, span: &Span) -> Result<Snapshot, StoreError> {
    let core = db.get(Column::Core, CORE_KEY)?;
    let core = core.ok_or_else(|| StoreError::garbled("the state", "its core is missing"))?;
    let core: CoreState = decode("the state's core", &core)?;
    if core.tip != span.tip {
        return Err(StoreError::garbled("the state", "it is of another height than the store's tip"));
    }
    let accounts = numbered(db, Column::Accounts, "accounts", core.accounts)?;
    let sessions = numbered(db, Column::Sessions, "sessions", core.sessions)?;
    Ok(Snapshot { core, accounts, sessions, settled: load_settled(db)? })
}

/// Rows numbered from 0 without a gap.
fn numbered<T: BorshDeserialize>(
    db: &Db,
    column: Column,
    what: &'static str,
    count: u64,
) -> Result<Vec<T>, StoreError> {
    let mut rows = Vec::new();
    db.scan(column, &number_key(0), Direction::Forward, |key, value| {
        if read_number(key, what)? != rows.len() as u64 {
            return Err(StoreError::garbled(what, format!("number {} is missing", rows.len())));
        }
        rows.push(decode(what, value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    if rows.len() as u64 != count {
        return Err(StoreError::garbled(what, format!("{} of {count} are there", rows.len())));
    }
    Ok(rows)
}

fn load_settled(db: &Db) -> Result<Vec<Settled>, StoreError> {
    let mut ids = Vec::new();
    db.scan(Column::Settled, &number_key(0), Direction::Forward, |_, row| {
        ids.extend(settled::decode(row)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(ids)
}
