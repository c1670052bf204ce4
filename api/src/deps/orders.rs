//! Reads of lawful opening: judges, orders, the audit trail, and what is shown for an active order.

use super::Answer;
use idx_client::views::{
    AuditTrailView, Cursor, JudgeView, OrderFileView, OrderPageView, OrderStatusView, OrderView, ReaderView,
};
use idx_types::OrderId;

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

    /// The transactions that an active order is about, whole, sealed to the reader.
    ///
    /// # Errors
    /// [`QueryError::Refused`](super::QueryError::Refused) unless the order is active and covers
    /// something, and the reader is its judge or a custodian.
    fn order_file(&self, order: OrderId, reader: ReaderView) -> Answer<OrderFileView>;
}
