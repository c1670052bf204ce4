//! The values of bodies and paths, and the rules they are read by.

mod keys;

pub(crate) use keys::{ChallengeText, DigestText, IntentText, KeyText, SignatureText};

use super::body::Field;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use idx_bank::statement::{Format, SealText, StatementSeal};
use idx_bank::{AccountNumber, FullName, Memo, Nickname, Pan, Password, RbiNumber};
use idx_types::{BankCode, Idx, NetworkDay, Paise, Signed, TxId};
use std::str::FromStr;

/// Declares values that come as JSON strings and are read by `FromStr`.
macro_rules! texts {
    ($($kind:ty: $rule:literal, $schema:literal;)*) => {$(
        impl Field for $kind {
            const RULE: &'static str = $rule;
            const SCHEMA: &'static str = $schema;

            fn read(json: &str) -> Option<Self> {
                text(json)?.parse().ok()
            }
        }
    )*};
}

texts! {
    Pan: "five letters, four digits and a letter",
        r#"{"type":"string","pattern":"^[A-Za-z]{5}[0-9]{4}[A-Za-z]$"}"#;
    RbiNumber: "six letters or digits", r#"{"type":"string","pattern":"^[A-Za-z0-9]{6}$"}"#;
    FullName: "1 to 120 characters without control characters",
        r#"{"type":"string","minLength":1,"maxLength":120,
            "pattern":"^(?=.*\\S)[^\\x00-\\x1F\\x7F-\\x9F]*$"}"#;
    Nickname: "1 to 40 characters without control characters",
        r#"{"type":"string","minLength":1,"maxLength":40,
            "pattern":"^(?=.*\\S)[^\\x00-\\x1F\\x7F-\\x9F]*$"}"#;
    Memo: "1 to 140 characters without control characters",
        r#"{"type":"string","minLength":1,"maxLength":140,
            "pattern":"^(?=.*\\S)[^\\x00-\\x1F\\x7F-\\x9F]*$"}"#;
    Password: "12 to 128 characters without control characters, not all the same",
        r#"{"type":"string","format":"password","minLength":12,"maxLength":128,
            "pattern":"^[^\\x00-\\x1F\\x7F-\\x9F]*$"}"#;
    Idx: "IDX_ and 64 hex digits", r#"{"type":"string","pattern":"^(IDX_)?[0-9a-fA-F]{64}$"}"#;
}

/// A JSON string.
fn text(json: &str) -> Option<zeroize::Zeroizing<String>> {
    serde_json::from_str::<String>(json).ok().map(zeroize::Zeroizing::new)
}

/// The text of a value that may come as a string or as a number.
fn text_or_number(json: &str) -> Option<String> {
    match text(json) {
        Some(text) => Some(text.to_string()),
        None if json.starts_with(|c: char| c.is_ascii_digit()) => Some(json.to_owned()),
        None => None,
    }
}

/// A code of a second factor.
pub(crate) struct TotpCode(pub zeroize::Zeroizing<String>);

impl Field for TotpCode {
    const RULE: &'static str = "six digits, as a string";
    const SCHEMA: &'static str = r#"{"type":"string","pattern":"^[0-9]{6}$"}"#;

    fn read(json: &str) -> Option<Self> {
        text(json).filter(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())).map(Self)
    }
}

/// An amount above zero. A number is read by its digits as they stand in the body, never as a float.
pub(crate) struct Amount(pub Paise);

impl Field for Amount {
    const RULE: &'static str =
        "an amount above zero with at most two decimal places; above 90071992547409.91 as a string";
    const SCHEMA: &'static str = r#"{"oneOf":[
        {"type":"string","pattern":"^([0-9]*[1-9][0-9]*(\\.[0-9]{1,2})?|0+\\.([1-9][0-9]?|0[1-9]))$"},
        {"type":"number","minimum":0.01,"maximum":90071992547409.91}]}"#;

    fn read(json: &str) -> Option<Self> {
        let amount: Paise = text_or_number(json)?.parse().ok()?;
        // Above it, many writers of JSON lose a number's paise without knowing.
        let is_safe = json.starts_with('"') || amount.0 <= WHOLE_MAX;
        (amount > Paise::ZERO && is_safe).then_some(Self(amount))
    }
}

/// An amount that existing clients send and that must be zero: customers do not make money.
pub(crate) struct NoAmount;

impl Field for NoAmount {
    const RULE: &'static str = "zero: money comes into an account over the bank's counter or by transfer";
    const SCHEMA: &'static str = r#"{"oneOf":[{"const":0},{"type":"string","pattern":"^0+(\\.0{1,2})?$"}]}"#;

    fn read(json: &str) -> Option<Self> {
        let amount: Paise = text_or_number(json)?.parse().ok()?;
        (amount == Paise::ZERO).then_some(Self)
    }
}

/// The number of an account, which is its id here.
pub(crate) struct AccountId(pub AccountNumber);

impl FromStr for AccountId {
    type Err = idx_bank::BadInput;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Field for AccountId {
    const RULE: &'static str = "the id of an account: 9 to 18 digits, as number or string";
    const SCHEMA: &'static str = r#"{"oneOf":[
        {"type":"integer","minimum":100000000,"maximum":999999999999999999},
        {"type":"string","pattern":"^[0-9]{9,18}$"}]}"#;

    fn read(json: &str) -> Option<Self> {
        text_or_number(json)?.parse().ok()
    }
}

/// A date.
impl Field for NetworkDay {
    const RULE: &'static str = "a date: YYYY-MM-DD";
    const SCHEMA: &'static str = r#"{"type":"string","format":"date","examples":["2026-05-11"],
        "pattern":"^(19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$"}"#;

    fn read(json: &str) -> Option<Self> {
        text(json)?.parse().ok()
    }
}

/// The format of a statement.
pub(crate) struct FormatName(pub Format);

impl Field for FormatName {
    const RULE: &'static str = "csv, pdf or camt.053";
    const SCHEMA: &'static str = r#"{"type":"string","enum":["csv","pdf","camt.053"]}"#;

    fn read(json: &str) -> Option<Self> {
        text(json)?.parse().ok().map(Self)
    }
}

/// A document as text, or in base64 where text cannot hold it: what it may have been, one or two.
pub(crate) struct Content(pub Vec<Vec<u8>>);

impl Field for Content {
    const RULE: &'static str = "the document: its text, or its bytes in base64";
    const SCHEMA: &'static str = r#"{"type":"string"}"#;

    fn read(json: &str) -> Option<Self> {
        let text = text(json)?;
        let decoded = STANDARD.decode(text.as_bytes()).ok();
        Some(Self([Some(text.as_bytes().to_vec()), decoded].into_iter().flatten().collect()))
    }
}

/// The media type of a signature that is asked for by itself.
pub(crate) const SIGNATURE_PART: &str = "text/plain; charset=utf-8";

/// The signature of a document, or a text that is none.
pub(crate) struct SealWords(pub Option<Signed<StatementSeal>>);

impl Field for SealWords {
    const RULE: &'static str = "the signature as it came with the document";
    const SCHEMA: &'static str = r#"{"type":"string"}"#;

    fn read(json: &str) -> Option<Self> {
        Some(Self(text(json)?.parse::<SealText>().ok().map(|text| text.0)))
    }
}

/// An XML document.
pub(crate) struct XmlText(pub zeroize::Zeroizing<String>);

impl Field for XmlText {
    const RULE: &'static str = "an XML document as text";
    const SCHEMA: &'static str = r#"{"type":"string"}"#;

    fn read(json: &str) -> Option<Self> {
        text(json).map(Self)
    }
}

/// Yes or no.
pub(crate) struct Flag(pub bool);

impl Field for Flag {
    const RULE: &'static str = "true or false";
    const SCHEMA: &'static str = r#"{"type":"boolean"}"#;

    fn read(json: &str) -> Option<Self> {
        json.parse().ok().map(Self)
    }
}

/// A bank by its short name, in upper or lower case.
pub(crate) struct BankName(pub BankCode);

impl Field for BankName {
    const RULE: &'static str = "the short name of a bank";
    const SCHEMA: &'static str = r#"{"type":"string","pattern":"^[A-Za-z][A-Za-z0-9_]{1,15}$"}"#;

    fn read(json: &str) -> Option<Self> {
        text(json)?.to_ascii_uppercase().parse().ok().map(Self)
    }
}

/// Anything short that is read and not used.
pub(crate) struct Ignored;

impl Field for Ignored {
    const RULE: &'static str = "a string or a number";
    const SCHEMA: &'static str = r#"{"oneOf":[{"type":"string"},{"type":"number","minimum":0}]}"#;

    fn read(json: &str) -> Option<Self> {
        text_or_number(json).map(|_| Self)
    }
}

/// A refresh token.
pub(crate) struct RefreshText(pub zeroize::Zeroizing<String>);

impl Field for RefreshText {
    const RULE: &'static str = "a refresh token: 96 hex digits";
    const SCHEMA: &'static str = r#"{"type":"string","pattern":"^[0-9a-f]{96}$"}"#;

    fn read(json: &str) -> Option<Self> {
        let text = text(json)?;
        let is_hex = text.len() == 96 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_hex.then_some(Self(text))
    }
}

/// Why a clerk does something, in words.
pub(crate) struct Words;

impl Field for Words {
    const RULE: &'static str = "1 to 200 characters";
    const SCHEMA: &'static str = r#"{"type":"string","minLength":1,"maxLength":200,"pattern":"\\S"}"#;

    fn read(json: &str) -> Option<Self> {
        (1..=200).contains(&text(json)?.trim().chars().count()).then_some(Self)
    }
}

/// How many days a travel account lives, or a consent holds.
pub(crate) struct Days(pub u32);

impl Field for Days {
    const RULE: &'static str = "a whole number of days from 1 to 366";
    const SCHEMA: &'static str = r#"{"type":"integer","minimum":1,"maximum":366}"#;

    fn read(json: &str) -> Option<Self> {
        json.parse().ok().filter(|days| (1..=366).contains(days)).map(Self)
    }
}

/// What somebody found, in his words, which are kept.
pub(crate) struct Note(pub String);

impl Field for Note {
    const RULE: &'static str = "1 to 200 characters without control characters";
    const SCHEMA: &'static str = r#"{"type":"string","minLength":1,"maxLength":200,
        "pattern":"^(?=.*\\S)[^\\x00-\\x1F\\x7F-\\x9F]*$"}"#;

    fn read(json: &str) -> Option<Self> {
        let text = text(json)?;
        let note = text.trim().to_owned();
        let is_sound = (1..=200).contains(&note.chars().count()) && !text.chars().any(char::is_control);
        is_sound.then_some(Self(note))
    }
}

/// The bank's own number of a reason.
impl Field for u16 {
    const RULE: &'static str = "a whole number from 0 to 65535";
    const SCHEMA: &'static str = r#"{"type":"integer","minimum":0,"maximum":65535}"#;

    fn read(json: &str) -> Option<Self> {
        json.parse().ok()
    }
}

/// How long a transfer may take, in seconds; the desk and the ledger have their limits.
pub(crate) struct Seconds(pub u32);

impl Seconds {
    /// In milliseconds.
    pub(crate) fn ms(&self) -> u64 {
        u64::from(self.0) * 1_000
    }
}

impl Field for Seconds {
    const RULE: &'static str = "a whole number of seconds from 5 to 86400";
    const SCHEMA: &'static str = r#"{"type":"integer","minimum":5,"maximum":86400}"#;

    fn read(json: &str) -> Option<Self> {
        json.parse().ok().filter(|seconds| (5..=86_400).contains(seconds)).map(Self)
    }
}

/// The largest whole number that every reader of JSON keeps.
const WHOLE_MAX: u64 = (1 << 53) - 1;

/// A whole number of a path or a query: digits and nothing else, at most 2^53 - 1.
pub(crate) fn whole(text: &str) -> Option<u64> {
    let is_digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|whole| is_digits && *whole <= WHOLE_MAX)
}

/// The id of a transfer: 64 hex digits, with `0x` or without.
pub(crate) fn transfer_id(text: &str) -> Option<TxId> {
    text.strip_prefix("0x").unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests;
