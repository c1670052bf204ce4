//! A made-up node behind the real router, on a real socket, and plain ways to talk to it.

pub mod node;
mod orders;
pub mod wire;

use self::node::FakeNode;
use crate::{ApiDeps, ApiLimits, Teller, router, run};
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_rustls::rustls::ServerConfig;

/// A served node; stops when dropped.
pub struct Served {
    /// The node behind it.
    pub node: Arc<FakeNode>,
    /// Where it listens.
    pub address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// Serves a node of three final heights with these limits.
pub async fn serve(limits: ApiLimits) -> Served {
    serve_routes(limits, router).await
}

/// Serves such a node with these routes.
pub async fn serve_routes(limits: ApiLimits, routes: fn(ApiDeps, ApiLimits) -> Router) -> Served {
    serve_desk(limits, routes, None).await
}

/// Serves such a node with a desk behind it.
pub async fn serve_desk(
    limits: ApiLimits,
    routes: fn(ApiDeps, ApiLimits) -> Router,
    teller: Option<Arc<dyn Teller>>,
) -> Served {
    serve_tls(limits, routes, teller, None).await
}

/// The same, encrypted if there are settings for it.
pub async fn serve_tls(
    limits: ApiLimits,
    routes: fn(ApiDeps, ApiLimits) -> Router,
    teller: Option<Arc<dyn Teller>>,
    tls: Option<watch::Receiver<Arc<ServerConfig>>>,
) -> Served {
    let node = Arc::new(FakeNode::new(3));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = routes(ApiDeps { teller, ..node::deps(&node) }, limits.clone());
    tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        run(listener, tls, app, &limits, stopped).await;
    });
    Served { node, address, _stop: stop }
}

/// Serves with the usual limits.
pub async fn serve_plain() -> Served {
    serve(ApiLimits::default()).await
}

impl Served {
    /// The address of its JSON-RPC.
    pub fn url(&self) -> String {
        format!("http://{}/rpc", self.address)
    }
}
