//! The values of answers: types of the program by the text that they have in JSON.

use crate::rest::fields::AccountId;
use crate::rest::schema::{Parts, Schema, values, words};
use idx_bank::AccountNumber;
use idx_bank::vault::Status;
use idx_client::encoding::{Bytes, Hex, Nonce, Time};
use idx_client::views::{OutcomeView, VerdictView};
use idx_crypto::{Hash32, HpkePublic, PublicKey, Signature};
use idx_types::{
    AccountHandle, BankCode, BankId, Currency, Height, Idx, NetworkDay, NetworkKey, OrderId, Paise,
    PrivateHash, PublicHash, Rate, Reason, Round, SessionId, TxHash, TxId,
};
use serde_json::{Value, json};

/// 32 bytes after `0x`.
const HEX_32: &str = r#"{"type":"string","pattern":"^0x[0-9a-f]{64}$"}"#;

/// 32 bytes without a prefix, as existing clients know them.
const PLAIN_32: &str = r#"{"type":"string","pattern":"^[0-9a-f]{64}$"}"#;

/// Counts and small numbers.
const WHOLE: &str = r#"{"type":"integer","minimum":0}"#;

/// Something that only people read.
pub(crate) enum Words {}

/// A token that a login's requests carry.
pub(crate) enum AccessText {}

/// A token that prolongs a login.
pub(crate) enum RefreshText {}

/// The name of a login.
pub(crate) enum LoginText {}

/// What is more or less than before.
pub(crate) enum Change {}

/// A percentage with two places.
pub(crate) enum Percentage {}

/// A rate with six places, for showing.
pub(crate) enum ShownRate {}

/// What only fits a signature: see `statement verify`.
pub(crate) enum SealWords {}

/// The id of a statement.
pub(crate) enum TicketText {}

/// The id of a flag.
pub(crate) enum FlagText {}

/// Where the next page begins.
pub(crate) enum CursorText {}

/// Always so.
pub(crate) enum Yes {}

/// Never so.
pub(crate) enum No {}

/// Nothing yet.
pub(crate) enum Null {}

values! {
    Words: r#"{"type":"string"}"#;
    bool: r#"{"type":"boolean"}"#;
    Yes: r#"{"const":true}"#;
    No: r#"{"const":false}"#;
    Null: r#"{"type":"null"}"#;
    u64: WHOLE;
    usize: WHOLE;
    Height: WHOLE;
    Round: WHOLE;
    BankId: r#"{"type":"integer","minimum":0,"maximum":65535}"#;
    Paise: r#"{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$","examples":["5075.00"]}"#;
    Change: r#"{"type":"string","pattern":"^-?[0-9]+\\.[0-9]{2}$","examples":["-75.00"]}"#;
    Percentage: r#"{"type":"string","pattern":"^[0-9]+\\.[0-9]{2}$","examples":["0.15"]}"#;
    ShownRate: r#"{"type":"string","pattern":"^[0-9]+\\.[0-9]{6}$","examples":["0.012000"]}"#;
    Rate: r#"{"type":"string","pattern":"^[0-9]+\\.[0-9]{8}$","examples":["83.33333333"]}"#;
    Time: r#"{"type":"string","format":"date-time","pattern":"Z$","examples":["2026-05-11T09:30:00.120Z"]}"#;
    NetworkDay: r#"{"type":"string","format":"date","examples":["2026-05-11"]}"#;
    Idx: r#"{"type":"string","pattern":"^IDX_[0-9a-f]{64}$"}"#;
    SessionId: r#"{"type":"string","pattern":"^SESSION_[0-9a-f]{64}$"}"#;
    LoginText: r#"{"type":"string","pattern":"^LOGIN_[0-9a-f]+$"}"#;
    AccessText: r#"{"type":"string","pattern":"^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$"}"#;
    RefreshText: r#"{"type":"string","pattern":"^[0-9a-f]{96}$"}"#;
    BankCode: r#"{"type":"string","pattern":"^[A-Z][A-Z0-9_]{1,15}$","examples":["HDFC"]}"#;
    AccountNumber: r#"{"type":"string","pattern":"^[0-9]{9,18}$","examples":["501000000001"]}"#;
    SealWords: r#"{"type":"string","pattern":"^[0-9a-f]+$"}"#;
    TicketText: r#"{"type":"string","pattern":"^[A-Za-z0-9_-]+$"}"#;
    FlagText: r#"{"type":"string","pattern":"^[0-9a-f]{32}$"}"#;
    CursorText: r#"{"type":"string","minLength":1}"#;
    TxId: PLAIN_32;
    Hash32: PLAIN_32;
    Hex<TxId>: HEX_32;
    Hex<TxHash>: HEX_32;
    Hex<Hash32>: HEX_32;
    Hex<PublicHash>: HEX_32;
    Hex<PrivateHash>: HEX_32;
    Hex<PublicKey>: HEX_32;
    Hex<HpkePublic>: HEX_32;
    Hex<AccountHandle>: HEX_32;
    Hex<OrderId>: HEX_32;
    Hex<NetworkKey>: HEX_32;
    Hex<Signature>: r#"{"type":"string","pattern":"^0x[0-9a-f]{128}$"}"#;
    Bytes: r#"{"type":"string","pattern":"^0x([0-9a-f]{2})*$"}"#;
    Nonce: r#"{"type":"string","pattern":"^0x[0-9a-f]{16}$"}"#;
    AccountId: r#"{"description":"The account's number: a JSON number where that says the same.",
        "oneOf":[{"type":"integer","minimum":100000000},{"type":"string","pattern":"^[0-9]{9,18}$"}]}"#;
}

words! {
    /// On which side of a transfer a customer is.
    DirectionName { "sent", "received" }
    /// Submitted, and final once a block holds it.
    Submitted { "PENDING" }
    /// Whether an account moves money.
    StateName { "opening", "open", "frozen", "closed" }
}

impl Schema for Currency {
    fn schema(_: &mut Parts) -> Value {
        json!({"type": "string", "enum": Self::ALL.map(Self::code)})
    }
}

impl Schema for Status {
    fn schema(_: &mut Parts) -> Value {
        json!({"type": "string", "enum": Self::ALL.map(Self::name)})
    }
}

/// A word, or the code of the ledger's reason.
fn or_reason(words: &[&'static str]) -> Value {
    let reasons = Reason::ALL.iter().map(|reason| reason.code());
    let all: Vec<&str> = words.iter().copied().chain(reasons).collect();
    json!({"type": "string", "enum": all})
}

impl Schema for VerdictView {
    fn schema(parts: &mut Parts) -> Value {
        crate::rest::schema::part("Verdict", parts, |_| or_reason(&["APPROVE"]))
    }
}

impl Schema for OutcomeView {
    fn schema(parts: &mut Parts) -> Value {
        crate::rest::schema::part("Outcome", parts, |_| or_reason(&["COMPLETED", "DEFERRED"]))
    }
}
