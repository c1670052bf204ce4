//! Merkle trees as RFC 6962 section 2.1 draws them: leaf and node prefixes differ, so that a node
//! can never pass for a leaf.

use crate::hash::{Hash32, sha256};

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
        level = level.chunks(2).map(parent_of).collect();
    }
    level.first().copied().unwrap_or(Hash32::ZERO)
}

fn parent_of(pair: &[Hash32]) -> Hash32 {
    match pair {
        [left, right] => node_hash(left, right),
        lone => lone[0],
    }
}
