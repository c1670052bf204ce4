//! One subscription: where its events come from and how they reach the client.
//!
//! ```text
//! final facts:  watch(height) ---> read height from the store ---> deliver, at the reader's pace
//! live events:  broadcast ring --------------------------------> deliver, or "you missed n"
//! a customer's: bell -----------> read news from the vault ----> deliver, at the reader's pace
//! ```

mod customer_feed;
mod final_feed;
mod live_feed;

use crate::context::Context;
use crate::error::RpcError;
use crate::jsonrpc;
use crate::methods::params::Subscribe;
use customer_feed::CustomerFeed;
use final_feed::{FinalFeed, Wanted};
use idx_client::views::{
    Cursor, EventBody, EventView, NoticeView, Since, SubscribeTopic, TX_KINDS, TransactionFilter,
};
use live_feed::LiveFeed;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The client is gone.
pub(crate) struct Gone;

/// Numbers the deliveries of one subscription and queues them.
pub(crate) struct Outlet {
    queue: mpsc::Sender<String>,
    subscription: String,
    sequence: u64,
}

impl Outlet {
    /// An outlet that has delivered nothing.
    pub fn new(queue: mpsc::Sender<String>, subscription: String) -> Self {
        Self { queue, subscription, sequence: 0 }
    }

    /// Queues an event; waits while the queue is full.
    async fn deliver(&mut self, cursor: Option<Cursor>, event: EventBody) -> Result<(), Gone> {
        let event = EventView { sequence: self.sequence, cursor, event };
        self.sequence += 1;
        self.queue.send(jsonrpc::delivery(&self.subscription, &event)).await.map_err(|_| Gone)
    }

    /// Queues the last word.
    async fn end(&mut self, notice: NoticeView) -> Result<(), Gone> {
        self.deliver(None, EventBody::Ended { notice }).await
    }
}

/// A subscription's source.
pub(crate) enum Feed {
    /// Final facts.
    Final(FinalFeed),
    /// What is only seen live.
    Live(LiveFeed),
    /// What concerns a customer.
    Customer(Box<CustomerFeed>),
}

impl Feed {
    /// Opens the source that is wanted; from now on nothing is missed.
    pub async fn new(context: &Arc<Context>, wanted: Subscribe) -> Result<Self, RpcError> {
        let Subscribe { topic, filter, since, token } = wanted;
        let filtered = filter != TransactionFilter::default();
        if filtered && topic != SubscribeTopic::Transactions {
            return Err(RpcError::params("a filter is for the topic transactions only"));
        }
        if let Some(kind) = filter.kind.as_deref().filter(|kind| !TX_KINDS.contains(kind)) {
            let kind: String = kind.chars().take(40).collect();
            return Err(RpcError::params(format!("{kind:?} is not a kind of transaction")));
        }
        if let SubscribeTopic::Customer = topic {
            let token = token.ok_or_else(|| RpcError::params("the topic customer needs a token"))?;
            return Ok(Self::Customer(Box::new(CustomerFeed::open(context, &token, since).await?)));
        }
        if token.is_some() {
            return Err(RpcError::params("a token is for the topic customer only"));
        }
        let since = since.map(cursor).transpose()?;
        match (topic, since) {
            (SubscribeTopic::CourtOrders, since) => {
                Ok(Self::Final(FinalFeed::new(context, Wanted::CourtOrders, since)))
            }
            (SubscribeTopic::FinalizedHeads, since) => {
                Ok(Self::Final(FinalFeed::new(context, Wanted::Heads, since)))
            }
            (SubscribeTopic::Transactions, since) => {
                Ok(Self::Final(FinalFeed::new(context, Wanted::Transactions(filter), since)))
            }
            (_, Some(_)) => Err(RpcError::params("what is only seen live has no past: leave out since")),
            (topic, None) => Ok(Self::Live(LiveFeed::new(context, topic))),
        }
    }

    /// Delivers until the source ends or the client is gone.
    pub async fn run(self, context: Arc<Context>, outlet: Outlet) {
        // Both ways of ending end here: whether the client heard the last word changes nothing.
        let _ = match self {
            Self::Final(feed) => feed.run(context, outlet).await,
            Self::Live(feed) => feed.run(context, outlet).await,
            Self::Customer(feed) => feed.run(context, outlet).await,
        };
    }
}

fn cursor(since: Since) -> Result<Cursor, RpcError> {
    match since {
        Since::Cursor(cursor) => Ok(cursor),
        Since::Sequence(_) => Err(RpcError::params("since is a cursor for this topic")),
    }
}
