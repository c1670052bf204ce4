//! Orders: handing in what a judge signed, and looking at what became of it.

use super::awaited::Progress;
use super::{SignedHex, hand_in, order_of, time_of};
use crate::context::Context;
use crate::deps::{Answer, Found, Standing};
use crate::rest::body::bodies;
use crate::rest::error::{ApiError, Code};
use crate::rest::history::{bad_query, limit};
use crate::rest::route::{Call, Outcome, answer};
use idx_client::encoding::{Hex, Time};
use idx_client::views::{CourtOrderView, DeedView, OrderStatusView, OrderView};
use idx_types::{OrderId, Outcome as Fate, Reason, TimestampMs, Transaction, TxId, TxKind};
use serde_json::{Value, json};

bodies! {
    /// An order as its judge signed it; everything else stands in it.
    SignedOrder { signed_order: SignedHex }
}

/// What a node knows of an order.
pub(super) enum Known {
    /// The ledger keeps it.
    Kept(Box<OrderView>),
    /// It is on its way: handed in, not approved yet.
    Waiting(Box<Pending>),
    /// Banks or ledger refused it.
    Refused(Box<Pending>, Reason),
}

/// An order that the ledger does not have.
pub(super) struct Pending {
    id: OrderId,
    created_at: TimestampMs,
    order: CourtOrderView,
}

impl Pending {
    fn of(context: &Context, tx: &Transaction) -> Option<Self> {
        let TxKind::CourtOrder(order) = &tx.body.kind else { return None };
        let order = CourtOrderView::new(order, &*context.deps.queries.names());
        Some(Self { id: tx.id().into(), created_at: tx.body.created_at, order })
    }

    fn view(&self, status: &str, reason: Option<Reason>, now: TimestampMs) -> Value {
        let view = OrderView {
            id: Hex(self.id),
            status: OrderStatusView::Active,
            created_at: self.created_at.into(),
            order: self.order.clone(),
            accounts_frozen: 0,
            steps: Vec::new(),
        };
        let mut shown = shape(&view, status, None, self.order.expires_at.0 < now);
        shown["failure"] = json!(reason.map(Reason::code));
        shown["awaiting"] = match reason {
            Some(_) => json!([]),
            None => json!([{"what": "approval", "from": "banks"}]),
        };
        shown
    }
}

/// Looks an order up: in the ledger, else among what waits or failed.
pub(super) fn known(context: &Context, id: OrderId) -> Answer<Option<Known>> {
    if let Some(view) = context.deps.orders.court_order(id)? {
        return Ok(Some(Known::Kept(Box::new(view))));
    }
    let Some(Found { tx, standing }) = context.deps.queries.transaction(TxId(id.0))? else {
        return Ok(None);
    };
    let Some(pending) = Pending::of(context, &tx).map(Box::new) else { return Ok(None) };
    match standing {
        Standing::Waiting => Ok(Some(Known::Waiting(pending))),
        Standing::Settled(settled) => match settled.outcome {
            Fate::Failed(reason) => Ok(Some(Known::Refused(pending, reason))),
            // Taken up since the ledger was asked, or folded away long ago: the ledger says which.
            Fate::Completed | Fate::Deferred => {
                Ok(context.deps.orders.court_order(id)?.map(|view| Known::Kept(Box::new(view))))
            }
        },
    }
}

/// Where an order stands, in the words of existing clients, and those that they lack.
pub(super) fn status(view: &OrderView) -> &'static str {
    match view.status {
        OrderStatusView::Active if opened_in(view).is_some() => "EXECUTED",
        OrderStatusView::Active => "APPROVED",
        OrderStatusView::Expired => "EXPIRED",
        OrderStatusView::Released => "RELEASED",
        OrderStatusView::Revoked => "REVOKED",
    }
}

/// The step of the first opening.
fn opened_in(view: &OrderView) -> Option<idx_types::Height> {
    let opened = view.steps.iter().find(|step| matches!(step.deed, DeedView::Opened { .. }));
    opened.map(|step| step.height)
}

fn shape(view: &OrderView, status: &str, executed_at: Option<Time>, is_expired: bool) -> Value {
    let order = &view.order;
    json!({
        "id": view.id,
        "order_id": view.id,
        "judge_id": order.judge,
        "target_idx": null,
        "target": order.target,
        "reason": order.reason,
        "case_number": order.case_number,
        "freeze_account": order.freeze,
        "accounts_frozen": view.accounts_frozen,
        "status": status,
        "failure": null,
        "issued_at": view.created_at,
        "expires_at": order.expires_at,
        "executed_at": executed_at,
        "access_granted": executed_at.is_some(),
        "is_expired": is_expired,
        "answer_key": order.answer_key,
        "awaiting": [],
        "refused_by": [],
        "steps": view.steps,
    })
}

/// An order that the ledger keeps.
fn kept(context: &Context, view: &OrderView) -> Answer<Value> {
    let opened = opened_in(view);
    let executed_at = opened.map(|height| time_of(context, height)).transpose()?.flatten();
    let is_expired = view.status == OrderStatusView::Expired;
    let mut shown = shape(view, status(view), executed_at, is_expired);
    let progress = Progress::of(view);
    shown["access_granted"] = opened.is_some().into();
    shown["refused_by"] = progress.refused();
    if view.status == OrderStatusView::Active {
        shown["awaiting"] = progress.awaited();
    }
    Ok(shown)
}

fn shown(context: &Context, known: &Known, now: TimestampMs) -> Answer<Value> {
    match known {
        Known::Kept(view) => kept(context, view),
        Known::Waiting(pending) => Ok(pending.view("PENDING", None, now)),
        Known::Refused(pending, reason) => Ok(pending.view("FAILED", Some(*reason), now)),
    }
}

pub(in crate::rest) async fn submit(mut call: Call) -> Outcome {
    let tx = SignedOrder::read(std::mem::take(&mut call.fields))?.signed_order.0;
    let pending = Pending::of(&call.rest.context, &tx).ok_or(Code::NotAnOrder)?;
    let now = call.teller()?.now();
    hand_in(&call, tx).await?;
    let message = format!("Court order {} submitted", Hex(pending.id));
    Ok(answer(json!({"message": message, "order": pending.view("PENDING", None, now)})))
}

pub(in crate::rest) async fn one(call: Call) -> Outcome {
    let (id, now) = (order_of(&call)?, call.teller()?.now());
    let order = move |context: &Context| {
        let known = known(context, id)?.ok_or(Code::NotFound)?;
        Ok(shown(context, &known, now)?)
    };
    Ok(answer(json!({"order": call.rest.blocking(order).await?})))
}

pub(in crate::rest) async fn list(call: Call) -> Outcome {
    let limit = limit(&call)?;
    let (after, status) = (cursor(&call)?, wanted(&call)?);
    let page = move |context: &Context| {
        let found = context.deps.orders.court_orders(status, after.map(|id| id.0), limit)?;
        let orders: Answer<Vec<Value>> = found.items.iter().map(|view| kept(context, view)).collect();
        let orders = orders?;
        Ok(json!({"count": orders.len(), "orders": orders, "next_cursor": found.next}))
    };
    Ok(answer(call.rest.blocking(page).await?))
}

/// The last order of the page before.
fn cursor(call: &Call) -> Result<Option<Hex<OrderId>>, ApiError> {
    let read = |text: &str| text.parse().map_err(|_| bad_query("cursor"));
    call.query_text("cursor").map(read).transpose()
}

/// Only orders that stand so; what is on its way is in no list of the ledger.
fn wanted(call: &Call) -> Result<Option<OrderStatusView>, ApiError> {
    Ok(match call.query_text("status") {
        None => None,
        Some("APPROVED" | "EXECUTED") => Some(OrderStatusView::Active),
        Some("EXPIRED") => Some(OrderStatusView::Expired),
        Some("RELEASED") => Some(OrderStatusView::Released),
        Some("REVOKED") => Some(OrderStatusView::Revoked),
        Some(_) => return Err(bad_query("status")),
    })
}
