//! Numbered rows with a key each, and a Merkle tree over them: accounts and sessions live in tables.
//!
//! A row's number is its place in order of opening and never changes, so the tree is dense.

use crate::index::{Key, KeyIndex};
use idx_crypto::{DenseTree, Hash32, Proof, TreeUpdate};
use idx_types::state_proof::StateRow;
use idx_types::{Account, Session};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher as StdHasher};

/// Something that lives in a [`Table`].
pub(crate) trait Row: Clone + StateRow {
    /// By what it is found.
    fn key(&self) -> &Key;
}

impl Row for Account {
    fn key(&self) -> &Key {
        &self.handle.0
    }
}

impl Row for Session {
    fn key(&self) -> &Key {
        &self.id.0
    }
}

/// All rows of one kind.
pub(crate) struct Table<T> {
    rows: Vec<T>,
    index: KeyIndex,
    tree: DenseTree,
}

impl<T: Row> Table<T> {
    /// A table of these rows in order of their numbers; the key of the first repeated one if two
    /// share a key.
    pub fn from_rows(rows: Vec<T>) -> Result<Self, Key> {
        let mut index = KeyIndex::default();
        index.reserve(rows.len());
        for (number, row) in (0u64..).zip(&rows) {
            if find(&index, &rows, row.key()).is_some() {
                return Err(*row.key());
            }
            index.insert(row.key(), number);
        }
        let leaves = (0u64..).zip(&rows).map(|(number, row)| row.leaf(number)).collect();
        Ok(Self { rows, index, tree: DenseTree::from_leaves(leaves) })
    }

    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    pub fn find(&self, key: &Key) -> Option<u64> {
        find(&self.index, &self.rows, key)
    }

    pub fn get(&self, index: u64) -> Option<&T> {
        self.rows.get(usize::try_from(index).ok()?)
    }

    pub fn by_key(&self, key: &Key) -> Option<&T> {
        self.get(self.find(key)?)
    }

    /// The tree's root bound to the number of rows.
    pub fn counted_root(&self) -> Hash32 {
        self.tree.counted_root()
    }

    pub fn proof(&self, index: u64) -> Option<Proof> {
        self.tree.proof(index)
    }

    /// Takes over what a draft of this very table became; returns the changed rows.
    pub fn apply(&mut self, update: TableUpdate<T>) -> Vec<(u64, T)> {
        self.tree.apply(update.tree);
        for (index, row) in &update.rows {
            let place = usize::try_from(*index).expect("a table fits in memory");
            match self.rows.get_mut(place) {
                Some(old) => old.clone_from(row),
                None => {
                    self.index.insert(row.key(), *index);
                    self.rows.push(row.clone());
                }
            }
        }
        update.rows
    }
}

fn find<T: Row>(index: &KeyIndex, rows: &[T], key: &Key) -> Option<u64> {
    index.find(key, |place| rows.get(usize::try_from(place).ok()?).map(Row::key))
}

/// Changes to a table that are not made yet.
pub(crate) struct TableDraft<'a, T> {
    base: &'a Table<T>,
    /// Changed and new rows in order of first touch.
    touched: Vec<(u64, T)>,
    /// Where in `touched` a row is.
    slots: HashMap<u64, usize, BuildHasherDefault<IndexHasher>>,
    /// Numbers of new rows.
    added: HashMap<Key, u64>,
}

/// What a [`TableDraft`] became.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TableUpdate<T> {
    /// Changed and new rows in order of their numbers.
    pub rows: Vec<(u64, T)>,
    tree: TreeUpdate,
}

impl<T> TableUpdate<T> {
    pub fn counted_root(&self) -> Hash32 {
        self.tree.counted_root()
    }
}

impl<'a, T: Row> TableDraft<'a, T> {
    pub fn new(base: &'a Table<T>) -> Self {
        Self { base, touched: Vec::new(), slots: HashMap::default(), added: HashMap::new() }
    }

    /// Makes room for so many touched rows.
    pub fn reserve(&mut self, rows: usize) {
        self.touched.reserve(rows);
        self.slots.reserve(rows);
    }

    pub fn len(&self) -> u64 {
        self.base.len() + self.added.len() as u64
    }

    pub fn find(&self, key: &Key) -> Option<u64> {
        self.base.find(key).or_else(|| self.added.get(key).copied())
    }

    pub fn get(&self, index: u64) -> Option<&T> {
        match self.slots.get(&index) {
            Some(slot) => self.touched.get(*slot).map(|(_, row)| row),
            None => self.base.get(index),
        }
    }

    pub fn get_mut(&mut self, index: u64) -> Option<&mut T> {
        let slot = match self.slots.get(&index) {
            Some(slot) => *slot,
            None => {
                let row = self.base.get(index)?.clone();
                self.put(index, row)
            }
        };
        self.touched.get_mut(slot).map(|(_, row)| row)
    }

    /// Appends a row; the caller has seen that its key is free.
    pub fn push(&mut self, row: T) -> u64 {
        let index = self.len();
        self.added.insert(*row.key(), index);
        self.put(index, row);
        index
    }

    /// Each touched row with what it was before, `None` for new ones.
    pub fn changes(&self) -> impl Iterator<Item = (Option<&T>, &T)> {
        self.touched.iter().map(|(index, row)| (self.base.get(*index), row))
    }

    /// Hashes the touched rows and what is above them.
    pub fn finish(self) -> TableUpdate<T> {
        let mut rows = self.touched;
        rows.sort_unstable_by_key(|(index, _)| *index);
        let leaves = rows.iter().map(|(index, row)| (*index, row.leaf(*index))).collect();
        let tree = self.base.tree.update(&leaves).expect("new rows are numbered without gaps");
        TableUpdate { rows, tree }
    }

    fn put(&mut self, index: u64, row: T) -> usize {
        let slot = self.touched.len();
        self.touched.push((index, row));
        self.slots.insert(index, slot);
        slot
    }
}

/// Hashes row numbers by Fibonacci multiplication. Numbers are given by the ledger, not chosen, and a
/// draft holds no more of them than one block can touch, so crafted collisions gain nothing.
#[derive(Default)]
pub(crate) struct IndexHasher(u64);

impl StdHasher for IndexHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    fn table() -> Table<Account> {
        Table::from_rows(World::new(4).state.accounts().to_vec()).unwrap()
    }

    #[test]
    fn a_leaf_binds_its_place_and_its_kind() {
        let rows = table();
        let account = rows.get(3).unwrap();
        assert_ne!(account.leaf(3), account.leaf(4));
        let changed = Account { closed_at: Some(idx_types::Height(1)), ..account.clone() };
        assert_ne!(account.leaf(3), changed.leaf(3));
    }

    #[test]
    fn a_draft_reads_its_own_changes_and_leaves_the_base_alone() {
        let mut rows = table();
        let before = rows.counted_root();
        let mut draft = TableDraft::new(&rows);
        draft.get_mut(2).unwrap().balance.0 = 77;
        let new = Account { handle: crate::testing::handle(1), ..rows.get(0).unwrap().clone() };
        let number = draft.push(new.clone());
        assert_eq!((number, draft.find(new.key())), (rows.len(), Some(number)));
        assert_eq!(draft.get(2).unwrap().balance.0, 77);
        assert_ne!(rows.get(2).unwrap().balance.0, 77);
        assert_eq!((rows.find(new.key()), rows.counted_root()), (None, before));
        let update = draft.finish();
        let foretold = update.counted_root();
        let touched: Vec<u64> = rows.apply(update).iter().map(|(number, _)| *number).collect();
        assert_eq!((touched, rows.counted_root()), (vec![2, number], foretold));
        assert_eq!(Table::from_rows(rows.rows().to_vec()).unwrap().counted_root(), foretold);
        assert_eq!(rows.by_key(new.key()), Some(&new));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let rows = table();
        let mut draft = TableDraft::new(&rows);
        assert!(draft.get(rows.len()).is_none() && draft.get_mut(u64::MAX).is_none());
        assert!(rows.get(u64::MAX).is_none() && rows.proof(rows.len()).is_none());
    }
}
