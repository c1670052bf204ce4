//! What one WebSocket has open: its queue towards the client and its subscriptions.

use crate::context::Context;
use crate::error::{RpcError, TOO_MANY_SUBSCRIPTIONS};
use crate::feed::{Feed, Outlet};
use crate::jsonrpc::{self, Call, Entry, Incoming, Json};
use crate::methods::params::{Subscribe, Unsubscribe};
use crate::methods::{self, Run};
use crate::serve::serve;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// One WebSocket's state.
pub(crate) struct Session {
    context: Arc<Context>,
    queue: mpsc::Sender<String>,
    open: Mutex<Open>,
}

/// The subscriptions that deliver.
#[derive(Default)]
struct Open {
    given: u64,
    feeds: BTreeMap<String, AbortHandle>,
    closed: bool,
}

/// Lets a feed begin once the client has been told its id.
type Begin = oneshot::Sender<()>;

impl Session {
    /// A session that writes to this queue.
    pub fn new(context: Arc<Context>, queue: mpsc::Sender<String>) -> Self {
        Self { context, queue, open: Mutex::default() }
    }

    /// Ends when nothing can be written any more.
    pub async fn closed(&self) {
        self.queue.closed().await;
    }

    /// Ends all subscriptions, and any that is just being made.
    pub fn close(&self) {
        let mut open = self.lock();
        open.closed = true;
        open.feeds.values().for_each(AbortHandle::abort);
        open.feeds.clear();
    }

    /// Carries out what the client sent and queues the answer.
    pub async fn answer(self: &Arc<Self>, bytes: &[u8]) {
        let (text, begin) = match jsonrpc::parse(bytes) {
            Err(error) => (Some(jsonrpc::error(error)), None),
            Ok(Incoming::Single(Entry::Request(id, call))) if self.manages(&call) => {
                let (outcome, begin) = self.manage(call).await;
                (Some(jsonrpc::answer(&id, &outcome)), begin)
            }
            Ok(sent) => (serve(&self.context, sent).await, None),
        };
        if let Some(text) = text
            && self.queue.send(text).await.is_err()
        {
            return;
        }
        if let Some(begin) = begin {
            // The feed is gone if the session was closed meanwhile; then there is nothing to begin.
            let _ = begin.send(());
        }
    }

    fn manages(&self, call: &Call) -> bool {
        let method = methods::find(self.context.methods, &call.method);
        method.is_ok_and(|method| matches!(method.run, Run::Subscribe | Run::Unsubscribe))
    }

    /// Carries out `idx_subscribe` or `idx_unsubscribe`.
    async fn manage(self: &Arc<Self>, call: Call) -> (Result<Json, RpcError>, Option<Begin>) {
        match self.try_manage(call).await {
            Ok((value, begin)) => (self.context.json(&value), begin),
            Err(error) => (Err(error), None),
        }
    }

    async fn try_manage(self: &Arc<Self>, call: Call) -> Result<(Value, Option<Begin>), RpcError> {
        let method = methods::find(self.context.methods, &call.method)?;
        let arguments = method.arguments(call.params)?;
        match method.run {
            Run::Subscribe => {
                let (id, begin) = self.subscribe(arguments.read_unrepeated()?).await?;
                Ok((id.into(), Some(begin)))
            }
            _ => {
                let Unsubscribe { subscription } = arguments.read()?;
                let ended = self.lock().feeds.remove(&subscription).inspect(AbortHandle::abort);
                Ok((ended.is_some().into(), None))
            }
        }
    }

    /// Opens a subscription; from now on it misses nothing, but it delivers only after `Begin`.
    async fn subscribe(self: &Arc<Self>, wanted: Subscribe) -> Result<(String, Begin), RpcError> {
        let feed = Feed::new(&self.context, wanted).await?;
        let mut open = self.lock();
        let max = self.context.limits.subscriptions_max;
        if open.closed || open.feeds.len() >= max {
            let sentence = format!("This connection has {max} subscriptions, more are not allowed.");
            return Err(RpcError::limit(TOO_MANY_SUBSCRIPTIONS, "TOO_MANY_SUBSCRIPTIONS", sentence, true));
        }
        open.given += 1;
        let id = format!("{:#x}", open.given);
        let (begin, begun) = oneshot::channel();
        let task = tokio::spawn(Arc::clone(self).deliver(feed, id.clone(), begun));
        open.feeds.insert(id.clone(), task.abort_handle());
        Ok((id, begin))
    }

    async fn deliver(self: Arc<Self>, feed: Feed, id: String, begun: oneshot::Receiver<()>) {
        if begun.await.is_ok() {
            feed.run(Arc::clone(&self.context), Outlet::new(self.queue.clone(), id.clone())).await;
        }
        self.lock().feeds.remove(&id);
    }

    /// A thread that panicked while holding the lock left whole entries behind, so they stay in use.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
