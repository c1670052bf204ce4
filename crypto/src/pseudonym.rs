//! Pseudonyms of people: a memory-hard function under a secret (Argon2id, RFC 9106).
//!
//! What is hashed has so little variety (a PAN about 42 bits) that any plain hash could be reversed by
//! trying all. Two things stand against it: whoever lacks the pepper cannot try at all, and whoever has
//! it (each bank) pays [`KdfCost`] for every try.

use crate::hash::Hash32;
use crate::keystore::KdfCost;
use argon2::{Algorithm, Argon2, Version};

/// The salt is fixed: one person must have one pseudonym at every bank. The pepper does its work.
const SALT: &[u8] = b"idx/pseudonym/1";

/// The cost asked for is more than Argon2id can do, or than this software permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cost of a pseudonym ({cost}) is out of range")]
pub struct PseudonymCostOutOfRange {
    /// The cost.
    pub cost: KdfCost,
}

/// The pseudonym hash of an identity, which the caller has validated, normalised and joined
/// unambiguously. Takes the time and the memory that `cost` says.
///
/// # Errors
/// [`PseudonymCostOutOfRange`], before any memory is taken.
pub fn pseudonym_hash(
    pepper: &[u8; 32],
    identity: &[u8],
    cost: KdfCost,
) -> Result<Hash32, PseudonymCostOutOfRange> {
    let refused = PseudonymCostOutOfRange { cost };
    let params = cost.params().ok_or(refused)?;
    let mut pseudonym = Hash32::ZERO;
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params)
        .and_then(|argon| argon.hash_password_into(identity, SALT, &mut pseudonym.0))
        .map_err(|_| refused)?;
    Ok(pseudonym)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with another implementation (OpenSSL's Argon2id) from the same pepper, salt and cost.
    #[test]
    fn answers_of_another_implementation() {
        for (cost, expected) in [
            (
                KdfCost { memory_kib: 256, passes: 1, lanes: 1 },
                "35e2a0d793aa74daa6b163d97026cae3ea7809f7b97f6c016c4fd7bc970f1a4c",
            ),
            (
                KdfCost { memory_kib: 1024, passes: 3, lanes: 4 },
                "bc4d5f01f8bae3040f618068d61b2a0bcb57f754ca7ba9fa2af7fc8bb0dd1a80",
            ),
        ] {
            let hash = pseudonym_hash(&[7; 32], b"ABCDE1234F\x1f12345678", cost).unwrap();
            assert_eq!(hash.to_string(), expected, "{cost}");
        }
    }

    #[test]
    fn pepper_identity_and_cost_all_matter() {
        let cost = KdfCost::testnet();
        let all = [
            pseudonym_hash(&[7; 32], b"a", cost),
            pseudonym_hash(&[8; 32], b"a", cost),
            pseudonym_hash(&[7; 32], b"b", cost),
            pseudonym_hash(&[7; 32], b"a", KdfCost { passes: 2, ..cost }),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(one.is_ok() && !all[..place].contains(one), "{place}");
        }
    }

    #[test]
    fn a_cost_beyond_the_bounds_is_refused() {
        for cost in [
            KdfCost { memory_kib: u32::MAX, passes: 1, lanes: 1 },
            KdfCost { memory_kib: 7, passes: 1, lanes: 1 },
            KdfCost { memory_kib: 256, passes: 0, lanes: 1 },
            KdfCost { memory_kib: 256, passes: 1, lanes: 17 },
        ] {
            assert_eq!(pseudonym_hash(&[7; 32], b"a", cost), Err(PseudonymCostOutOfRange { cost }));
        }
    }
}
