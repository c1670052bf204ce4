//! The owner's side: what it may ask of the network, and how long it may have to wait.

use crate::error::SendError;
use crate::event::{RequestId, Ticket};
use crate::peer::PeerInfo;
use crate::stats::{Counters, NetworkStats};
use crate::topic::{Acceptance, GossipId, Lane, Topic};
use idx_types::NetworkKey;
use idx_types::wire::{GOSSIP_BYTES_MAX, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Votes, verdicts and other small commands that wait for the task.
const URGENT_COMMANDS_MAX: usize = 1024;

/// Requests and answers that wait for the task.
const EXCHANGE_COMMANDS_MAX: usize = 64;

/// Messages with transactions that wait for the task.
const BULK_COMMANDS_MAX: usize = 256;

/// Small commands, taken before all others.
#[derive(Debug)]
pub(crate) enum UrgentCommand {
    /// Publish on a topic of the urgent lane.
    Publish(Topic, Vec<u8>),
    /// The owner's word on a message.
    Verdict(GossipId, NetworkKey, Acceptance),
    /// The owner blames a peer.
    Blame(NetworkKey, &'static str),
    /// A snapshot of all peers.
    Peers(oneshot::Sender<Vec<PeerInfo>>),
    /// End the task.
    Shutdown,
}

/// Requests and answers.
#[derive(Debug)]
pub(crate) enum ExchangeCommand {
    /// Ask a peer.
    Request(NetworkKey, RequestId, Vec<u8>),
    /// Answer a peer.
    Respond(Ticket, Vec<u8>),
}

/// Where the task takes its commands from.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) urgent: mpsc::Receiver<UrgentCommand>,
    pub(crate) exchange: mpsc::Receiver<ExchangeCommand>,
    pub(crate) bulk: mpsc::Receiver<(Topic, Vec<u8>)>,
}

/// A handle to the network task; cheap to clone. The task ends with [`NetworkHandle::shutdown`],
/// when the last handle is dropped, or when the receiver of its events is dropped.
#[derive(Clone, Debug)]
pub struct NetworkHandle {
    key: NetworkKey,
    listen_addresses: Arc<[String]>,
    counters: Arc<Counters>,
    urgent: mpsc::Sender<UrgentCommand>,
    exchange: mpsc::Sender<ExchangeCommand>,
    bulk: mpsc::Sender<(Topic, Vec<u8>)>,
}

impl NetworkHandle {
    /// A handle, and the ends of its queues for the task.
    pub(crate) fn new(
        key: NetworkKey,
        listen_addresses: Arc<[String]>,
        counters: Arc<Counters>,
    ) -> (Self, Inbox) {
        let (urgent, urgent_end) = mpsc::channel(URGENT_COMMANDS_MAX);
        let (exchange, exchange_end) = mpsc::channel(EXCHANGE_COMMANDS_MAX);
        let (bulk, bulk_end) = mpsc::channel(BULK_COMMANDS_MAX);
        let inbox = Inbox { urgent: urgent_end, exchange: exchange_end, bulk: bulk_end };
        (Self { key, listen_addresses, counters, urgent, exchange, bulk }, inbox)
    }

    /// This node's own identity.
    pub const fn key(&self) -> NetworkKey {
        self.key
    }

    /// The multiaddresses that the node listens on, with the ports that the system chose.
    pub fn listen_addresses(&self) -> &[String] {
        &self.listen_addresses
    }

    /// Sends a message to all peers. On topics of the bulk lane ([`Topic::Transactions`],
    /// [`Topic::Intents`]) this never waits: a full queue is an error. On the other topics it waits for room, which is short, because the task never
    /// waits for its owner. Own messages do not come back as events.
    ///
    /// # Errors
    /// [`SendError::TooLarge`] above [`GOSSIP_BYTES_MAX`], [`SendError::QueueFull`] in
    /// the bulk lane only, [`SendError::Closed`] after shutdown.
    pub async fn publish(&self, topic: Topic, data: Vec<u8>) -> Result<(), SendError> {
        check_len(&data, GOSSIP_BYTES_MAX)?;
        match topic.lane() {
            Lane::Urgent => self.urgent(UrgentCommand::Publish(topic, data)).await,
            Lane::Bulk => self.bulk.try_send((topic, data)).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => SendError::QueueFull,
                mpsc::error::TrySendError::Closed(_) => SendError::Closed,
            }),
        }
    }

    /// Asks one peer. Exactly one [`crate::NetworkEvent::Response`] or
    /// [`crate::NetworkEvent::RequestFailed`] with this id follows.
    ///
    /// # Errors
    /// [`SendError::TooLarge`] above [`REQUEST_BYTES_MAX`], [`SendError::Closed`].
    pub async fn request(&self, to: NetworkKey, id: RequestId, data: Vec<u8>) -> Result<(), SendError> {
        check_len(&data, REQUEST_BYTES_MAX)?;
        let command = ExchangeCommand::Request(to, id, data);
        self.exchange.send(command).await.map_err(|_| SendError::Closed)
    }

    /// Answers a request. If the peer no longer waits, nothing happens.
    ///
    /// # Errors
    /// [`SendError::TooLarge`] above [`RESPONSE_BYTES_MAX`] (the peer then learns that there is no
    /// answer), [`SendError::Closed`].
    pub async fn respond(&self, ticket: Ticket, data: Vec<u8>) -> Result<(), SendError> {
        check_len(&data, RESPONSE_BYTES_MAX)?;
        let command = ExchangeCommand::Respond(ticket, data);
        self.exchange.send(command).await.map_err(|_| SendError::Closed)
    }

    /// The owner's word on a gossiped message, owed for each
    /// [`crate::NetworkEvent::Gossip`] within about four seconds; later it is no longer passed on.
    ///
    /// # Errors
    /// [`SendError::Closed`].
    pub async fn verdict(
        &self,
        id: GossipId,
        from: NetworkKey,
        acceptance: Acceptance,
    ) -> Result<(), SendError> {
        self.urgent(UrgentCommand::Verdict(id, from, acceptance)).await
    }

    /// Lowers a peer's score for something that only the owner can see, for example a false
    /// answer. Three times in short order cut it.
    ///
    /// # Errors
    /// [`SendError::Closed`].
    pub async fn blame(&self, peer: NetworkKey, reason: &'static str) -> Result<(), SendError> {
        self.urgent(UrgentCommand::Blame(peer, reason)).await
    }

    /// All peers of the settings, in the order of their libp2p names.
    ///
    /// # Errors
    /// [`SendError::Closed`].
    pub async fn peers(&self) -> Result<Vec<PeerInfo>, SendError> {
        let (answer, peers) = oneshot::channel();
        self.urgent(UrgentCommand::Peers(answer)).await?;
        peers.await.map_err(|_| SendError::Closed)
    }

    /// The counters now; never waits.
    pub fn stats(&self) -> NetworkStats {
        self.counters.snapshot()
    }

    /// Ends the task and its connections. The event receiver yields `None` once it is done.
    pub async fn shutdown(&self) {
        // An error means that the task has ended already.
        let _ended = self.urgent(UrgentCommand::Shutdown).await;
    }

    async fn urgent(&self, command: UrgentCommand) -> Result<(), SendError> {
        self.urgent.send(command).await.map_err(|_| SendError::Closed)
    }
}

const fn check_len(data: &[u8], max: usize) -> Result<(), SendError> {
    if data.len() > max {
        return Err(SendError::TooLarge { len: data.len(), max });
    }
    Ok(())
}
