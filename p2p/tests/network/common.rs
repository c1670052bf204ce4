//! Nodes on loopback for the stories in these tests: real sockets, ports chosen by the system, and
//! waiting for what can be seen instead of for time to pass.

use idx_p2p::{
    Acceptance, NetworkEvent, NetworkHandle, NetworkLimits, NetworkSettings, PeerRole, PeerSettings, Rate,
    Topic, network_key_of_seed,
};
use idx_types::NetworkKey;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Generous: only a failing test ever waits so long.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The network's name in these tests.
pub const NETWORK: &str = "test";

/// A node with what it tells its owner.
pub struct Node {
    pub handle: NetworkHandle,
    pub events: mpsc::Receiver<NetworkEvent>,
}

/// The secret of the node with this number.
pub fn seed(number: u8) -> [u8; 32] {
    [number; 32]
}

/// The identity of the node with this number.
pub fn key(number: u8) -> NetworkKey {
    network_key_of_seed(&seed(number))
}

/// A bank that may be at the given addresses.
pub fn bank(number: u8, addresses: &[String]) -> PeerSettings {
    PeerSettings { key: key(number), addresses: addresses.to_vec(), role: PeerRole::Bank }
}

/// Settings of a node on a free port of loopback.
pub fn settings(number: u8, peers: Vec<PeerSettings>) -> NetworkSettings {
    NetworkSettings {
        secret_seed: Zeroizing::new(seed(number)),
        role: PeerRole::Bank,
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()].into(),
        peers,
        protocol_name: NETWORK.to_owned(),
        limits: quick_limits(),
    }
}

/// The default limits with bans short enough to be waited for.
pub fn quick_limits() -> NetworkLimits {
    NetworkLimits {
        ban_first: Duration::from_millis(500),
        ban_max: Duration::from_secs(2),
        redial_max: Duration::from_secs(1),
        ..NetworkLimits::default()
    }
}

/// Limits that a flood meets soon.
pub fn tight_limits() -> NetworkLimits {
    NetworkLimits {
        gossip_messages: Rate { per_s: 10, burst: 50 },
        requests: Rate { per_s: 10, burst: 50 },
        ..quick_limits()
    }
}

impl Node {
    /// Starts a node.
    pub async fn start(settings: NetworkSettings) -> Self {
        let (handle, events) = idx_p2p::start(settings).await.expect("the settings are sound");
        Self { handle, events }
    }

    /// Waits for the first event that `wanted` takes; all earlier ones are passed over.
    pub async fn wait<T>(&mut self, what: &str, mut wanted: impl FnMut(NetworkEvent) -> Option<T>) -> T {
        let search = async {
            loop {
                let event = self.events.recv().await.expect("the network runs");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        timeout(DEADLINE, search).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
    }

    /// Waits until a peer is up.
    pub async fn wait_up(&mut self, peer: NetworkKey) {
        self.wait("a peer to come up", |event| match event {
            NetworkEvent::PeerUp { peer: up, .. } if up == peer => Some(()),
            _ => None,
        })
        .await;
    }

    /// Waits until a peer is down.
    pub async fn wait_down(&mut self, peer: NetworkKey) {
        self.wait("a peer to go down", |event| match event {
            NetworkEvent::PeerDown { peer: down } if down == peer => Some(()),
            _ => None,
        })
        .await;
    }

    /// Waits until so many peers have come up.
    pub async fn wait_ups(&mut self, mut count: usize) {
        self.wait("peers to come up", |event| {
            count -= usize::from(matches!(event, NetworkEvent::PeerUp { .. }));
            (count == 0).then_some(())
        })
        .await;
    }

    /// Waits for the next gossip on a topic, and accepts it.
    pub async fn next_gossip(&mut self, wanted: Topic) -> (NetworkKey, Vec<u8>) {
        let (id, from, data) = self
            .wait("gossip", |event| match event {
                NetworkEvent::Gossip { id, from, topic, data, .. } if topic == wanted => {
                    Some((id, from, data))
                }
                _ => None,
            })
            .await;
        self.handle.verdict(id, from, Acceptance::Accept).await.expect("the network runs");
        (from, data)
    }

    /// Answers every request with its bytes reversed until `until` happens.
    pub async fn answer_one(&mut self) {
        let (ticket, mut data) = self
            .wait("a request", |event| match event {
                NetworkEvent::Request { ticket, data, .. } => Some((ticket, data)),
                _ => None,
            })
            .await;
        data.reverse();
        self.handle.respond(ticket, data).await.expect("the network runs");
    }
}

/// Nodes 1 to `count`, each connected to all others and ready for gossip both ways.
pub async fn mesh(count: u8) -> Vec<Node> {
    mesh_with(count, quick_limits(), &[]).await
}

/// Like [`mesh`], with limits, and further peers that may connect.
pub async fn mesh_with(count: u8, limits: NetworkLimits, guests: &[PeerSettings]) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for number in 1..=count {
        let known = nodes.iter().zip(1..).map(|(node, other)| bank(other, node.handle.listen_addresses()));
        let later = (number + 1..=count).map(|other| bank(other, &[]));
        let peers = known.chain(later).chain(guests.iter().cloned()).collect();
        nodes.push(Node::start(NetworkSettings { limits: limits.clone(), ..settings(number, peers) }).await);
    }
    for node in &mut nodes {
        node.wait_ups(usize::from(count) - 1).await;
    }
    nodes
}
