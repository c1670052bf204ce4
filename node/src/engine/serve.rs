//! The doors of a node: HTTP for everybody, a Unix socket for the operator of this machine.

use crate::home::{self, Home};
use crate::settings::Settings;
use anyhow::{Context, Result};
use idx_api::{ApiDeps, ApiLimits};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use tokio::runtime::{Builder, Runtime};

/// Threads that serve clients.
const API_THREADS: usize = 2;

/// Who may connect to the operator's socket: its owner.
const SOCKET_MODE: u32 = 0o600;

/// Opens both doors. Clients have a runtime of their own, so that no load of theirs delays a vote.
///
/// # Errors
/// An address or the socket cannot be listened on.
pub(super) fn serve(deps: ApiDeps, home: &Home, settings: &Settings) -> Result<Runtime> {
    let runtime =
        Builder::new_multi_thread().worker_threads(API_THREADS).thread_name("api").enable_all().build()?;
    let listener = TcpListener::bind(settings.http.listen).with_context(|| {
        format!("{} cannot be listened on; choose another with http.listen", settings.http.listen)
    })?;
    listener.set_nonblocking(true)?;
    let local = local_listener(&home.admin_socket())?;
    let limits = super::limits::api_limits(settings);
    serve_all(&runtime, listener, deps.clone(), limits.clone());
    serve_operator(&runtime, local, deps, limits);
    Ok(runtime)
}

fn serve_all(runtime: &Runtime, listener: TcpListener, deps: ApiDeps, limits: ApiLimits) {
    let router = idx_api::router(deps, limits.clone());
    runtime.spawn(async move {
        match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => idx_api::run(listener, router, &limits, std::future::pending()).await,
            Err(error) => tracing::error!(%error, "clients cannot be served"),
        }
    });
}

fn serve_operator(runtime: &Runtime, listener: UnixListener, deps: ApiDeps, limits: ApiLimits) {
    let router = idx_api::admin_router(deps, limits.clone());
    runtime.spawn(async move {
        match tokio::net::UnixListener::from_std(listener) {
            Ok(listener) => idx_api::run_local(listener, router, &limits, std::future::pending()).await,
            Err(error) => tracing::error!(%error, "the operator cannot be served"),
        }
    });
}

/// The home is locked, so a socket that is there was left by a node that is gone.
fn local_listener(path: &Path) -> Result<UnixListener> {
    let shown = || format!("{}: the operator's socket cannot be made", path.display());
    home::remove_if_there(path).with_context(shown)?;
    let listener = UnixListener::bind(path).with_context(shown)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(SOCKET_MODE)).with_context(shown)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
