//! What the made-up node says of lawful opening: one judge, one order.

use super::node::FakeNode;
use crate::{Answer, OrderQueries, QueryError, TrailWalk};
use idx_client::encoding::Hex;
use idx_client::testing::{judge_view, order_file_view, order_view};
use idx_client::views::{
    AuditEntryView, AuditTrailView, Cursor, JudgeView, OrderFileView, OrderPageView, OrderStatusView,
    OrderView, PastOrdersView, ReaderView,
};
use idx_crypto::Hash32;
use idx_types::{Height, OrderId};

impl OrderQueries for FakeNode {
    fn judges(&self) -> Answer<Vec<JudgeView>> {
        Ok(vec![judge_view()])
    }
    fn court_orders(
        &self,
        status: Option<OrderStatusView>,
        after: Option<OrderId>,
        limit: usize,
    ) -> Answer<OrderPageView> {
        if let Some(kept) = &*self.orders.lock().unwrap() {
            let unread = kept.iter().filter(|order| after.is_none_or(|after| order.id.0 > after));
            let fits = |order: &&OrderView| status.is_none_or(|status| order.status == status);
            let mut items: Vec<OrderView> = unread.filter(fits).take(limit + 1).cloned().collect();
            let more = items.len() > limit;
            items.truncate(limit);
            let next = items.last().filter(|_| more).map(|order| order.id);
            return Ok(OrderPageView { items, next });
        }
        let shown = after.is_none() && status.is_none_or(|status| status == OrderStatusView::Active);
        let items = shown.then(order_view).into_iter().collect();
        Ok(OrderPageView { items, next: None })
    }
    fn court_order(&self, id: OrderId) -> Answer<Option<OrderView>> {
        match &*self.orders.lock().unwrap() {
            Some(kept) => Ok(kept.iter().find(|order| order.id.0 == id).cloned()),
            None => Ok(Some(OrderView { id: Hex(id), ..order_view() })),
        }
    }
    fn audit_trail(&self, _: Option<Cursor>, _: usize) -> Answer<AuditTrailView> {
        let order = order_view();
        let entry = |step: &_| AuditEntryView { order: order.id, step: Clone::clone(step) };
        Ok(AuditTrailView {
            as_of: Height(3),
            past: PastOrdersView { count: 0, digest: Hex(Hash32::ZERO) },
            items: order.steps.iter().map(entry).collect(),
            next: None,
        })
    }
    fn walk_trail(&self, _: Height, to: Height) -> Answer<TrailWalk> {
        Ok(TrailWalk { to, steps: 2, broken: Vec::new() })
    }
    fn order_file(&self, order: OrderId, _: ReaderView) -> Answer<OrderFileView> {
        match *self.refuses.lock().unwrap() {
            Some(reason) => Err(QueryError::Refused(reason)),
            None => Ok(order_file_view(order)),
        }
    }
}
