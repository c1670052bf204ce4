//! The JSON-RPC interface under any body and any WebSocket bytes: what comes back is JSON-RPC 2.0, and
//! never an internal error.
//!
//! The node behind it is made up and sound, so an internal error is a fault of the interface.

mod http;
mod node;
mod protocol;
mod socket;

pub(crate) use http::ask;
pub use http::http;
pub use socket::socket;

use axum::Router;
use idx_api::{ApiDeps, ApiLimits};
use node::MadeUp;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Entries of a batch that the interface takes here; few, so that short inputs go beyond.
const BATCH_MAX: usize = 8;

fn limits() -> ApiLimits {
    ApiLimits {
        batch_max: BATCH_MAX,
        wait_max: Duration::from_millis(1),
        subscriptions_max: 3,
        receipts_kept: 16,
        ..ApiLimits::default()
    }
}

fn router() -> &'static Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    ROUTER.get_or_init(|| {
        let node = Arc::new(MadeUp::new());
        let (queries, submit) = (node.clone(), node.clone());
        idx_api::router(ApiDeps { queries, submit, live: node.clone(), events: node, teller: None }, limits())
    })
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(1).enable_all().build().expect("a runtime starts")
    })
}
