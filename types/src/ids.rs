//! Names and numbers of the vocabulary: a type per meaning, conversion a spoken word.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, HexError};
use std::{fmt, str::FromStr};

/// The network a message belongs to: the digest of its genesis body.
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
pub struct ChainId(pub Hash32);

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of a block. Genesis is height 0, the first block height 1.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Height(pub u64);

impl Height {
    /// The state before any block.
    pub const GENESIS: Self = Self(0);

    /// The height after this one; stays at the greatest height (fault 22: never wraps).
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The height before this one, `None` at genesis.
    pub const fn previous(self) -> Option<Self> {
        match self.0.checked_sub(1) {
            Some(height) => Some(Self(height)),
            None => None,
        }
    }
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Number of an attempt to agree within a height, from 0.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Round(pub u32);

impl Round {
    /// The first attempt.
    pub const ZERO: Self = Self(0);
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A point in time: milliseconds since 1970-01-01 UTC.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct TimestampMs(pub u64);

impl TimestampMs {
    /// This time moved `ms` later, at most to the end of time.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this time, 0 if it is not earlier.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A bank's number on the ledger: given at genesis or by governance, never used again.
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
pub struct BankId(pub u16);

impl fmt::Display for BankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bank#{}", self.0)
    }
}

/// A bank's short name, such as `HDFC`: 2 to 16 of `A-Z`, `0-9` and `_`, starting with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize)]
pub struct BankCode(String);

/// Why a text is no bank code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a bank code: 2 to 16 of A-Z, 0-9 and _, starting with a letter")]
pub struct BankCodeError(pub String);

impl BankCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BankCode {
    type Err = BankCodeError;
    fn from_str(text: &str) -> Result<Self, BankCodeError> {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
        if starts && (2..=16).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BankCodeError(text.chars().take(40).collect()))
        }
    }
}

impl fmt::Display for BankCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl BorshDeserialize for BankCode {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let text = String::deserialize_reader(reader)?;
        text.parse().map_err(std::io::Error::other)
    }
}

impl serde::Serialize for BankCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for BankCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A 32-byte identifier with its own type and an optional text prefix.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(BorshSerialize, BorshDeserialize)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), Hash32(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), Hash32(self.0))
            }
        }
        impl FromStr for $name {
            type Err = HexError;
            fn from_str(text: &str) -> Result<Self, HexError> {
                let digits = text.strip_prefix($prefix).unwrap_or(text);
                digits.parse::<Hash32>().map(|hash| Self(hash.0))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier!(
    /// A pseudonym for one account for one day: `SESSION_` + 64 hex digits.
    SessionId, "SESSION_"
);
identifier!(
    /// A person's permanent pseudonym, the same at every bank: `IDX_` + 64 hex digits.
    Idx, "IDX_"
);
identifier!(
    /// By which the banks of a receiver, and nobody else, recognise whom an intent is for; changes daily.
    ReceiverTag, ""
);
identifier!(
    /// An account on the ledger; only its home bank knows whose it is.
    AccountHandle, ""
);
identifier!(
    /// What a transaction says, whoever signed it: the digest of its unsigned body. Settles at most once.
    TxId, ""
);
identifier!(
    /// A transaction with its signatures: the digest of all its bytes. Leaves of the transactions' root.
    TxHash, ""
);
identifier!(
    /// A mined public block: the digest of its header, which carries the proof of work.
    PublicHash, ""
);
identifier!(
    /// A private block: the digest of its header. The value that banks agree on.
    PrivateHash, ""
);
identifier!(
    /// A judge's order.
    OrderId, ""
);
identifier!(
    /// A person's consent that one bank tells another of him.
    ConsentId, ""
);
identifier!(
    /// A libp2p Ed25519 identity, as its 32 key bytes; another type than a consensus key on purpose.
    NetworkKey, ""
);

impl PublicHash {
    /// Parent of the first public block.
    pub const ZERO: Self = Self([0; 32]);
}

impl PrivateHash {
    /// Parent of the first private block.
    pub const ZERO: Self = Self([0; 32]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_reads_with_and_without_prefix() {
        let session = SessionId([0xab; 32]);
        assert!(session.to_string().starts_with("SESSION_abab"));
        assert_eq!(session.to_string().parse(), Ok(session));
        assert!("SESSION_12".parse::<SessionId>().is_err());
    }

    #[test]
    fn bank_codes_are_narrow() {
        for good in ["HDFC", "CITI_USA", "B2"] {
            assert_eq!(good.parse::<BankCode>().unwrap().as_str(), good);
        }
        for bad in ["", "A", "hdfc", "1SBI", "_SBI", "SEVENTEEN_LETTERS", "SBI "] {
            assert!(bad.parse::<BankCode>().is_err(), "{bad:?}");
        }
        let smuggled = borsh::to_vec("hdfc").unwrap();
        assert!(borsh::from_slice::<BankCode>(&smuggled).is_err());
    }

    #[test]
    fn heights_never_wrap() {
        assert_eq!(Height(u64::MAX).next(), Height(u64::MAX));
        assert_eq!(Height::GENESIS.previous(), None);
    }
}
