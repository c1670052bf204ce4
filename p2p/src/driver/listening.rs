//! Opening the doors: listening, and waiting until the system says on which ports.

use super::Driver;
use crate::error::NetworkError;
use futures::StreamExt;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::SwarmEvent;
use std::collections::BTreeSet;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

/// How long a listener may take to name its first address.
const LISTEN_TIME_MAX: Duration = Duration::from_secs(5);

impl Driver {
    /// Listens everywhere that is configured; gives the addresses with their true ports.
    pub(crate) async fn listen(&mut self, addresses: &[Multiaddr]) -> Result<Arc<[String]>, NetworkError> {
        addresses.iter().try_for_each(check_free)?;
        let mut waiting = BTreeSet::new();
        for address in addresses {
            let id =
                self.swarm.listen_on(address.clone()).map_err(|error| failed(address, error.to_string()))?;
            waiting.insert(id.to_string());
        }
        let named = self.wait_for_addresses(waiting);
        match (tokio::time::timeout(LISTEN_TIME_MAX, named).await, addresses.first()) {
            (Err(_), Some(address)) => Err(failed(address, "no address was reported in time".to_owned())),
            (Ok(Err(error)), _) => Err(error),
            _ => Ok(self.swarm.listeners().map(Multiaddr::to_string).collect()),
        }
    }

    async fn wait_for_addresses(&mut self, mut waiting: BTreeSet<String>) -> Result<(), NetworkError> {
        while !waiting.is_empty() {
            match self.swarm.select_next_some().await {
                SwarmEvent::NewListenAddr { listener_id, .. } => {
                    waiting.remove(&listener_id.to_string());
                }
                SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } => {
                    let address = addresses.first().cloned().unwrap_or_else(Multiaddr::empty);
                    return Err(failed(&address, error.to_string()));
                }
                // Somebody is quick: nothing is lost, the event takes its normal way.
                other => self.swarm_event(other),
            }
        }
        Ok(())
    }
}

/// Libp2p shares its ports (SO_REUSEPORT): a second node on the same port would start, and each
/// get half of the connections. A plain bind finds out first.
fn check_free(address: &Multiaddr) -> Result<(), NetworkError> {
    let mut parts = address.iter();
    let ip: IpAddr = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.into(),
        Some(Protocol::Ip6(ip)) => ip.into(),
        _ => return Err(failed(address, "one listens on an IP address, not on a name".to_owned())),
    };
    match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => {
            TcpListener::bind((ip, port)).map(drop).map_err(|error| failed(address, error.to_string()))
        }
        _ => Ok(()),
    }
}

fn failed(address: &Multiaddr, reason: String) -> NetworkError {
    NetworkError::Listen { address: address.to_string(), reason }
}
