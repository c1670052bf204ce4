//! A customer's transfers: as he sees each, and all of them, newest first.

use super::error::{ApiError, Code};
use super::route::{Call, Outcome, answer};
use crate::context::Context;
use crate::deps::{Answer, QueryError, Standing};
use idx_bank::vault::{Contact, Incoming, Outgoing, Status};
use idx_client::encoding::Time;
use idx_types::tx::Transfer;
use idx_types::{Height, Idx, Paise, TimestampMs, Transaction, TxId, TxKind};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// Entries of a page, if a client does not say.
const PAGE: usize = 50;

/// A transfer from the side of one of its customers.
pub(super) enum Entry {
    Sent(Outgoing),
    Received(Incoming),
}

impl Entry {
    fn parts(&self) -> (TxId, &Transaction, &[(Status, TimestampMs)]) {
        match self {
            Self::Sent(sent) => (sent.id, &sent.intent, &sent.history),
            Self::Received(here) => (here.id, &here.intent, &here.history),
        }
    }

    /// Newest first; transfers of one instant by id.
    fn place(&self) -> (TimestampMs, TxId) {
        let (id, _, history) = self.parts();
        (history.first().map_or(TimestampMs(0), |(_, at)| *at), id)
    }

    const fn direction(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Received(_) => "received",
        }
    }

    /// Who the two are, as far as this customer may know: a receiver learns of a session, not of a person.
    const fn people(&self) -> (Option<Idx>, Idx) {
        match self {
            Self::Sent(sent) => (Some(sent.sender), sent.receiver),
            Self::Received(here) => (None, here.receiver),
        }
    }
}

/// Entries as their customer sees them, with the places of those that are final.
pub(super) async fn entry_view(call: &Call, entries: Vec<Entry>) -> Result<Vec<Value>, ApiError> {
    let all = move |context: &Context| entries.iter().map(|entry| view(context, entry)).collect();
    call.rest.blocking(all).await
}

fn view(context: &Context, entry: &Entry) -> Result<Value, ApiError> {
    let (id, intent, history) = entry.parts();
    let TxKind::Transfer(Transfer { from, amount, fee, .. }) = &intent.body.kind else {
        return Err(Code::Internal.into());
    };
    let (status, at) = history.last().copied().unwrap_or((Status::AwaitingReceiver, TimestampMs(0)));
    let height = if status.is_final() { height_of(context, id)? } else { None };
    let (miner, banks) = split(context, *amount, *fee)?;
    let (sender, receiver) = entry.people();
    let named = |(status, at): &(Status, TimestampMs)| json!({"status": status.name(), "at": Time(*at)});
    let hash = id.to_string();
    Ok(json!({
        "id": hash,
        "transaction_hash": hash,
        "tx_hash": hash,
        "direction": entry.direction(),
        "sender_idx": sender,
        "sender_session_id": from,
        "receiver_idx": receiver,
        "amount": amount,
        "fee": fee,
        "miner_fee": miner,
        "bank_fee": banks,
        "status": status.name(),
        "status_history": history.iter().map(named).collect::<Vec<_>>(),
        "public_block_index": height,
        "private_block_index": height,
        "created_at": Time(entry.place().0),
        "updated_at": Time(at),
        "completed_at": (status == Status::Completed).then_some(Time(at)),
        "valid_until": Time(intent.body.valid_until),
    }))
}

fn height_of(context: &Context, id: TxId) -> Answer<Option<Height>> {
    let found = context.deps.queries.transaction(id)?;
    Ok(found.and_then(|found| match found.standing {
        Standing::Settled(settled) => Some(settled.place.height),
        Standing::Waiting => None,
    }))
}

/// The parts of a fee by the rates of now; none if other rates were in force.
fn split(context: &Context, amount: Paise, fee: Paise) -> Answer<(Option<Paise>, Option<Paise>)> {
    match context.deps.queries.fee_quote(amount) {
        Ok(quote) if quote.fee_total == fee => Ok((Some(quote.fee_miner), Some(quote.fee_banks))),
        Ok(_) | Err(QueryError::Refused(_)) => Ok((None, None)),
        Err(error) => Err(error),
    }
}

/// What a client wants to see.
struct Wanted {
    status: Option<String>,
    direction: Option<String>,
    since: TimestampMs,
    until: TimestampMs,
    after: Option<(TimestampMs, TxId)>,
    limit: usize,
}

impl Wanted {
    fn read(call: &Call) -> Result<Self, ApiError> {
        let text = |name: &str| call.query_text(name).map(str::to_owned);
        let after = call.query_text("cursor").map(|text| cursor(text).ok_or_else(|| bad("cursor")));
        Ok(Self {
            status: text("status").map(|status| status.to_uppercase()),
            direction: text("direction"),
            since: time(call, "since")?.unwrap_or(TimestampMs(0)),
            until: time(call, "until")?.unwrap_or(TimestampMs(u64::MAX)),
            after: after.transpose()?,
            limit: limit(call)?,
        })
    }

    fn fits(&self, entry: &Entry) -> bool {
        let (at, (.., history)) = (entry.place(), entry.parts());
        let status = history.last().map(|(status, _)| status.name());
        (self.since..self.until).contains(&at.0)
            && self.status.as_deref().is_none_or(|wanted| status == Some(wanted))
            && self.direction.as_deref().is_none_or(|wanted| entry.direction() == wanted)
            && self.after.is_none_or(|after| at < after)
    }
}

fn bad(field: &'static str) -> ApiError {
    ApiError::with(Code::InvalidQuery, json!({"field": field}))
}

fn time(call: &Call, name: &'static str) -> Result<Option<TimestampMs>, ApiError> {
    let read = |text: &str| text.parse::<Time>().map(|time| time.0).map_err(|_| bad(name));
    call.query_text(name).map(read).transpose()
}

/// How many entries a page has.
pub(super) fn limit(call: &Call) -> Result<usize, ApiError> {
    let most = call.rest.context.limits.page_max;
    let Some(text) = call.query_text("limit") else { return Ok(PAGE.min(most)) };
    let sound = text.parse().ok().filter(|limit| (1..=most).contains(limit));
    sound.ok_or_else(|| bad("limit"))
}

/// Where a page ended, as `next_cursor` tells it: milliseconds and id.
fn cursor(text: &str) -> Option<(TimestampMs, TxId)> {
    let (at, id) = text.split_once('-')?;
    Some((TimestampMs(at.parse().ok()?), id.parse().ok()?))
}

/// All transfers of a customer, newest first, and whom he pays.
async fn everything(call: &Call) -> Result<(Vec<Entry>, Vec<Contact>), ApiError> {
    let me = call.me()?;
    let read = call.read(move |teller| Ok((teller.sent(&me)?, teller.received(&me)?, teller.contacts(&me)?)));
    let (sent, received, contacts) = read.await?;
    let sent = sent.into_iter().map(Entry::Sent);
    let mut all: Vec<Entry> = sent.chain(received.into_iter().map(Entry::Received)).collect();
    all.sort_by_key(|entry| Reverse(entry.place()));
    Ok((all, contacts))
}

pub(super) async fn list(call: Call) -> Outcome {
    let wanted = Wanted::read(&call)?;
    let (mut all, contacts) = everything(&call).await?;
    all.retain(|entry| wanted.fits(entry));
    let more = all.len() > wanted.limit;
    all.truncate(wanted.limit);
    let last = all.last().filter(|_| more).map(Entry::place);
    let next = last.map(|(at, id)| format!("{}-{id}", at.0));
    let shown = with_names(entry_view(&call, all).await?, &contacts);
    Ok(answer(json!({"count": shown.len(), "transactions": shown, "next_cursor": next})))
}

/// By place, for existing clients; another's history is not there.
pub(super) async fn of_idx(call: Call) -> Outcome {
    if call.path_as::<Idx>()? != call.me()? {
        return Err(Code::NotFound.into());
    }
    let limit = limit(&call)?;
    let offset = call.query_text("offset").map_or(Ok(0), |text| text.parse().map_err(|_| bad("offset")))?;
    let (all, contacts) = everything(&call).await?;
    let total = all.len();
    let page: Vec<Entry> = all.into_iter().skip(offset).take(limit).collect();
    let shown = with_names(entry_view(&call, page).await?, &contacts);
    Ok(answer(json!({"total": total, "limit": limit, "offset": offset, "transactions": shown})))
}

/// What existing clients show in a list beside the transfer's own fields.
fn with_names(mut shown: Vec<Value>, contacts: &[Contact]) -> Vec<Value> {
    for tx in &mut shown {
        let is_sent = tx["direction"] == "sent";
        let other = if is_sent { tx["receiver_idx"].clone() } else { Value::Null };
        let idx: Option<Idx> = other.as_str().and_then(|text| text.parse().ok());
        let contact = contacts.iter().find(|contact| Some(contact.idx) == idx);
        tx["counterparty_idx"] = other;
        tx["counterparty_nickname"] = json!(contact.map(|contact| contact.nickname.expose()));
        tx["date"] = tx["created_at"].clone();
    }
    shown
}
