//! Keys, signatures and hashes: the only place that touches a cryptographic primitive.
//!
//! What enters is bytes, what leaves is digests, signatures and sealed bytes. This crate knows no
//! money and no banks. Every hash is domain-separated and length-prefixed ([`Hasher`]), so two
//! different meanings can never share a digest; everything that is signed is such a digest.
//!
//! ```text
//! borsh value --Hasher(domain)--> Hash32 --Signer--> Signature --Verifier--> accepted or refused
//! leaf digests --DenseTree--> root, Proof --verify--> "this leaf is at this place of that tree"
//! secret --Passphrase, KdfCost--> KeyFile --Passphrase--> secret
//! identity --pepper, KdfCost--> pseudonym
//! plain --HpkePublic, seed--> HpkeSealed --HpkeSecret--> plain
//! plain --key of all banks--> the same sealed bytes at every bank --key--> plain
//! record --Recipients, seed--> Envelope --home bank, or company's half AND a regulator's--> record
//! custodian's key --seed--> three OfficerShares --any two--> the key
//! ```
//!
//! Secrets ([`SecretKey`], [`Passphrase`], [`HpkeSecret`], [`Half`], [`OfficerShare`]) mask themselves in
//! `Debug` and are wiped when dropped; what a function returns as plain secret bytes is wiped too. There
//! is no entropy in here: who needs a salt, a nonce or a seed brings it. Sealing derives its one-time
//! keys from the seed and from all that is sealed, so that a seed used twice by mistake repeats none.

mod aead;
mod derive;
mod deterministic;
mod envelope;
mod hash;
mod hpke;
mod keystore;
mod merkle;
mod pseudonym;
mod shares;
mod sign;

pub use aead::{AEAD_TAG_BYTES, AeadError, AeadKey};
pub use derive::{hkdf_derive, hmac_sha256, x25519_is_sound, x25519_public};
pub use deterministic::{DETERMINISTIC_OVERHEAD_BYTES, open_deterministic, seal_deterministic};
pub use envelope::{
    ENVELOPE_BYTES_MAX, ENVELOPE_RECORD_BYTES_MAX, ENVELOPE_REGULATORS_MAX, ENVELOPE_VERSION, Envelope,
    EnvelopeError, EnvelopePart, Half, HalfOf, Recipients, SealedHalf, ShapeError, open_half, opening_digest,
    seal_half_to,
};
pub use hash::{Hash32, Hasher, HexError, hash_borsh, sha256};
pub use hpke::{
    HPKE_OVERHEAD_BYTES, HpkeError, HpkeOpen, HpkePublic, HpkeSealed, HpkeSecret, UnsoundKey,
    company_day_key, hpke_seal,
};
pub use keystore::{
    KEY_FILE_BYTES_MAX, KEY_FILE_VERSION, KdfCost, KeyFile, KeystoreError, Passphrase, Purpose, SealEntropy,
};
pub use merkle::{
    DenseTree, PROOF_PATH_MAX, Proof, ProofError, SparseAppend, TreeUpdate, counted_root, leaf_hash,
    node_hash, proof_of, root_of,
};
pub use pseudonym::{PseudonymCostOutOfRange, pseudonym_hash};
pub use shares::{OFFICER_SHARE_BYTES, OFFICERS, OfficerShare, ShareCommitments, ShareError, split_key};
pub use sign::{BadSignature, Ed25519, PublicKey, SecretKey, Signature, Signer, Verifier};
