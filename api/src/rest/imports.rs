//! Paying by a file.

use super::accounts::id_of;
use super::body::bodies;
use super::error::{ApiError, Code};
use super::fields::{AccountId, Flag, XmlText};
use super::route::{Call, Outcome, answer};
use crate::imports;
use idx_bank::desk::Refusal;
use serde_json::json;
use std::sync::Arc;

bodies! {
    /// A pain.001 and the account that pays.
    PaymentFile { account_id: AccountId, content: XmlText, dry_run: Option<Flag> }
}

/// Reads the whole file, then pays. One import of a customer's at a time is not asked for: what two say
/// of one transfer is done once.
pub(super) async fn import(mut call: Call) -> Outcome {
    let file = PaymentFile::read(std::mem::take(&mut call.fields))?;
    let (me, number) = (call.me()?, file.account_id.0);
    let found = call.read(move |teller| teller.account_of(&number)).await?;
    let account = found.filter(|account| account.owner == me).ok_or(Refusal::UnknownAccount)?;
    let (context, teller) = (Arc::clone(&call.rest.context), call.teller()?);
    let is_dry = file.dry_run.is_some_and(|flag| flag.0);
    let report = imports::import(&context, &teller, &account, file.content.0.as_bytes(), is_dry).await;
    let report = report.map_err(|broken| {
        let details = json!({"line": broken.line, "fault": broken.fault.to_string()});
        ApiError::with(Code::BrokenFile, details)
    })?;
    let mut fields = answer(serde_json::to_value(&report).unwrap_or_default());
    fields.insert("account_id".to_owned(), id_of(&account.number));
    Ok(fields)
}
