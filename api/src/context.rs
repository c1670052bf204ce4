//! What every call shares: the node, the limits and the counters that enforce them.

use crate::deps::ApiDeps;
use crate::error::{INTERNAL_ERROR, RpcError};
use crate::jsonrpc::{self, Json};
use crate::limits::ApiLimits;
use crate::methods::{METHODS, Method};
use crate::receipts::Receipts;
use crate::rest::Tokens;
use crate::teller::Teller;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What every call shares.
pub(crate) struct Context {
    /// The node.
    pub deps: ApiDeps,
    /// What can be called.
    pub methods: &'static [Method],
    /// The bounds.
    pub limits: ApiLimits,
    /// Store reads that may still begin.
    pub reads: Arc<Semaphore>,
    /// Waits that may still begin.
    pub waits: Semaphore,
    /// HTTP calls that may still begin.
    pub calls: Semaphore,
    /// WebSockets that may still be opened.
    pub sockets: Arc<Semaphore>,
    /// Receipts that never change again.
    pub receipts: Receipts,
    /// The maker of tokens, if the node is a bank's.
    tokens: Option<Tokens>,
}

impl Context {
    /// The context of a router.
    pub fn new(deps: ApiDeps, limits: ApiLimits) -> Arc<Self> {
        Self::with_methods(METHODS, deps, limits)
    }

    /// The context of a router with another table, for tests of the protocol alone.
    pub fn with_methods(methods: &'static [Method], deps: ApiDeps, limits: ApiLimits) -> Arc<Self> {
        Arc::new(Self {
            methods,
            reads: Arc::new(Semaphore::new(limits.reads_max)),
            waits: Semaphore::new(limits.waits_max),
            calls: Semaphore::new(limits.calls_max),
            sockets: Arc::new(Semaphore::new(limits.sockets_max)),
            receipts: Receipts::new(limits.receipts_kept),
            tokens: deps.teller.as_deref().map(Tokens::of),
            deps,
            limits,
        })
    }

    /// The bank's desk.
    ///
    /// # Errors
    /// The node is no bank's.
    pub fn teller(&self) -> Result<&Arc<dyn Teller>, RpcError> {
        self.deps.teller.as_ref().ok_or_else(RpcError::no_customers)
    }

    /// The maker of tokens.
    ///
    /// # Errors
    /// The node is no bank's.
    pub fn tokens(&self) -> Result<&Tokens, RpcError> {
        self.tokens.as_ref().ok_or_else(RpcError::no_customers)
    }

    /// Runs a read of the store on a blocking thread, when its turn comes.
    pub async fn read<R, F>(self: Arc<Self>, read: F) -> Result<R, RpcError>
    where
        R: Send + 'static,
        F: FnOnce(&Self) -> Result<R, RpcError> + Send + 'static,
    {
        let turns = Arc::clone(&self.reads);
        let turn = turns.acquire_owned().await.map_err(|_| RpcError::busy("the node is stopping"))?;
        // The turn ends with the read itself: a client that leaves does not make room for a second one.
        let read = move || {
            let _turn = turn;
            read(&self)
        };
        let done = tokio::task::spawn_blocking(read).await;
        done.unwrap_or_else(|failure| {
            tracing::error!(%failure, "a read for a client did not finish");
            Err(RpcError::standard(INTERNAL_ERROR))
        })
    }

    /// A result as JSON, within the limit.
    pub fn json<T: Serialize>(&self, value: &T) -> Result<Json, RpcError> {
        jsonrpc::result(value, self.limits.response_bytes_max)
    }
}
