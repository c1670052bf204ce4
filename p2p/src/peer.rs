//! Everything a node knows of one peer.

use crate::bucket::Bucket;
use crate::dialing::{AddressBook, Backoff};
use crate::meter::Meter;
use crate::reputation::Reputation;
use crate::settings::{CheckedPeer, NetworkLimits, PeerRole};
use crate::topic::Topic;
use idx_types::NetworkKey;
use libp2p::Multiaddr;
use libp2p::swarm::ConnectionId;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Two connections that begin within this time were dialed at the same moment by both sides.
const SIMULTANEOUS: Duration = Duration::from_secs(3);

/// A snapshot of one peer for people and metrics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerInfo {
    /// Who.
    pub key: NetworkKey,
    /// What it is.
    pub role: PeerRole,
    /// Whether a connection stands.
    pub connected: bool,
    /// Whether it also takes our gossip.
    pub up: bool,
    /// Where it is, or where it was last.
    pub address: Option<String>,
    /// Where it is looked for: the configured addresses, then those that it named itself.
    pub known_addresses: Vec<String>,
    /// Time of the last ping there and back.
    pub rtt: Option<Duration>,
    /// 0 is best; at [`crate::SCORE_CUT`] it is cut.
    pub score: i64,
    /// For how long it is still refused.
    pub banned_for: Option<Duration>,
    /// Bytes received from it, protocol overhead included.
    pub bytes_in: u64,
    /// Bytes sent to it, protocol overhead included.
    pub bytes_out: u64,
    /// New gossip, requests and answers received from it.
    pub messages_in: u64,
    /// Own gossip, requests and answers sent to it.
    pub messages_out: u64,
    /// Since when it has been connected, in milliseconds since 1970 by this machine's clock.
    pub connected_since_ms: Option<u64>,
}

/// One connection with a peer.
#[derive(Debug)]
struct Link {
    id: ConnectionId,
    dialed: bool,
    address: Multiaddr,
    since: Instant,
}

/// A peer's state, counters and account.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) key: NetworkKey,
    pub(crate) role: PeerRole,
    pub(crate) addresses: AddressBook,
    pub(crate) backoff: Backoff,
    pub(crate) reputation: Reputation,
    pub(crate) gossip_messages: Bucket,
    pub(crate) gossip_bytes: Bucket,
    pub(crate) requests: Bucket,
    pub(crate) request_bytes: Bucket,
    pub(crate) requests_in_flight: usize,
    pub(crate) answers_at: Option<Instant>,
    pub(crate) rtt: Option<Duration>,
    pub(crate) messages_in: u64,
    pub(crate) messages_out: u64,
    pub(crate) up: bool,
    pub(crate) meter: Arc<Meter>,
    held_back_seen: (Duration, Instant),
    subscribed: u8,
    /// The topics that we and it tell each other.
    served: u8,
    links: Vec<Link>,
    address: Option<Multiaddr>,
    connected_since_ms: Option<u64>,
    prefers_own_dial: bool,
}

impl Peer {
    /// A peer that was never seen; our role, and whether our name is the smaller of the two.
    pub(crate) fn new(
        checked: CheckedPeer,
        (own_role, before_it): (PeerRole, bool),
        meter: Arc<Meter>,
        limits: &NetworkLimits,
        now: Instant,
    ) -> Self {
        Self {
            key: checked.key,
            role: checked.role,
            addresses: AddressBook::new(checked.addresses),
            backoff: Backoff::new(limits.redial_first, limits.redial_max, !before_it),
            reputation: Reputation::new(now),
            gossip_messages: Bucket::new(limits.gossip_messages, now),
            gossip_bytes: Bucket::new(limits.gossip_bytes, now),
            requests: Bucket::new(limits.requests, now),
            request_bytes: Bucket::new(limits.request_bytes, now),
            requests_in_flight: 0,
            answers_at: None,
            rtt: None,
            messages_in: 0,
            messages_out: 0,
            up: false,
            meter,
            held_back_seen: (Duration::ZERO, now),
            subscribed: 0,
            served: Topic::served_bits(own_role.and(checked.role)),
            links: Vec::new(),
            address: None,
            connected_since_ms: None,
            prefers_own_dial: before_it,
        }
    }

    /// Whether a connection stands.
    pub(crate) fn is_connected(&self) -> bool {
        !self.links.is_empty()
    }

    /// A connection stands. Gives back the one to close if there are two now.
    pub(crate) fn linked(
        &mut self,
        id: ConnectionId,
        dialed: bool,
        address: &Multiaddr,
        now: Instant,
    ) -> Option<ConnectionId> {
        self.backoff.pause();
        self.address = Some(address.clone());
        if self.links.is_empty() {
            self.connected_since_ms = unix_ms();
            self.held_back_seen = (self.meter.held_back(), now);
        }
        self.links.push(Link { id, dialed, address: address.clone(), since: now });
        self.surplus()
    }

    /// A connection ended; whether it was the last.
    pub(crate) fn unlinked(&mut self, id: ConnectionId) -> bool {
        self.links.retain(|link| link.id != id);
        if self.links.is_empty() {
            self.subscribed = 0;
            self.connected_since_ms = None;
            self.rtt = None;
        }
        self.links.is_empty()
    }

    /// Where the other end of a connection is.
    pub(crate) fn address_of(&self, id: ConnectionId) -> Option<Multiaddr> {
        self.links.iter().find(|link| link.id == id).map(|link| link.address.clone())
    }

    /// Of two connections, the one to close. If both sides dialed at the same moment, both must
    /// choose alike, or they close both: the one dialed by the smaller name stays. Otherwise the
    /// newer stays: a peer that restarted may not have said good-bye to the old one.
    fn surplus(&self) -> Option<ConnectionId> {
        let [.., older, newer] = &self.links[..] else { return None };
        let simultaneous = newer.since.saturating_duration_since(older.since) < SIMULTANEOUS;
        let newer_stays =
            older.dialed == newer.dialed || !simultaneous || newer.dialed == self.prefers_own_dial;
        Some(if newer_stays { older.id } else { newer.id })
    }

    /// The peer takes a topic; whether it now takes all that it is served, for the first time.
    pub(crate) fn subscribed(&mut self, topic: Topic) -> bool {
        self.subscribed |= topic.bit();
        let newly_up = !self.up && self.subscribed & self.served == self.served;
        if newly_up {
            self.up = true;
            self.backoff.succeeded();
        }
        newly_up
    }

    /// The peer no longer takes a topic.
    pub(crate) fn unsubscribed(&mut self, topic: Topic) {
        self.subscribed &= !topic.bit();
    }

    /// Whether the peer takes a topic.
    pub(crate) const fn takes(&self, topic: Topic) -> bool {
        self.subscribed & topic.bit() != 0
    }

    /// Whether the peer was held back for most of the time since the last call although it owed
    /// us no answer: then it sends on its own account more than anybody needs.
    pub(crate) fn floods(&mut self, now: Instant) -> bool {
        let held_back = self.meter.held_back();
        let (before, since) = std::mem::replace(&mut self.held_back_seen, (held_back, now));
        let elapsed = now.saturating_duration_since(since);
        let answered = self.requests_in_flight > 0 || self.answers_at.is_some_and(|at| at >= since);
        !answered && held_back.saturating_sub(before) > elapsed / 2 && elapsed > Duration::from_secs(1)
    }

    /// For people and metrics.
    pub(crate) fn info(&self, now: Instant) -> PeerInfo {
        let banned_until = self.reputation.banned_until();
        PeerInfo {
            key: self.key,
            role: self.role,
            connected: self.is_connected(),
            up: self.up,
            address: self.address.as_ref().map(Multiaddr::to_string),
            known_addresses: self.addresses.all().iter().map(Multiaddr::to_string).collect(),
            rtt: self.rtt,
            score: self.reputation.score(now),
            banned_for: banned_until.map(|until| until.saturating_duration_since(now)),
            bytes_in: self.meter.bytes_in(),
            bytes_out: self.meter.bytes_out(),
            messages_in: self.messages_in,
            messages_out: self.messages_out,
            connected_since_ms: self.connected_since_ms,
        }
    }
}

fn unix_ms() -> Option<u64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Meters;

    fn peer(before_it: bool) -> Peer {
        peer_of((PeerRole::Bank, before_it), PeerRole::Bank)
    }

    fn peer_of(own: (PeerRole, bool), role: PeerRole) -> Peer {
        let limits = NetworkLimits::default();
        let meters = Meters::new(std::iter::empty(), limits.wire_bytes);
        let checked = CheckedPeer { key: NetworkKey([1; 32]), role, addresses: vec![] };
        Peer::new(checked, own, meters.of(&libp2p::PeerId::random()), &limits, Instant::now())
    }

    fn connection(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    /// Two ends that dialed each other at the same moment see the two connections in any order,
    /// and must close the same one.
    #[test]
    fn both_ends_close_the_same_of_two_simultaneous_connections() {
        let (by_smaller, by_greater) = (connection(1), connection(2));
        for we_are_smaller in [true, false] {
            for order in [[by_smaller, by_greater], [by_greater, by_smaller]] {
                let (mut peer, now) = (peer(we_are_smaller), Instant::now());
                let closed = order.map(|id| {
                    let dialed = (id == by_smaller) == we_are_smaller;
                    peer.linked(id, dialed, &Multiaddr::empty(), now)
                });
                assert_eq!(closed, [None, Some(by_greater)], "smaller: {we_are_smaller}, order {order:?}");
            }
        }
    }

    #[test]
    fn later_the_newer_connection_stays() {
        for (dialed_first, dialed_second) in [(true, true), (true, false), (false, true), (false, false)] {
            let (mut peer, now) = (peer(true), Instant::now());
            assert_eq!(peer.linked(connection(1), dialed_first, &Multiaddr::empty(), now), None);
            let closed = peer.linked(connection(2), dialed_second, &Multiaddr::empty(), now + SIMULTANEOUS);
            assert_eq!(closed, Some(connection(1)));
            assert!(!peer.unlinked(connection(1)) && peer.is_connected());
            assert!(peer.unlinked(connection(2)) && !peer.is_connected());
        }
    }

    #[test]
    fn a_peer_is_up_once_with_the_last_topic() {
        let mut peer = peer(true);
        let ups: Vec<_> = Topic::ALL.into_iter().map(|topic| peer.subscribed(topic)).collect();
        assert_eq!(ups, [false, false, false, false, true]);
        assert!(!peer.subscribed(Topic::Blocks) && peer.takes(Topic::Blocks));
        peer.unsubscribed(Topic::Blocks);
        assert!(!peer.takes(Topic::Blocks));
    }

    #[test]
    fn an_observer_is_up_without_what_it_is_not_served() {
        for (own, other) in [(PeerRole::Bank, PeerRole::Observer), (PeerRole::Observer, PeerRole::Bank)] {
            let mut peer = peer_of((own, true), other);
            let ups = [Topic::Blocks, Topic::Consensus, Topic::Status].map(|topic| peer.subscribed(topic));
            assert_eq!(ups, [false, false, true], "{own:?}");
        }
    }
}
