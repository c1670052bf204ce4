//! What the network tells its owner.

use crate::error::RequestFailure;
use crate::settings::PeerRole;
use crate::topic::{GossipId, Topic};
use idx_types::NetworkKey;
use libp2p::request_response::ResponseChannel;
use std::time::Duration;

/// Names a request of ours; chosen by the caller, unique among those without an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RequestId(pub u64);

/// The right to answer one request once. Dropping it tells the peer that there is no answer.
#[derive(Debug)]
pub struct Ticket {
    pub(crate) peer: NetworkKey,
    pub(crate) channel: ResponseChannel<Vec<u8>>,
}

impl Ticket {
    /// Whose request it answers.
    pub const fn peer(&self) -> NetworkKey {
        self.peer
    }

    /// Whether the peer still waits.
    pub fn is_open(&self) -> bool {
        self.channel.is_open()
    }
}

/// Something happened. Votes, answers and peers' comings and goings overtake transactions and
/// requests; within each of these two groups the order of arrival holds.
#[derive(Debug)]
pub enum NetworkEvent {
    /// A message, new to this node. The owner owes a [`crate::NetworkHandle::verdict`].
    Gossip {
        /// Who brought it; not necessarily who wrote it.
        from: NetworkKey,
        /// What that peer is.
        role: PeerRole,
        /// What it is about.
        topic: Topic,
        /// Its name, for the verdict.
        id: GossipId,
        /// The bytes as published.
        data: Vec<u8>,
    },
    /// A peer asks.
    Request {
        /// Who asks.
        from: NetworkKey,
        /// What that peer is; an observer gets public data only.
        role: PeerRole,
        /// For [`crate::NetworkHandle::respond`].
        ticket: Ticket,
        /// The question.
        data: Vec<u8>,
    },
    /// A peer answered.
    Response {
        /// Who answered.
        from: NetworkKey,
        /// Which request.
        request: RequestId,
        /// The answer.
        data: Vec<u8>,
    },
    /// A request will not be answered.
    RequestFailed {
        /// Who was asked.
        to: NetworkKey,
        /// Which request.
        request: RequestId,
        /// Why.
        reason: RequestFailure,
    },
    /// Connected and subscribed: what is published from now on reaches this peer.
    PeerUp {
        /// Who.
        peer: NetworkKey,
        /// What it is.
        role: PeerRole,
    },
    /// A peer that was up has no connection left. It is dialed again by itself.
    PeerDown {
        /// Who.
        peer: NetworkKey,
    },
    /// A peer was cut for its behaviour and is refused for a while.
    PeerBlamed {
        /// Who.
        peer: NetworkKey,
        /// What it did last.
        reason: &'static str,
        /// How long it is refused.
        banned_for: Duration,
    },
}

impl NetworkEvent {
    /// Whether it may wait behind others and be shed when the owner is far behind.
    pub(crate) const fn is_bulk(&self) -> bool {
        matches!(
            self,
            Self::Gossip { topic: Topic::Transactions | Topic::Intents, .. } | Self::Request { .. }
        )
    }

    /// Bytes of payload.
    pub(crate) fn payload_bytes(&self) -> usize {
        match self {
            Self::Gossip { data, .. } | Self::Request { data, .. } | Self::Response { data, .. } => {
                data.len()
            }
            _ => 0,
        }
    }
}
