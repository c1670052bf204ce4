//! What everybody may see of the chain, without logging in.

use super::error::{ApiError, Code};
use super::fields::{transfer_id, whole};
use super::history::{bad_query, limit};
use super::route::{Call, Outcome, answer};
use crate::context::Context;
use crate::methods::params::{AtBlock, BlockByNumber};
use crate::methods::queries::{approvals, block_by_number};
use idx_client::encoding::{BlockTag, Hex};
use idx_client::views::HeaderView;
use idx_types::{Height, PrivateHash, PublicHash, SessionId, TxId};
use serde_json::{Value, json};

/// A read of what is final, on a blocking thread.
async fn read<F>(call: &Call, read: F) -> Result<Value, ApiError>
where
    F: FnOnce(&Context) -> Result<Value, ApiError> + Send + 'static,
{
    call.rest.blocking(read).await
}

pub(super) async fn blocks(call: Call) -> Outcome {
    let count = limit(&call)?;
    let before = |text| whole(text).ok_or_else(|| bad_query("before"));
    let before = call.query_text("before").map(before).transpose()?;
    let page = read(&call, move |context| {
        let queries = &context.deps.queries;
        let newest = queries.final_height().0;
        let top = before.map_or(newest, |before| before.saturating_sub(1).min(newest));
        let names = queries.names();
        let mut blocks = Vec::new();
        for height in (1..=top).rev().take(count) {
            let Some(certified) = queries.certified(Height(height))? else { break };
            blocks.push(json!({
                "height": height,
                "header": HeaderView::new(&certified.public.header, &*names),
                "private_hash": Hex(certified.commit.value),
                "transaction_count": certified.public.transactions.len(),
            }));
        }
        let last = blocks.last().and_then(|block| block["height"].as_u64());
        let next = last.filter(|last| *last > 1);
        Ok(json!({"count": blocks.len(), "blocks": blocks, "next_before": next}))
    });
    Ok(answer(page.await?))
}

/// The height that the path names.
fn height(call: &Call) -> Result<Height, ApiError> {
    let named = call.path.first().and_then(|text| whole(text));
    named.map(Height).ok_or_else(|| Code::NotFound.into())
}

pub(super) async fn block(call: Call) -> Outcome {
    let height = height(&call)?;
    let found = read(&call, move |context| {
        let asked = BlockByNumber { block: BlockTag::Number(height), full: false };
        Ok(json!(block_by_number(context, asked)?))
    });
    there("block", found.await?)
}

pub(super) async fn votes(call: Call) -> Outcome {
    let height = height(&call)?;
    let asked = AtBlock { block: BlockTag::Number(height) };
    there("votes", read(&call, move |context| Ok(json!(approvals(context, asked)?))).await?)
}

fn there(name: &str, found: Value) -> Outcome {
    if found.is_null() { Err(Code::NotFound.into()) } else { Ok(answer(json!({name: found}))) }
}

pub(super) async fn banks(call: Call) -> Outcome {
    let banks = read(&call, |context| Ok(json!(context.deps.queries.banks()?))).await?;
    Ok(answer(json!({"count": banks.as_array().map_or(0, Vec::len), "banks": banks})))
}

pub(super) async fn stats(call: Call) -> Outcome {
    let stats = read(&call, |context| {
        let (queries, live) = (&context.deps.queries, &context.deps.live);
        let banks = queries.banks()?;
        let pool = live.mempool();
        Ok(json!({
            "chain_id": Hex(queries.chain_id().0),
            "height": queries.final_height(),
            "syncing": live.syncing().syncing,
            "active_banks": banks.iter().filter(|bank| bank.active).count(),
            "waiting_transactions": pool.transactions,
        }))
    });
    Ok(answer(json!({"stats": stats.await?})))
}

/// By height, by the hash of a block, by the id of a transaction, by a session.
pub(super) async fn search(call: Call) -> Outcome {
    let text = call.query_text("q").unwrap_or_default().trim().to_owned();
    let found = read(&call, move |context| {
        let hits = [by_height(context, &text)?, by_hash(context, &text)?, by_session(context, &text)?];
        Ok(Value::Array(hits.into_iter().flatten().collect()))
    });
    let results = found.await?;
    Ok(answer(json!({"count": results.as_array().map_or(0, Vec::len), "results": results})))
}

fn by_height(context: &Context, text: &str) -> Result<Vec<Value>, ApiError> {
    let height = text.parse().ok().map(Height);
    let known = |height: &Height| (1..=context.deps.queries.final_height().0).contains(&height.0);
    Ok(height.filter(known).map(|height| json!({"kind": "block", "height": height})).into_iter().collect())
}

fn by_hash(context: &Context, text: &str) -> Result<Vec<Value>, ApiError> {
    let Some(TxId(bytes)) = transfer_id(text) else { return Ok(Vec::new()) };
    let queries = &context.deps.queries;
    let mut hits = Vec::new();
    if let Some(height) = queries.height_of_public(PublicHash(bytes))? {
        hits.push(json!({"kind": "block", "height": height}));
    }
    if let Some(height) = queries.height_of_private(PrivateHash(bytes))? {
        hits.push(json!({"kind": "private_block", "height": height}));
    }
    if queries.transaction(TxId(bytes))?.is_some() {
        hits.push(json!({"kind": "transaction", "tx_hash": TxId(bytes).to_string()}));
    }
    Ok(hits)
}

fn by_session(context: &Context, text: &str) -> Result<Vec<Value>, ApiError> {
    let Some(Ok(session)) = text.starts_with("SESSION_").then(|| text.parse::<SessionId>()) else {
        return Ok(Vec::new());
    };
    let most = context.limits.page_max;
    let ids = context.deps.queries.session_transactions(session, None, most)?.items;
    let hit = |id: &TxId| json!({"kind": "transaction", "tx_hash": id.to_string()});
    Ok(ids.iter().map(hit).collect())
}
