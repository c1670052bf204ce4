//! Deliveries over a WebSocket, with every gap noticed.

use crate::client::{IdxClient, Named};
use crate::error::ClientError;
use crate::views::{Cursor, EventBody, EventView, Since, SubscribeTopic, TransactionFilter};
use jsonrpsee::core::client::{Subscription, SubscriptionClientT};
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use serde_json::json;

/// Deliveries kept between two calls of [`EventStream::next`]; beyond that the connection is dropped
/// and [`EventStream::resume`] tells where to go on.
const BUFFERED_MAX: usize = 1_024;

/// The deliveries of one subscription; ends it when dropped.
pub struct EventStream {
    deliveries: Subscription<EventView>,
    expected: u64,
    resume: Option<Cursor>,
    ended: bool,
    url: String,
    /// Keeps the connection open.
    _connection: WsClient,
}

impl IdxClient {
    /// Subscribes on a connection of its own. `since` is the last cursor seen: for final facts
    /// everything after it is delivered first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn subscribe(
        &self,
        topic: SubscribeTopic,
        filter: &TransactionFilter,
        since: Option<Cursor>,
    ) -> Result<EventStream, ClientError> {
        self.open(json!({"topic": topic, "filter": filter, "since": since}), since).await
    }

    /// Subscribes to the own transfers of the customer whose token this is, on a connection of its own.
    /// `since` is the last sequence seen: everything after it is delivered first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn subscribe_customer(
        &self,
        token: &str,
        since: Option<u64>,
    ) -> Result<EventStream, ClientError> {
        let topic = SubscribeTopic::Customer;
        let since = since.map(Since::Sequence);
        self.open(json!({"topic": topic, "since": since, "token": token}), None).await
    }

    async fn open(
        &self,
        params: serde_json::Value,
        resume: Option<Cursor>,
    ) -> Result<EventStream, ClientError> {
        let url = web_socket_of(self.url());
        let failed = |error| ClientError::of(error, &url);
        let builder = WsClientBuilder::default()
            .request_timeout(self.settings().request_timeout)
            .max_response_size(self.settings().response_bytes_max)
            .max_buffer_capacity_per_subscription(BUFFERED_MAX);
        let connection = builder.build(&url).await.map_err(failed)?;
        let deliveries = connection.subscribe("idx_subscribe", Named(params), "idx_unsubscribe").await;
        let deliveries = deliveries.map_err(failed)?;
        Ok(EventStream { deliveries, expected: 0, resume, ended: false, url, _connection: connection })
    }
}

fn web_socket_of(url: &str) -> String {
    match url.strip_prefix("http") {
        Some(rest) => format!("ws{rest}"),
        None => url.to_owned(),
    }
}

impl EventStream {
    /// The next delivery; `None` after the node ended the subscription with [`EventBody::Ended`].
    ///
    /// # Errors
    /// [`ClientError::Gap`] if deliveries were lost, [`ClientError::Transport`] if the connection was;
    /// after either subscribe again from [`EventStream::resume`].
    pub async fn next(&mut self) -> Result<Option<EventView>, ClientError> {
        if self.ended {
            return Ok(None);
        }
        let event = match self.deliveries.next().await {
            Some(delivery) => delivery.map_err(|error| ClientError::Decode(error.to_string()))?,
            None => return Err(self.lost()),
        };
        if event.sequence != self.expected {
            let (expected, got) = (self.expected, event.sequence);
            return Err(ClientError::Gap { expected, got, resume: self.resume });
        }
        self.expected += 1;
        self.resume = event.cursor.or(self.resume);
        self.ended = matches!(event.event, EventBody::Ended { .. });
        Ok(Some(event))
    }

    /// The cursor of the last final fact that was delivered.
    pub const fn resume(&self) -> Option<Cursor> {
        self.resume
    }

    fn lost(&self) -> ClientError {
        ClientError::Transport { url: self.url.clone(), why: "the connection was lost".to_owned() }
    }
}
