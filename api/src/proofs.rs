//! The proof of a balance: for its owner over JSON-RPC, and for a logged-in customer over REST.

use crate::context::Context;
use crate::error::RpcError;
use idx_client::views::AccountProofView;
use idx_types::{AccountHandle, Height};
use std::sync::Arc;
use std::time::Duration;

/// How long the ledger may be ahead of what is durable.
const DURABLE_WITHIN: Duration = Duration::from_secs(5);

/// What proves an account after the newest height of the ledger; `None` if there is no such account.
///
/// # Errors
/// The read failed, there is no height yet, or the node does not come to make it durable.
pub(crate) async fn of_account(
    context: &Arc<Context>,
    handle: AccountHandle,
) -> Result<Option<AccountProofView>, RpcError> {
    let proof = context.clone().read(move |context| Ok(context.deps.queries.account_proof(handle)?)).await?;
    let Some((height, proof)) = proof else { return Ok(None) };
    durable(context, height).await?;
    let view = move |context: &Context| {
        let queries = &context.deps.queries;
        let certified = queries.certified(height)?.ok_or_else(|| RpcError::busy("no height is final yet"))?;
        Ok(Some(AccountProofView::of_height(&certified, &proof, &*queries.names())))
    };
    context.clone().read(view).await
}

/// The ledger moves on a moment before its height can be read.
async fn durable(context: &Context, height: Height) -> Result<(), RpcError> {
    let mut heights = context.deps.events.final_heights();
    let reached = heights.wait_for(|durable| *durable >= height);
    let reached = tokio::time::timeout(DURABLE_WITHIN, reached).await;
    let reached = reached.ok().and_then(Result::ok).map(drop);
    reached.ok_or_else(|| RpcError::busy("the newest height is not durable yet"))
}
