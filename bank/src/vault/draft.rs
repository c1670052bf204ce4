//! Reading the vault, and writing it: a draft sees its own writes and ends as one batch.

use super::rows::Lookup;
use super::store::{Batch, Change, Table, VaultStore};
use super::{VaultError, keys::VaultKeys, record::Record, sealing};
use crate::entropy::Entropy;
use std::collections::BTreeMap;
use std::ops::Deref;

/// Records read from the store at a time.
pub(super) const PAGE: usize = 1_000;

/// Written records, and `None` for deleted ones.
type Written = BTreeMap<(Table, Vec<u8>), Option<Vec<u8>>>;

/// The vault as it reads: the store, under what a draft has written so far.
pub struct Shelf<'a> {
    pub(super) keys: &'a VaultKeys,
    pub(super) store: &'a dyn VaultStore,
    written: Written,
}

impl<'a> Shelf<'a> {
    /// The vault of a store, for reading.
    pub const fn new(keys: &'a VaultKeys, store: &'a dyn VaultStore) -> Self {
        Self { keys, store, written: BTreeMap::new() }
    }

    /// The record under a key.
    pub(super) fn get<R: Record>(&self, key: &[u8]) -> Result<Option<R>, VaultError> {
        let row = match self.written.get(&(R::TABLE, key.to_vec())) {
            Some(written) => written.clone(),
            None => self.store.get(R::TABLE, key)?,
        };
        row.map(|bytes| sealing::open(self.keys, R::TABLE, key, &bytes)).transpose()
    }

    /// The record that another of its names leads to. A name outlives the record that bore it when
    /// another takes its place (a session opened anew); it leads nowhere then.
    pub(super) fn named<R: Record>(&self, what: &'static str, name: &[u8]) -> Result<Option<R>, VaultError> {
        let Some(lookup) = self.get::<Lookup>(&self.keys.lookup::<R>(what, name))? else { return Ok(None) };
        let found: Option<R> = self.get(&lookup.leads_to)?;
        let is_so_named = |record: &R| record.names().iter().any(|(w, n)| *w == what && n.as_slice() == name);
        Ok(found.filter(is_so_named))
    }

    /// All records under a prefix, in order of their keys. For lists that are bounded elsewhere.
    pub(super) fn all<R: Record>(&self, prefix: &[u8]) -> Result<Vec<R>, VaultError> {
        let rows = self.rows(R::TABLE, prefix)?;
        rows.iter().map(|(key, row)| sealing::open(self.keys, R::TABLE, key, row)).collect()
    }

    /// How many records are under a prefix; opens none of them. For lists that are bounded elsewhere.
    pub(super) fn count(&self, table: Table, prefix: &[u8]) -> Result<usize, VaultError> {
        Ok(self.rows(table, prefix)?.len())
    }

    /// All sealed rows under a prefix, by their keys.
    fn rows(&self, table: Table, prefix: &[u8]) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, VaultError> {
        let mut rows = BTreeMap::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.store.scan(table, prefix, after.as_deref(), PAGE)?;
            let is_last = page.len() < PAGE;
            after = page.last().map(|(key, _)| key.clone());
            rows.extend(page);
            if is_last {
                break;
            }
        }
        self.overlay(table, prefix, &mut rows);
        Ok(rows)
    }

    /// Whether a draft removed a record.
    pub(super) fn is_deleted(&self, table: Table, key: &[u8]) -> bool {
        self.written.get(&(table, key.to_vec())).is_some_and(Option::is_none)
    }

    /// The key of the first record under a prefix that a draft wrote.
    pub(super) fn first_written(&self, table: Table, prefix: &[u8]) -> Option<Vec<u8>> {
        let from = self.written.range((table, prefix.to_vec())..);
        let mut under = from.take_while(|((t, key), _)| *t == table && key.starts_with(prefix));
        under.find(|(_, row)| row.is_some()).map(|((_, key), _)| key.clone())
    }

    /// Puts what the draft wrote over what the store holds.
    fn overlay(&self, table: Table, prefix: &[u8], rows: &mut BTreeMap<Vec<u8>, Vec<u8>>) {
        let from = self.written.range((table, prefix.to_vec())..);
        for ((_, key), row) in from.take_while(|((t, key), _)| *t == table && key.starts_with(prefix)) {
            match row {
                Some(row) => rows.insert(key.clone(), row.clone()),
                None => rows.remove(key),
            };
        }
    }
}

/// All writes of one step. Nothing reaches the store before its batch is committed.
pub struct Draft<'a> {
    shelf: Shelf<'a>,
    entropy: Entropy,
}

impl<'a> Draft<'a> {
    /// An empty draft, with the randomness of the step.
    pub const fn new(keys: &'a VaultKeys, store: &'a dyn VaultStore, entropy: Entropy) -> Self {
        Self { shelf: Shelf::new(keys, store), entropy }
    }

    /// The randomness of the step.
    pub const fn entropy(&mut self) -> &mut Entropy {
        &mut self.entropy
    }

    /// Writes a record and the names that lead to it.
    pub fn put<R: Record>(&mut self, record: &R) {
        let key = record.key(self.shelf.keys);
        for (what, name) in record.names() {
            let name = self.shelf.keys.lookup::<R>(what, &name);
            self.seal(&name.clone(), &Lookup { name, leads_to: key.clone() });
        }
        self.seal(&key, record);
    }

    /// Removes a record and the names that lead to it.
    pub fn delete<R: Record>(&mut self, record: &R) {
        for (what, name) in record.names() {
            let name = self.shelf.keys.lookup::<R>(what, &name);
            self.shelf.written.insert((Table::Lookups, name), None);
        }
        let key = record.key(self.shelf.keys);
        self.shelf.written.insert((R::TABLE, key), None);
    }

    fn seal<R: Record>(&mut self, key: &[u8], record: &R) {
        let row = sealing::seal(self.shelf.keys, R::TABLE, key, record, &mut self.entropy);
        self.shelf.written.insert((R::TABLE, key.to_vec()), Some(row));
    }

    /// Replaces bytes as they are, for what moves rows without reading their meaning.
    pub(super) fn put_raw(&mut self, table: Table, key: Vec<u8>, row: Vec<u8>) {
        self.shelf.written.insert((table, key), Some(row));
    }

    /// Everything that was written, to be committed as one.
    pub fn into_batch(self) -> Batch {
        let change = |((table, key), row)| match row {
            Some(row) => Change::Put(table, key, row),
            None => Change::Delete(table, key),
        };
        Batch { changes: self.shelf.written.into_iter().map(change).collect() }
    }
}

impl<'a> Deref for Draft<'a> {
    type Target = Shelf<'a>;
    fn deref(&self) -> &Shelf<'a> {
        &self.shelf
    }
}
