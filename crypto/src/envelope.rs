//! Identity envelopes: one identity record on the public chain that only its home bank can read, or a
//! judge to whom the company and a regulator both give their half of the key.
//!
//! ```text
//!                        seed --> company half      regulator half
//!                                      |     \       /     |
//!                                      |      \ XOR /      |
//!                                      |     data key -----|------ key commitment
//!                                      |     /      \      |
//! record --pad--> AES-256-GCM <--------|----'        \     |
//!                      |               |              \    |
//!                      v             HPKE             HPKE HPKE, once a regulator
//! Envelope   [ sealed record | company's part | home's part | regulators' parts ] + commitment to each half
//! ```
//!
//! Every part names the key it was sealed to, so that a reader tells *not for you* from *damaged*. All
//! that is in clear, and the context (a digest of what the envelope belongs to), is bound to every part
//! as associated data: nothing opens in another envelope, another place or another context.
//! Why it is built so: docs/decisions/0014-envelopes.md.

mod half;
mod open;
mod padding;
mod seal;
mod shape;
#[cfg(test)]
mod tests;

pub use half::{Half, HalfOf, SealedHalf, open_half, opening_digest, seal_half_to};
pub use open::{EnvelopeError, EnvelopePart};
pub use seal::Recipients;
pub use shape::{
    ENVELOPE_BYTES_MAX, ENVELOPE_RECORD_BYTES_MAX, ENVELOPE_REGULATORS_MAX, ENVELOPE_VERSION, ShapeError,
};

use crate::hash::{Hash32, hash_borsh};
use crate::hpke::{HpkeError, HpkePublic, HpkeSecret, hpke_seal};
use borsh::{BorshDeserialize, BorshSerialize};
use shape::SealedRecord;
use std::fmt;
use zeroize::Zeroizing;

/// One sealed identity record. With one regulator and a usual record it takes 969 bytes in borsh.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Envelope {
    version: u8,
    record: SealedRecord,
    key_commitment: Hash32,
    home: SealedKey,
    escrow: Escrow,
}

/// The rule `company AND any one regulator`.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
struct Escrow {
    company: SealedKey,
    company_commitment: Hash32,
    #[borsh(deserialize_with = "shape::read_regulators")]
    regulators: Vec<SealedKey>,
    regulator_commitment: Hash32,
}

/// A 32-byte key or half of a key, sealed to the public key that it names.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct SealedKey {
    to: HpkePublic,
    encapsulated: [u8; 32],
    sealed: [u8; 32 + crate::AEAD_TAG_BYTES],
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedKey(to {:?})", self.to)
    }
}

impl SealedKey {
    /// A part that names its reader and holds nothing yet.
    const fn empty(to: HpkePublic) -> Self {
        Self { to, encapsulated: [0; 32], sealed: [0; 32 + crate::AEAD_TAG_BYTES] }
    }

    fn seal(to: &HpkePublic, domain: &'static str, bound: &Hash32, key: &[u8; 32], seed: &[u8; 32]) -> Self {
        let part = hpke_seal(to, domain, bound.as_bytes(), key, seed);
        let sealed = part.sealed.try_into().expect("32 bytes and a tag");
        Self { to: *to, encapsulated: part.encapsulated, sealed }
    }

    fn open(
        &self,
        secret: &HpkeSecret,
        domain: &'static str,
        bound: &Hash32,
    ) -> Result<Zeroizing<[u8; 32]>, HpkeError> {
        let plain = secret.open_parts(domain, bound.as_bytes(), &self.encapsulated, &self.sealed)?;
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&plain);
        Ok(key)
    }
}

impl Envelope {
    /// The home bank's key, by the envelope's word.
    pub const fn home_key(&self) -> HpkePublic {
        self.home.to
    }

    /// The company's key of a day, by the envelope's word.
    pub const fn company_key(&self) -> HpkePublic {
        self.escrow.company.to
    }

    /// The regulators' keys, by the envelope's word, in the order in which they were given.
    pub fn regulator_keys(&self) -> impl ExactSizeIterator<Item = HpkePublic> {
        self.escrow.regulators.iter().map(|part| part.to)
    }

    /// The digest of all that is in clear and of the context; associated data of every part.
    fn bound(&self, context: &Hash32) -> Hash32 {
        let regulators: Vec<HpkePublic> = self.regulator_keys().collect();
        let commitments =
            (self.key_commitment, self.escrow.company_commitment, self.escrow.regulator_commitment);
        let keys = (self.home_key(), self.company_key(), regulators);
        hash_borsh("idx/envelope/1", &(self.version, context, commitments, keys))
    }
}

/// The commitment to a data key: AES-GCM alone would let one ciphertext open under several keys.
fn key_commitment(context: &Hash32, data_key: &[u8; 32]) -> Hash32 {
    crate::Hasher::new("idx/envelope-key/1").part(context.as_bytes()).part(data_key).finish()
}

/// The key of the record itself, so that the data key is never used for two things.
fn record_key(context: &Hash32, data_key: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    crate::hkdf_derive(data_key, "idx/envelope-record-key/1", context.as_bytes())
}

/// A record key is made for one record and used once, so its nonce may be constant.
const RECORD_NONCE: [u8; 12] = [0; 12];
