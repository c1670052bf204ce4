//! The doors of a node: JSON-RPC, metrics and health for clients, libp2p for the other nodes.

use super::tls::Certificate;
use crate::settings::{Http, P2p, Rpc};
use anyhow::{Context, Result};
use idx_api::{ApiDeps, ApiLimits, EventLimits, Rate, RestLimits};
use idx_genesis::{Peer, SoundGenesis};
use idx_p2p::{NetworkHandle, NetworkLimits, NetworkSettings, PeerInfo, PeerRole, PeerSettings};
use idx_types::NetworkKey;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Threads that serve clients.
const API_THREADS: usize = 2;

/// How often the picture of peers is renewed.
const PEERS_EVERY: Duration = Duration::from_secs(1);

/// What this node is to the network.
pub struct Own {
    /// Seed of its libp2p identity.
    pub seed: Zeroizing<[u8; 32]>,
    /// Its libp2p identity.
    pub key: NetworkKey,
    /// What it may have.
    pub role: PeerRole,
}

/// The network as a node joins it: the nodes of genesis and, for a bank, the observers that its operator
/// lets in. An observer knows banks only.
pub fn network_settings(own: Own, p2p: &P2p, genesis: &SoundGenesis) -> NetworkSettings {
    let is_bank = own.role == PeerRole::Bank;
    let others = genesis.peers().filter(|peer| peer.key != own.key);
    let known = others.map(|peer| peer_settings(&peer, p2p));
    let observers = p2p.observers.iter().map(|key| PeerSettings {
        key: *key,
        addresses: Vec::new(),
        role: PeerRole::Observer,
    });
    NetworkSettings {
        secret_seed: own.seed,
        role: own.role,
        listen: p2p.listen.clone(),
        peers: known.chain(observers).filter(|peer| is_bank || peer.role == PeerRole::Bank).collect(),
        protocol_name: format!("idx-{}", &genesis.chain_id().to_string()[..16]),
        limits: NetworkLimits::default(),
    }
}

/// An address from the settings comes first: it is newer than the one of genesis.
fn peer_settings(peer: &Peer<'_>, p2p: &P2p) -> PeerSettings {
    let newer = p2p.peers.iter().find(|(code, _)| code.as_str() == peer.name);
    let newer = newer.map(|(_, addresses)| addresses.clone()).unwrap_or_default();
    let addresses = newer.into_iter().chain(peer.addresses.iter().cloned());
    let role = match peer.role {
        idx_genesis::PeerRole::Bank => PeerRole::Bank,
        idx_genesis::PeerRole::Observer => PeerRole::Observer,
    };
    PeerSettings { key: peer.key, addresses: addresses.take(idx_p2p::ADDRESSES_MAX).collect(), role }
}

/// Renews the picture of peers until the network ends.
pub fn watch_peers(handle: NetworkHandle) -> Arc<RwLock<Vec<PeerInfo>>> {
    let peers = Arc::new(RwLock::new(Vec::new()));
    let shared = peers.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(PEERS_EVERY);
        loop {
            ticks.tick().await;
            let Ok(now) = handle.peers().await else { return };
            *shared.write().unwrap_or_else(PoisonError::into_inner) = now;
        }
    });
    peers
}

/// Clients have a runtime of their own, so that no load of theirs delays a vote.
///
/// # Errors
/// That the address cannot be listened on, that its certificate is not sound, or that the system has no thread left.
pub fn serve(deps: ApiDeps, http: &Http, rpc: &Rpc) -> Result<Runtime> {
    let certificate = Certificate::of(http)?;
    let config = certificate.as_ref().map(Certificate::load).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(API_THREADS)
        .thread_name("api")
        .enable_all()
        .build()?;
    let listener = std::net::TcpListener::bind(http.listen)
        .with_context(|| format!("{} cannot be listened on; choose another with http.listen", http.listen))?;
    listener.set_nonblocking(true)?;
    let limits = ApiLimits { rest: rest_limits(http), events: event_limits(http), ..api_limits(rpc) };
    let router = idx_api::router(deps, limits.clone());
    let tls = certificate.zip(config).map(|(files, config)| {
        let (send, current) = watch::channel(config);
        runtime.spawn(files.keep_fresh(send));
        current
    });
    runtime.spawn(async move {
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "clients cannot be served"),
        };
        idx_api::run(listener, tls, router, &limits, std::future::pending()).await;
    });
    Ok(runtime)
}

/// The bounds of REST, from the operator's settings.
fn rest_limits(http: &Http) -> RestLimits {
    let five_times = |count: u32| Rate::per_second(count, count.saturating_mul(5));
    RestLimits {
        per_address: five_times(http.rest_per_second),
        per_login: five_times(http.rest_per_second_login),
        entries_per_address: Rate {
            count: http.entries_per_minute,
            per: Duration::from_secs(60),
            burst: http.entries_per_minute.saturating_mul(2),
        },
        origins: http.origins.clone(),
        ..RestLimits::default()
    }
}

/// The bounds of events, from the operator's settings.
fn event_limits(http: &Http) -> EventLimits {
    EventLimits {
        sockets_max: http.event_sockets_max,
        sockets_per_address_max: http.event_sockets_per_address_max,
        ..EventLimits::default()
    }
}

/// The interfaces' bounds, from the operator's settings; what those do not name keeps its default.
pub(super) fn api_limits(rpc: &Rpc) -> ApiLimits {
    ApiLimits {
        connections_max: rpc.connections_max,
        request_bytes_max: rpc.body_bytes_max,
        batch_max: rpc.batch_max,
        subscriptions_max: rpc.subscriptions_max,
        body_timeout: Duration::from_millis(rpc.timeout_ms),
        wait_max: Duration::from_millis(rpc.wait_ms_max),
        ..ApiLimits::default()
    }
}
