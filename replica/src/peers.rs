//! Where the other nodes stand, and the one request for heights that is under way.

use crate::input::RequestId;
use idx_types::wire::Status;
use idx_types::{Height, NetworkKey, TimestampMs};
use std::collections::BTreeMap;

/// Most peers remembered; banks and observers on the allow list.
const PEERS_MAX: usize = 256;

/// A peer that lied about heights is not asked again for so long, milliseconds.
const DISTRUST_MS: u64 = 30_000;

/// A request for heights without an answer is given up after so long, milliseconds.
const REQUEST_MS_MAX: u64 = 5_000;

/// What peers said of themselves.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    standing: BTreeMap<NetworkKey, Standing>,
    in_flight: Option<InFlight>,
    next_request: RequestId,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    status: Status,
    distrusted_until: TimestampMs,
}

#[derive(Debug, Clone, Copy)]
struct InFlight {
    request: RequestId,
    peer: NetworkKey,
    since: TimestampMs,
}

impl Peers {
    /// A number for the next request.
    pub(crate) const fn request_id(&mut self) -> RequestId {
        self.next_request += 1;
        self.next_request
    }

    pub(crate) fn note(&mut self, peer: NetworkKey, status: Status) {
        if let Some(standing) = self.standing.get_mut(&peer) {
            standing.status = status;
        } else if self.standing.len() < PEERS_MAX {
            self.standing.insert(peer, Standing { status, distrusted_until: TimestampMs(0) });
        }
    }

    /// The peer could not show what it claimed: believe its tip no more than `shown`.
    pub(crate) fn distrust(&mut self, peer: NetworkKey, shown: Height, now: TimestampMs) {
        if let Some(standing) = self.standing.get_mut(&peer) {
            standing.distrusted_until = now.plus(DISTRUST_MS);
            standing.status.height = shown;
        }
    }

    /// The peer to ask for heights after `tip`: the highest that is trusted.
    pub(crate) fn ahead_of(&self, tip: Height, now: TimestampMs) -> Option<(NetworkKey, Height)> {
        let trusted = self.standing.iter().filter(|(_, s)| s.distrusted_until <= now);
        let best = trusted.max_by_key(|(_, s)| s.status.height)?;
        (best.1.status.height > tip).then_some((*best.0, best.1.status.height))
    }

    /// Heights that these peers reported.
    pub(crate) fn heights_of(&self, peers: impl Iterator<Item = NetworkKey>) -> Vec<Height> {
        peers.filter_map(|peer| self.standing.get(&peer)).map(|s| s.status.height).collect()
    }

    /// Whether a request for heights may be sent now.
    pub(crate) fn may_ask(&self, now: TimestampMs) -> bool {
        self.in_flight.is_none_or(|flight| now.since(flight.since) > REQUEST_MS_MAX)
    }

    pub(crate) const fn asked(&mut self, request: RequestId, peer: NetworkKey, now: TimestampMs) {
        self.in_flight = Some(InFlight { request, peer, since: now });
    }

    /// Whether this answers the request under way; if so, none is.
    pub(crate) fn answered(&mut self, peer: NetworkKey, request: RequestId) -> bool {
        let matches = self.in_flight.is_some_and(|f| f.request == request && f.peer == peer);
        if matches {
            self.in_flight = None;
        }
        matches
    }
}
