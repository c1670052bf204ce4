//! How programs talk to a node: JSON-RPC 2.0 over HTTP and WebSocket, metrics, health.
//!
//! What enters is bytes of strangers, what leaves is views ([`idx_client::views`]). In between this
//! crate sees a node only through four traits, which the node implements:
//!
//! ```text
//!            POST /rpc      GET /rpc (WebSocket)      /metrics   /health/live   /health/ready
//!                \             /                          |            |             |
//!   host, size, connection limits                         +------------+-------------+
//!                  \         /                                         |
//!                parse (jsonrpc) -> table of methods -> handlers       |
//!                                                       |   |   \      |
//!                                          ChainQueries  Submit  Events  Live
//! ```
//!
//! **It cannot starve the node.** Every queue, wait, batch and body has a bound in [`ApiLimits`]; store
//! reads run on blocking threads, at most [`ApiLimits::reads_max`] at a time; and the node gives this
//! crate a tokio runtime of its own, so that no number of clients takes a thread from the agreement.
//!
//! **A slow reader loses nothing silently.** Subscriptions to final facts read the store at the
//! reader's own pace; one that falls too far behind, or misses live events, is told so, and from which
//! cursor to go on. Nothing here ever waits inside the node.
//!
//! The wire is served by axum directly. jsonrpsee's server does not carry out notifications, answers
//! them with a body, takes a request without a valid id for a notification, and reads a WebSocket
//! without bound while its answers wait; the specification's own examples fail on it.

mod deps;

pub use deps::{
    Answer, ApiDeps, ChainQueries, Events, Found, Live, LiveEvent, NotReady, Place, QueryError, Refusal,
    SEND_BATCH_MAX, Settled, Standing, Submit,
};
