//! Merkle trees as RFC 6962 section 2.1 draws them: leaf and node prefixes differ, so that a node
//! can never pass for a leaf.
//!
//! ```text
//! level 2            root              a lone last node rises unchanged: here leaf 2 is also
//! level 1      n01          l2         the second node of level 1
//! level 0   l0    l1        l2
//! ```
//!
//! A plain root says nothing about how many leaves there are: leaf 2 of 3 above has the same path as
//! leaf 1 of 2 would have. Where a place in the list means something, commit to [`counted_root`].

mod proof;
#[cfg(test)]
mod tests;
mod tree;

pub use proof::{PROOF_PATH_MAX, Proof, ProofError, proof_of};
pub use tree::{DenseTree, SparseAppend, TreeUpdate};

use crate::hash::{Hash32, Hasher, sha256};

/// Digest of a leaf: SHA-256 of `0x00` and the data.
pub fn leaf_hash(data: &[u8]) -> Hash32 {
    let mut bytes = Vec::with_capacity(data.len() + 1);
    bytes.push(0);
    bytes.extend_from_slice(data);
    sha256(&bytes)
}

/// Digest of an inner node: SHA-256 of `0x01` and both children.
pub fn node_hash(left: &Hash32, right: &Hash32) -> Hash32 {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left.as_bytes());
    bytes[33..].copy_from_slice(right.as_bytes());
    sha256(&bytes)
}

/// Root of a tree over leaf digests; [`Hash32::ZERO`] of none. A lone last node rises unchanged,
/// which gives the same tree as the recursive definition of RFC 6962.
pub fn root_of(leaves: &[Hash32]) -> Hash32 {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level_above(&level);
    }
    level.first().copied().unwrap_or(Hash32::ZERO)
}

/// Digest of a root together with the number of its leaves; binds every index and the count, as the
/// tree head of RFC 6962 section 3.5 does.
pub fn counted_root(root: &Hash32, leaves: u64) -> Hash32 {
    Hasher::new("idx/counted-root/1").part(&leaves.to_le_bytes()).part(root.as_bytes()).finish()
}

/// The parents of a level, half as many, rounded up.
fn level_above(level: &[Hash32]) -> Vec<Hash32> {
    level.chunks(2).map(parent_of).collect()
}

fn parent_of(pair: &[Hash32]) -> Hash32 {
    match pair {
        [left, right] => node_hash(left, right),
        lone => lone[0],
    }
}
