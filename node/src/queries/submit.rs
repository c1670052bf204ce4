//! Taking in transactions from clients, and waiting for them.

use super::Queries;
use crate::engine::clock;
use async_trait::async_trait;
use idx_api::{Answer, Found, QueryError, Refusal, Submit};
use idx_types::{Height, PreparedTx, Reason, Transaction, TxId};

#[async_trait]
impl Submit for Queries {
    async fn submit(&self, transactions: Vec<Transaction>) -> Vec<Result<TxId, Refusal>> {
        let (verifier, count) = (self.verifier.clone(), transactions.len());
        let prepare = move || -> Vec<PreparedTx> {
            transactions.into_iter().map(|tx| PreparedTx::verify(tx, &*verifier)).collect()
        };
        let Ok(prepared) = tokio::task::spawn_blocking(prepare).await else {
            return vec![Err(Reason::NodeBusy.into()); count];
        };
        let answers = prepared.into_iter().map(|tx| self.admit(tx));
        futures::future::join_all(answers).await
    }

    async fn simulate(&self, transaction: Transaction) -> Answer<(Height, Result<(), Reason>)> {
        let (verifier, inbox) = (self.verifier.clone(), self.inbox.clone());
        let said = tokio::task::spawn_blocking(move || {
            let tx = PreparedTx::verify(transaction, &*verifier);
            inbox.ask_blocking(move |replica| {
                let state = replica.state();
                (state.tip().height, state.precheck(&tx, clock()))
            })
        });
        let said = said.await.map_err(|_| QueryError::Failed("the node is stopping".to_owned()))?;
        said.map_err(|busy| QueryError::Failed(busy.to_string()))
    }

    async fn settled(&self, id: TxId) -> Answer<Found> {
        let waiting = self.events.wait_for(id);
        let waiting = waiting.ok_or_else(|| QueryError::Failed("too many clients wait".to_owned()))?;
        // Looked up after the wait began, so that it cannot become final in between unseen.
        if let Some(found) = self.settled_already(id)? {
            return Ok(found);
        }
        waiting.await.map_err(|_| QueryError::Failed("the node is stopping".to_owned()))
    }
}

impl Queries {
    async fn admit(&self, tx: PreparedTx) -> Result<TxId, Refusal> {
        let id = tx.id;
        match self.inbox.submit(tx).await {
            Ok(id) => Ok(id),
            Err(Reason::PoolDuplicate) => Ok(id),
            Err(reason) => {
                self.shared.metrics.refused.with_label_values(&[reason.code()]).inc();
                Err(reason.into())
            }
        }
    }
}
