//! Reads of lawful opening: judges, orders with their stories, the audit trail.

use super::{Queries, order_file, trail as walks};
use idx_api::{Answer, OrderQueries, QueryError, TrailWalk};
use idx_chain::{Deed, EnvelopeOf, JudgeRecord, Order, OrderStatus, OrderStep, Orders};
use idx_client::encoding::Hex;
use idx_client::views::{
    AuditEntryView, AuditTrailView, BankNames, CourtOrderView, Cursor, DeedView, EnvelopeView, JudgeView,
    OrderFileView, OrderPageView, OrderStatusView, OrderStepView, OrderView, PastOrdersView, ReaderView,
};
use idx_types::{Height, OrderId};

impl OrderQueries for Queries {
    fn judges(&self) -> Answer<Vec<JudgeView>> {
        self.ask(|replica| replica.state().judges().iter().map(judge_view).collect())
    }

    fn court_orders(
        &self,
        status: Option<OrderStatusView>,
        after: Option<OrderId>,
        limit: usize,
    ) -> Answer<OrderPageView> {
        let names = self.names.clone();
        let page = self.ask(move |replica| page(replica.state().orders(), status, after, limit, &*names))?;
        page.ok_or_else(|| QueryError::NotKept("the order to read on from".to_owned()))
    }

    fn court_order(&self, id: OrderId) -> Answer<Option<OrderView>> {
        let names = self.names.clone();
        self.ask(move |replica| replica.state().orders().get(&id).map(|order| order_view(order, &*names)))
    }

    fn audit_trail(&self, after: Option<Cursor>, limit: usize) -> Answer<AuditTrailView> {
        let names = self.names.clone();
        self.ask(move |replica| {
            let state = replica.state();
            trail(state.orders(), state.tip().height, after, limit, &*names)
        })
    }

    fn walk_trail(&self, from: Height, to: Height) -> Answer<TrailWalk> {
        walks::of(self, from, to)
    }

    fn order_file(&self, order: OrderId, reader: ReaderView) -> Answer<OrderFileView> {
        order_file::of(self, order, reader)
    }
}

fn judge_view(record: &JudgeRecord) -> JudgeView {
    JudgeView {
        id: record.judge.id,
        name: record.judge.name.clone(),
        signing_key: Hex(record.judge.signing_key),
        hpke_key: Hex(record.judge.hpke_key),
        active_from: record.active_from,
        retired_from: record.retired_from,
    }
}

/// Orders are listed in order of their first step; of one height by id.
fn rank(order: &Order) -> (Option<Height>, OrderId) {
    (order.steps.first().map(|step| step.height), order.id)
}

/// All that a node tells of orders, as an auditor reads it.
#[cfg(test)]
pub(crate) fn claims(state: &idx_chain::State) -> crate::audit::Claims {
    let names = state.validators();
    let trail = trail(state.orders(), state.tip().height, None, usize::MAX, &**names);
    let orders = page(state.orders(), None, None, usize::MAX, &**names);
    crate::audit::Claims {
        as_of: trail.as_of,
        past: trail.past,
        trail: trail.items,
        orders: orders.expect("nothing to read on from").items,
    }
}

/// A page of orders; `None` if the one to read on from is not kept.
fn page(
    orders: &Orders,
    status: Option<OrderStatusView>,
    after: Option<OrderId>,
    limit: usize,
    names: &dyn BankNames,
) -> Option<OrderPageView> {
    let after = match after {
        Some(id) => Some(rank(orders.get(&id)?)),
        None => None,
    };
    let wanted = |order: &&Order| {
        after.is_none_or(|after| rank(order) > after)
            && status.is_none_or(|status| status_view(order.status()) == status)
    };
    let mut found: Vec<&Order> = orders.iter().filter(wanted).collect();
    found.sort_by_key(|order| rank(order));
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|order| Hex(order.id));
    Some(OrderPageView { items: found.into_iter().map(|order| order_view(order, names)).collect(), next })
}

fn order_view(order: &Order, names: &dyn BankNames) -> OrderView {
    OrderView {
        id: Hex(order.id),
        status: status_view(order.status()),
        created_at: order.created_at.into(),
        order: CourtOrderView::new(&order.asked, names),
        accounts_frozen: order.held.len() as u64,
        steps: order.story().map(|step| step_view(step, names)).collect(),
    }
}

const fn status_view(status: OrderStatus) -> OrderStatusView {
    match status {
        OrderStatus::Active => OrderStatusView::Active,
        OrderStatus::Released => OrderStatusView::Released,
        OrderStatus::Expired => OrderStatusView::Expired,
        OrderStatus::Revoked => OrderStatusView::Revoked,
    }
}

fn step_view(step: &OrderStep, names: &dyn BankNames) -> OrderStepView {
    OrderStepView { height: step.height, tx: step.tx.map(Hex), deed: deed_view(&step.deed, names) }
}

fn deed_view(deed: &Deed, names: &dyn BankNames) -> DeedView {
    match deed {
        Deed::Approved => DeedView::Approved,
        Deed::Answered { bank, accounts } => {
            let accounts = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
            DeedView::Answered { bank: names.tag(*bank), accounts }
        }
        Deed::Froze { .. } => DeedView::Froze,
        Deed::Shared { holder, envelope } => {
            DeedView::Shared { holder: (*holder).into(), envelope: envelope_view(envelope) }
        }
        Deed::Refused { holder, why } => {
            DeedView::Refused { holder: (*holder).into(), why: why.name().to_owned() }
        }
        Deed::Opened { envelope, digest } => {
            DeedView::Opened { envelope: envelope_view(envelope), digest: Hex(*digest) }
        }
        Deed::Released => DeedView::Released,
        Deed::Expired => DeedView::Expired,
        Deed::Revoked => DeedView::Revoked,
    }
}

const fn envelope_view(envelope: &EnvelopeOf) -> EnvelopeView {
    match envelope {
        EnvelopeOf::Session(session) => EnvelopeView::Session(*session),
        EnvelopeOf::Account(_) => EnvelopeView::Account,
    }
}

/// The steps of one height are numbered by order and then as they happened.
fn trail(
    orders: &Orders,
    as_of: Height,
    after: Option<Cursor>,
    limit: usize,
    names: &dyn BankNames,
) -> AuditTrailView {
    let mut steps: Vec<(Height, OrderId, usize, &OrderStep)> = orders
        .iter()
        .flat_map(|order| order.story().enumerate().map(|(place, step)| (step.height, order.id, place, step)))
        .collect();
    steps.sort_by_key(|(height, order, place, _)| (*height, *order, *place));
    let mut numbered: Vec<(Cursor, OrderId, &OrderStep)> = Vec::with_capacity(steps.len());
    for (height, order, _, step) in steps {
        let index = match numbered.last() {
            Some((Cursor { height: last, index }, ..)) if *last == height => index + 1,
            _ => 0,
        };
        numbered.push((Cursor { height, index }, order, step));
    }
    let unread = |(at, ..): &(Cursor, OrderId, &OrderStep)| {
        after.is_none_or(|after| (at.height, at.index) >= (after.height, after.index))
    };
    let mut rest: Vec<_> = numbered.into_iter().filter(unread).collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| more).map(|(at, ..)| Cursor { index: at.index + 1, ..*at });
    let past = orders.past();
    AuditTrailView {
        as_of,
        past: PastOrdersView { count: past.count, digest: Hex(past.digest) },
        items: rest
            .into_iter()
            .map(|(_, order, step)| AuditEntryView { order: Hex(order), step: step_view(step, names) })
            .collect(),
        next,
    }
}
