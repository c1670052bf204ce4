//! What the network of banks is told at start, and what is seen of it.

use crate::keys::NodeKeys;
use crate::settings::Settings;
use anyhow::Result;
use idx_genesis::{Peer, SoundGenesis};
use idx_p2p::{NetworkHandle, NetworkLimits, NetworkSettings, PeerInfo, PeerRole, PeerSettings};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// How often the picture of peers is renewed.
const PEERS_EVERY: Duration = Duration::from_secs(1);

/// Identity, addresses and allowed peers.
pub(super) fn network_settings(
    settings: &Settings,
    genesis: &SoundGenesis,
    keys: &NodeKeys,
) -> Result<NetworkSettings> {
    let mine = keys.public.network_key;
    let others = genesis.peers().filter(|peer| peer.key != mine);
    let known = others.map(|peer| peer_settings(&peer, settings));
    let observers = settings.p2p.observers.iter().map(|key| PeerSettings {
        key: *key,
        addresses: Vec::new(),
        role: PeerRole::Observer,
    });
    Ok(NetworkSettings {
        secret_seed: keys.network_seed.clone(),
        listen: settings.p2p.listen.clone(),
        peers: known.chain(observers).collect(),
        protocol_name: format!("idx-{}", &genesis.chain_id().to_string()[..16]),
        limits: NetworkLimits::default(),
    })
}

/// An address from the settings comes first: it is newer than the one of genesis.
fn peer_settings(peer: &Peer<'_>, settings: &Settings) -> PeerSettings {
    let newer = settings.p2p.peers.iter().find(|(code, _)| code.as_str() == peer.name);
    let newer = newer.map(|(_, addresses)| addresses.clone()).unwrap_or_default();
    let addresses = newer.into_iter().chain(peer.addresses.iter().cloned());
    let role = match peer.role {
        idx_genesis::PeerRole::Bank => PeerRole::Bank,
        idx_genesis::PeerRole::Observer => PeerRole::Observer,
    };
    PeerSettings { key: peer.key, addresses: addresses.take(idx_p2p::ADDRESSES_MAX).collect(), role }
}

/// Renews the picture of peers until the network ends.
pub(super) fn watch_peers(handle: NetworkHandle) -> Arc<RwLock<Vec<PeerInfo>>> {
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
