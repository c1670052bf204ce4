//! How programs talk to a node: REST, JSON-RPC 2.0 over HTTP and WebSocket, events by Socket.IO, metrics,
//! health.
//!
//! What enters is bytes of strangers, what leaves is views ([`idx_client::views`]). In between this
//! crate sees a node only through five traits, which the node implements:
//!
//! ```text
//!            POST /rpc      GET /rpc (WebSocket)      /metrics   /health/live   /health/ready
//!                \             /                          |            |             |
//!   host, size, connection limits                         +------------+-------------+
//!                  \         /                                         |
//!                parse (jsonrpc) -> table of methods -> handlers       |
//!                                                       |   |   \      |
//!                                          ChainQueries, OrderQueries  Submit  Events  Live
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

mod context;
mod deps;
mod discover;
mod documents;
mod doorkeeper;
pub mod error;
mod feed;
mod host;
mod http;
mod imports;
mod jsonrpc;
mod limits;
mod listener;
mod methods;
mod news;
mod others;
mod proofs;
mod receipts;
mod rest;
mod serve;
mod session;
mod socketio;
mod statements;
mod teller;
mod ws;

#[cfg(test)]
mod tests;

pub use deps::{
    Answer, ApiDeps, ChainQueries, Events, Found, Live, LiveEvent, NotReady, OrderQueries, Place, QueryError,
    Refusal, SEND_BATCH_MAX, Settled, Standing, Submit, TrailWalk,
};
pub use doorkeeper::Doorkeeper;
pub use limits::ApiLimits;
pub use listener::{run, run_local};
pub use news::{Bell, Bells};
pub use others::{OtherBank, OtherBanks, Said};
pub use rest::{Rate, RestLimits};
pub use socketio::EventLimits;
pub use statements::{NoStatement, Statements};
pub use teller::{AccountStanding, SessionStanding, Teller};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use context::Context;
use std::sync::Arc;

/// All routes of a node: `/api`, `/docs`, `/socket.io`, `/rpc`, `/metrics`, `/health/live`, `/health/ready`.
///
/// Give it to [`run`], on a runtime that is not the agreement's. Health is answered under any name,
/// because orchestrators call a node by its address.
pub fn router(deps: ApiDeps, limits: ApiLimits) -> Router {
    routes(Context::new(deps, limits))
}

/// The operator's own door: `/rpc` with the `admin_` methods, for a socket that only he can open. Give it
/// to [`run_local`].
pub fn admin_router(deps: ApiDeps, limits: ApiLimits) -> Router {
    let context = Context::with_methods(methods::ADMIN_METHODS, deps, limits);
    Router::new().route("/rpc", post(http::post)).with_state(context)
}

fn routes(context: Arc<Context>) -> Router {
    let rest = rest::Rest::new(Arc::clone(&context));
    Router::new()
        .route("/rpc", post(http::post).get(ws::upgrade))
        .route("/metrics", get(http::metrics))
        .with_state(Arc::clone(&context))
        .merge(rest::router(&rest))
        .merge(socketio::router(&rest))
        .layer(from_fn_with_state(Arc::clone(&context), host::guard))
        .merge(health(context))
}

fn health(context: Arc<Context>) -> Router {
    Router::new()
        .route("/health/live", get(http::alive))
        .route("/health/ready", get(http::ready))
        .with_state(context)
}
