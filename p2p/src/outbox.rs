//! Events that wait for the owner: urgent ones first, and a bound on both kinds.

use crate::event::NetworkEvent;
use std::collections::VecDeque;

/// Urgent events at which the network stops reading until the owner catches up.
const URGENT_EVENTS_MAX: usize = 256;

/// Urgent bytes at which the network stops reading: two of the largest answers.
const URGENT_BYTES_MAX: usize = 2 * idx_types::wire::RESPONSE_BYTES_MAX;

/// Bulk events that wait at most; further ones are shed.
const BULK_EVENTS_MAX: usize = 512;

/// Bulk bytes that wait at most.
const BULK_BYTES_MAX: usize = 64 << 20;

/// Two queues. Urgent events are never shed; when too many wait, [`Outbox::has_room`] says no and
/// the task reads nothing more from any peer, while it still takes the owner's commands, so that
/// an owner that waits to publish cannot lock itself out.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    urgent: Queue,
    bulk: Queue,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<NetworkEvent>,
    bytes: usize,
}

impl Queue {
    fn push(&mut self, event: NetworkEvent) {
        self.bytes += event.payload_bytes();
        self.events.push_back(event);
    }

    fn pop(&mut self) -> Option<NetworkEvent> {
        let event = self.events.pop_front()?;
        self.bytes -= event.payload_bytes();
        Some(event)
    }
}

impl Outbox {
    /// Queues an event; gives it back if it is of the kind that is shed and there is no room.
    pub(crate) fn push(&mut self, event: NetworkEvent) -> Result<(), NetworkEvent> {
        if !event.is_bulk() {
            self.urgent.push(event);
        } else if self.bulk.events.len() < BULK_EVENTS_MAX && self.bulk.bytes < BULK_BYTES_MAX {
            self.bulk.push(event);
        } else {
            return Err(event);
        }
        Ok(())
    }

    /// The next event for the owner.
    pub(crate) fn pop(&mut self) -> Option<NetworkEvent> {
        self.urgent.pop().or_else(|| self.bulk.pop())
    }

    /// Whether the owner has nothing to fetch.
    pub(crate) fn is_empty(&self) -> bool {
        self.urgent.events.is_empty() && self.bulk.events.is_empty()
    }

    /// Whether more may be read from peers.
    pub(crate) fn has_room(&self) -> bool {
        self.urgent.events.len() < URGENT_EVENTS_MAX && self.urgent.bytes < URGENT_BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::PeerRole;
    use crate::topic::{GossipId, Topic, message_id};
    use idx_types::NetworkKey;
    use libp2p::gossipsub::Message;

    fn gossip(topic: Topic, len: usize) -> NetworkEvent {
        let data = vec![0; len];
        let name =
            message_id(&Message { source: None, data: vec![], sequence_number: None, topic: topic.hash() });
        let id = GossipId::new(topic, &name).expect("made by message_id");
        NetworkEvent::Gossip { from: NetworkKey([1; 32]), role: PeerRole::Bank, topic, id, data }
    }

    fn topic_of(event: Option<NetworkEvent>) -> Option<Topic> {
        match event? {
            NetworkEvent::Gossip { topic, .. } => Some(topic),
            _ => None,
        }
    }

    #[test]
    fn votes_overtake_transactions() {
        let mut outbox = Outbox::default();
        for topic in [Topic::Transactions, Topic::Consensus, Topic::Transactions, Topic::Blocks] {
            outbox.push(gossip(topic, 1)).unwrap();
        }
        let order: Vec<_> = std::iter::from_fn(|| topic_of(outbox.pop())).collect();
        assert_eq!(order, [Topic::Consensus, Topic::Blocks, Topic::Transactions, Topic::Transactions]);
        assert!(outbox.is_empty());
    }

    #[test]
    fn transactions_are_shed_by_count_and_by_bytes() {
        for (len, fit) in [(1, BULK_EVENTS_MAX), (1 << 20, BULK_BYTES_MAX >> 20)] {
            let mut outbox = Outbox::default();
            let taken = (0..1000).filter(|_| outbox.push(gossip(Topic::Transactions, len)).is_ok()).count();
            assert_eq!(taken, fit);
            assert!(outbox.has_room(), "a flood of transactions does not stop votes");
            assert!(outbox.push(gossip(Topic::Consensus, 1)).is_ok());
        }
    }

    #[test]
    fn votes_are_never_shed_but_reading_pauses() {
        let mut outbox = Outbox::default();
        for _ in 0..URGENT_EVENTS_MAX {
            assert!(outbox.has_room());
            outbox.push(gossip(Topic::Consensus, 1)).unwrap();
        }
        assert!(!outbox.has_room());
        outbox.push(gossip(Topic::Consensus, 1)).unwrap();
        assert_eq!(std::iter::from_fn(|| outbox.pop()).count(), URGENT_EVENTS_MAX + 1);
    }
}
