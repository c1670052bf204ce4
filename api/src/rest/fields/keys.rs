//! Keys, signatures and what is signed: hex in lower case, one spelling each.

use super::text;
use crate::rest::body::Field;
use idx_crypto::{Hash32, PublicKey, Signature};
use idx_types::TxBody;

/// Exactly so many bytes in hex.
fn hex_of<const N: usize>(json: &str) -> Option<[u8; N]> {
    let (text, mut bytes) = (text(json)?, [0; N]);
    hex::decode_to_slice(text.as_bytes(), &mut bytes).ok()?;
    (hex::encode(bytes) == *text).then_some(bytes)
}

/// Declares values of a fixed number of bytes.
macro_rules! hexes {
    ($($(#[$doc:meta])* $name:ident($inner:ty), $rule:literal, $schema:literal, $make:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name(pub $inner);

        impl Field for $name {
            const RULE: &'static str = $rule;
            const SCHEMA: &'static str = $schema;

            fn read(json: &str) -> Option<Self> {
                hex_of(json).map($make).map(Self)
            }
        }
    )*};
}

hexes! {
    /// A customer's key; whether it is sound, the desk says.
    KeyText(PublicKey), "an Ed25519 public key: 64 hex digits in lower case",
        r#"{"type":"string","pattern":"^[0-9a-f]{64}$"}"#, PublicKey;
    /// A signature by a key of the customer's own.
    SignatureText(Signature), "an Ed25519 signature: 128 hex digits in lower case",
        r#"{"type":"string","pattern":"^[0-9a-f]{128}$"}"#, Signature;
    /// What the bank drew for one login.
    ChallengeText([u8; 32]), "a challenge: 64 hex digits in lower case",
        r#"{"type":"string","pattern":"^[0-9a-f]{64}$"}"#, std::convert::identity;
    /// What was told to be signed.
    DigestText(Hash32), "a digest: 64 hex digits in lower case",
        r#"{"type":"string","pattern":"^[0-9a-f]{64}$"}"#, Hash32;
}

/// An intent, as it was given to be signed.
pub(crate) struct IntentText(pub TxBody);

impl Field for IntentText {
    const RULE: &'static str = "an intent as it was given to be signed: 0x and hex in lower case";
    const SCHEMA: &'static str = r#"{"type":"string","pattern":"^0x([0-9a-f]{2})+$"}"#;

    fn read(json: &str) -> Option<Self> {
        let text = text(json)?;
        let digits = text.strip_prefix("0x")?;
        let bytes = hex::decode(digits).ok().filter(|bytes| hex::encode(bytes) == digits)?;
        borsh::from_slice(&bytes).ok().map(Self)
    }
}
