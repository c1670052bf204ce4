//! Keys, signatures and hashes: the only place that touches a cryptographic primitive.
//!
//! What enters is bytes, what leaves is digests, signatures and sealed bytes. This crate knows no
//! money and no banks. Every hash is domain-separated and length-prefixed ([`Hasher`]), so two
//! different meanings can never share a digest; everything that is signed is such a digest.
//!
//! ```text
//! borsh value --Hasher(domain)--> Hash32 --Signer--> Signature --Verifier--> accepted or refused
//! ```
//!
//! Secrets ([`SecretKey`]) mask themselves in `Debug` and are wiped when dropped.

mod hash;
mod merkle;
mod sign;

pub use hash::{Hash32, Hasher, HexError, hash_borsh, sha256};
pub use merkle::{
    DenseTree, PROOF_PATH_MAX, Proof, ProofError, SparseAppend, TreeUpdate, counted_root, leaf_hash,
    node_hash, proof_of, root_of,
};
pub use sign::{BadSignature, Ed25519, PublicKey, SecretKey, Signature, Signer, Verifier};
