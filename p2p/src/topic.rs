//! Topics of gossip, the lane each travels in, and who may have it.

use crate::settings::PeerRole;
use idx_crypto::Hasher;
use libp2p::gossipsub::{Message, MessageAcceptance, MessageId, TopicHash};
use std::fmt;

/// What a gossiped message is about; decides its lane and what happens when queues are full.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Topic {
    /// Transactions for the pool. Refused or shed when queues are full: they can be sent again.
    Transactions,
    /// Mined headers. Never shed.
    Blocks,
    /// Verdicts, proposals, votes and their bundles. Never shed.
    Consensus,
    /// Where nodes stand. Never shed.
    Status,
    /// What banks' desks tell each other about open intents. Shed when queues are full: what is open is
    /// shown again.
    Intents,
}

/// Separate streams and queues, so that no vote waits behind a megabyte of transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lane {
    /// Small messages that agreement waits for.
    Urgent,
    /// Many bytes that can wait.
    Bulk,
}

impl Topic {
    /// Every topic; a peer is up once it has subscribed to all of them.
    pub const ALL: [Self; 5] =
        [Self::Transactions, Self::Blocks, Self::Consensus, Self::Status, Self::Intents];

    /// The name on the wire, without the network's name (that is part of the protocol's name).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transactions => "transactions",
            Self::Blocks => "blocks",
            Self::Consensus => "consensus",
            Self::Status => "status",
            Self::Intents => "intents",
        }
    }

    /// Whether a peer in this role is served the topic: what the public chain conceals goes to banks
    /// alone.
    pub const fn is_served_to(self, role: PeerRole) -> bool {
        match (self, role) {
            (_, PeerRole::Bank) => true,
            (Self::Transactions | Self::Blocks | Self::Consensus | Self::Status, PeerRole::Observer) => true,
            (Self::Intents, PeerRole::Observer) => false,
        }
    }

    /// Which lane it travels in.
    pub(crate) const fn lane(self) -> Lane {
        match self {
            Self::Transactions | Self::Intents => Lane::Bulk,
            Self::Blocks | Self::Consensus | Self::Status => Lane::Urgent,
        }
    }

    /// Whether publishing the same bytes twice sends them twice. Votes are repeated while a height
    /// is stuck; the same transactions need not travel again while peers remember them.
    pub(crate) const fn is_repeatable(self) -> bool {
        !matches!(self, Self::Transactions | Self::Intents)
    }

    /// One bit for each topic.
    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The bits of all topics that a peer in this role subscribes to.
    pub(crate) fn served_bits(role: PeerRole) -> u8 {
        Self::ALL.iter().filter(|topic| topic.is_served_to(role)).fold(0, |bits, topic| bits | topic.bit())
    }

    /// The hash that gossipsub names the topic by.
    pub(crate) fn hash(self) -> TopicHash {
        TopicHash::from_raw(self.name())
    }

    /// The topic of a hash, `None` for a foreign one.
    pub(crate) fn from_hash(hash: &TopicHash) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == hash.as_str())
    }
}

impl Lane {
    /// Part of the lane's protocol name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Bulk => "bulk",
        }
    }

    /// The topics that travel in it.
    pub(crate) fn topics(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| topic.lane() == self)
    }
}

/// Bytes of a message's name: enough that nobody finds a second message with a given name.
const ID_BYTES: usize = 16;

/// Names one gossiped message, so that the owner can say what it is worth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GossipId {
    topic: Topic,
    digest: [u8; ID_BYTES],
}

impl GossipId {
    /// The name as gossipsub reported it; `None` if it is not of our making.
    pub(crate) fn new(topic: Topic, id: &MessageId) -> Option<Self> {
        Some(Self { topic, digest: id.0.as_slice().try_into().ok()? })
    }

    /// The topic that the message came on.
    pub const fn topic(&self) -> Topic {
        self.topic
    }

    /// The name as gossipsub wants it.
    pub(crate) fn message_id(&self) -> MessageId {
        MessageId::new(&self.digest)
    }
}

impl fmt::Debug for GossipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.topic.name())?;
        self.digest.iter().take(6).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The name of a message: the head of the digest of its topic and bytes. A cryptographic hash,
/// because with a weak one a bank could send a decoy that makes all others take a certain vote for
/// a duplicate.
pub(crate) fn message_id(message: &Message) -> MessageId {
    let digest =
        Hasher::new("idx/gossip/1").part(message.topic.as_str().as_bytes()).part(&message.data).finish();
    MessageId::new(&digest.as_bytes()[..ID_BYTES])
}

/// The owner's word on a gossiped message. Until it is given nothing is forwarded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acceptance {
    /// Sound: forwarded to others.
    Accept,
    /// Not forwarded, and it costs the sender part of its score.
    Reject,
    /// Not forwarded; nobody's fault (late, already known, not understood yet).
    Ignore,
}

impl From<Acceptance> for MessageAcceptance {
    fn from(acceptance: Acceptance) -> Self {
        match acceptance {
            Acceptance::Accept => Self::Accept,
            Acceptance::Reject => Self::Reject,
            Acceptance::Ignore => Self::Ignore,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: Topic, data: &[u8]) -> Message {
        Message { source: None, data: data.to_vec(), sequence_number: None, topic: topic.hash() }
    }

    #[test]
    fn names_depend_on_topic_and_bytes_only() {
        let id = message_id(&message(Topic::Blocks, b"a"));
        assert_eq!(id, message_id(&message(Topic::Blocks, b"a")));
        assert_ne!(id, message_id(&message(Topic::Status, b"a")));
        assert_ne!(id, message_id(&message(Topic::Blocks, b"b")));
        assert_eq!(GossipId::new(Topic::Blocks, &id).map(|known| known.message_id()), Some(id));
        assert_eq!(GossipId::new(Topic::Blocks, &MessageId::new(b"short")), None);
    }

    #[test]
    fn only_what_banks_send_in_bulk_can_wait() {
        for topic in Topic::ALL {
            let waits = matches!(topic, Topic::Transactions | Topic::Intents);
            assert_eq!(topic.lane() == Lane::Bulk, waits, "{topic:?}");
            assert_eq!(topic.is_repeatable(), !waits, "{topic:?}");
            assert_eq!(Topic::from_hash(&topic.hash()), Some(topic));
        }
        assert_eq!(Topic::from_hash(&TopicHash::from_raw("other")), None);
    }

    #[test]
    fn intents_are_for_banks_alone() {
        assert_eq!(Topic::served_bits(PeerRole::Bank), 0b1_1111);
        assert_eq!(Topic::served_bits(PeerRole::Observer), 0b1111);
    }
}
