//! Carries out what a client sent in one piece: a call, or a batch of them.

use crate::context::Context;
use crate::error::{BATCH_TOO_LONG, INVALID_REQUEST, RESPONSE_TOO_LARGE, RpcError};
use crate::jsonrpc::{self, Entry, Incoming};
use crate::methods;
use serde_json::Value;
use std::sync::Arc;
use tokio::time::Instant;

/// The answer to what a client sent, or `None` where the specification wants silence.
pub(crate) async fn serve(context: &Arc<Context>, sent: Incoming) -> Option<String> {
    match sent {
        Incoming::Single(entry) => one(context, entry, deadline(context)).await,
        Incoming::Batch(entries) => batch(context, entries).await,
    }
}

/// When the time of a request that begins now is over: a little after its longest wait.
fn deadline(context: &Context) -> Instant {
    Instant::now() + context.limits.wait_max + context.limits.body_timeout
}

/// Carries out the entries one after the other, within one time and one size for all.
async fn batch(context: &Arc<Context>, entries: Vec<Entry>) -> Option<String> {
    let (sent, max) = (entries.len(), context.limits.batch_max);
    if sent > max {
        let sentence = format!("The batch has {sent} entries, at most {max} are allowed.");
        return Some(jsonrpc::error(RpcError::limit(BATCH_TOO_LONG, "BATCH_TOO_LONG", sentence, false)));
    }
    let (end, mut answers, mut bytes) = (deadline(context), Vec::new(), 0);
    for entry in entries {
        let Some(answer) = one(context, entry, end).await else { continue };
        bytes += answer.len();
        if bytes > context.limits.response_bytes_max {
            return Some(jsonrpc::error(batch_too_large(context)));
        }
        answers.push(answer);
    }
    (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
}

fn batch_too_large(context: &Context) -> RpcError {
    let max = context.limits.response_bytes_max;
    let sentence = format!("The answers of the batch have more than {max} bytes; ask for less at once.");
    RpcError::limit(RESPONSE_TOO_LARGE, "RESPONSE_TOO_LARGE", sentence, false)
}

/// Carries out one entry; a notification too, but it is not answered.
async fn one(context: &Arc<Context>, entry: Entry, end: Instant) -> Option<String> {
    let (id, call) = match entry {
        Entry::Invalid(id) => return Some(refuse(&id)),
        Entry::Request(id, call) => (Some(id), call),
        Entry::Notification(call) => (None, call),
    };
    let outcome = tokio::time::timeout_at(end, methods::dispatch(context, call)).await;
    let outcome = outcome.unwrap_or_else(|_| Err(RpcError::deadline()));
    id.map(|id| jsonrpc::answer(&id, &outcome))
}

fn refuse(id: &Value) -> String {
    jsonrpc::answer(id, &Err(RpcError::standard(INVALID_REQUEST)))
}
