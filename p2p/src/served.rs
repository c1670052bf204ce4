//! A protocol that is spoken with some peers only. With the others this node has no handler for it, in
//! either direction: whatever such a peer asks for or subscribes to, there is nobody to hear it.

use either::Either;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
    ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use std::collections::BTreeSet;
use std::task::{Context, Poll};

/// A protocol and the peers with whom it is spoken; it never learns that there are others.
pub(crate) struct Served<B> {
    inner: B,
    peers: BTreeSet<PeerId>,
}

impl<B> Served<B> {
    /// The protocol for these peers.
    pub(crate) const fn new(inner: B, peers: BTreeSet<PeerId>) -> Self {
        Self { inner, peers }
    }

    /// The protocol itself.
    pub(crate) const fn inner(&mut self) -> &mut B {
        &mut self.inner
    }

    fn is_of_other(&self, event: &FromSwarm<'_>) -> bool {
        let peer = match event {
            FromSwarm::ConnectionEstablished(event) => event.peer_id,
            FromSwarm::ConnectionClosed(event) => event.peer_id,
            FromSwarm::AddressChange(event) => event.peer_id,
            _ => return false,
        };
        !self.peers.contains(&peer)
    }
}

impl<B: NetworkBehaviour> NetworkBehaviour for Served<B> {
    type ConnectionHandler = Either<THandler<B>, dummy::ConnectionHandler>;
    type ToSwarm = B::ToSwarm;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.peers.contains(&peer) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner.handle_established_inbound_connection(connection, peer, local, remote).map(Either::Left)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.peers.contains(&peer) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        let handler =
            self.inner.handle_established_outbound_connection(connection, peer, address, role, port);
        handler.map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if !self.is_of_other(&event) {
            self.inner.on_swarm_event(event);
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            Either::Left(event) => self.inner.on_connection_handler_event(peer, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.inner.poll(cx).map(|event| event.map_in(Either::Left))
    }
}
