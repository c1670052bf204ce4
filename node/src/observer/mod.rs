//! An observer's node: follows the chain from genesis with [`idx_light::Follower`], keeps the heights that
//! hold, and shows public facts to clients of its own. It has a network key and nothing that signs, asks
//! banks for heights in public form only, and believes none of them.
//!
//! ```text
//!   banks --observed heights--> Following --(off the runtime)--> Kept: Follower, then RocksDB
//!                                  |                               |
//!                    another bank is asked when one lies      Queries --> JSON-RPC, metrics, health
//! ```
//!
//! What the ledger alone knows (accounts, fees of tomorrow, open proposals) an observer cannot prove, and
//! so does not show: such questions are refused with words that say whom to ask.

mod following;
mod kept;
mod live;
mod orders;
mod queries;
#[cfg(test)]
mod tests;

pub use following::Following;
pub use kept::Kept;
pub use live::Facts;
pub use queries::Queries;

use crate::engine::clock;
use crate::engine::doors::{Own, network_settings, serve, watch_peers};
use crate::home::Home;
use crate::settings::ObserverSettings;
use anyhow::{Context, Result};
use idx_genesis::SoundGenesis;
use idx_p2p::{PeerRole, network_key_of_seed};
use std::future::Future;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Runs an observer until `shutdown` completes or it must stop by itself.
///
/// # Errors
/// What failed at start, or why it had to stop.
pub async fn run(
    home: Home,
    settings: ObserverSettings,
    genesis: SoundGenesis,
    seed: Zeroizing<[u8; 32]>,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    let kept = Arc::new(Kept::open(&home.db(), &genesis).context("the observer's store cannot be opened")?);
    let key = network_key_of_seed(&seed);
    tracing::info!(network_key = %key, height = %kept.height(), "observing");
    let network = network_settings(Own { seed, key, role: PeerRole::Observer }, &settings.p2p, &genesis);
    let banks: Vec<_> = network.peers.iter().map(|peer| peer.key).collect();
    let (handle, events) = idx_p2p::start(network).await.context("the network cannot be started")?;
    let facts = Facts {
        network_key: key,
        listens_on: handle.listen_addresses().to_vec(),
        started_at: clock(),
        peers: watch_peers(handle.clone()),
    };
    let queries = Queries { kept: kept.clone(), facts };
    let api = serve(queries.deps(), &settings.http, &settings.rpc)?;
    let following = Following::new(kept, handle.clone(), banks);
    let result = tokio::select! {
        () = shutdown => { tracing::info!("stopping"); Ok(()) }
        result = following.run(events) => result,
    };
    // Does not wait: this thread is a runtime's own, which must not.
    api.shutdown_background();
    handle.shutdown().await;
    result
}
