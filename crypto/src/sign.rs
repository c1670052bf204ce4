//! Ed25519 (RFC 8032) with one rule for every node: `verify_strict`.
//!
//! Batch and single verification accept different edge cases (small-order and mixed-order points),
//! so every node checks each signature alone, strictly; see docs/decisions/0003-signature-rule.md.

use crate::hash::{Hash32, HexError, parse_hex};
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// An Ed25519 public key as its 32 encoded bytes; not yet known to be a curve point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct PublicKey(pub [u8; 32]);

/// An Ed25519 signature, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Signature(pub [u8; 64]);

/// A signature that does not belong to the message and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify under key {key}")]
pub struct BadSignature {
    /// The key that was claimed.
    pub key: PublicKey,
}

/// Makes signatures over digests. The node holds a keystore or HSM behind it, the simulator a
/// stand-in.
pub trait Signer: Send + Sync {
    /// The key under which the signatures verify.
    fn public_key(&self) -> PublicKey;
    /// Signs a domain-separated digest.
    fn sign(&self, digest: &Hash32) -> Signature;
}

/// Checks signatures over digests; all nodes of a network use the same one.
pub trait Verifier: Send + Sync {
    /// # Errors
    /// [`BadSignature`] if `signature` was not made over `digest` by the owner of `key`.
    fn verify(&self, key: &PublicKey, digest: &Hash32, signature: &Signature) -> Result<(), BadSignature>;

    /// Whether a key is fit to be registered under this signature rule. A stand-in for simulation,
    /// whose keys are no curve points, overrides it.
    fn is_sound(&self, key: &PublicKey) -> bool {
        key.is_sound()
    }
}

/// The production [`Verifier`]: strict Ed25519.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ed25519;

impl Verifier for Ed25519 {
    fn verify(&self, key: &PublicKey, digest: &Hash32, signature: &Signature) -> Result<(), BadSignature> {
        key.verify_message(digest.as_bytes(), signature)
    }
}

impl PublicKey {
    /// Checks a signature over raw bytes (RFC 8032 section 5.1.7, strict).
    ///
    /// # Errors
    /// [`BadSignature`] for a wrong signature, a key off the curve or a point of small order.
    pub fn verify_message(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let refused = BadSignature { key: *self };
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| refused)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(message, &signature).map_err(|_| refused)
    }

    /// Whether the bytes are a curve point of large order, fit to be registered as a key.
    pub fn is_sound(&self) -> bool {
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| !key.is_weak())
    }
}

/// An Ed25519 signing key; wiped on drop, masked in `Debug`.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed (RFC 8032 private key).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed, for writing into a keystore.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Signs raw bytes (RFC 8032 section 5.1.6).
    pub fn sign_message(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl Signer for SecretKey {
    fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    fn sign(&self, digest: &Hash32) -> Signature {
        self.sign_message(digest.as_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(**** of {})", self.public_key())
    }
}

/// Text forms: lower-case hex out, hex with or without `0x` in.
macro_rules! hex_text {
    ($name:ident, $len:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", hex::encode(&self.0[..6]))
            }
        }
        impl FromStr for $name {
            type Err = HexError;
            fn from_str(text: &str) -> Result<Self, HexError> {
                parse_hex::<$len>(text).map(Self)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
hex_text!(PublicKey, 32);
hex_text!(Signature, 64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hasher;

    #[test]
    fn signs_and_verifies_and_refuses_another_digest() {
        let key = SecretKey::from_seed(&[7; 32]);
        let digest = Hasher::new("t").finish();
        let signature = key.sign(&digest);
        assert_eq!(Ed25519.verify(&key.public_key(), &digest, &signature), Ok(()));
        assert!(Ed25519.verify(&key.public_key(), &Hash32::ZERO, &signature).is_err());
        let other = SecretKey::from_seed(&[8; 32]).public_key();
        assert_eq!(Ed25519.verify(&other, &digest, &signature), Err(BadSignature { key: other }));
    }

    #[test]
    fn a_secret_never_prints_itself() {
        let key = SecretKey::from_seed(&[7; 32]);
        assert!(!format!("{key:?}").contains("0707"));
        assert!(format!("{key:?}").contains("****"));
    }

    #[test]
    fn small_order_keys_are_not_sound() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(!PublicKey(identity).is_sound());
        assert!(SecretKey::from_seed(&[1; 32]).public_key().is_sound());
    }
}
