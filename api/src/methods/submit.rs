//! Handing in transactions and waiting for them.

use super::params::{Raw, RawList, Wait};
use super::queries::{look_up, receipt_of};
use super::{Arguments, Pending};
use crate::context::Context;
use crate::deps::{Refusal, SEND_BATCH_MAX};
use crate::error::RpcError;
use idx_client::encoding::{Bytes, Hex};
use idx_client::views::{SendResultView, SimulationView, TxStatus};
use idx_types::tx::{TX_BYTES_MAX, TX_VERSION};
use idx_types::{Reason, Transaction, TxId};
use std::sync::Arc;
use std::time::Duration;

/// How long `idx_waitForTransaction` waits when it is not told.
const WAIT_DEFAULT: Duration = Duration::from_secs(30);

/// Carries out `idx_sendRawTransaction`.
pub(crate) fn send_one(context: Arc<Context>, arguments: Arguments) -> Pending {
    Box::pin(async move {
        let Raw { raw } = arguments.read()?;
        let taken = submit(&context, &[raw]).await.pop();
        let id = taken.unwrap_or_else(|| Err(unanswered()))?;
        context.json(&Hex(id))
    })
}

/// Carries out `idx_sendRawTransactions`.
pub(crate) fn send_many(context: Arc<Context>, arguments: Arguments) -> Pending {
    Box::pin(async move {
        let RawList { raws } = arguments.read()?;
        if raws.len() > SEND_BATCH_MAX {
            let what = format!("{} transactions, at most {SEND_BATCH_MAX} at once", raws.len());
            return Err(RpcError::params(what));
        }
        let taken = submit(&context, &raws).await;
        context.json(&taken.into_iter().map(one_answer).collect::<Vec<_>>())
    })
}

fn one_answer(taken: Result<TxId, Refusal>) -> SendResultView {
    match taken {
        Ok(id) => SendResultView::Accepted(Hex(id)),
        Err(Refusal { reason, detail }) => {
            SendResultView::Refused { reason: reason.into(), detail, retriable: reason.retriable() }
        }
    }
}

/// Decodes what can be decoded and hands that to the node; one answer for each, in order.
async fn submit(context: &Context, raws: &[Bytes]) -> Vec<Result<TxId, Refusal>> {
    let (mut answers, mut sound) = (Vec::with_capacity(raws.len()), Vec::new());
    for raw in raws {
        let decoded = decode(&raw.0);
        answers.push(decoded.as_ref().map(|_| None).map_err(Clone::clone));
        sound.extend(decoded);
    }
    let mut taken = match sound.is_empty() {
        true => Vec::new(),
        false => context.deps.submit.submit(sound).await,
    }
    .into_iter();
    let mut next = || taken.next().unwrap_or_else(|| Err(unanswered()));
    answers.into_iter().map(|answer: Result<Option<TxId>, Refusal>| answer.and_then(|_| next())).collect()
}

/// Hands one transaction to the node.
pub(crate) async fn submitted(context: &Context, tx: Transaction) -> Result<TxId, Refusal> {
    let taken = context.deps.submit.submit(vec![tx]).await.pop();
    taken.unwrap_or_else(|| Err(unanswered()))
}

/// The node answered fewer than it was given; it is going down.
fn unanswered() -> Refusal {
    Refusal { reason: Reason::NodeBusy, detail: "the node is stopping".into() }
}

/// Reads one transaction: bounded, of a known version, canonical, nothing after it.
pub(crate) fn decode(bytes: &[u8]) -> Result<Transaction, Refusal> {
    if bytes.len() > TX_BYTES_MAX {
        let detail = format!("{} bytes, at most {TX_BYTES_MAX}", bytes.len());
        return Err(Refusal { reason: Reason::TooLarge, detail });
    }
    match bytes {
        [low, high, ..] if u16::from_le_bytes([*low, *high]) != TX_VERSION => {
            let version = u16::from_le_bytes([*low, *high]);
            let detail = format!("version {version}, this node knows {TX_VERSION}");
            Err(Refusal { reason: Reason::UnknownVersion, detail })
        }
        _ => borsh::from_slice(bytes)
            .map_err(|error| Refusal { reason: Reason::Malformed, detail: error.to_string() }),
    }
}

/// Carries out `idx_simulate`.
pub(crate) fn simulate(context: Arc<Context>, arguments: Arguments) -> Pending {
    Box::pin(async move {
        let Raw { raw } = arguments.read()?;
        let tx = decode(&raw.0)?;
        let (id, involved) = (tx.id(), tx.body.kind.involved_banks());
        let (as_of, said) = context.deps.submit.simulate(tx).await?;
        let names = context.deps.queries.names();
        let reason = said.err();
        context.json(&SimulationView {
            id: Hex(id),
            status: if reason.is_some() { TxStatus::Failed } else { TxStatus::Completed },
            retriable: reason.is_some_and(Reason::retriable),
            reason: reason.map(Into::into),
            involved: involved.iter().map(|bank| names.tag(bank)).collect(),
            as_of,
        })
    })
}

/// Carries out `idx_waitForTransaction`.
pub(crate) fn wait(context: Arc<Context>, arguments: Arguments) -> Pending {
    Box::pin(async move {
        let Wait { id, timeout_ms } = arguments.read()?;
        if let Some(receipt) = context.receipts.get(id.0) {
            return context.json(&*receipt);
        }
        let _turn = context.waits.try_acquire().map_err(|_| RpcError::busy("too many clients wait"))?;
        let patience = timeout_ms.map_or(WAIT_DEFAULT, Duration::from_millis).min(context.limits.wait_max);
        match tokio::time::timeout(patience, context.deps.submit.settled(id.0)).await {
            Ok(found) => {
                let names = context.deps.queries.names();
                context.json(&receipt_of(&context, &found?, &*names))
            }
            Err(_) => {
                let context = Arc::clone(&context);
                context.read(move |context| context.json(&look_up(context, id.0)?)).await
            }
        }
    })
}
