//! Executing an order: what its judge can open is handed over, sealed to the order's answer key.
//!
//! Nothing is opened here. The judge opens it with a key that no bank has, and confirms each opening on
//! the ledger before it is shown (`idx-node judge open --sealed`).

use super::awaited::Progress;
use super::order_of;
use super::orders::{Known, known, status};
use crate::context::Context;
use crate::deps::{QueryError, Refusal};
use crate::rest::body::bodies;
use crate::rest::error::{ApiError, Code};
use crate::rest::fields::Flag;
use crate::rest::route::{Call, Outcome, answer};
use idx_client::views::{OrderStatusView, OrderView, ReaderView};
use idx_types::{OrderId, Reason};
use serde_json::{Value, json};

bodies! {
    /// Whether what can be opened now is enough, though more is awaited.
    Execution { partial: Option<Flag> }
}

pub(in crate::rest) async fn execute(mut call: Call) -> Outcome {
    let partial = Execution::read(std::mem::take(&mut call.fields))?.partial;
    let is_partial = partial.is_some_and(|Flag(yes)| yes);
    let id = order_of(&call)?;
    let result = call.rest.blocking(move |context| executed(context, id, is_partial)).await?;
    let message = "The order's answers, sealed to its judge; nobody else can open them";
    Ok(answer(json!({"message": message, "result": result})))
}

fn executed(context: &Context, id: OrderId, is_partial: bool) -> Result<Value, ApiError> {
    let view = match known(context, id)?.ok_or(Code::NotFound)? {
        Known::Kept(view) => view,
        Known::Waiting(_) => {
            let awaiting = json!([{"what": "approval", "from": "banks"}]);
            return Err(ApiError::with(Code::OrderNotReady, json!({"awaiting": awaiting})));
        }
        Known::Refused(_, reason) => return Err(Refusal::from(reason).into()),
    };
    if view.status != OrderStatusView::Active {
        return Err(ApiError::with(Code::OrderOver, json!({"status": status(&view)})));
    }
    let progress = Progress::of(&view);
    if !(progress.is_whole() || is_partial && progress.has_some()) {
        let details = json!({"awaiting": progress.awaited(), "refused_by": progress.refused()});
        return Err(ApiError::with(Code::OrderNotReady, details));
    }
    sealed(context, &view, &progress)
}

/// By the clock an order may be over before the next block says so: then nothing is shown.
fn sealed(context: &Context, view: &OrderView, progress: &Progress) -> Result<Value, ApiError> {
    let file = match context.deps.orders.order_file(view.id.0, ReaderView::Judge) {
        Ok(file) => file,
        Err(QueryError::Refused(reason)) => return Err(over(reason)),
        Err(error) => return Err(error.into()),
    };
    Ok(json!({
        "order_id": view.id,
        "target_idx": null,
        "envelopes": progress.envelopes,
        "awaiting": progress.awaited(),
        "refused_by": progress.refused(),
        "answer_key": file.to,
        "as_of": file.as_of,
        "sealed": file.sealed,
    }))
}

fn over(reason: Reason) -> ApiError {
    let status = match reason {
        Reason::OrderExpired => "EXPIRED",
        Reason::OrderReleased => "RELEASED",
        Reason::OrderRevoked => "REVOKED",
        _ => return Refusal::from(reason).into(),
    };
    ApiError::with(Code::OrderOver, json!({"status": status}))
}
