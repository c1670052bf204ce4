//! A customer's transfers in order of time: a page of them costs its length, however many there are.
//!
//! ```text
//!   number   1 2 3 ... 998 999 1000      a new transfer takes the next number
//!   at       t t t     t   t   t         never falls, also when the bank's clock steps back
//!   reading          <---- newest first, from any number down
//! ```
//!
//! Vaults of before there were lines get them when they are opened ([`index_histories`]).

use super::record::Record;
use super::rows::{HISTORY_ROW, HistoryBuilt, HistoryLine, Incoming, Instruction, Mark, Outgoing, Side};
use super::store::{Table, VaultStore};
use super::{Draft, Shelf, VaultError, VaultKeys, sealing};
use crate::entropy::Entropy;
use idx_types::{Idx, TimestampMs, TxId};

/// Rows looked at in one read of the store.
const ROWS_PER_READ: usize = 256;

impl Shelf<'_> {
    /// Lines of a customer's history with numbers below `below`, newest first, at most `limit`. Reads the
    /// store alone: not for a draft.
    ///
    /// # Errors
    /// This and all below: [`VaultError`] if a record is damaged or the machine fails.
    pub fn history(&self, owner: &Idx, below: u64, limit: usize) -> Result<Vec<HistoryLine>, VaultError> {
        let prefix = HistoryLine::prefix_of(self.keys, owner);
        // Keys after that of `below` have smaller numbers.
        let after = HistoryLine::key_of(self.keys, owner, below);
        let rows = self.store.scan(Table::History, &prefix, Some(&after), limit)?;
        rows.iter().map(|(key, row)| sealing::open(self.keys, Table::History, key, row)).collect()
    }

    /// The greatest number whose line is of before a time, plus one: where a history up to that time
    /// begins. A few dozen lookups.
    pub fn history_at(&self, owner: &Idx, time: TimestampMs) -> Result<u64, VaultError> {
        let newest = self.history(owner, u64::MAX, 1)?.first().map_or(0, |line| line.number);
        let (mut low, mut high) = (0, newest);
        // Lines up to `low` are of before the time, those above `high` are not.
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.history(owner, middle.saturating_add(1), 1)?.first() {
                Some(line) if line.at >= time => high = line.number.min(middle).saturating_sub(1),
                _ => low = middle,
            }
        }
        Ok(low.saturating_add(1))
    }

    /// The lines of a customer from place `from` on, newest first, at most `limit`, and how many he has in
    /// all. Counts keys without opening what they lead to.
    pub fn history_places(
        &self,
        owner: &Idx,
        from: usize,
        limit: usize,
    ) -> Result<(Vec<HistoryLine>, usize), VaultError> {
        let prefix = HistoryLine::prefix_of(self.keys, owner);
        let (mut lines, mut count, mut after) = (Vec::new(), 0_usize, None::<Vec<u8>>);
        loop {
            let page = self.store.scan(Table::History, &prefix, after.as_deref(), ROWS_PER_READ)?;
            for (key, row) in &page {
                if count >= from && lines.len() < limit {
                    lines.push(sealing::open(self.keys, Table::History, key, row)?);
                }
                count += 1;
            }
            if page.len() < ROWS_PER_READ {
                return Ok((lines, count));
            }
            after = page.last().map(|(key, _)| key.clone());
        }
    }

    /// The payment that an order of a customer's file came to, if it was made.
    pub fn instruction(&self, owner: &Idx, mark: &Mark) -> Result<Option<Instruction>, VaultError> {
        self.get(&Instruction::key_of(self.keys, owner, mark))
    }

    /// The payments that a customer's files ordered.
    pub(super) fn instructions_of(&self, owner: &Idx) -> Result<Vec<Instruction>, VaultError> {
        self.all(&Instruction::prefix_of(self.keys, owner))
    }
}

impl Draft<'_> {
    /// Adds a transfer to a customer's history.
    ///
    /// # Errors
    /// This and all below: [`VaultError`] if a record is damaged or the machine fails.
    pub fn add_line(
        &mut self,
        owner: Idx,
        (id, side): (TxId, Side),
        now: TimestampMs,
    ) -> Result<(), VaultError> {
        let newest: Option<HistoryLine> = self.first(&HistoryLine::prefix_of(self.keys, &owner))?;
        let (number, at) = newest.map_or((1, now), |line| (line.number + 1, line.at.max(now)));
        self.put(&HistoryLine { owner, number, at, id, side });
        Ok(())
    }

    /// Takes a transfer out of its customer's history.
    pub fn remove_line(&mut self, id: &TxId, side: Side) -> Result<(), VaultError> {
        let line: Option<HistoryLine> = self.named("transfer", &HistoryLine::name_of(id, side))?;
        if let Some(line) = line {
            self.delete(&line);
        }
        Ok(())
    }
}

/// Gives every transfer its line, if that was not done. One batch a customer, so that a making that is cut
/// short is begun anew and ends the same; `entropy` is asked for each.
///
/// # Errors
/// [`VaultError`] if a record is damaged or the machine fails, or `E` of the source of entropy.
pub fn index_histories<E: From<VaultError>>(
    keys: &VaultKeys,
    store: &dyn VaultStore,
    mut entropy: impl FnMut() -> Result<Entropy, E>,
) -> Result<(), E> {
    let shelf = Shelf::new(keys, store);
    if shelf.get::<HistoryBuilt>(HISTORY_ROW)?.is_some() {
        return Ok(());
    }
    let mut customers = 0;
    for owner in shelf.every_customer()? {
        let mut draft = Draft::new(keys, store, entropy()?);
        customers += u64::from(index_one(&mut draft, &owner)?);
        store.commit(&draft.into_batch()).map_err(VaultError::from)?;
    }
    let mut draft = Draft::new(keys, store, entropy()?);
    draft.put(&HistoryBuilt { customers });
    Ok(store.commit(&draft.into_batch()).map_err(VaultError::from)?)
}

/// Writes the lines of a customer anew; tells whether there are any.
fn index_one(draft: &mut Draft<'_>, owner: &Idx) -> Result<bool, VaultError> {
    let old: Vec<HistoryLine> = draft.all(&HistoryLine::prefix_of(draft.keys, owner))?;
    old.iter().for_each(|line| draft.delete(line));
    let sent =
        draft.sent_by(owner)?.into_iter().map(|Outgoing { id, history, .. }| (id, Side::Sender, history));
    let received = draft
        .received_by(owner)?
        .into_iter()
        .map(|Incoming { id, history, .. }| (id, Side::Receiver, history));
    let mut all: Vec<(TimestampMs, TxId, Side)> = sent
        .chain(received)
        .map(|(id, side, history)| (history.first().map_or(TimestampMs(0), |(_, at)| *at), id, side))
        .collect();
    all.sort_unstable();
    for ((at, id, side), number) in all.iter().zip(1..) {
        draft.put(&HistoryLine { owner: *owner, number, at: *at, id: *id, side: *side });
    }
    Ok(!all.is_empty())
}

impl Shelf<'_> {
    /// The first record under a prefix, with what a draft wrote.
    fn first<R: Record>(&self, prefix: &[u8]) -> Result<Option<R>, VaultError> {
        let mut after: Option<Vec<u8>> = None;
        let stored = loop {
            let Some((key, _)) = self.store.scan(R::TABLE, prefix, after.as_deref(), 1)?.pop() else {
                break None;
            };
            if !self.is_deleted(R::TABLE, &key) {
                break Some(key);
            }
            after = Some(key);
        };
        let written = self.first_written(R::TABLE, prefix);
        let first = [stored, written].into_iter().flatten().min();
        first.map_or(Ok(None), |key| self.get(&key))
    }
}
