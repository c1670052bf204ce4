//! SHA-256 (FIPS 180-4) digests with a domain label and length-prefixed parts.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// A 32-byte SHA-256 digest. Shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, BorshSerialize, BorshDeserialize)]
pub struct Hash32(pub [u8; 32]);

impl Hash32 {
    /// Thirty-two zero bytes: the parent of the first block, the root of an empty tree.
    pub const ZERO: Self = Self([0; 32]);

    /// The raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Number of leading zero bits, 0 to 256.
    pub fn leading_zero_bits(&self) -> u32 {
        let zero_bytes = self.0.iter().take_while(|b| **b == 0).count();
        let partial = self.0.get(zero_bytes).map_or(0, |b| b.leading_zeros());
        zero_bytes as u32 * 8 + partial
    }
}

impl fmt::Display for Hash32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", hex::encode(&self.0[..6]))
    }
}

/// Why a text is not the expected number of hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hex digits (an optional 0x prefix is allowed), got {got:?}")]
pub struct HexError {
    /// Digits expected.
    pub expected: usize,
    /// The offending text, cut to 80 characters.
    pub got: String,
}

/// Parses exactly `N` bytes of hex, with or without `0x`.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes)
        .map_err(|_| HexError { expected: N * 2, got: text.chars().take(80).collect() })?;
    Ok(bytes)
}

impl FromStr for Hash32 {
    type Err = HexError;
    fn from_str(text: &str) -> Result<Self, HexError> {
        parse_hex(text).map(Self)
    }
}

impl Serialize for Hash32 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A SHA-256 that cannot be fed ambiguous input: it starts with a domain label, and every part is
/// preceded by its length (guards against fault 16: plain concatenation).
#[derive(Clone)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Starts a digest in the given domain, for example `"idx/vote/1"`.
    pub fn new(domain: &'static str) -> Self {
        Self(Sha256::new()).part(domain.as_bytes())
    }

    /// Adds one part, length first (u32 little-endian).
    #[must_use]
    pub fn part(mut self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).expect("hashed parts are below 4 GiB");
        self.0.update(length.to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Ends the digest.
    pub fn finish(self) -> Hash32 {
        Hash32(self.0.finalize().into())
    }
}

/// SHA-256 of bytes as they are, for formats that carry their own label (the mined header).
pub fn sha256(bytes: &[u8]) -> Hash32 {
    Hash32(Sha256::digest(bytes).into())
}

/// The digest of a value's borsh bytes in a domain.
pub fn hash_borsh<T: BorshSerialize + ?Sized>(domain: &'static str, value: &T) -> Hash32 {
    let bytes = borsh::to_vec(value).expect("writing borsh to memory cannot fail");
    Hasher::new(domain).part(&bytes).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let ab_c = Hasher::new("t").part(b"ab").part(b"c").finish();
        let a_bc = Hasher::new("t").part(b"a").part(b"bc").finish();
        assert_ne!(ab_c, a_bc);
        assert_ne!(Hasher::new("t").part(b"a").finish(), Hasher::new("u").part(b"a").finish());
    }

    #[test]
    fn counts_leading_zero_bits() {
        for (bytes, bits) in [(vec![0x80], 0), (vec![0, 0x01], 15), (vec![0, 0, 0x40], 17)] {
            let mut hash = [0xff; 32];
            hash[..bytes.len()].copy_from_slice(&bytes);
            assert_eq!(Hash32(hash).leading_zero_bits(), bits);
        }
        assert_eq!(Hash32::ZERO.leading_zero_bits(), 256);
    }

    #[test]
    fn hex_round_trip_and_refusal() {
        let hash = Hasher::new("t").finish();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(format!("0x{hash}").parse(), Ok(hash));
        let error = "12".parse::<Hash32>().unwrap_err();
        assert_eq!(error.expected, 64);
    }
}
