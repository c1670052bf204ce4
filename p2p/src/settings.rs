//! What a node's operator says about its network, and its check before anything starts.

use crate::bucket::Rate;
use crate::error::NetworkError;
use crate::identity::{keypair, network_key_of, peer_id_of};
use crate::topic::Lane;
use idx_types::NetworkKey;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// Most peers of one node: 40 banks and their observers.
pub const PEERS_MAX: usize = 128;

/// Most configured addresses of one peer.
pub const ADDRESSES_MAX: usize = 8;

/// Longest name of a network, in bytes.
pub const PROTOCOL_NAME_BYTES_MAX: usize = 100;

/// Most requests of ours that one peer may owe an answer to, whatever the limits say.
pub const REQUESTS_IN_FLIGHT_MAX: usize = 64;

/// What a peer is to the network; a stranger is not connected at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PeerRole {
    /// Takes part in approval and agreement.
    Bank,
    /// Listens; served public data only.
    Observer,
}

impl PeerRole {
    /// What two nodes may tell each other: what either may have.
    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bank, Self::Bank) => Self::Bank,
            _ => Self::Observer,
        }
    }
}

/// One peer that may connect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerSettings {
    /// Who it is, wherever it is.
    pub key: NetworkKey,
    /// Multiaddresses to dial, such as `/dns4/bank2.example/tcp/4001`; may be empty for a peer
    /// that dials us. At most [`ADDRESSES_MAX`].
    pub addresses: Vec<String>,
    /// What it may have.
    pub role: PeerRole,
}

/// Where a node listens, and where it tells its peers to look for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Listening {
    /// Multiaddresses to listen on, such as `/ip4/0.0.0.0/tcp/4001`; port 0 lets the system choose.
    pub on: Vec<String>,
    /// Multiaddresses that peers are told instead of those listened on, for a node behind a
    /// translated address or a proxy; empty tells them where it listens. At most [`ADDRESSES_MAX`].
    pub announce: Vec<String>,
}

impl From<Vec<String>> for Listening {
    fn from(on: Vec<String>) -> Self {
        Self { on, announce: Vec::new() }
    }
}

/// Everything that [`crate::start`] needs.
#[derive(Clone)]
pub struct NetworkSettings {
    /// Ed25519 seed of this node's network identity; another key than the one that signs votes.
    pub secret_seed: Zeroizing<[u8; 32]>,
    /// What this node itself is: an observer does not speak what it would not be served.
    pub role: PeerRole,
    /// Its own doors.
    pub listen: Listening,
    /// Banks and observers. This node's own entry is passed over.
    pub peers: Vec<PeerSettings>,
    /// Names the network on the wire and must contain the chain id, so that nodes of different
    /// chains never exchange a message. Letters, digits, `-`, `_` and `.` only.
    pub protocol_name: String,
    /// Bounds on what peers may do; the default suits six to forty banks.
    pub limits: NetworkLimits,
}

impl fmt::Debug for NetworkSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkSettings")
            .field("secret_seed", &"<masked>")
            .field("role", &self.role)
            .field("listen", &self.listen)
            .field("peers", &self.peers)
            .field("protocol_name", &self.protocol_name)
            .field("limits", &self.limits)
            .finish()
    }
}

/// Bounds on each peer, generous enough that an honest one never meets them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkLimits {
    /// All bytes from a peer. Beyond it we stop reading, so that TCP holds the peer back.
    pub wire_bytes: Rate,
    /// Gossiped messages that a peer is the first to bring. Beyond it they are dropped and charged.
    pub gossip_messages: Rate,
    /// Bytes of such messages.
    pub gossip_bytes: Rate,
    /// Requests from a peer. Beyond it they are dropped and charged.
    pub requests: Rate,
    /// Bytes of such requests.
    pub request_bytes: Rate,
    /// How long an answer may take, both ways.
    pub request_timeout: Duration,
    /// Requests of ours that one peer may owe an answer to; at most [`REQUESTS_IN_FLIGHT_MAX`].
    pub requests_in_flight_max: usize,
    /// How long a peer is refused when it is cut for the first time; doubles with each further cut.
    pub ban_first: Duration,
    /// The longest refusal: no bank is lost for ever.
    pub ban_max: Duration,
    /// Wait before dialing again; doubles with each failure.
    pub redial_first: Duration,
    /// The longest such wait.
    pub redial_max: Duration,
}

impl Default for NetworkLimits {
    fn default() -> Self {
        Self {
            wire_bytes: Rate { per_s: 64 << 20, burst: 128 << 20 },
            gossip_messages: Rate { per_s: 2_000, burst: 6_000 },
            gossip_bytes: Rate { per_s: 32 << 20, burst: 128 << 20 },
            requests: Rate { per_s: 200, burst: 1_000 },
            request_bytes: Rate { per_s: 8 << 20, burst: 64 << 20 },
            request_timeout: Duration::from_secs(20),
            requests_in_flight_max: REQUESTS_IN_FLIGHT_MAX,
            ban_first: Duration::from_secs(10),
            ban_max: Duration::from_secs(300),
            redial_first: Duration::from_millis(250),
            redial_max: Duration::from_secs(10),
        }
    }
}

/// A peer that passed the check.
#[derive(Clone, Debug)]
pub(crate) struct CheckedPeer {
    pub(crate) key: NetworkKey,
    pub(crate) role: PeerRole,
    pub(crate) addresses: Vec<Multiaddr>,
}

/// Settings that passed the check.
pub(crate) struct Checked {
    pub(crate) keypair: Keypair,
    pub(crate) key: NetworkKey,
    pub(crate) role: PeerRole,
    pub(crate) listen: Vec<Multiaddr>,
    pub(crate) announce: Vec<Multiaddr>,
    pub(crate) peers: BTreeMap<PeerId, CheckedPeer>,
    pub(crate) protocol_name: String,
    pub(crate) limits: NetworkLimits,
}

impl Checked {
    /// The peers with whom a lane is spoken.
    pub(crate) fn served(&self, lane: Lane) -> BTreeSet<PeerId> {
        let speaks =
            |(id, peer): (&PeerId, &CheckedPeer)| lane.is_served_to(self.role.and(peer.role)).then_some(*id);
        self.peers.iter().filter_map(speaks).collect()
    }

    /// Checks everything that can be checked without touching the network.
    pub(crate) fn new(settings: NetworkSettings) -> Result<Self, NetworkError> {
        let keypair = keypair(&settings.secret_seed);
        let key = network_key_of(&keypair.public().to_peer_id())?;
        check_protocol_name(&settings.protocol_name)?;
        let Listening { on, announce } = settings.listen;
        let listen = on.iter().map(|text| parse(text, None)).collect::<Result<_, _>>()?;
        let announce = check_announced(&announce)?;
        let peers = check_peers(settings.peers, &key)?;
        let Rate { per_s, burst } = settings.limits.wire_bytes;
        if per_s == 0 || burst == 0 {
            return Err(NetworkError::ZeroRate);
        }
        Ok(Self {
            keypair,
            key,
            role: settings.role,
            listen,
            announce,
            peers,
            protocol_name: settings.protocol_name,
            limits: settings.limits,
        })
    }

    /// Whether any address needs a resolver.
    pub(crate) fn uses_dns(&self) -> bool {
        let is_name = |part: Protocol<'_>| {
            matches!(part, Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_) | Protocol::Dnsaddr(_))
        };
        self.peers.values().flat_map(|peer| &peer.addresses).any(|address| address.iter().any(is_name))
    }
}

fn check_protocol_name(name: &str) -> Result<(), NetworkError> {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.len() > PROTOCOL_NAME_BYTES_MAX || !name.bytes().all(sound) {
        return Err(NetworkError::ProtocolName(name.chars().take(PROTOCOL_NAME_BYTES_MAX).collect()));
    }
    Ok(())
}

fn check_announced(announce: &[String]) -> Result<Vec<Multiaddr>, NetworkError> {
    if announce.len() > ADDRESSES_MAX {
        return Err(NetworkError::TooManyAnnounced { count: announce.len() });
    }
    announce.iter().map(|text| parse(text, None)).collect()
}

fn check_peers(
    peers: Vec<PeerSettings>,
    own: &NetworkKey,
) -> Result<BTreeMap<PeerId, CheckedPeer>, NetworkError> {
    if peers.len() > PEERS_MAX {
        return Err(NetworkError::TooManyPeers { count: peers.len() });
    }
    let mut checked = BTreeMap::new();
    for peer in peers.into_iter().filter(|peer| peer.key != *own) {
        let key = peer.key;
        let (id, peer) = check_peer(peer)?;
        if checked.insert(id, peer).is_some() {
            return Err(NetworkError::DuplicatePeer(key));
        }
    }
    Ok(checked)
}

fn check_peer(peer: PeerSettings) -> Result<(PeerId, CheckedPeer), NetworkError> {
    let id = peer_id_of(&peer.key)?;
    if peer.addresses.len() > ADDRESSES_MAX {
        return Err(NetworkError::TooManyAddresses { key: peer.key, count: peer.addresses.len() });
    }
    let addresses = peer.addresses.iter().map(|text| parse(text, Some(id))).collect::<Result<_, _>>()?;
    Ok((id, CheckedPeer { key: peer.key, role: peer.role, addresses }))
}

/// A TCP multiaddress; a `/p2p/` suffix must name `owner` and is taken off.
fn parse(text: &str, owner: Option<PeerId>) -> Result<Multiaddr, NetworkError> {
    let bad = |reason: String| NetworkError::Address { address: text.to_owned(), reason };
    let mut address: Multiaddr = text.parse().map_err(|error| bad(format!("{error}")))?;
    if let Some(Protocol::P2p(named)) = address.iter().last() {
        if Some(named) != owner {
            return Err(bad(format!("it names {named}, which is not the peer's key")));
        }
        address.pop();
    }
    match address.iter().collect::<Vec<_>>()[..] {
        [ref host, Protocol::Tcp(_)] if is_host(host) => Ok(address),
        _ => Err(bad("expected /ip4, /ip6, /dns, /dns4 or /dns6, then /tcp/PORT".to_owned())),
    }
}

fn is_host(part: &Protocol<'_>) -> bool {
    use Protocol::{Dns, Dns4, Dns6, Ip4, Ip6};
    matches!(part, Ip4(_) | Ip6(_) | Dns(_) | Dns4(_) | Dns6(_))
}
