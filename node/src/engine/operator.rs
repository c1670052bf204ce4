//! The operator's own door: a Unix socket in the home, which only the node's user can open.

use super::doors::api_limits;
use crate::home::{self, Home};
use crate::settings::Rpc;
use anyhow::{Context, Result};
use idx_api::ApiDeps;
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use tokio::runtime::Runtime;

/// Who may connect to the socket: its owner.
const SOCKET_MODE: u32 = 0o600;

/// Opens the door on the runtime of clients.
///
/// # Errors
/// The socket cannot be made.
pub(super) fn serve_operator(runtime: &Runtime, deps: ApiDeps, home: &Home, rpc: &Rpc) -> Result<()> {
    let listener = listener(&home.admin_socket())?;
    let limits = api_limits(rpc);
    let router = idx_api::admin_router(deps, limits.clone());
    runtime.spawn(async move {
        match tokio::net::UnixListener::from_std(listener) {
            Ok(listener) => idx_api::run_local(listener, router, &limits, std::future::pending()).await,
            Err(error) => tracing::error!(%error, "the operator cannot be served"),
        }
    });
    Ok(())
}

/// Leaves no socket in the home of a node that has stopped: tools that copy folders stumble over one.
pub(super) fn end_operator(home: &Home) {
    if let Err(error) = home::remove_if_there(&home.admin_socket()) {
        tracing::warn!(%error, "the operator's socket stays behind; the next start removes it");
    }
}

/// The home is locked, so a socket that is there was left by a node that is gone.
fn listener(path: &Path) -> Result<UnixListener> {
    let shown = || format!("{}: the operator's socket cannot be made", path.display());
    home::remove_if_there(path).with_context(shown)?;
    let listener = UnixListener::bind(path).with_context(shown)?;
    set_permissions(path, Permissions::from_mode(SOCKET_MODE)).with_context(shown)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
