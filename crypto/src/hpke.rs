//! Sealing to a public key: HPKE (RFC 9180) in base mode, one suite for everything: DHKEM(X25519,
//! HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002.
//!
//! ```text
//! plain --hpke_seal(to, domain, associated, seed)--> HpkeSealed --HpkeSecret::open--> plain
//! ```
//!
//! The domain label travels as HPKE's `info`, so that bytes sealed for one use never open in another.
//! Base mode says nothing about who sealed: that is for the signature of what carries the sealed bytes.

mod public;
#[cfg(test)]
mod tests;

pub use public::{HpkePublic, UnsoundKey};

use crate::derive::{hkdf_derive, x25519_public};
use crate::hash::Hasher;
use borsh::{BorshDeserialize, BorshSerialize};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{CryptoRng, SeedableRng};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes by which [`HpkeSealed`] is longer than plain data, without the length that borsh writes.
pub const HPKE_OVERHEAD_BYTES: usize = 32 + crate::AEAD_TAG_BYTES;

/// Bytes sealed to one public key.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct HpkeSealed {
    /// The sender's one-time public key (`enc` of RFC 9180).
    pub encapsulated: [u8; 32],
    /// Ciphertext, its 16-byte tag at the end. The carrier bounds its length.
    pub sealed: Vec<u8>,
}

/// Sealed bytes do not open: for another key, domain or associated data, or altered. Which of these it
/// is cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("bytes sealed to {to} do not open: other domain or context, or altered")]
pub struct HpkeError {
    /// The key that was to open them.
    pub to: HpkePublic,
}

/// An X25519 secret key; wiped on drop, masked in `Debug`, never copied.
pub struct HpkeSecret {
    secret: Zeroizing<[u8; 32]>,
    public: HpkePublic,
}

impl HpkeSecret {
    /// The key of 32 bytes of full entropy, clamped as RFC 7748 section 5 says.
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self { secret: Zeroizing::new(*secret), public: HpkePublic::of_secret(x25519_public(secret)) }
    }

    /// The key to which others seal.
    pub const fn public(&self) -> HpkePublic {
        self.public
    }

    /// Opens what [`hpke_seal`] made for this key, domain and associated data.
    ///
    /// # Errors
    /// [`HpkeError`] if a single bit of any of them differs.
    pub fn open(
        &self,
        domain: &'static str,
        associated: &[u8],
        sealed: &HpkeSealed,
    ) -> Result<Zeroizing<Vec<u8>>, HpkeError> {
        self.open_parts(domain, associated, &sealed.encapsulated, &sealed.sealed)
    }

    /// The same for parts that a carrier keeps in a form of its own.
    pub(crate) fn open_parts(
        &self,
        domain: &'static str,
        associated: &[u8],
        encapsulated: &[u8; 32],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, HpkeError> {
        let refused = |_| HpkeError { to: self.public };
        let secret = SuiteSecret::from_bytes(self.secret.as_slice()).map_err(refused)?;
        let encapsulated = SuiteEncapsulated::from_bytes(encapsulated).map_err(refused)?;
        hpke::single_shot_open::<AesGcm256, HkdfSha256, Suite>(
            &OpModeR::Base,
            &secret,
            &encapsulated,
            domain.as_bytes(),
            sealed,
            associated,
        )
        .map(Zeroizing::new)
        .map_err(refused)
    }
}

/// Opens what was sealed to one key, wherever that key is kept: in memory, or in a token that never lets
/// it go. The same input has the same answer for ever.
pub trait HpkeOpen: Send + Sync {
    /// The key to which others seal.
    fn public(&self) -> HpkePublic;

    /// Opens what [`hpke_seal`] made for this key, domain and associated data.
    ///
    /// # Errors
    /// [`HpkeError`] if a single bit of any of them differs.
    fn open(
        &self,
        domain: &'static str,
        associated: &[u8],
        sealed: &HpkeSealed,
    ) -> Result<Zeroizing<Vec<u8>>, HpkeError>;
}

impl HpkeOpen for HpkeSecret {
    fn public(&self) -> HpkePublic {
        self.public
    }

    fn open(
        &self,
        domain: &'static str,
        associated: &[u8],
        sealed: &HpkeSealed,
    ) -> Result<Zeroizing<Vec<u8>>, HpkeError> {
        Self::open(self, domain, associated, sealed)
    }
}

impl fmt::Debug for HpkeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HpkeSecret(**** of {})", self.public)
    }
}

type Suite = X25519HkdfSha256;
type SuiteSecret = <Suite as Kem>::PrivateKey;
type SuiteEncapsulated = <Suite as Kem>::EncappedKey;

/// Seals bytes to a public key. `seed` is 32 bytes of fresh entropy. A seed used twice by mistake does
/// no more harm than telling that two seals are of the same bytes, for the one-time key is derived from
/// the seed and from all that is sealed.
pub fn hpke_seal(
    to: &HpkePublic,
    domain: &'static str,
    associated: &[u8],
    plain: &[u8],
    seed: &[u8; 32],
) -> HpkeSealed {
    let use_of_seed = Hasher::new("idx/hpke-seal/1")
        .part(to.as_bytes())
        .part(domain.as_bytes())
        .part(associated)
        .part(plain)
        .finish();
    let one_time = hkdf_derive(seed, "idx/hpke-one-time-seed/1", use_of_seed.as_bytes());
    seal_with(to, domain, associated, plain, &mut ChaCha20Rng::from_seed(*one_time))
}

fn seal_with(
    to: &HpkePublic,
    domain: &'static str,
    associated: &[u8],
    plain: &[u8],
    random: &mut impl CryptoRng,
) -> HpkeSealed {
    let to = <Suite as Kem>::PublicKey::from_bytes(to.as_bytes()).expect("X25519 keys have 32 bytes");
    let (encapsulated, sealed) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, Suite>(
        &OpModeS::Base,
        &to,
        domain.as_bytes(),
        plain,
        associated,
        random,
    )
    .expect("a sound key agrees, and plain data is below the 64 GiB of AES-GCM");
    HpkeSealed { encapsulated: encapsulated.to_bytes().into(), sealed }
}

/// The company's escrow key of a network day (days since 1970-01-01 UTC), derived from the master secret
/// that its custodian keeps. Whoever learns one day's secret learns no other.
pub fn company_day_key(master: &[u8; 32], day: u32) -> HpkeSecret {
    HpkeSecret::from_bytes(&hkdf_derive(master, "idx/company-day-key/1", &day.to_le_bytes()))
}
