//! Gossip: out with it, in with it once, and the owner's word on it.

use super::Driver;
use crate::event::NetworkEvent;
use crate::reputation::Offence;
use crate::topic::{Acceptance, GossipId, Lane, Topic};
use idx_types::NetworkKey;
use idx_types::wire::GOSSIP_BYTES_MAX;
use libp2p::PeerId;
use libp2p::gossipsub::{Event, Message, MessageId, PublishError};
use std::time::Instant;

/// Bytes at the end of a message on a repeatable topic that make each publication a new message.
const SALT_BYTES: usize = size_of::<u64>();

impl Driver {
    /// Publishes. On a topic whose messages are meant to be sent as often as the owner says, a salt
    /// keeps gossip from taking a repeated vote for a duplicate; on the others the same bytes do not
    /// travel twice while peers remember them.
    pub(super) fn publish(&mut self, topic: Topic, mut data: Vec<u8>) {
        if topic.is_repeatable() {
            self.salt = self.salt.wrapping_add(1);
            data.extend_from_slice(&self.salt.to_le_bytes());
        }
        self.publish_bytes(topic, data);
    }

    fn publish_bytes(&mut self, topic: Topic, data: Vec<u8>) {
        let len = data.len();
        let result = self.swarm.behaviour_mut().gossip(topic.lane()).publish(topic.hash(), data);
        match result {
            Ok(_id) => {
                self.counters.gossip_published.up();
                self.counters.gossip_published_bytes.add(len);
                self.peers
                    .values_mut()
                    .filter(|peer| peer.takes(topic))
                    .for_each(|peer| peer.messages_out += 1);
            }
            Err(PublishError::NoPeersSubscribedToTopic) => self.counters.gossip_unheard.up(),
            Err(PublishError::Duplicate) => self.counters.gossip_repeated.up(),
            Err(PublishError::AllQueuesFull(_)) => self.counters.gossip_queues_full.up(),
            Err(error) => tracing::error!(%error, ?topic, len, "gossip refuses a message"),
        }
    }

    /// Takes what gossip reports.
    pub(super) fn gossip_event(&mut self, event: Event) {
        match event {
            Event::Message { propagation_source, message_id, message } => {
                self.gossip_message(&propagation_source, &message_id, message);
            }
            Event::Subscribed { peer_id, topic, .. } => self.subscription(&peer_id, Topic::from_hash(&topic)),
            Event::Unsubscribed { peer_id, topic } => {
                if let (Some(peer), Some(topic)) = (self.peers.get_mut(&peer_id), Topic::from_hash(&topic)) {
                    peer.unsubscribed(topic);
                }
            }
            Event::GossipsubNotSupported { peer_id } => {
                tracing::warn!(peer = %peer_id, "peer does not speak this network's gossip: other chain or version?");
            }
            Event::SlowPeer { peer_id, failed_messages } => {
                let dropped = failed_messages.priority + failed_messages.non_priority;
                self.counters.gossip_slow_peer.add(dropped);
                tracing::debug!(peer = %peer_id, dropped, "peer is too slow for its gossip");
            }
        }
    }

    fn subscription(&mut self, id: &PeerId, topic: Option<Topic>) {
        let (Some(peer), Some(topic)) = (self.peers.get_mut(id), topic) else { return };
        if peer.subscribed(topic) {
            let (peer, role) = (peer.key, peer.role);
            tracing::info!(%peer, ?role, "peer is up");
            self.tell_always(NetworkEvent::PeerUp { peer, role });
        }
    }

    fn gossip_message(&mut self, from: &PeerId, id: &MessageId, message: Message) {
        let Some(topic) = Topic::from_hash(&message.topic) else { return };
        let Some(gossip) = GossipId::new(topic, id) else { return };
        let outcome = self.admit(from, topic, message.data);
        let event = outcome.and_then(|(peer, role, data)| {
            self.tell(NetworkEvent::Gossip { from: peer, role, topic, id: gossip, data }).map_err(|_shed| {
                self.counters.gossip_shed.up();
                Dropped { offence: None }
            })
        });
        if let Err(Dropped { offence }) = event {
            self.report(&gossip, from, Acceptance::Ignore);
            if let Some(offence) = offence {
                self.charge(from, offence);
            }
        }
    }

    /// Checks rate and size of a message; gives who brought it and the bytes as published.
    fn admit(
        &mut self,
        from: &PeerId,
        topic: Topic,
        data: Vec<u8>,
    ) -> Result<(NetworkKey, crate::PeerRole, Vec<u8>), Dropped> {
        let Some(peer) = self.peers.get_mut(from) else { return Err(Dropped { offence: None }) };
        let now = Instant::now();
        peer.messages_in += 1;
        let (messages, bytes) = (&mut peer.gossip_messages, &mut peer.gossip_bytes);
        if !messages.take(1, now) || !bytes.take(data.len() as u64, now) {
            self.counters.gossip_throttled.up();
            let burst = self.limits.gossip_messages.burst;
            return Err(Dropped { offence: Some(Offence::OverRate { burst }) });
        }
        let data = unsalted(topic, data).ok_or(Dropped { offence: Some(Offence::OversizedGossip) })?;
        self.counters.gossip_received_bytes.add(data.len());
        match topic.lane() {
            Lane::Urgent => self.counters.gossip_received_urgent.up(),
            Lane::Bulk => self.counters.gossip_received_bulk.up(),
        }
        Ok((peer.key, peer.role, data))
    }

    /// The owner's word on a message.
    pub(super) fn verdict(&mut self, id: GossipId, from: &NetworkKey, acceptance: Acceptance) {
        let Some(from) = self.listed(from) else { return };
        self.report(&id, &from, acceptance);
        if acceptance == Acceptance::Reject {
            self.counters.gossip_rejected.up();
            self.charge(&from, Offence::Rejected);
        }
    }

    fn report(&mut self, id: &GossipId, from: &PeerId, acceptance: Acceptance) {
        let gossip = self.swarm.behaviour_mut().gossip(id.topic().lane());
        // False only means that the message has left gossip's memory.
        let _known = gossip.report_message_validation_result(&id.message_id(), from, acceptance.into());
    }
}

/// A message that the owner does not get to see.
struct Dropped {
    /// What it costs the peer, if it is at fault.
    offence: Option<Offence>,
}

/// The bytes as published; `None` if they are too many, or too few to hold the salt.
fn unsalted(topic: Topic, mut data: Vec<u8>) -> Option<Vec<u8>> {
    if topic.is_repeatable() {
        data.truncate(data.len().checked_sub(SALT_BYTES)?);
    }
    (data.len() <= GOSSIP_BYTES_MAX).then_some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salt_is_taken_off_and_lengths_are_checked() {
        let table = [
            (Topic::Consensus, 7, None),
            (Topic::Consensus, 8, Some(0)),
            (Topic::Consensus, GOSSIP_BYTES_MAX + 8, Some(GOSSIP_BYTES_MAX)),
            (Topic::Consensus, GOSSIP_BYTES_MAX + 9, None),
            (Topic::Transactions, 0, Some(0)),
            (Topic::Transactions, GOSSIP_BYTES_MAX, Some(GOSSIP_BYTES_MAX)),
            (Topic::Transactions, GOSSIP_BYTES_MAX + 1, None),
        ];
        for (topic, len, left) in table {
            assert_eq!(unsalted(topic, vec![0; len]).map(|data| data.len()), left, "{topic:?} {len}");
        }
    }
}
