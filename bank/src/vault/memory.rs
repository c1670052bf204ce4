//! A store in memory, for tests and simulation.

use super::store::{Batch, Change, Row, StoreError, Table, VaultStore};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

type Rows = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

/// Keeps everything until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    rows: RwLock<Rows>,
}

impl MemoryStore {
    fn rows(&self) -> RwLockReadGuard<'_, Rows> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every byte it holds, keys and records, for a test that looks for what must not be there.
    pub fn dump(&self) -> Vec<u8> {
        self.rows().iter().flat_map(|((_, key), value)| key.iter().chain(value)).copied().collect()
    }

    /// How many records there are in all tables.
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.rows().is_empty()
    }
}

impl VaultStore for MemoryStore {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows().get(&(table, key.to_vec())).cloned())
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded((table, after.to_vec())),
            _ => Bound::Included((table, prefix.to_vec())),
        };
        let rows = self.rows();
        let from_start = rows.range((start, Bound::Unbounded));
        let matching = from_start.take_while(|((t, key), _)| *t == table && key.starts_with(prefix));
        Ok(matching.take(limit).map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }

    fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for change in &batch.changes {
            match change {
                Change::Put(table, key, value) => rows.insert((*table, key.clone()), value.clone()),
                Change::Delete(table, key) => rows.remove(&(*table, key.clone())),
            };
        }
        Ok(())
    }
}
