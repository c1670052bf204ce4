//! Proofs that a leaf is in a tree, small enough to hand to a customer.

use super::{DenseTree, counted_root, node_hash};
use crate::hash::Hash32;
use borsh::{BorshDeserialize, BorshSerialize};
use std::io;

/// Most siblings of a path: one for each halving of a 64-bit count.
pub const PROOF_PATH_MAX: usize = 64;

/// The way from one leaf to the root. All of it is the prover's claim until verified.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Place of the leaf, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub leaves: u64,
    /// Siblings from the leaf upwards; none at a level where the node is alone. At most
    /// [`PROOF_PATH_MAX`].
    #[borsh(deserialize_with = "read_path")]
    pub path: Vec<Hash32>,
}

/// Why a proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree has no such leaf.
    #[error("leaf {index} of a tree of {leaves} leaves does not exist")]
    NoSuchLeaf {
        /// Place claimed.
        index: u64,
        /// Count claimed.
        leaves: u64,
    },
    /// The path is shorter or longer than this place in a tree of this size has.
    #[error("the path has {have} siblings; leaf {index} of {leaves} has {need}")]
    PathLength {
        /// Place claimed.
        index: u64,
        /// Count claimed.
        leaves: u64,
        /// Siblings given.
        have: usize,
        /// Siblings needed.
        need: usize,
    },
    /// The path leads elsewhere: another leaf, place, count or tree.
    #[error("the path leads to root {computed}, not to {expected}")]
    WrongRoot {
        /// Where the path leads.
        computed: Hash32,
        /// Where it should lead.
        expected: Hash32,
    },
}

impl Proof {
    /// Checks that a leaf with this digest is in the tree with this plain root.
    ///
    /// A plain root does not bind the count, so `index` and `leaves` are proven only as far as they
    /// shape the path. Who relies on them compares `leaves` with a count known from elsewhere first,
    /// or uses [`Proof::verify_counted`].
    ///
    /// # Errors
    /// [`ProofError`] names what is wrong.
    pub fn verify(&self, leaf: &Hash32, root: &Hash32) -> Result<(), ProofError> {
        same(self.root_from(leaf)?, *root)
    }

    /// Checks that a leaf with this digest is at exactly `index` in a tree of exactly `leaves`
    /// leaves, against the tree's [`counted_root`].
    ///
    /// # Errors
    /// [`ProofError`] names what is wrong.
    pub fn verify_counted(&self, leaf: &Hash32, counted: &Hash32) -> Result<(), ProofError> {
        same(counted_root(&self.root_from(leaf)?, self.leaves), *counted)
    }

    /// The root to which the path leads from a leaf.
    ///
    /// # Errors
    /// [`ProofError::NoSuchLeaf`] or [`ProofError::PathLength`]: the proof has no sense in itself.
    pub fn root_from(&self, leaf: &Hash32) -> Result<Hash32, ProofError> {
        self.check_shape()?;
        let steps = Climb::new(self.index, self.leaves);
        Ok(steps.zip(&self.path).fold(*leaf, |node, (step, sibling)| step.parent(&node, sibling)))
    }

    fn check_shape(&self) -> Result<(), ProofError> {
        let (index, leaves) = (self.index, self.leaves);
        if index >= leaves {
            return Err(ProofError::NoSuchLeaf { index, leaves });
        }
        let (have, need) = (self.path.len(), Climb::new(index, leaves).count());
        if have != need {
            return Err(ProofError::PathLength { index, leaves, have, need });
        }
        Ok(())
    }
}

fn same(computed: Hash32, expected: Hash32) -> Result<(), ProofError> {
    if computed == expected { Ok(()) } else { Err(ProofError::WrongRoot { computed, expected }) }
}

/// The proof for one leaf of a list; `None` if there is no such leaf. Hashes the whole list.
pub fn proof_of(leaves: &[Hash32], index: u64) -> Option<Proof> {
    DenseTree::from_leaves(leaves.to_vec()).proof(index)
}

/// The siblings to be met on the way from a leaf to the root.
pub(super) struct Climb {
    level: usize,
    index: u64,
    width: u64,
}

/// One sibling on the way up.
pub(super) struct Step {
    /// Its level, 0 for leaves.
    pub level: usize,
    /// Its place in that level.
    pub sibling: u64,
}

impl Climb {
    /// From leaf `index` of `leaves`; the leaf must exist.
    pub(super) const fn new(index: u64, leaves: u64) -> Self {
        Self { level: 0, index, width: leaves }
    }
}

impl Iterator for Climb {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.width > 1 {
            let step = Step { level: self.level, sibling: self.index ^ 1 };
            let alone = step.sibling >= self.width;
            self.level += 1;
            self.index /= 2;
            self.width = self.width.div_ceil(2);
            if !alone {
                return Some(step);
            }
        }
        None
    }
}

impl Step {
    fn parent(&self, node: &Hash32, sibling: &Hash32) -> Hash32 {
        if self.sibling % 2 == 1 { node_hash(node, sibling) } else { node_hash(sibling, node) }
    }
}

/// Reads a path without believing its length first.
fn read_path<R: io::Read>(reader: &mut R) -> io::Result<Vec<Hash32>> {
    let length = u32::deserialize_reader(reader)? as usize;
    if length > PROOF_PATH_MAX {
        let error = format!("a path of {length} siblings, at most {PROOF_PATH_MAX} are possible");
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    (0..length).map(|_| Hash32::deserialize_reader(reader)).collect()
}
