//! Reads of lawful opening: judges, orders, the audit trail, and what is shown for an active order.

use super::Answer;
use idx_client::views::{
    AuditTrailView, Cursor, JudgeView, OrderFileView, OrderPageView, OrderStatusView, OrderView, ReaderView,
};
use idx_types::{Height, OrderId};

/// What a walk over the audit trail came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrailWalk {
    /// The last height that was walked: everything from the first to here was looked at.
    pub to: Height,
    /// Steps of orders that transactions of these heights made.
    pub steps: u64,
    /// What does not hold, a sentence each that names heights and orders only; empty if all does.
    pub broken: Vec<String>,
}

/// Reads of the state's orders. Called on blocking threads, many at a time.
pub trait OrderQueries: Send + Sync + 'static {
    /// All judges ever registered, by number.
    ///
    /// # Errors
    /// [`QueryError`](super::QueryError).
    fn judges(&self) -> Answer<Vec<JudgeView>>;

    /// Orders that the ledger keeps, oldest first, from after the one of id `after`, at most `limit`;
    /// with a status only those that stand so.
    ///
    /// # Errors
    /// [`QueryError`](super::QueryError); [`NotKept`](super::QueryError::NotKept) if `after` is none of
    /// them.
    fn court_orders(
        &self,
        status: Option<OrderStatusView>,
        after: Option<OrderId>,
        limit: usize,
    ) -> Answer<OrderPageView>;

    /// One order; `None` if the ledger keeps none of this id.
    ///
    /// # Errors
    /// [`QueryError`](super::QueryError).
    fn court_order(&self, id: OrderId) -> Answer<Option<OrderView>>;

    /// The steps of all orders that are kept, in order of height, from after the cursor (index `i + 1`
    /// for the step of index `i` of its height), at most `limit`.
    ///
    /// # Errors
    /// [`QueryError`](super::QueryError).
    fn audit_trail(&self, after: Option<Cursor>, limit: usize) -> Answer<AuditTrailView>;

    /// Walks over final heights from `from` to at most `to`, both in the chain: that each follows from the
    /// one before by its certificates, and that exactly the steps which the ledger tells are in them. May
    /// stop early for its bound of bytes; covers at least one height.
    ///
    /// # Errors
    /// [`QueryError`](super::QueryError); [`NotKept`](super::QueryError::NotKept) if the node does not keep
    /// the blocks, or not who ruled the first of them.
    fn walk_trail(&self, from: Height, to: Height) -> Answer<TrailWalk>;

    /// The transactions that an active order is about, whole, sealed to the reader.
    ///
    /// # Errors
    /// [`QueryError::Refused`](super::QueryError::Refused) unless the order is active and covers
    /// something, and the reader is its judge or a custodian.
    fn order_file(&self, order: OrderId, reader: ReaderView) -> Answer<OrderFileView>;
}
