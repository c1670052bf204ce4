//! From the mind to the network. The mind's thread never waits here: what finds no room is dropped
//! and counted, and re-broadcast heals it. Transactions are gathered for a few milliseconds and sent
//! together.

use super::inbound::Inbound;
use super::receiving::Tickets;
use idx_p2p::{Acceptance, GossipId, NetworkHandle, RequestId, Topic};
use idx_types::wire::{Gossip, Request, Response, TX_BATCH_MAX, encode};
use idx_types::{NetworkKey, Transaction};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Messages that may wait to be sent.
const OUTGOING_MAX: usize = 8_192;

/// Transactions are gathered for so long before they are sent.
const GATHER: Duration = Duration::from_millis(5);

/// Most bytes of transactions sent together.
const BATCH_BYTES_MAX: usize = 512 << 10;

/// Something to send or to tell the network.
pub enum Outgoing {
    /// Encoded gossip.
    Publish(Topic, Vec<u8>),
    /// A transaction, to be gathered with others.
    Transaction(Box<Transaction>),
    /// An encoded request.
    Request(NetworkKey, RequestId, Vec<u8>),
    /// An encoded answer.
    Respond(idx_p2p::Ticket, Vec<u8>),
    /// What the gate said of a gossiped message.
    Verdict(GossipId, NetworkKey, Acceptance),
    /// A peer did what no honest one does.
    Blame(NetworkKey, &'static str),
}

/// The mind's sending end.
#[derive(Clone)]
pub struct Outbox {
    queue: mpsc::Sender<Outgoing>,
    tickets: Arc<Tickets>,
    inbound: Inbound,
}

impl Outbox {
    /// An outbox and the queue that [`run`] empties.
    pub fn new(tickets: Arc<Tickets>, inbound: Inbound, queue: mpsc::Sender<Outgoing>) -> Self {
        Self { queue, tickets, inbound }
    }

    /// The queue between mind and network.
    pub fn queue() -> (mpsc::Sender<Outgoing>, mpsc::Receiver<Outgoing>) {
        mpsc::channel(OUTGOING_MAX)
    }

    fn push(&self, outgoing: Outgoing) {
        if self.queue.try_send(outgoing).is_err() {
            tracing::debug!("the network has no room for a message; it is dropped and will be sent again");
        }
    }

    /// Sends to all banks.
    pub fn gossip(&self, message: Gossip) {
        match message {
            Gossip::Transactions(transactions) => {
                transactions.into_iter().for_each(|tx| self.push(Outgoing::Transaction(Box::new(tx))));
            }
            Gossip::Mined(_) => self.push(Outgoing::Publish(Topic::Blocks, encode(&message))),
            _ => self.push(Outgoing::Publish(Topic::Consensus, encode(&message))),
        }
    }

    /// Asks one peer.
    pub fn request(&self, peer: NetworkKey, id: u64, request: &Request) {
        self.push(Outgoing::Request(peer, RequestId(id), encode(request)));
    }

    /// Answers a request by its ticket.
    pub fn respond(&self, ticket: u64, response: &Response) {
        if let Some(ticket) = self.tickets.take(ticket) {
            self.push(Outgoing::Respond(ticket, encode(response)));
        }
    }

    /// Runs a message through the gate again.
    pub fn recheck(&self, peer: NetworkKey, message: Gossip) {
        self.inbound.recheck(peer, message);
    }

    /// Tells the network that a peer misbehaved.
    pub fn blame(&self, peer: NetworkKey, what: &'static str) {
        tracing::warn!(%peer, what, "a peer sent what no honest one sends");
        self.push(Outgoing::Blame(peer, what));
    }
}

/// Empties the queue into the network until the mind is gone.
pub async fn run(mut queue: mpsc::Receiver<Outgoing>, network: NetworkHandle) {
    let mut batch = Batch::default();
    loop {
        let outgoing = if batch.is_empty() {
            queue.recv().await
        } else {
            match tokio::time::timeout_at(batch.due(), queue.recv()).await {
                Ok(outgoing) => outgoing,
                Err(_) => {
                    batch.send(&network).await;
                    continue;
                }
            }
        };
        match outgoing {
            Some(Outgoing::Transaction(tx)) => batch.add(*tx, &network).await,
            Some(other) => send(other, &network).await,
            None => return,
        }
    }
}

async fn send(outgoing: Outgoing, network: &NetworkHandle) {
    let sent = match outgoing {
        Outgoing::Publish(topic, data) => network.publish(topic, data).await,
        Outgoing::Request(peer, id, data) => network.request(peer, id, data).await,
        Outgoing::Respond(ticket, data) => network.respond(ticket, data).await,
        Outgoing::Verdict(id, from, acceptance) => network.verdict(id, from, acceptance).await,
        Outgoing::Blame(peer, what) => network.blame(peer, what).await,
        Outgoing::Transaction(_) => Ok(()),
    };
    if let Err(error) = sent {
        tracing::debug!(%error, "a message was not sent");
    }
}

/// Transactions gathered to travel together.
#[derive(Default)]
struct Batch {
    transactions: Vec<Transaction>,
    bytes: usize,
    since: Option<tokio::time::Instant>,
}

impl Batch {
    const fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }

    fn due(&self) -> tokio::time::Instant {
        self.since.unwrap_or_else(tokio::time::Instant::now) + GATHER
    }

    async fn add(&mut self, tx: Transaction, network: &NetworkHandle) {
        self.since.get_or_insert_with(tokio::time::Instant::now);
        self.bytes += borsh::object_length(&tx).unwrap_or_default();
        self.transactions.push(tx);
        if self.transactions.len() >= TX_BATCH_MAX || self.bytes >= BATCH_BYTES_MAX {
            self.send(network).await;
        }
    }

    async fn send(&mut self, network: &NetworkHandle) {
        let batch = std::mem::take(self);
        let data = encode(&Gossip::Transactions(batch.transactions));
        send(Outgoing::Publish(Topic::Transactions, data), network).await;
    }
}
