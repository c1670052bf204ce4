//! The ways into the desk's thread: the mind's events before customers, customers before gossip.

use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use idx_bank::desk::{Answer, Ask, Fact, Refusal};
use idx_bank::pseudonym::TagDay;
use idx_replica::Event;
use idx_types::wire::DeskGossip;
use idx_types::{Height, NetworkDay, TxId};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Events of the mind that may wait. One that is lost costs a customer a status in between, never the
/// last one: heights are read from the store.
const EVENTS_MAX: usize = 8_192;

/// Asks that may wait; beyond it customers are told to try again.
const ASKS_MAX: usize = 4_096;

/// Intents and notices that may wait; what is lost is shown again.
const GOSSIP_MAX: usize = 16_384;

/// Where the answer to an ask goes.
pub type Reply = oneshot::Sender<Result<Answer, Refusal>>;

/// Something for the desk.
pub enum DeskInput {
    /// A customer asks.
    Ask(Ask, Reply),
    /// Another desk tells.
    Gossip(DeskGossip),
    /// A transaction is in the pool.
    Pending(TxId),
    /// Transactions are in a mined block of this height.
    Mined(Height, Arc<Vec<TxId>>),
    /// A height is final and stored.
    Final(Height),
    /// What became of a transfer, as this node alone knows.
    Fact(TxId, Fact),
    /// Tags that were made for a day.
    Tags(NetworkDay, TagDay),
    /// The node stops: what waits at this moment is still done.
    Stop,
}

/// The sending end; cheap to clone.
#[derive(Clone)]
pub struct DeskSender {
    events: Sender<DeskInput>,
    asks: Sender<DeskInput>,
    gossip: Sender<DeskInput>,
}

/// The receiving end.
pub struct DeskInbox {
    events: Receiver<DeskInput>,
    asks: Receiver<DeskInput>,
    gossip: Receiver<DeskInput>,
}

/// A new inbox.
pub fn inbox() -> (DeskSender, DeskInbox) {
    let (events, events_out) = bounded(EVENTS_MAX);
    let (asks, asks_out) = bounded(ASKS_MAX);
    let (gossip, gossip_out) = bounded(GOSSIP_MAX);
    (
        DeskSender { events, asks, gossip },
        DeskInbox { events: events_out, asks: asks_out, gossip: gossip_out },
    )
}

impl DeskSender {
    /// Tells the desk of an event of the mind. Never waits.
    pub fn event(&self, event: &Event) {
        match event {
            Event::Pending(id) => self.tell(DeskInput::Pending(*id)),
            Event::Mined { header, transactions, .. } => {
                self.tell(DeskInput::Mined(header.message.height, transactions.clone()));
            }
            Event::Final(height) => self.tell(DeskInput::Final(height.height())),
            _ => {}
        }
    }

    /// Tells the desk something that it can do without. Never waits.
    pub fn tell(&self, input: DeskInput) {
        if self.events.try_send(input).is_err() {
            tracing::debug!("the desk has no room for an event; it reads the next final height");
        }
    }

    /// Hands in what another desk gossiped; whether there was room.
    pub fn gossip(&self, message: DeskGossip) -> bool {
        self.gossip.try_send(DeskInput::Gossip(message)).is_ok()
    }

    /// Asks for a customer and waits for the answer.
    ///
    /// # Errors
    /// The desk's refusal; [`Refusal::BankBusy`] if there is no room or the node stops.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.asks.try_send(DeskInput::Ask(ask, reply)).map_err(|_| Refusal::BankBusy)?;
        answer.await.map_err(|_| Refusal::BankBusy)?
    }
}

impl DeskInbox {
    /// The next input, waited for; `None` if the node stops.
    pub fn wait(&self) -> Option<DeskInput> {
        select_biased! {
            recv(self.events) -> input => input.ok(),
            recv(self.asks) -> input => input.ok(),
            recv(self.gossip) -> input => input.ok(),
        }
    }

    /// The next input, if one waits.
    pub fn poll(&self) -> Option<DeskInput> {
        let ways = [&self.events, &self.asks, &self.gossip];
        ways.into_iter().find_map(|way| way.try_recv().ok())
    }
}
