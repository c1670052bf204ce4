//! Where the other nodes stand, and the one request for heights that is under way.

use crate::input::RequestId;
use idx_types::wire::Status;
use idx_types::{Height, NetworkKey, TimestampMs};
use std::collections::BTreeMap;

/// Most peers remembered; banks and observers on the allow list.
const PEERS_MAX: usize = 256;

/// A peer that could not show the heights it claimed is not asked again for so long, milliseconds.
const DISTRUST_MS: u64 = 30_000;

/// A peer whose connection failed rests for so long, milliseconds; twice as long each further time.
const REST_MS_MIN: u64 = 500;

/// The longest rest, milliseconds.
const REST_MS_MAX: u64 = 30_000;

/// Another peer is asked when a request for heights has had no answer for so long, milliseconds;
/// twice as long each further time, since long answers over a slow line take their time.
const PATIENCE_MS_MIN: u64 = 500;

/// The longest patience, milliseconds.
const PATIENCE_MS_MAX: u64 = 8_000;

/// What peers said of themselves.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    standing: BTreeMap<NetworkKey, Standing>,
    in_flight: Option<InFlight>,
    /// Requests in a row that were overdue.
    overdue: u32,
    next_request: RequestId,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    status: Status,
    /// It claimed what it could not show.
    distrusted_until: TimestampMs,
    /// Requests to it came to nothing, which honest peers' do as well.
    rests_until: TimestampMs,
    rest_ms: u64,
}

impl Standing {
    const fn new(status: Status) -> Self {
        Self { status, distrusted_until: TimestampMs(0), rests_until: TimestampMs(0), rest_ms: 0 }
    }

    fn is_usable(&self, now: TimestampMs) -> bool {
        self.distrusted_until <= now && self.rests_until <= now
    }
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
            self.standing.insert(peer, Standing::new(status));
        }
    }

    /// The peer could not show what it claimed: believe its tip no more than `shown`.
    pub(crate) fn distrust(&mut self, peer: NetworkKey, shown: Height, now: TimestampMs) {
        if let Some(standing) = self.standing.get_mut(&peer) {
            standing.distrusted_until = now.plus(DISTRUST_MS);
            standing.status.height = shown;
        }
    }

    /// The peer had nothing to show: a lie if it claimed more than `tip`, else no fault.
    pub(crate) fn showed_nothing(&mut self, peer: NetworkKey, tip: Height, now: TimestampMs) {
        if self.standing.get(&peer).is_some_and(|standing| standing.status.height > tip) {
            self.distrust(peer, tip, now);
        } else {
            self.failed(peer, now);
        }
    }

    /// A request to the peer came to nothing: others are asked for a while.
    pub(crate) fn failed(&mut self, peer: NetworkKey, now: TimestampMs) {
        if let Some(standing) = self.standing.get_mut(&peer) {
            standing.rest_ms = (standing.rest_ms * 2).clamp(REST_MS_MIN, REST_MS_MAX);
            standing.rests_until = now.plus(standing.rest_ms);
        }
    }

    /// The peer has served us: its rests are over.
    pub(crate) fn answers_again(&mut self, peer: NetworkKey) {
        self.overdue = 0;
        if let Some(standing) = self.standing.get_mut(&peer) {
            standing.rest_ms = 0;
        }
    }

    /// Whether nothing speaks against asking this peer.
    pub(crate) fn may_trust(&self, peer: NetworkKey, now: TimestampMs) -> bool {
        self.standing.get(&peer).is_none_or(|standing| standing.is_usable(now))
    }

    /// The peer to ask for heights after `tip`: the highest that is usable.
    pub(crate) fn ahead_of(&self, tip: Height, now: TimestampMs) -> Option<(NetworkKey, Height)> {
        let usable = self.standing.iter().filter(|(_, standing)| standing.is_usable(now));
        let best = usable.max_by_key(|(_, standing)| standing.status.height)?;
        (best.1.status.height > tip).then_some((*best.0, best.1.status.height))
    }

    /// How many of these peers have told where they stand, and the highest that still counts: not a
    /// claim that was not shown, nor one of a peer that cannot be reached now.
    pub(crate) fn told(&self, peers: &[NetworkKey], now: TimestampMs) -> (usize, Height) {
        let known = || peers.iter().filter_map(|peer| self.standing.get(peer));
        let told = known().filter(|standing| standing.rests_until <= now);
        let counts = told.clone().filter(|standing| standing.distrusted_until <= now);
        let highest = counts.map(|standing| standing.status.height).max();
        (told.count(), highest.unwrap_or(Height::GENESIS))
    }

    /// Whether a request for heights may be sent now. One that is overdue has failed.
    pub(crate) fn may_ask(&mut self, now: TimestampMs) -> bool {
        let patience_ms = PATIENCE_MS_MIN.saturating_mul(1 << self.overdue.min(8)).min(PATIENCE_MS_MAX);
        if let Some(flight) = self.in_flight.take_if(|flight| now.since(flight.since) > patience_ms) {
            self.overdue = self.overdue.saturating_add(1);
            self.failed(flight.peer, now);
        }
        self.in_flight.is_none()
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
