//! Values that banks see and the public does not (documents 1.4 and 4.4).
//!
//! A transaction is hashed and signed with the *commitment* in place of the value, so a node that is
//! no bank can hold, hash and verify the same transaction without it. Whoever has the value and its
//! blind can show anyone that the commitment stands for it.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Hasher};
use std::fmt;

/// A value, or what stands for it on the public chain.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Concealed<T> {
    /// What the public sees: the commitment.
    Hidden(Hash32),
    /// What banks see.
    Open {
        /// 32 random bytes: without them nobody can try values against the commitment.
        blind: [u8; 32],
        /// The value itself.
        value: T,
    },
}

/// A value that the rules need is there only as a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("concealed: only the banks of the network hold this value")]
pub struct NotShown;

impl<T: BorshSerialize> Concealed<T> {
    /// A value under a blind that must be random and used for nothing else.
    pub const fn new(value: T, blind: [u8; 32]) -> Self {
        Self::Open { blind, value }
    }

    /// What stands for the value: a digest of blind and value.
    pub fn commitment(&self) -> Hash32 {
        match self {
            Self::Hidden(commitment) => *commitment,
            Self::Open { blind, value } => {
                let value = borsh::to_vec(value).expect("writing borsh to memory cannot fail");
                Hasher::new("idx/concealed/1").part(blind).part(&value).finish()
            }
        }
    }

    /// The same, without the value.
    #[must_use]
    pub fn hidden(&self) -> Self {
        Self::Hidden(self.commitment())
    }
}

impl<T> Concealed<T> {
    /// The value.
    ///
    /// # Errors
    /// [`NotShown`] if only the commitment is here.
    pub const fn shown(&self) -> Result<&T, NotShown> {
        match self {
            Self::Open { value, .. } => Ok(value),
            Self::Hidden(_) => Err(NotShown),
        }
    }
}

impl<T: BorshSerialize> fmt::Debug for Concealed<T> {
    /// Never the value: logs are read by more people than blocks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Concealed({:?})", self.commitment())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiding_keeps_the_commitment_and_loses_the_value() {
        let open = Concealed::new(7u64, [1; 32]);
        let hidden = open.hidden();
        assert_eq!(open.commitment(), hidden.commitment());
        assert_eq!((open.shown(), hidden.shown()), (Ok(&7), Err(NotShown)));
        assert_eq!(hidden, hidden.hidden());
        let bytes = borsh::to_vec(&hidden).unwrap();
        assert_eq!(bytes.len(), 33);
        assert_eq!(borsh::from_slice::<Concealed<u64>>(&bytes).unwrap(), hidden);
    }

    #[test]
    fn blind_and_value_both_count() {
        let commitment = Concealed::new(7u64, [1; 32]).commitment();
        assert_ne!(commitment, Concealed::new(8u64, [1; 32]).commitment());
        assert_ne!(commitment, Concealed::new(7u64, [2; 32]).commitment());
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", Concealed::new("Asha Rao".to_owned(), [1; 32]));
        assert!(shown.starts_with("Concealed(") && !shown.contains("Asha"), "{shown}");
    }
}
