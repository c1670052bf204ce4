//! A Merkle tree over a dense, growing list, and updates of it that are worked out before they are
//! taken over.

use super::proof::{Climb, Proof};
use super::{counted_root, level_above, node_hash};
use crate::hash::Hash32;
use std::collections::BTreeMap;

/// All levels of a tree whose leaves are numbered from 0 without gaps. Has the root of
/// [`root_of`](super::root_of) at every size. Takes about 64 bytes a leaf.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DenseTree {
    /// Leaves first; the last level has one node. No level if there is no leaf.
    levels: Vec<Vec<Hash32>>,
}

/// New leaves leave a gap after those that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("leaf {got} cannot be set: the next free place is {next}, and leaves have no gaps")]
pub struct SparseAppend {
    /// The place that would have been next.
    pub next: u64,
    /// The place asked for.
    pub got: u64,
}

/// What a batch of leaves changes in a tree: every touched node once. Made by
/// [`DenseTree::update`], taken over by [`DenseTree::apply`] or dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeUpdate {
    /// Leaves and root of the tree that it was worked out from.
    base: (u64, Hash32),
    /// Leaves and root after it.
    result: (u64, Hash32),
    /// By level, the touched nodes in order of their places.
    levels: Vec<Vec<Touched>>,
}

/// A place in a level, and the node that goes there.
type Touched = (u64, Hash32);

impl DenseTree {
    /// A tree without leaves.
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// A tree over leaf digests.
    pub fn from_leaves(leaves: Vec<Hash32>) -> Self {
        let mut levels = Vec::new();
        let mut level = leaves;
        while level.len() > 1 {
            let above = level_above(&level);
            levels.push(std::mem::replace(&mut level, above));
        }
        if !level.is_empty() {
            levels.push(level);
        }
        Self { levels }
    }

    /// How many leaves there are.
    pub fn len(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Whether there is no leaf.
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// The root; [`Hash32::ZERO`] of no leaves.
    pub fn root(&self) -> Hash32 {
        self.levels.last().map_or(Hash32::ZERO, |top| top[0])
    }

    /// The root bound to the number of leaves.
    pub fn counted_root(&self) -> Hash32 {
        counted_root(&self.root(), self.len())
    }

    /// A leaf's digest; `None` if there is no such leaf.
    pub fn leaf(&self, index: u64) -> Option<Hash32> {
        self.node(0, index)
    }

    /// The proof for a leaf; `None` if there is no such leaf.
    pub fn proof(&self, index: u64) -> Option<Proof> {
        let leaves = self.len();
        if index >= leaves {
            return None;
        }
        let path = Climb::new(index, leaves).map(|step| self.node(step.level, step.sibling));
        Some(Proof { index, leaves, path: path.collect::<Option<_>>()? })
    }

    /// Works out what `changed` (place to leaf digest) would make of the tree, and leaves the tree as
    /// it is. Places from [`len`](Self::len) on append and must have no gap.
    ///
    /// Each touched node is hashed once, however many changed leaves are below it.
    ///
    /// # Errors
    /// [`SparseAppend`] if an appended place leaves a gap.
    pub fn update(&self, changed: &BTreeMap<u64, Hash32>) -> Result<TreeUpdate, SparseAppend> {
        let leaves = self.len_with(changed)?;
        let mut touched: Vec<Touched> = changed.iter().map(|(index, leaf)| (*index, *leaf)).collect();
        let mut levels = Vec::new();
        let mut width = leaves;
        while width > 1 && !touched.is_empty() {
            let above = self.parents(levels.len(), &touched, width);
            levels.push(std::mem::replace(&mut touched, above));
            width = width.div_ceil(2);
        }
        let root = touched.first().map_or(self.root(), |(_, top)| *top);
        if !touched.is_empty() {
            levels.push(touched);
        }
        Ok(TreeUpdate { base: (self.len(), self.root()), result: (leaves, root), levels })
    }

    /// Takes over an update.
    ///
    /// # Panics
    /// If the update was worked out from another tree or from an earlier state of this one; to go on
    /// would leave a root that fits no leaves.
    pub fn apply(&mut self, update: TreeUpdate) {
        assert_eq!(update.base, (self.len(), self.root()), "an update belongs to the tree it came from");
        if self.levels.len() < update.levels.len() {
            self.levels.resize(update.levels.len(), Vec::new());
        }
        for (level, touched) in self.levels.iter_mut().zip(update.levels) {
            for (index, node) in touched {
                put(level, index, node);
            }
        }
    }

    /// Number of leaves once `changed` is in; appended places must follow each other.
    fn len_with(&self, changed: &BTreeMap<u64, Hash32>) -> Result<u64, SparseAppend> {
        changed.range(self.len()..).try_fold(self.len(), |next, (&got, _)| {
            if got == next { Ok(next + 1) } else { Err(SparseAppend { next, got }) }
        })
    }

    /// The nodes above the touched ones of a level that will be `width` wide.
    fn parents(&self, level: usize, touched: &[Touched], width: u64) -> Vec<Touched> {
        let mut above = Vec::with_capacity(touched.len());
        for siblings in touched.chunk_by(|a, b| a.0 / 2 == b.0 / 2) {
            let (index, node) = siblings[0];
            let parent = match siblings.get(1) {
                Some((_, right)) => node_hash(&node, right),
                None => self.parent(level, index, &node, width),
            };
            above.push((index / 2, parent));
        }
        above
    }

    /// The node above a touched one whose sibling stays as it is, or is not there.
    fn parent(&self, level: usize, index: u64, node: &Hash32, width: u64) -> Hash32 {
        let sibling = index ^ 1;
        if sibling >= width {
            return *node;
        }
        let other = self.node(level, sibling).expect("an untouched sibling is in the tree");
        if sibling > index { node_hash(node, &other) } else { node_hash(&other, node) }
    }

    fn node(&self, level: usize, index: u64) -> Option<Hash32> {
        self.levels.get(level)?.get(usize::try_from(index).ok()?).copied()
    }
}

impl TreeUpdate {
    /// The root after the update.
    pub const fn root(&self) -> Hash32 {
        self.result.1
    }

    /// The number of leaves after the update.
    pub const fn leaves(&self) -> u64 {
        self.result.0
    }

    /// The root after the update bound to the number of leaves.
    pub fn counted_root(&self) -> Hash32 {
        counted_root(&self.root(), self.leaves())
    }
}

/// Sets or appends a node; touched nodes come in order, so appends come one after the other.
fn put(level: &mut Vec<Hash32>, index: u64, node: Hash32) {
    let place = usize::try_from(index).expect("a level fits in memory");
    match level.get_mut(place) {
        Some(old) => *old = node,
        None => level.push(node),
    }
}
