//! Reads of lawful opening, each on a blocking thread.

use super::params::{ByOrder, ForReader, Nothing, Orders, Trail};
use super::queries::page;
use crate::context::Context;
use crate::error::RpcError;
use idx_client::views::{AuditTrailView, JudgeView, OrderFileView, OrderPageView, OrderView};

type Read<T> = Result<T, RpcError>;

pub(crate) fn judges(context: &Context, _: Nothing) -> Read<Vec<JudgeView>> {
    Ok(context.deps.orders.judges()?)
}

pub(crate) fn court_orders(context: &Context, params: Orders) -> Read<OrderPageView> {
    let (after, limit) = (params.after.map(|id| id.0), page(context, params.limit)?);
    Ok(context.deps.orders.court_orders(params.status, after, limit)?)
}

pub(crate) fn court_order(context: &Context, params: ByOrder) -> Read<Option<OrderView>> {
    Ok(context.deps.orders.court_order(params.id.0)?)
}

pub(crate) fn audit_trail(context: &Context, params: Trail) -> Read<AuditTrailView> {
    Ok(context.deps.orders.audit_trail(params.after, page(context, params.limit)?)?)
}

pub(crate) fn order_file(context: &Context, params: ForReader) -> Read<OrderFileView> {
    Ok(context.deps.orders.order_file(params.order.0, params.reader)?)
}
