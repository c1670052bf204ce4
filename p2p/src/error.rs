//! Why the network cannot start, and why it does not take what it is given.

use crate::identity::IdentityError;
use crate::settings::{ADDRESSES_MAX, PEERS_MAX, PROTOCOL_NAME_BYTES_MAX};
use idx_types::NetworkKey;

/// Why [`crate::start`] refuses.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// A key in the settings is not an identity.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The network's name does not fit into protocol names.
    #[error(
        "network name {0:?} must be 1 to {PROTOCOL_NAME_BYTES_MAX} letters, digits, '-', '_' or '.'; \
         derive it from the chain id"
    )]
    ProtocolName(String),
    /// An address cannot be used.
    #[error("address {address:?}: {reason}; correct it in the settings, for example /ip4/10.0.0.2/tcp/4001")]
    Address {
        /// As written.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// One key twice.
    #[error("peer {0} is listed twice; keep one entry with all its addresses")]
    DuplicatePeer(NetworkKey),
    /// More peers than a node serves.
    #[error("{count} peers are listed, at most {PEERS_MAX} are served")]
    TooManyPeers {
        /// How many are listed.
        count: usize,
    },
    /// More addresses than a node tries.
    #[error("peer {key} has {count} addresses, at most {ADDRESSES_MAX} are tried")]
    TooManyAddresses {
        /// Whose.
        key: NetworkKey,
        /// How many are listed.
        count: usize,
    },
    /// More addresses than a peer takes up.
    #[error("{count} addresses are announced, at most {ADDRESSES_MAX} are taken up by peers")]
    TooManyAnnounced {
        /// How many are listed.
        count: usize,
    },
    /// A rate that lets nothing pass.
    #[error("limit wire_bytes must let at least one byte pass: set per_s and burst above 0")]
    ZeroRate,
    /// The system's resolver settings are needed for a DNS address and cannot be read.
    #[error("a peer's address is a DNS name, but the resolver cannot be set up: {0}; check /etc/resolv.conf")]
    Resolver(#[source] std::io::Error),
    /// The Noise handshake cannot be prepared.
    #[error("the secure channel cannot be set up: {0}")]
    Noise(#[from] libp2p::noise::Error),
    /// Gossip refuses its configuration.
    #[error("gossip cannot be set up: {0}")]
    Gossip(String),
    /// The operating system refuses the address.
    #[error("cannot listen on {address}: {reason}; is another node running on this port?")]
    Listen {
        /// As configured.
        address: String,
        /// What the system said.
        reason: String,
    },
}

/// Why the network does not take a message; nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// More bytes than the kind may have: no peer would take it.
    #[error("{len} bytes, at most {max} can be sent this way")]
    TooLarge {
        /// Bytes given.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Transactions come faster than they leave; offer them again later.
    #[error("the queue of outgoing transactions is full; try again later")]
    QueueFull,
    /// The network task has ended.
    #[error("the network has been shut down")]
    Closed,
}

impl SendError {
    /// Whether the same message may succeed later.
    pub const fn retriable(&self) -> bool {
        matches!(self, Self::QueueFull)
    }
}

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFailure {
    /// No such peer in the settings.
    #[error("the peer is not in the settings")]
    UnknownPeer,
    /// Not connected now; it is being dialed.
    #[error("the peer is not connected")]
    NotConnected,
    /// The peer owes too many answers already.
    #[error("the peer owes {0} answers already")]
    TooManyInFlight(usize),
    /// No answer in time; the peer may have seen the request.
    #[error("no answer in time")]
    TimedOut,
    /// The connection ended first; the peer may have seen the request.
    #[error("the connection ended before the answer")]
    ConnectionClosed,
    /// The peer belongs to another network or version.
    #[error("the peer does not speak this network's request protocol")]
    Unsupported,
    /// The peer refused, or its answer broke the protocol.
    #[error("the exchange broke: {0}")]
    Broken(String),
}
