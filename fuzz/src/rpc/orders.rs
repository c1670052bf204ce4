//! What the made-up node says of lawful opening: one judge, one order.

use super::node::MadeUp;
use idx_api::{Answer, OrderQueries, TrailWalk};
use idx_client::encoding::Hex;
use idx_client::testing::{judge_view, order_file_view, order_view};
use idx_client::views::{
    AuditEntryView, AuditTrailView, Cursor, JudgeView, OrderFileView, OrderPageView, OrderStatusView,
    OrderView, PastOrdersView, ReaderView,
};
use idx_crypto::Hash32;
use idx_types::{Height, OrderId};

impl OrderQueries for MadeUp {
    fn judges(&self) -> Answer<Vec<JudgeView>> {
        Ok(vec![judge_view()])
    }
    fn court_orders(
        &self,
        status: Option<OrderStatusView>,
        after: Option<OrderId>,
        _: usize,
    ) -> Answer<OrderPageView> {
        let shown = after.is_none() && status.is_none_or(|status| status == OrderStatusView::Active);
        let items = shown.then(order_view).into_iter().collect();
        Ok(OrderPageView { items, next: None })
    }
    fn court_order(&self, id: OrderId) -> Answer<Option<OrderView>> {
        Ok(Some(OrderView { id: Hex(id), ..order_view() }))
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
        Ok(order_file_view(order))
    }
}
