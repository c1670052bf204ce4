//! Passphrases, and what it costs to try one.

use super::KeystoreError;
use argon2::{Algorithm, Argon2, Params, Version};
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;
use zeroize::Zeroizing;

/// What an operator knows; wiped on drop, masked in `Debug`.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// A passphrase as typed. One line break at its end is dropped, so that a file written by an
    /// editor and a line typed at a prompt are the same passphrase.
    ///
    /// # Errors
    /// [`KeystoreError::EmptyPassphrase`] if nothing is left.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, KeystoreError> {
        let text: Zeroizing<String> = text.into();
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() {
            return Err(KeystoreError::EmptyPassphrase);
        }
        Ok(Self(Zeroizing::new(line.to_owned())))
    }

    /// The text itself, for a token that takes it as its PIN. It must reach no log and no error.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Stretches the passphrase into a key with Argon2id, version 0x13 (RFC 9106).
    pub(super) fn stretch(&self, salt: &[u8], cost: KdfCost) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
        let out_of_range = KeystoreError::CostOutOfRange { cost };
        let params = cost.params().ok_or(out_of_range.clone())?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| out_of_range)?;
        Ok(key)
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(****)")
    }
}

/// Cost of one try of a passphrase (Argon2id). In clear in the key file, bound to it.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct KdfCost {
    /// Memory in KiB, from 8 a lane to [`KdfCost::MEMORY_KIB_MAX`].
    pub memory_kib: u32,
    /// Passes over the memory, 1 to [`KdfCost::PASSES_MAX`].
    pub passes: u32,
    /// Lanes, 1 to [`KdfCost::LANES_MAX`].
    pub lanes: u32,
}

impl KdfCost {
    /// Most memory that opening a file may take: 1 GiB.
    pub const MEMORY_KIB_MAX: u32 = 1 << 20;
    /// Most passes.
    pub const PASSES_MAX: u32 = 16;
    /// Most lanes.
    pub const LANES_MAX: u32 = 16;

    /// For keys that matter: the second recommended choice of RFC 9106 section 4 (64 MiB, 3 passes,
    /// 4 lanes); a few tenths of a second.
    pub const fn interactive() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 }
    }

    /// For test networks and simulations only: 256 KiB, one pass, below a millisecond. A passphrase
    /// under it is as easy to try as under a plain hash.
    pub const fn testnet() -> Self {
        Self { memory_kib: 256, passes: 1, lanes: 1 }
    }

    /// Whether every figure is within its bounds.
    pub const fn is_in_range(&self) -> bool {
        1 <= self.lanes
            && self.lanes <= Self::LANES_MAX
            && 8 * self.lanes <= self.memory_kib
            && self.memory_kib <= Self::MEMORY_KIB_MAX
            && 1 <= self.passes
            && self.passes <= Self::PASSES_MAX
    }

    /// The same for Argon2id, with 32 bytes of output; `None` if out of bounds.
    pub(crate) fn params(self) -> Option<Params> {
        self.is_in_range().then(|| Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok())?
    }
}

impl fmt::Display for KdfCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KiB, {} passes, {} lanes", self.memory_kib, self.passes, self.lanes)
    }
}
