//! An opened identity as the judge sees it. The only place of the software that prints one.

use crate::judge::Opened;
use idx_client::encoding::Hex;
use idx_crypto::Hash32;
use idx_types::{AccountHandle, BankCode, Idx, SessionId};
use serde::Serialize;

/// The record, spelled out.
#[derive(Serialize)]
pub struct OpenedView {
    idx: Idx,
    name: String,
    pan: String,
    rbi_number: String,
    bank: BankCode,
    account_number: String,
    account_handle: Hex<AccountHandle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    /// What the judge confirmed on the ledger.
    digest: Hex<Hash32>,
}

impl OpenedView {
    /// The view of an opening.
    pub fn new(opened: &Opened) -> Self {
        let record = &opened.record;
        Self {
            idx: record.idx,
            name: record.name.expose().to_owned(),
            pan: record.pan.expose().to_owned(),
            rbi_number: record.rbi.expose().to_owned(),
            bank: record.bank.clone(),
            account_number: record.number.expose().to_owned(),
            account_handle: Hex(record.handle),
            session: record.session,
            digest: Hex(opened.digest),
        }
    }
}

/// One record below the other.
pub fn text(records: &[OpenedView]) -> String {
    records.iter().map(lines).collect::<Vec<_>>().join("\n\n")
}

fn lines(record: &OpenedView) -> String {
    let session = record.session.map_or_else(|| "-".to_owned(), |session| session.to_string());
    [
        ("name", record.name.clone()),
        ("IDX", record.idx.to_string()),
        ("PAN", record.pan.clone()),
        ("RBI number", record.rbi_number.clone()),
        ("bank", record.bank.to_string()),
        ("account number", record.account_number.clone()),
        ("account handle", record.account_handle.to_string()),
        ("session", session),
        ("confirmed as", record.digest.to_string()),
    ]
    .map(|(what, value)| format!("{what:<15} {value}"))
    .join("\n")
}
