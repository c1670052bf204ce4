//! Takes in connections, not more than allowed, and gives each only so long to say what it wants.

use crate::limits::ApiLimits;
use crate::rest::PeerAddress;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::Service;

/// Most bytes of a request's line and headers.
const HEADER_BYTES_MAX: usize = 64 << 10;

/// Pause after a failed accept, so that a node out of file descriptors does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves a router on a listener until `stop` ends; then every connection is dropped. Clients resend
/// what was not answered: transaction ids make that safe.
///
/// With `tls` every connection is encrypted, each by the settings that the watch holds when it comes: a new
/// certificate needs no restart.
pub async fn run(
    listener: TcpListener,
    tls: Option<watch::Receiver<Arc<ServerConfig>>>,
    router: Router,
    limits: &ApiLimits,
    stop: impl Future<Output = ()>,
) {
    let accept = || async {
        let (stream, from) = listener.accept().await?;
        // Small answers should not wait for more; where that cannot be set they are only slower.
        let _ = stream.set_nodelay(true);
        Ok((stream, PeerAddress::of(from.ip())))
    };
    match tls {
        None => serve_all(accept, |stream| std::future::ready(Ok(stream)), router, limits, stop).await,
        Some(configs) => {
            let shake = move |stream| TlsAcceptor::from(configs.borrow().clone()).accept(stream);
            serve_all(accept, shake, router, limits, stop).await;
        }
    }
}

/// Serves a router on a socket of this machine; who may connect is said by the file's rights.
pub async fn run_local(
    listener: UnixListener,
    router: Router,
    limits: &ApiLimits,
    stop: impl Future<Output = ()>,
) {
    let accept = || async { listener.accept().await.map(|(stream, _)| (stream, PeerAddress(None))) };
    serve_all(accept, |stream| std::future::ready(Ok(stream)), router, limits, stop).await;
}

/// `shake` makes the stream that is read from the one that was accepted; a client that is slow at it holds
/// up nobody else.
async fn serve_all<S, T, F, G>(
    accept: impl Fn() -> F,
    shake: impl Fn(S) -> G,
    router: Router,
    limits: &ApiLimits,
    stop: impl Future<Output = ()>,
) where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Future<Output = io::Result<(S, PeerAddress)>>,
    G: Future<Output = io::Result<T>> + Send + 'static,
{
    let mut open = JoinSet::new();
    tokio::pin!(stop);
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let header_timeout = limits.header_timeout;
    loop {
        while open.try_join_next().is_some() {}
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((accept().await, place))
        };
        let (accepted, place) = tokio::select! {
            () = &mut stop => return,
            Some(next) = next => next,
        };
        match accepted {
            Ok((stream, from)) => {
                let (shaken, router) = (tokio::time::timeout(header_timeout, shake(stream)), router.clone());
                open.spawn(async move {
                    match shaken.await {
                        Ok(Ok(stream)) => connection(stream, from, router, header_timeout).await,
                        Ok(Err(error)) => tracing::debug!(%error, "a connection was not made"),
                        Err(_) => tracing::debug!("a connection took too long to be made"),
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection<S>(stream: S, from: PeerAddress, router: Router, header_timeout: Duration)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header_timeout).max_buf_size(HEADER_BYTES_MAX);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(from);
        router.clone().call(request)
    });
    let served = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.with_upgrades().await {
        tracing::debug!(%error, "a connection ended early");
    }
}
