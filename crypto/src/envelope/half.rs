//! Halves of data keys, and their way from a custodian to a judge.

use super::{EnvelopeError, EnvelopePart, SealedKey};
use crate::hash::{Hash32, Hasher, hash_borsh};
use crate::hpke::{HpkePublic, HpkeSecret};
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;
use zeroize::Zeroizing;

/// Whose half of a data key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum HalfOf {
    /// The company's, sealed to its key of a day.
    Company,
    /// The regulators', the same one sealed to each of them.
    Regulator,
}

impl HalfOf {
    pub(super) const fn part(self) -> EnvelopePart {
        match self {
            Self::Company => EnvelopePart::Company,
            Self::Regulator => EnvelopePart::Regulator,
        }
    }
}

impl fmt::Display for HalfOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Company => "company",
            Self::Regulator => "regulator",
        })
    }
}

/// One half of a data key: 32 bytes that alone say nothing about the key. Wiped on drop, masked in
/// `Debug`, never copied.
pub struct Half {
    of: HalfOf,
    bytes: Zeroizing<[u8; 32]>,
}

impl Half {
    pub(super) const fn new(of: HalfOf, bytes: Zeroizing<[u8; 32]>) -> Self {
        Self { of, bytes }
    }

    /// Whose half it is.
    pub const fn of(&self) -> HalfOf {
        self.of
    }

    /// What an envelope says of this half in clear. It hides the half, which has 256 bits of entropy.
    pub fn commitment(&self) -> Hash32 {
        let whose = [self.of as u8];
        Hasher::new("idx/envelope-half/1").part(&whose).part(self.bytes.as_slice()).finish()
    }

    /// The data key of two halves; whose they are does not matter here.
    pub(super) fn join(&self, other: &Self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(std::array::from_fn(|place| self.bytes[place] ^ other.bytes[place]))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Half(**** of the {})", self.of)
    }
}

/// A half that a custodian releases, sealed to the judge of one court order.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct SealedHalf {
    pub(super) of: HalfOf,
    pub(super) key: SealedKey,
}

impl SealedHalf {
    /// Whose half it is said to be.
    pub const fn of(&self) -> HalfOf {
        self.of
    }

    /// The judge's key to which it is sealed.
    pub const fn judge_key(&self) -> HpkePublic {
        self.key.to
    }
}

fn bound_to_order(order: &Hash32, of: HalfOf) -> Hash32 {
    hash_borsh("idx/order-share-context/1", &(order, of))
}

/// Seals a half to a judge's key for one order. `order` is a digest that names the order and its target;
/// in any other order the share does not open. `seed` is 32 bytes of fresh entropy.
pub fn seal_half_to(judge: &HpkePublic, half: &Half, order: &Hash32, seed: &[u8; 32]) -> SealedHalf {
    let bound = bound_to_order(order, half.of);
    SealedHalf {
        of: half.of,
        key: SealedKey::seal(judge, EnvelopePart::Share.domain(), &bound, half.bytes(), seed),
    }
}

/// What a judge confirms of an opening: over the order, the opened record and both halves. It tells
/// nothing to who lacks the halves, which have 256 bits of entropy each, and proves to who has them what
/// was read.
pub fn opening_digest(order: &Hash32, record: &[u8], company: &Half, regulator: &Half) -> Hash32 {
    Hasher::new("idx/opening/1")
        .part(order.as_bytes())
        .part(record)
        .part(company.bytes())
        .part(regulator.bytes())
        .finish()
}

/// Opens what [`seal_half_to`] made. Whether the half is the envelope's is for
/// [`Envelope::check_half`](super::Envelope::check_half).
///
/// # Errors
/// [`EnvelopeError::NotForYou`] if the share names another key, [`EnvelopeError::Damaged`] if it was
/// altered or belongs to another order.
pub fn open_half(judge: &HpkeSecret, order: &Hash32, share: &SealedHalf) -> Result<Half, EnvelopeError> {
    let part = EnvelopePart::Share;
    if share.key.to != judge.public() {
        return Err(EnvelopeError::NotForYou { part, key: judge.public() });
    }
    let bytes = share
        .key
        .open(judge, part.domain(), &bound_to_order(order, share.of))
        .map_err(|_| EnvelopeError::Damaged { part })?;
    Ok(Half::new(share.of, bytes))
}
