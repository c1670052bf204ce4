//! The banks' nodes as judges, custodians and auditors reach them: several addresses, none of them
//! trusted, the next one asked when one is silent.

use idx_client::views::{ReceiptView, TxStatus};
use idx_client::{ClientError, ClientSettings, IdxClient};
use idx_types::{Reason, Transaction, TxId};
use std::future::Future;
use std::time::Duration;

/// A node that is up answers well within this.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a transaction may take to become final.
const SETTLE_PATIENCE: Duration = Duration::from_secs(60);

/// Nodes of the banks.
#[derive(Clone, Debug)]
pub struct Doors {
    clients: Vec<IdxClient>,
}

/// Why a transaction did not take effect.
#[derive(Debug, thiserror::Error)]
pub enum NotSettled {
    /// No node took it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The ledger refused it.
    #[error("the ledger refused {id}: {reason}")]
    Refused {
        /// The transaction.
        id: TxId,
        /// Why.
        reason: Reason,
    },
    /// It is still waiting: for a silent home bank, for instance.
    #[error("{id} waits still; it settles by itself, or runs out")]
    Waiting {
        /// The transaction.
        id: TxId,
    },
}

impl NotSettled {
    /// The ledger's reason, if it gave one.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Client(error) => error.reason(),
            Self::Refused { reason, .. } => Some(*reason),
            Self::Waiting { .. } => None,
        }
    }
}

impl Doors {
    /// Doors at these addresses, such as `http://127.0.0.1:5001`, with or without `/rpc` at the end.
    ///
    /// # Errors
    /// [`ClientError::Transport`] if there is none, or one is no usable address.
    pub fn new(urls: &[String]) -> Result<Self, ClientError> {
        let settings =
            ClientSettings { attempts_max: 1, request_timeout: CALL_TIMEOUT, ..ClientSettings::default() };
        let client = |url: &String| {
            let rpc = if url.ends_with("/rpc") {
                url.clone()
            } else {
                format!("{}/rpc", url.trim_end_matches('/'))
            };
            IdxClient::new(&rpc, settings.clone())
        };
        let clients = urls.iter().map(client).collect::<Result<Vec<_>, _>>()?;
        if clients.is_empty() {
            return Err(ClientError::Transport { url: String::new(), why: "no node was named".to_owned() });
        }
        Ok(Self { clients })
    }

    /// Each door by itself.
    pub fn each(&self) -> &[IdxClient] {
        &self.clients
    }

    /// Asks one node after the other until one answers.
    ///
    /// # Errors
    /// The last one's error: if a node answered with a refusal, that.
    pub async fn any<'a, T, F>(&'a self, ask: impl Fn(&'a IdxClient) -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let mut worst = None;
        for client in &self.clients {
            match ask(client).await {
                Ok(answer) => return Ok(answer),
                Err(error @ ClientError::Rpc { .. }) => worst = Some(error),
                Err(error) => worst = worst.or(Some(error)),
            }
        }
        Err(worst.expect("there is at least one door"))
    }

    /// Hands a transaction to a node and waits until it is final.
    ///
    /// # Errors
    /// [`NotSettled`].
    pub async fn settle(&self, tx: &Transaction) -> Result<ReceiptView, NotSettled> {
        let id = self.any(|door| door.send_raw_transaction(tx)).await?;
        let receipt = self.any(|door| door.wait_for_transaction(id, SETTLE_PATIENCE)).await?;
        match receipt {
            Some(receipt) if receipt.status == TxStatus::Completed => Ok(receipt),
            Some(ReceiptView { status: TxStatus::Failed, reason: Some(reason), .. }) => {
                Err(NotSettled::Refused { id, reason: reason.code })
            }
            _ => Err(NotSettled::Waiting { id }),
        }
    }
}
