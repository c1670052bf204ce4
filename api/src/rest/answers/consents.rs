//! Of consents, and of what other banks tell by them.

use crate::rest::schema::{objects, values, words};
use idx_client::encoding::Time;
use idx_types::{BankCode, ConsentId, Height, Paise};

/// Bytes in hex, without a prefix.
pub(crate) enum HexText {}

/// The last characters of an account's number.
pub(crate) enum EndingText {}

values! {
    ConsentId: r#"{"type":"string","pattern":"^[0-9a-f]+$"}"#;
    HexText: r#"{"type":"string","pattern":"^([0-9a-f]{2})+$"}"#;
    EndingText: r#"{"type":"string","pattern":"^[0-9]{4}$"}"#;
}

words! {
    /// Whether another bank has told.
    ToldWord { "told", "nothing_told", "unreachable" }
}

objects! {
    /// That another bank may be told; `signed` is the bank's signature and what it signed, in borsh.
    Consent {
        consent_id: ConsentId,
        bank: BankCode,
        given_at: Time,
        valid_until: Time,
        is_valid: bool,
        signed: HexText,
        own_signature: Option<HexText>,
        last_used: Option<Time>,
        times_used: u64,
    }
    /// A consent that was given.
    Given: Consent {}
    /// His consents, the newest first.
    ConsentList { consents: Vec<Consent> }
    /// An account at another bank.
    AccountElsewhere {
        account_number_ending: EndingText,
        balance: Paise,
        held: Paise,
        available: Paise,
        is_frozen: bool,
    }
    /// What another bank said; nothing but its name where it told nothing.
    OtherBank {
        bank: BankCode,
        status: ToldWord,
        balance: Option<Paise>,
        accounts: Vec<AccountElsewhere>,
        height: Option<Height>,
    }
}
