//! A customer's transfers: as he sees each, and all of them, newest first.

use super::error::{ApiError, Code};
use super::fields::whole;
use super::route::{Call, Outcome, answer};
use crate::context::Context;
use crate::deps::{Answer, QueryError, Standing};
use crate::teller::Teller;
use idx_bank::vault::{Contact, HistoryLine, Incoming, Outgoing, Side, Status};
use idx_client::encoding::Time;
use idx_types::tx::Transfer;
use idx_types::{Height, Idx, Paise, TimestampMs, Transaction, TxId, TxKind};
use serde_json::{Value, json};

/// Entries of a page, if a client does not say.
const PAGE: usize = 50;

/// Transfers that are looked at for one page. A filter that few fit gets a short page, even an empty one,
/// with a cursor to go on from.
const LOOKED_AT_MAX: usize = 2_000;

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

    /// When the bank learned of it.
    fn made(&self) -> TimestampMs {
        self.parts().2.first().map_or(TimestampMs(0), |(_, at)| *at)
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
        "created_at": Time(entry.made()),
        "updated_at": Time(at),
        "completed_at": (status == Status::Completed).then_some(Time(at)),
        "valid_until": Time(intent.body.valid_until),
        "memo": memo_of(context, entry)?,
    }))
}

/// What its sender wrote down. Nobody else is shown it.
fn memo_of(context: &Context, entry: &Entry) -> Result<Option<String>, ApiError> {
    let Entry::Sent(sent) = entry else { return Ok(None) };
    let memo = context.teller()?.memo(&sent.sender, &sent.id)?;
    Ok(memo.map(|memo| memo.expose().to_owned()))
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
    status: Option<&'static str>,
    direction: Option<&'static str>,
    since: TimestampMs,
    until: Option<TimestampMs>,
    below: u64,
    limit: usize,
}

impl Wanted {
    fn read(call: &Call) -> Result<Self, ApiError> {
        let below = call.query_text("cursor").map(|text| number(text).ok_or_else(|| bad_query("cursor")));
        Ok(Self {
            status: call.query_text("status").map(status).transpose()?,
            direction: call.query_text("direction").map(direction).transpose()?,
            since: time(call, "since")?.unwrap_or(TimestampMs(0)),
            until: time(call, "until")?,
            below: below.transpose()?.unwrap_or(u64::MAX),
            limit: limit(call)?,
        })
    }

    fn fits(&self, entry: &Entry) -> bool {
        let status = entry.parts().2.last().map(|(status, _)| status.name());
        self.status.is_none_or(|wanted| status == Some(wanted))
            && self.direction.is_none_or(|wanted| entry.direction() == wanted)
    }

    /// The page, newest first, and the number that the next one goes on below, if there may be more.
    fn page(&self, teller: &dyn Teller, me: &Idx) -> Answer<(Vec<Entry>, Option<u64>)> {
        let mut below = self.below;
        if let Some(until) = self.until {
            below = below.min(teller.history_at(me, until)?);
        }
        let (mut page, mut last, mut looked_at) = (Vec::new(), None, 0);
        loop {
            let lines = teller.history(me, below, self.limit.saturating_add(1))?;
            for line in &lines {
                if line.at < self.since {
                    return Ok((page, None));
                }
                let found = entry(teller, me, line)?.filter(|entry| self.fits(entry));
                looked_at += 1;
                match found {
                    // There is another one: the page ends at the one before.
                    Some(_) if page.len() == self.limit => return Ok((page, last)),
                    Some(entry) => {
                        page.push(entry);
                        last = Some(line.number);
                    }
                    None if looked_at >= LOOKED_AT_MAX => return Ok((page, Some(line.number))),
                    None => {}
                }
                below = line.number;
            }
            if lines.len() <= self.limit {
                return Ok((page, None));
            }
        }
    }
}

/// The transfer of a line; one that is gone meanwhile is passed by.
fn entry(teller: &dyn Teller, me: &Idx, line: &HistoryLine) -> Answer<Option<Entry>> {
    Ok(match line.side {
        Side::Sender => teller.outgoing(&line.id)?.filter(|sent| sent.sender == *me).map(Entry::Sent),
        Side::Receiver => teller.incoming(&line.id)?.filter(|here| here.receiver == *me).map(Entry::Received),
    })
}

/// Digits of a cursor: lines are counted from 1.
const CURSOR_DIGITS_MAX: usize = 15;

/// Where a page ended, as `next_cursor` tells it.
fn number(cursor: &str) -> Option<u64> {
    let digits = cursor.strip_prefix('n').filter(|digits| digits.len() <= CURSOR_DIGITS_MAX)?;
    whole(digits)
}

/// A status by its name in capitals or, as existing clients write it, in small letters.
fn status(text: &str) -> Result<&'static str, ApiError> {
    let mut names = Status::ALL.iter().map(|status| status.name());
    let is_named = |name: &&str| text == *name || text == name.to_lowercase();
    names.find(is_named).ok_or_else(|| bad_query("status"))
}

fn direction(text: &str) -> Result<&'static str, ApiError> {
    ["sent", "received"].into_iter().find(|known| *known == text).ok_or_else(|| bad_query("direction"))
}

/// A value of the query is not what it must be.
pub(super) fn bad_query(field: &'static str) -> ApiError {
    ApiError::with(Code::InvalidQuery, json!({"field": field}))
}

fn time(call: &Call, name: &'static str) -> Result<Option<TimestampMs>, ApiError> {
    let read = |text: &str| text.parse::<Time>().map(|time| time.0).map_err(|_| bad_query(name));
    call.query_text(name).map(read).transpose()
}

/// How many entries a page has.
pub(super) fn limit(call: &Call) -> Result<usize, ApiError> {
    let most = call.rest.context.limits.page_max;
    let Some(text) = call.query_text("limit") else { return Ok(PAGE.min(most)) };
    let sound = whole(text).and_then(|limit| usize::try_from(limit).ok());
    let sound = sound.filter(|limit| (1..=most).contains(limit));
    sound.ok_or_else(|| bad_query("limit"))
}

pub(super) async fn list(call: Call) -> Outcome {
    let (wanted, me) = (Wanted::read(&call)?, call.me()?);
    let read = call.read(move |teller| Ok((wanted.page(teller, &me)?, teller.contacts(&me)?)));
    let ((page, next), contacts) = read.await?;
    let shown = with_names(entry_view(&call, page).await?, &contacts);
    let next = next.map(|number| format!("n{number}"));
    Ok(answer(json!({"count": shown.len(), "transactions": shown, "next_cursor": next})))
}

/// By place, for existing clients; another's history is not there.
pub(super) async fn of_idx(call: Call) -> Outcome {
    let me = call.me()?;
    if call.path_as::<Idx>()? != me {
        return Err(Code::NotFound.into());
    }
    let limit = limit(&call)?;
    let place = |text: &str| whole(text).and_then(|place| usize::try_from(place).ok());
    let offset =
        call.query_text("offset").map_or(Ok(0), |text| place(text).ok_or_else(|| bad_query("offset")))?;
    let read = call.read(move |teller| {
        let (lines, total) = teller.history_places(&me, offset, limit)?;
        let entries: Answer<Vec<Option<Entry>>> = lines.iter().map(|line| entry(teller, &me, line)).collect();
        Ok((entries?, total, teller.contacts(&me)?))
    });
    let (page, total, contacts) = read.await?;
    let shown = with_names(entry_view(&call, page.into_iter().flatten().collect()).await?, &contacts);
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
