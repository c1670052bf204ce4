//! Those outside the banks who act on the ledger: judges, and the custodians of identities.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{HpkePublic, PublicKey};
use std::fmt;

/// Most bytes of an authority's name.
pub const AUTHORITY_NAME_BYTES_MAX: usize = 64;

/// A judge's number on the ledger: given by governance, never used again.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct JudgeId(pub u16);

impl fmt::Display for JudgeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "judge#{}", self.0)
    }
}

/// A judge whom the banks have authorised to order the opening of identities.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    /// The judge's number.
    pub id: JudgeId,
    /// Name and court: 2 to 64 printable ASCII characters.
    pub name: String,
    /// Signs orders and releases.
    pub signing_key: PublicKey,
    /// Others seal to it what is for the judge whatever the order; an order names its own answer key.
    pub hpke_key: HpkePublic,
}

/// A custodian: who holds one half of every identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Holder {
    /// The company.
    Company,
    /// The regulator at this place of the ledger's list, which only grows.
    Regulator(u16),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Company => f.write_str("company"),
            Self::Regulator(place) => write!(f, "regulator#{place}"),
        }
    }
}

/// Whether an authority's name is 2 to 64 printable ASCII characters.
pub fn name_is_sound(name: &str) -> bool {
    name.len() >= 2 && is_printable(name, AUTHORITY_NAME_BYTES_MAX)
}

/// Whether a text is 1 to so many printable ASCII characters: it looks alike wherever it is shown.
pub(crate) fn is_printable(text: &str, bytes_max: usize) -> bool {
    (1..=bytes_max).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_printable_and_bounded() {
        for good in ["Hon. A. Rao, High Court of Delhi", "R2"] {
            assert!(name_is_sound(good), "{good}");
        }
        let long = "x".repeat(AUTHORITY_NAME_BYTES_MAX + 1);
        for bad in ["", "R", "Rao\n", "\u{202e}oaR", &long] {
            assert!(!name_is_sound(bad), "{bad:?}");
        }
    }
}
