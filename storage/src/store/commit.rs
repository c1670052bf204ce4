//! The one batch of a height.

use super::columns::{CORE_KEY, Column, index_key, number_key, read_number};
use super::db::Db;
use super::index::{Subject, TxStatus, pack};
use super::meta::{self, decode, encode};
use super::record::{HeightRecord, TxPlace};
use super::subjects::SessionAccounts;
use super::{balances, public_row, settled};
use crate::error::StoreError;
use idx_types::{Account, AccountHandle, Height, Outcome, Session, TimestampMs, Transaction, TxId, TxKind};
use rocksdb::{Direction, WriteBatch};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Puts a height together from its record; nothing is on disk before the batch is written.
pub(super) struct HeightBatch<'a> {
    db: &'a Db,
    sessions: &'a mut SessionAccounts,
    batch: WriteBatch,
    height: Height,
    /// Final in this very block.
    ended: BTreeSet<TxId>,
    index: BTreeMap<Subject, Vec<u32>>,
}

/// The batch of a height.
pub(super) fn batch_of(
    db: &Db,
    sessions: &mut SessionAccounts,
    record: &HeightRecord,
) -> Result<WriteBatch, StoreError> {
    let (batch, height) = (WriteBatch::default(), record.height());
    let (ended, index) = (BTreeSet::new(), BTreeMap::new());
    let mut height = HeightBatch { db, sessions, batch, height, ended, index };
    height.put_blocks(record);
    height.put_state(record)?;
    height.put_transactions(record)?;
    height.put_index();
    meta::put_tip(db, &mut height.batch, record.tip());
    Ok(height.batch)
}

impl HeightBatch<'_> {
    fn put(&mut self, column: Column, key: &[u8], value: &[u8]) {
        self.db.put(&mut self.batch, column, key, value);
    }

    fn put_blocks(&mut self, record: &HeightRecord) {
        let certified = &record.certified;
        let key = number_key(self.height.0);
        self.put(Column::Public, &key, &public_row::encode(&certified.public));
        self.put(Column::Private, &key, &encode(&certified.private));
        self.put(Column::Commits, &key, &encode(&certified.commit));
        self.put(Column::Roots, &key, &encode(&(&record.delta.parts, &record.delta.rules)));
        self.put(Column::PublicHashes, &record.tip().public_hash.0, &key);
        self.put(Column::PrivateHashes, &record.tip().private_hash.0, &key);
    }

    fn put_state(&mut self, record: &HeightRecord) -> Result<(), StoreError> {
        let delta = &record.delta;
        for (index, account) in &delta.accounts {
            put_account(self.db, &mut self.batch, *index, account);
            balances::put(self.db, &mut self.batch, record.tip(), account);
            if account.opened_at == self.height {
                name_account(self.db, &mut self.batch, *index, account);
            }
        }
        for (index, session) in &delta.sessions {
            self.sessions.note(session);
            put_session(self.db, &mut self.batch, *index, session);
            if session.opened_at == self.height {
                name_session(self.db, &mut self.batch, *index, session);
            }
        }
        if let Some(row) = settled::encode(&delta.settled) {
            self.put(Column::Settled, &number_key(self.height.0), &row);
        }
        self.forget_settled(delta.expired_before)?;
        self.put(Column::Core, CORE_KEY, &encode(&delta.core));
        Ok(())
    }

    /// Drops the oldest rows of settled ids as far as all of their ids are past. A row that must
    /// stay holds back those after it for at most as long as an id lives.
    fn forget_settled(&mut self, before: TimestampMs) -> Result<(), StoreError> {
        let mut past: Vec<[u8; 8]> = Vec::new();
        self.db.scan(Column::Settled, &number_key(0), Direction::Forward, |key, row| {
            if past.len() == FORGOTTEN_PER_HEIGHT_MAX || settled::last_valid_until(row)? >= before {
                return Ok(ControlFlow::Break(()));
            }
            past.push(number_key(read_number(key, "settled ids")?));
            Ok(ControlFlow::Continue(()))
        })?;
        if let (Some(first), Some(last)) = (past.first(), past.last()) {
            let end = number_key(u64::from_be_bytes(*last) + 1);
            self.db.delete_range(&mut self.batch, Column::Settled, first, &end);
        }
        Ok(())
    }

    fn put_transactions(&mut self, record: &HeightRecord) -> Result<(), StoreError> {
        let certified = &record.certified;
        let both = certified.public.transactions.iter().zip(&certified.private.outcomes);
        for (index, (tx, outcome)) in (0..).zip(both) {
            self.put_transaction(record, index, tx, *outcome)?;
        }
        Ok(())
    }

    /// Notes where a transaction is, unless it has ended before (a replay, which failed as one).
    fn put_transaction(
        &mut self,
        record: &HeightRecord,
        index: u32,
        tx: &Transaction,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let id = tx.id();
        if outcome != Outcome::Completed && self.has_ended(&id)? {
            return Ok(());
        }
        let place = TxPlace { height: self.height, index, outcome };
        self.put(Column::Transactions, &id.0, &encode(&place));
        let Some(status) = TxStatus::of(&outcome) else { return Ok(()) };
        self.ended.insert(id);
        let mut subjects = self.sessions.subjects(self.db, tx)?;
        if outcome == Outcome::Completed && matches!(tx.body.kind, TxKind::CloseTravel(_)) {
            subjects.extend(source_of(record, &subjects).map(Subject::Account));
        }
        for subject in subjects.into_iter().chain([Subject::Status(status)]) {
            self.index.entry(subject).or_default().push(index);
        }
        Ok(())
    }

    /// Whether a transaction is final already. Not asked for completed ones: those the ledger never
    /// completes twice, and they are nearly all.
    fn has_ended(&self, id: &TxId) -> Result<bool, StoreError> {
        if self.ended.contains(id) {
            return Ok(true);
        }
        let Some(bytes) = self.db.get(Column::Transactions, &id.0)? else { return Ok(false) };
        let place: TxPlace = decode("the place of a transaction", &bytes)?;
        Ok(place.outcome.is_final())
    }

    fn put_index(&mut self) {
        for (subject, places) in std::mem::take(&mut self.index) {
            let (column, key) = subject.column_and_key();
            self.put(column, &index_key(&key, self.height), &pack(&places));
        }
    }
}

/// A closing pays an account that it does not name: the one that the travel account came of.
fn source_of(record: &HeightRecord, closed: &[Subject]) -> Option<AccountHandle> {
    let is_closed = |account: &Account| closed.contains(&Subject::Account(account.handle));
    let (_, travel) = record.delta.accounts.iter().find(|(_, account)| is_closed(account))?;
    travel.terms.as_ref().map(|terms| terms.source)
}

/// Most rows of settled ids dropped with one height: faster than rows come, and no height takes long.
const FORGOTTEN_PER_HEIGHT_MAX: usize = 64;

/// Puts an account.
pub(super) fn put_account(db: &Db, batch: &mut WriteBatch, index: u64, account: &Account) {
    db.put(batch, Column::Accounts, &number_key(index), &encode(account));
}

/// Puts how to find an account. Its index never changes, so this is done once.
pub(super) fn name_account(db: &Db, batch: &mut WriteBatch, index: u64, account: &Account) {
    db.put(batch, Column::AccountNumbers, &account.handle.0, &number_key(index));
}

/// Puts how to find a session, once.
pub(super) fn name_session(db: &Db, batch: &mut WriteBatch, index: u64, session: &Session) {
    db.put(batch, Column::SessionNumbers, &session.id.0, &number_key(index));
}

/// Puts a session, and how to find its account.
pub(super) fn put_session(db: &Db, batch: &mut WriteBatch, index: u64, session: &Session) {
    db.put(batch, Column::Sessions, &number_key(index), &encode(session));
    db.put(batch, Column::SessionAccounts, &session.id.0, &session.account.0);
}
