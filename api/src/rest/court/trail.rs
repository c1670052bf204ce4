//! The audit trail: every step of every order that the ledger keeps, with the blocks that hold it, and the
//! proof that those blocks follow from each other and say the same.

use super::query_number;
use crate::context::Context;
use crate::deps::Answer;
use crate::rest::error::{ApiError, Code};
use crate::rest::fields::whole;
use crate::rest::history::{bad_query, limit};
use crate::rest::route::{Call, Outcome, answer};
use idx_client::encoding::{Hex, Time};
use idx_client::views::{AuditEntryView, Cursor, DeedView, OrderView};
use idx_types::{Height, OrderId, PrivateHash};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most heights that one request walks; about a millisecond each when their blocks are small.
const WALK_HEIGHTS_MAX: u64 = 256;

/// What of a height an entry shows.
#[derive(Clone, Copy)]
struct At {
    time: Time,
    hash: PrivateHash,
    before: PrivateHash,
}

/// A page's looks at blocks and orders, each once.
struct Looked<'a> {
    context: &'a Context,
    heights: BTreeMap<Height, Option<At>>,
    orders: BTreeMap<OrderId, Option<OrderView>>,
}

impl<'a> Looked<'a> {
    const fn at(context: &'a Context) -> Self {
        Self { context, heights: BTreeMap::new(), orders: BTreeMap::new() }
    }

    /// `None` if this node keeps the block no more.
    fn height(&mut self, height: Height) -> Answer<Option<At>> {
        if let Some(known) = self.heights.get(&height) {
            return Ok(*known);
        }
        let found = match self.context.deps.queries.certified(height) {
            Ok(found) => found.map(|found| At {
                time: found.public.header.timestamp.into(),
                hash: found.commit.value,
                before: found.public.header.parent_private,
            }),
            Err(crate::deps::QueryError::NotKept(_)) => None,
            Err(error) => return Err(error),
        };
        self.heights.insert(height, found);
        Ok(found)
    }

    fn order(&mut self, id: OrderId) -> Answer<Option<&OrderView>> {
        if !self.orders.contains_key(&id) {
            self.orders.insert(id, self.context.deps.orders.court_order(id)?);
        }
        Ok(self.orders.get(&id).and_then(Option::as_ref))
    }

    /// A step in the words of existing clients. The chain of logs is the chain of private blocks.
    fn entry(&mut self, place: Cursor, entry: &AuditEntryView) -> Answer<Value> {
        let at = self.height(place.height)?;
        let order = self.order(entry.order.0)?.map(|view| &view.order);
        let (judge, case) = (order.map(|order| order.judge), order.map(|order| order.case_number.clone()));
        Ok(json!({
            "id": id_text(place),
            "event_type": event_type(&entry.step.deed),
            "event_data": entry.step,
            "court_order_number": entry.order,
            "judge_id": judge,
            "case_number": case,
            "created_at": at.map(|at| at.time),
            "current_log_hash": at.map(|at| Hex(at.hash)),
            "previous_log_hash": at.map(|at| Hex(at.before)),
        }))
    }
}

/// A place in the trail: the height, and the step's index in it.
fn id_text(place: Cursor) -> String {
    format!("{}-{}", place.height, place.index)
}

fn place_of(text: &str) -> Option<Cursor> {
    let (height, index) = text.split_once('-')?;
    Some(Cursor { height: Height(whole(height)?), index: whole(index)?.try_into().ok()? })
}

/// What happened, in the style of existing clients. Names are for ever.
const fn event_type(deed: &DeedView) -> &'static str {
    match deed {
        DeedView::Approved => "COURT_ORDER_APPROVED",
        DeedView::Answered { .. } => "COURT_ORDER_ANSWERED",
        DeedView::Froze => "ACCOUNT_FREEZE_TRIGGERED",
        DeedView::Shared { .. } => "COURT_ORDER_SHARE_RELEASED",
        DeedView::Refused { .. } => "COURT_ORDER_SHARE_REFUSED",
        DeedView::Opened { .. } => "COURT_ORDER_DECRYPT",
        DeedView::Released => "COURT_ORDER_RELEASED",
        DeedView::Expired => "COURT_ORDER_EXPIRED",
        DeedView::Revoked => "COURT_ORDER_REVOKED",
    }
}

pub(in crate::rest) async fn list(call: Call) -> Outcome {
    let limit = limit(&call)?;
    let after = call.query_text("cursor").map(|text| place_of(text).ok_or_else(|| bad_query("cursor")));
    let after = after.transpose()?;
    let page = call.rest.blocking(move |context| Ok(page(context, after, limit)?)).await?;
    Ok(answer(page))
}

/// The trail numbers the steps of a height as they come; a page that goes on within one counts from there.
fn page(context: &Context, after: Option<Cursor>, limit: usize) -> Answer<Value> {
    let found = context.deps.orders.audit_trail(after, limit)?;
    let mut looked = Looked::at(context);
    let (mut entries, mut last) = (Vec::new(), after);
    for entry in &found.items {
        let height = entry.step.height;
        let index = last.filter(|last| last.height == height).map_or(0, |last| last.index);
        entries.push(looked.entry(Cursor { height, index }, entry)?);
        last = Some(Cursor { height, index: index + 1 });
    }
    Ok(json!({
        "count": entries.len(),
        "audit_log": entries,
        "as_of": found.as_of,
        "past_orders": found.past,
        "next_cursor": found.next.map(id_text),
    }))
}

pub(in crate::rest) async fn verify(call: Call) -> Outcome {
    let turn = Arc::clone(&call.rest.walks).try_acquire_owned().map_err(|_| Code::Busy)?;
    let (from, to) = (query_number(&call, "start_id")?, query_number(&call, "end_id")?);
    let walk = move |context: &Context| {
        // The turn ends with the walk itself, also when the client has left.
        let _turn = turn;
        let (from, to, newest) = range(from, to, context.deps.queries.final_height().0)?;
        let walked = context.deps.orders.walk_trail(Height(from), Height(to))?;
        let is_valid = walked.broken.is_empty();
        let message = if is_valid {
            "Every height of this range follows from the one before, and holds the steps that the ledger tells"
        } else {
            "The chain that this node keeps does not bear out what its ledger tells"
        };
        let next = (walked.to.0 < newest).then_some(walked.to.0 + 1);
        Ok(json!({
            "chain_valid": is_valid,
            "message": message,
            "verified_range": {"start_id": from, "end_id": walked.to},
            "steps": walked.steps,
            "broken": walked.broken,
            "as_of": newest,
            "next_start_id": next.filter(|_| is_valid),
        }))
    };
    Ok(answer(call.rest.blocking(walk).await?))
}

/// From which height to which; what is beyond the bound is left for the next request.
fn range(from: Option<u64>, to: Option<u64>, newest: u64) -> Result<(u64, u64, u64), ApiError> {
    let from = from.unwrap_or(1);
    let to = to.unwrap_or(newest).min(newest).min(from.saturating_add(WALK_HEIGHTS_MAX - 1));
    match (from, to) {
        (0, _) => Err(bad_query("start_id")),
        _ if to < from => Err(bad_query("end_id")),
        _ => Ok((from, to, newest)),
    }
}
