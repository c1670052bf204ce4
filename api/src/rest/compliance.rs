//! What the bank's compliance people see: flags, each with its reasons, and what somebody found.

use super::body::bodies;
use super::error::{ApiError, Code};
use super::fields::Note;
use super::history::limit;
use super::route::{Call, Outcome, answer};
use idx_bank::desk::{Ask, Refusal};
use idx_bank::vault::{Flag, FlagId, Flagged, Holder, Side};
use idx_client::encoding::Time;
use idx_types::{Paise, TxId};
use serde_json::{Value, json};

bodies! {
    /// What was found.
    Finding { note: Note }
}

fn flag_id(text: &str) -> Option<FlagId> {
    hex::decode(text).ok()?.try_into().ok().map(FlagId)
}

fn flag_view(flag: &Flag) -> Value {
    let (kind, transfer) = match flag.what {
        Flagged::Customer => ("customer", Value::Null),
        Flagged::Transfer { id, side: Side::Sender, amount } => ("transfer", moved(id, "sent", amount)),
        Flagged::Transfer { id, side: Side::Receiver, amount } => ("transfer", moved(id, "received", amount)),
        Flagged::Travel { id, amount } => ("travel", moved(id, "sent", amount)),
    };
    let cleared = flag.cleared.as_ref();
    json!({
        "id": hex::encode(flag.id.0),
        "at": Time(flag.at),
        "kind": kind,
        "customer_idx": flag.customer,
        "transfer": transfer,
        "score": flag.score,
        "reasons": flag.reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>(),
        "cleared": cleared.map(|c| json!({"by": c.by, "at": Time(c.at), "note": c.note})),
    })
}

fn moved(id: TxId, direction: &'static str, amount: Paise) -> Value {
    json!({"tx_hash": id.to_string(), "direction": direction, "amount": amount})
}

pub(super) async fn flags(call: Call) -> Outcome {
    let limit = limit(&call)?;
    let is_cleared = match call.query_text("state") {
        None | Some("open") => false,
        Some("cleared") => true,
        Some(_) => return Err(ApiError::with(Code::InvalidQuery, json!({"field": "state"}))),
    };
    let bad = || ApiError::with(Code::InvalidQuery, json!({"field": "cursor"}));
    let after = call.query_text("cursor").map(|text| flag_id(text).ok_or_else(bad)).transpose()?;
    let mut found = call.read(move |teller| teller.flags(is_cleared, after, limit + 1)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|flag| hex::encode(flag.id.0));
    let flags: Vec<Value> = found.iter().map(flag_view).collect();
    Ok(answer(json!({"count": flags.len(), "flags": flags, "next_cursor": next})))
}

pub(super) async fn clear(mut call: Call) -> Outcome {
    let Note(note) = Finding::read(std::mem::take(&mut call.fields))?.note;
    let id = call.path.first().and_then(|text| flag_id(text)).ok_or(Refusal::UnknownFlag)?;
    let by = match call.caller.as_ref().map(|caller| &caller.holder) {
        Some(Holder::Clerk(name)) => name.clone(),
        _ => return Err(Code::Forbidden.into()),
    };
    call.ask(Ask::ClearFlag { id, by, note }).await?;
    let flag = call.read(move |teller| teller.flag(&id)).await?.ok_or(Refusal::UnknownFlag)?;
    Ok(answer(json!({"message": "Flag cleared", "flag": flag_view(&flag)})))
}
