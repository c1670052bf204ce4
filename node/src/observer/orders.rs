//! Lawful opening, as far as an observer knows of it: the transactions are in the blocks, `audit verify`
//! reads them there; what the ledger works out of them only a bank's node can say.

use super::queries::{Queries, unknown};
use idx_api::{Answer, OrderQueries, TrailWalk};
use idx_client::views::{
    AuditTrailView, Cursor, JudgeView, OrderFileView, OrderPageView, OrderStatusView, OrderView, ReaderView,
};
use idx_types::{Height, OrderId};

impl OrderQueries for Queries {
    fn judges(&self) -> Answer<Vec<JudgeView>> {
        unknown("register of judges")
    }

    fn court_orders(
        &self,
        _: Option<OrderStatusView>,
        _: Option<OrderId>,
        _: usize,
    ) -> Answer<OrderPageView> {
        unknown("register of orders")
    }

    fn court_order(&self, _: OrderId) -> Answer<Option<OrderView>> {
        unknown("register of orders")
    }

    fn audit_trail(&self, _: Option<Cursor>, _: usize) -> Answer<AuditTrailView> {
        unknown("register of orders")
    }

    fn walk_trail(&self, _: Height, _: Height) -> Answer<TrailWalk> {
        unknown("register of orders")
    }

    fn order_file(&self, _: OrderId, _: ReaderView) -> Answer<OrderFileView> {
        unknown("envelopes")
    }
}
