//! Requests and answers, both ways.

use super::Driver;
use crate::codec::{Question, blames_peer};
use crate::error::RequestFailure;
use crate::event::{NetworkEvent, RequestId, Ticket};
use crate::reputation::Offence;
use crate::settings::REQUESTS_IN_FLIGHT_MAX;
use idx_types::NetworkKey;
use libp2p::PeerId;
use libp2p::request_response::{Event, Message, OutboundFailure, OutboundRequestId, ResponseChannel};
use std::collections::HashMap;
use std::time::Instant;

/// Requests of ours without an answer; bounded for each peer by the limits.
pub(super) type InFlight = HashMap<OutboundRequestId, (PeerId, RequestId)>;

impl Driver {
    /// Asks a peer, or says at once why not.
    pub(super) fn ask(&mut self, to: NetworkKey, request: RequestId, data: Vec<u8>) {
        match self.ready_to_answer(&to) {
            Ok(peer) => {
                let id = self.swarm.behaviour_mut().requests.send_request(&peer, Question::Sound(data));
                self.in_flight.insert(id, (peer, request));
                self.counters.requests_sent.up();
            }
            Err(reason) => {
                self.counters.requests_failed.up();
                self.tell_always(NetworkEvent::RequestFailed { to, request, reason });
            }
        }
    }

    fn ready_to_answer(&mut self, to: &NetworkKey) -> Result<PeerId, RequestFailure> {
        let id = self.listed(to).ok_or(RequestFailure::UnknownPeer)?;
        let peer = self.peers.get_mut(&id).ok_or(RequestFailure::UnknownPeer)?;
        if !peer.is_connected() {
            return Err(RequestFailure::NotConnected);
        }
        let max = self.limits.requests_in_flight_max.min(REQUESTS_IN_FLIGHT_MAX);
        if peer.requests_in_flight >= max {
            return Err(RequestFailure::TooManyInFlight(peer.requests_in_flight));
        }
        peer.requests_in_flight += 1;
        peer.messages_out += 1;
        Ok(id)
    }

    /// Answers a peer that still waits.
    pub(super) fn answer(&mut self, ticket: Ticket, data: Vec<u8>) {
        let answered = self.swarm.behaviour_mut().requests.send_response(ticket.channel, data);
        if let (Ok(()), Some(id)) = (answered, self.listed(&ticket.peer)) {
            self.peers.entry(id).and_modify(|peer| peer.messages_out += 1);
        }
    }

    /// Takes what request-response reports.
    pub(super) fn exchange_event(&mut self, event: Event<Question, Vec<u8>>) {
        match event {
            Event::Message { peer, message: Message::Request { request, channel, .. }, .. } => {
                match request {
                    Question::Sound(data) => self.asked(&peer, data, channel),
                    Question::Malformed(what) => self.asked_badly(&peer, &what),
                }
            }
            Event::Message { message: Message::Response { request_id, response }, .. } => {
                self.answered(request_id, response);
            }
            Event::OutboundFailure { peer, request_id, error, .. } => {
                self.unanswered(&peer, request_id, &error);
            }
            Event::InboundFailure { peer, error, .. } => {
                tracing::debug!(%peer, %error, "a peer's request was not answered");
            }
            Event::ResponseSent { .. } => {}
        }
    }

    /// A peer asks; dropping the channel tells it that there is no answer.
    fn asked(&mut self, id: &PeerId, data: Vec<u8>, channel: ResponseChannel<Vec<u8>>) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        let now = Instant::now();
        peer.messages_in += 1;
        if !peer.requests.take(1, now) || !peer.request_bytes.take(data.len() as u64, now) {
            self.counters.requests_throttled.up();
            let burst = self.limits.requests.burst;
            return self.charge(id, Offence::OverRate { burst });
        }
        let (from, role) = (peer.key, peer.role);
        let ticket = Ticket { peer: from, channel };
        match self.tell(NetworkEvent::Request { from, role, ticket, data }) {
            Ok(()) => self.counters.requests_received.up(),
            Err(_shed) => self.counters.requests_throttled.up(),
        }
    }

    fn asked_badly(&mut self, id: &PeerId, what: &str) {
        tracing::debug!(peer = %id, what, "a request breaks the protocol");
        self.counters.requests_broken.up();
        self.charge(id, Offence::BrokenExchange);
    }

    fn answered(&mut self, id: OutboundRequestId, data: Vec<u8>) {
        let Some((from, request)) = self.settle(id) else { return };
        self.tell_always(NetworkEvent::Response { from, request, data });
    }

    fn unanswered(&mut self, peer: &PeerId, id: OutboundRequestId, error: &OutboundFailure) {
        if matches!(error, OutboundFailure::Io(error) if blames_peer(error)) {
            self.charge(peer, Offence::BrokenExchange);
        }
        let Some((to, request)) = self.settle(id) else { return };
        self.counters.requests_failed.up();
        self.tell_always(NetworkEvent::RequestFailed { to, request, reason: reason(error) });
    }

    /// A request of ours has come to its end.
    fn settle(&mut self, id: OutboundRequestId) -> Option<(NetworkKey, RequestId)> {
        let (peer, request) = self.in_flight.remove(&id)?;
        let peer = self.peers.get_mut(&peer)?;
        peer.requests_in_flight = peer.requests_in_flight.saturating_sub(1);
        peer.answers_at = Some(Instant::now());
        peer.messages_in += 1;
        Some((peer.key, request))
    }
}

fn reason(error: &OutboundFailure) -> RequestFailure {
    match error {
        OutboundFailure::DialFailure => RequestFailure::NotConnected,
        OutboundFailure::Timeout => RequestFailure::TimedOut,
        OutboundFailure::ConnectionClosed => RequestFailure::ConnectionClosed,
        OutboundFailure::UnsupportedProtocols => RequestFailure::Unsupported,
        OutboundFailure::Io(error) => RequestFailure::Broken(error.to_string()),
    }
}
