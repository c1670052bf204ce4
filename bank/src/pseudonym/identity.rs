//! From a person's PAN and RBI number to the IDX: memory-hard, under the banks' pepper.

use super::Pepper;
use crate::{Pan, RbiNumber};
use idx_crypto::{KdfCost, PseudonymCostOutOfRange, pseudonym_hash};
use idx_types::Idx;
use zeroize::Zeroizing;

/// Between PAN and RBI number in what is hashed; part of neither.
const BETWEEN: &[u8] = &[0x1f];

/// A person with the IDX that was made from him. There is no other way to this type, so whoever holds
/// one holds the right IDX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    idx: Idx,
    pan: Pan,
    rbi: RbiNumber,
}

impl Identity {
    /// Derives the IDX. Takes the time and memory of `cost` (from genesis: about a tenth of a second and
    /// 64 MiB), so it is done outside the desk.
    ///
    /// # Errors
    /// [`PseudonymCostOutOfRange`], before any memory is taken.
    pub fn derive(
        pan: Pan,
        rbi: RbiNumber,
        pepper: &Pepper,
        cost: KdfCost,
    ) -> Result<Self, PseudonymCostOutOfRange> {
        let parts = [pan.expose().as_bytes(), BETWEEN, rbi.expose().as_bytes()];
        let joined = Zeroizing::new(parts.concat());
        let hash = pseudonym_hash(pepper.expose(), &joined, cost)?;
        Ok(Self { idx: Idx(hash.0), pan, rbi })
    }

    /// The permanent pseudonym.
    pub const fn idx(&self) -> &Idx {
        &self.idx
    }

    /// Its parts, for a record.
    pub fn into_parts(self) -> (Idx, Pan, RbiNumber) {
        (self.idx, self.pan, self.rbi)
    }
}
