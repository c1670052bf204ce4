//! Pseudonyms (document 4.2): what the network sees in the place of a person, an account, a number.
//!
//! Each is a keyed digest; who lacks the key can neither make nor recognise one. Digests are
//! [`idx_crypto::hmac_sha256`], so a domain label comes first and every part is preceded by its
//! length; the document's bar between parts stands for that framing.
//!
//! ```text
//!   IDX           Argon2id, pepper:                PAN, 0x1F, RBI number (see [`Identity`])
//!   session id    month key, "idx/session-id/1":   IDX, bank code, date, account handle
//!   receiver tag  tag key, "idx/receiver-tag/1":   IDX, date
//!   handle        handle key, "idx/handle/1":      account number
//! ```
//!
//! IDX and handle enter as their 32 bytes, bank code and account number as text, the date as
//! `YYYY-MM-DD`. A session is for one *account* and one day (document 1.2), so the account's handle
//! enters its id: see docs/decisions/0017-session-ids-name-the-account.md. The vectors in
//! `tests/vectors/pseudonyms.json` were made by another implementation.

mod date;
mod identity;
mod keys;
mod tags;

pub use date::{Month, date_text};
pub use identity::Identity;
pub use keys::{HandleKey, MonthKey, Pepper, TagKey, TagKeys};
pub use tags::{TagBook, TagDay};

use idx_crypto::hmac_sha256;
use idx_types::{AccountHandle, BankCode, Idx, NetworkDay, ReceiverTag, SessionId};

/// The session of an account on a day: the same for the same account, day and month key.
pub fn session_id(
    key: &MonthKey,
    idx: &Idx,
    bank: &BankCode,
    day: NetworkDay,
    handle: &AccountHandle,
) -> SessionId {
    let date = date_text(day);
    let parts: [&[u8]; 4] = [&idx.0, bank.as_str().as_bytes(), date.as_bytes(), &handle.0];
    SessionId(hmac_sha256(key.expose(), "idx/session-id/1", &parts).0)
}

/// The tag by which the banks of a receiver recognise intents for him on a day.
pub fn receiver_tag(key: &TagKey, idx: &Idx, day: NetworkDay) -> ReceiverTag {
    tag_of(key, idx, date_text(day).as_bytes())
}

fn tag_of(key: &TagKey, idx: &Idx, date: &[u8]) -> ReceiverTag {
    ReceiverTag(hmac_sha256(key.expose(), "idx/receiver-tag/1", &[&idx.0, date]).0)
}

/// The name on the ledger of an account with this number.
pub fn account_handle(key: &HandleKey, number: &crate::AccountNumber) -> AccountHandle {
    AccountHandle(hmac_sha256(key.expose(), "idx/handle/1", &[number.expose().as_bytes()]).0)
}

#[cfg(test)]
mod tests;
