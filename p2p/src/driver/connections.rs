//! Peers come, go, are looked for, and are cut.

use super::{Driver, NO_DEADLINE};
use crate::behaviour::BehaviourEvent;
use crate::event::NetworkEvent;
use crate::reputation::Offence;
use libp2p::allow_block_list::NotAllowed;
use libp2p::core::ConnectedPoint;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, ListenError, SwarmEvent};
use libp2p::{PeerId, identify, ping};
use std::time::{Duration, Instant};

impl Driver {
    /// Starts to look for every peer.
    pub(super) fn look_for_all(&mut self) {
        let now = Instant::now();
        for peer in self.peers.values_mut().filter(|peer| !peer.is_connected()) {
            peer.backoff.look(Duration::ZERO, now);
        }
    }

    /// When something is to be done although nothing happened.
    pub(super) fn next_deadline(&self) -> Instant {
        let dials = self.peers.values().filter_map(|peer| peer.backoff.due());
        let pardons = self.peers.values().filter_map(|peer| peer.reputation.banned_until());
        dials.chain(pardons).min().unwrap_or_else(|| Instant::now() + NO_DEADLINE)
    }

    /// Pardons those whose time is over, and dials those that are due.
    pub(super) fn deadlines_passed(&mut self) {
        let now = Instant::now();
        for (id, peer) in &mut self.peers {
            if peer.reputation.pardon(now) {
                tracing::info!(peer = %peer.key, "peer may come back");
                self.swarm.behaviour_mut().allowed.allow_peer(*id);
                peer.backoff.look(Duration::ZERO, now);
            }
        }
        let due = |(id, peer): (&PeerId, &crate::peer::Peer)| {
            peer.backoff.due().is_some_and(|due| due <= now).then_some(*id)
        };
        let due: Vec<_> = self.peers.iter().filter_map(due).collect();
        for id in due {
            self.dial(&id);
        }
    }

    /// Tries all addresses of a peer at once; the first that proves the key wins.
    fn dial(&mut self, id: &PeerId) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        peer.backoff.pause();
        if peer.is_connected() || peer.addresses.is_empty() || peer.reputation.banned_until().is_some() {
            return;
        }
        let options = DialOpts::peer_id(*id)
            .addresses(peer.addresses.all())
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .allocate_new_port();
        self.counters.dials.up();
        if let Err(error) = self.swarm.dial(options.build()) {
            self.dial_failed(id, &error);
        }
    }

    fn dial_failed(&mut self, id: &PeerId, error: &DialError) {
        if matches!(error, DialError::DialPeerConditionFalse(_)) {
            return; // The peer connected, or is being dialed, already.
        }
        self.counters.dials_failed.up();
        tracing::debug!(peer = %id, %error, "dialing failed");
        self.look_again(id);
    }

    /// Looks for a peer that is not connected, later each time.
    fn look_again(&mut self, id: &PeerId) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        if !peer.is_connected() && peer.reputation.banned_until().is_none() {
            peer.backoff.look_later(Instant::now());
        }
    }

    /// Takes what the swarm reports of connections.
    pub(super) fn connection_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.connected(&peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, .. } => {
                self.disconnected(&peer_id, connection_id);
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(id), error, .. } => {
                self.dial_failed(&id, &error)
            }
            SwarmEvent::IncomingConnectionError { error, send_back_addr, .. } => {
                self.turned_away(&error, &send_back_addr.to_string());
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "a listener has trouble"),
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                tracing::error!(?addresses, ?reason, "a listener has ended; restart the node");
            }
            _ => {}
        }
    }

    fn connected(&mut self, id: &PeerId, connection: ConnectionId, endpoint: &ConnectedPoint) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        self.counters.connections_opened.up();
        let (dialed, address) = (endpoint.is_dialer(), endpoint.get_remote_address());
        let surplus = peer.linked(connection, dialed, address, Instant::now());
        tracing::debug!(peer = %peer.key, %address, dialed, "connected");
        if let Some(surplus) = surplus {
            self.swarm.close_connection(surplus);
        }
    }

    fn disconnected(&mut self, id: &PeerId, connection: ConnectionId) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        self.counters.connections_closed.up();
        if !peer.unlinked(connection) {
            return;
        }
        if std::mem::take(&mut peer.up) {
            let peer = peer.key;
            tracing::info!(%peer, "peer is down");
            self.tell_always(NetworkEvent::PeerDown { peer });
        }
        self.look_again(id);
    }

    fn turned_away(&mut self, error: &ListenError, from: &str) {
        let refused =
            matches!(error, ListenError::Denied { cause } if cause.downcast_ref::<NotAllowed>().is_some());
        if refused {
            self.counters.connections_refused.up();
        } else {
            self.counters.connections_broken.up();
        }
        tracing::debug!(from, %error, "incoming connection came to nothing");
    }

    /// Learns where a peer listens.
    pub(super) fn identified(&mut self, event: identify::Event) {
        let identify::Event::Received { peer_id, info, connection_id } = event else { return };
        let Some(peer) = self.peers.get_mut(&peer_id) else { return };
        if let Some(remote) = peer.address_of(connection_id) {
            peer.addresses.learn(&info.listen_addrs, &remote);
        }
    }

    /// Takes a ping's result; closes a connection that no longer answers.
    pub(super) fn pinged(&mut self, event: ping::Event) {
        let ping::Event { peer: id, connection, result } = event;
        let Some(peer) = self.peers.get_mut(&id) else { return };
        match result {
            Ok(rtt) => peer.rtt = Some(rtt),
            Err(ping::Failure::Unsupported) => {}
            Err(error) => {
                tracing::info!(peer = %peer.key, %error, "connection does not answer");
                self.swarm.close_connection(connection);
            }
        }
        if peer.floods(Instant::now()) {
            self.charge(&id, Offence::Flooding);
        }
    }

    /// Charges an offence; cuts the peer, refuses it for a while and reports it if that was too
    /// much. The peer is dialed again when its time is over.
    pub(super) fn charge(&mut self, id: &PeerId, offence: Offence) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        let Some(banned_for) = peer.reputation.charge(offence, &self.limits, Instant::now()) else { return };
        let (peer, reason) = (peer.key, offence.reason());
        tracing::warn!(%peer, reason, ?banned_for, "peer is cut");
        self.counters.bans.up();
        self.swarm.behaviour_mut().allowed.disallow_peer(*id);
        self.tell_always(NetworkEvent::PeerBlamed { peer, reason, banned_for });
    }
}
