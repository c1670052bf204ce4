//! X25519 public keys to which something may be sealed: canonical and not of small order.

use crate::hash::{HexError, parse_hex};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// An X25519 public key. Every value of this type is canonical (so that two different values are two
/// different keys) and not of small order (so that no agreement is on zero, RFC 7748 section 6.1);
/// decoding refuses others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct HpkePublic([u8; 32]);

/// Bytes that are no public key fit for sealing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnsoundKey {
    /// With such a key every secret agrees on zero, and anybody could open.
    #[error("the X25519 key {} is of small order: what is sealed to it is open to all", hex::encode(.key))]
    SmallOrder {
        /// The bytes.
        key: [u8; 32],
    },
    /// A number that is not below 2^255 - 19: a second spelling of another key.
    #[error("the X25519 key {} is not in canonical form", hex::encode(.key))]
    NotCanonical {
        /// The bytes.
        key: [u8; 32],
    },
    /// Not 64 hex digits.
    #[error("an X25519 key: {0}")]
    Hex(#[from] HexError),
}

/// The canonical u-coordinates of small order, on the curve and on its twist: 0, 1, -1 and the two of
/// order 8. A list, because an agreement to find them takes longer than decoding a whole envelope.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    prime_with_low_byte(0xec),
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda,
        0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04,
        0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
    ],
];

/// 2^255 - 19 has the low byte 0xed; its neighbours differ from it in that byte only.
const fn prime_with_low_byte(low: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = low;
    bytes[31] = 0x7f;
    bytes
}

impl HpkePublic {
    /// A key from its 32 bytes.
    ///
    /// # Errors
    /// [`UnsoundKey`] for a point of small order or a number not below the prime.
    pub fn new(key: [u8; 32]) -> Result<Self, UnsoundKey> {
        if !is_canonical(&key) {
            return Err(UnsoundKey::NotCanonical { key });
        }
        if SMALL_ORDER.contains(&key) {
            return Err(UnsoundKey::SmallOrder { key });
        }
        Ok(Self(key))
    }

    /// The public key of a clamped secret, which is sound by construction: the secret is a multiple of
    /// the cofactor and not of the prime order.
    pub(super) const fn of_secret(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Whether a little-endian number is below 2^255 - 19.
fn is_canonical(key: &[u8; 32]) -> bool {
    key.iter().rev().lt(prime_with_low_byte(0xed).iter().rev())
}

impl BorshDeserialize for HpkePublic {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        Self::new(<[u8; 32]>::deserialize_reader(reader)?).map_err(std::io::Error::other)
    }
}

impl fmt::Display for HpkePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for HpkePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0[..6]))
    }
}

impl FromStr for HpkePublic {
    type Err = UnsoundKey;
    fn from_str(text: &str) -> Result<Self, UnsoundKey> {
        Self::new(parse_hex(text)?)
    }
}

impl Serialize for HpkePublic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HpkePublic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
