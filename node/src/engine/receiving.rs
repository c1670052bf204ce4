//! What the network tells: messages and answers go to the gate; what peers ask is answered as far as they
//! may know, from the store where that needs no mind.

use super::inbound::{Checker, Inbound};
use super::inquiries::Inquiries;
use super::outbox::Outgoing;
use crate::desk::Telling;
use idx_p2p::{NetworkEvent, PeerRole, Ticket};
use idx_replica::Input;
use idx_storage::{Store, StoreError};
use idx_types::wire::{REQUEST_BYTES_MAX, Request, Response, Status, decode, encode};
use idx_types::{NetworkKey, PublicHash, TxHash};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, mpsc};

/// Open requests of peers to the mind.
const TICKETS_MAX: usize = 1_024;

/// Requests for heights served at a time; serving never holds up agreement.
const SERVING_MAX: usize = 2;

/// Most bytes of heights in one answer; leaves room for one height beyond it.
const SERVED_BYTES_MAX: usize = 4 << 20;

/// Requests of peers that wait for the mind, by number.
#[derive(Default)]
pub struct Tickets {
    open: Mutex<(u64, BTreeMap<u64, Ticket>)>,
}

impl Tickets {
    fn keep(&self, ticket: Ticket) -> u64 {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.1.len() >= TICKETS_MAX {
            open.1.pop_first();
        }
        open.0 += 1;
        let number = open.0;
        open.1.insert(number, ticket);
        number
    }

    /// The ticket of this number, once.
    pub fn take(&self, number: u64) -> Option<Ticket> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&number)
    }
}

/// Who asks, and how it is answered.
struct Asker {
    key: NetworkKey,
    role: PeerRole,
    ticket: Ticket,
}

/// Takes events from the network until it ends.
pub struct Receiving {
    /// The way to the gate.
    pub inbound: Inbound,
    /// What all share.
    pub checker: Checker,
    /// Peers' requests that wait for the mind.
    pub tickets: Arc<Tickets>,
    /// Final heights for peers that catch up.
    pub store: Arc<Store>,
    /// Own questions to other banks that are not the mind's.
    pub inquiries: Arc<Inquiries>,
    /// Answers about customers; none of a bank without a desk.
    pub telling: Option<Arc<Telling>>,
}

impl Receiving {
    /// Runs until the network is shut down.
    pub async fn run(self, mut events: mpsc::Receiver<NetworkEvent>) {
        // Observers have places of their own: many of them do not keep a bank from catching up.
        let places = [Arc::new(Semaphore::new(SERVING_MAX)), Arc::new(Semaphore::new(SERVING_MAX))];
        while let Some(event) = events.recv().await {
            self.take(event, &places);
        }
    }

    fn take(&self, event: NetworkEvent, places: &[Arc<Semaphore>; 2]) {
        match event {
            NetworkEvent::Gossip { from, id, data, .. } => self.inbound.gossip(from, id, data),
            NetworkEvent::Request { from, role, ticket, data } => {
                self.serve(Asker { key: from, role, ticket }, &data, places);
            }
            NetworkEvent::Response { from, request, data } if Inquiries::is_own(request) => {
                self.inquiries.settle(from, request, Some(data));
            }
            NetworkEvent::Response { from, request, data } => self.inbound.response(from, request.0, data),
            NetworkEvent::RequestFailed { to, request, reason } => {
                tracing::debug!(peer = %to, %reason, "a request came to nothing");
                if Inquiries::is_own(request) {
                    return self.inquiries.settle(to, request, None);
                }
                self.checker.deliver(Input::RequestFailed(to, request.0));
            }
            NetworkEvent::PeerUp { peer, role } => {
                self.checker.shared.metrics.peers.inc();
                tracing::info!(%peer, ?role, "connected");
            }
            NetworkEvent::PeerDown { peer } => {
                self.checker.shared.metrics.peers.dec();
                tracing::info!(%peer, "disconnected");
            }
            NetworkEvent::PeerBlamed { peer, reason, banned_for } => {
                tracing::warn!(%peer, reason, ?banned_for, "a peer is cut off for a time");
            }
        }
    }

    fn serve(&self, asker: Asker, data: &[u8], places: &[Arc<Semaphore>; 2]) {
        let request = match decode::<Request>(data, REQUEST_BYTES_MAX) {
            Ok(request) => request,
            Err(error) => return self.refuse(asker.key, "undecodable request", &error),
        };
        let [for_banks, for_all] = places;
        match (request, asker.role) {
            (Request::Observed { from, count }, _) => self.read(asker.ticket, for_all, move |store| {
                store.observed_range(from, count, SERVED_BYTES_MAX).map(Response::Observed)
            }),
            (Request::Status(status), role) => self.status(asker.key, role, asker.ticket, status),
            (Request::Heights { from, count }, PeerRole::Bank) => {
                self.read(asker.ticket, for_banks, move |store| {
                    store.certified_range(from, count, SERVED_BYTES_MAX).map(Response::Heights)
                });
            }
            (Request::Transactions { block, hashes }, PeerRole::Bank) => {
                self.transactions(asker.ticket, block, hashes);
            }
            (Request::Balances(question), PeerRole::Bank) => {
                if let Some(telling) = &self.telling {
                    telling.take(&asker.key, asker.ticket, question);
                }
            }
            (
                Request::Heights { .. } | Request::Transactions { .. } | Request::Balances(_),
                PeerRole::Observer,
            ) => {
                self.refuse(asker.key, "an observer asks for what banks conceal", &NotForObservers);
            }
        }
    }

    fn transactions(&self, ticket: Ticket, block: PublicHash, hashes: Vec<TxHash>) {
        let number = self.tickets.keep(ticket);
        self.checker.deliver(Input::TransactionsWanted(number, block, hashes));
    }

    /// Where an observer stands is nobody's concern: no bank catches up from one.
    fn status(&self, from: NetworkKey, role: PeerRole, ticket: Ticket, status: Status) {
        let shared = &self.checker.shared;
        self.checker.tell(Outgoing::Respond(ticket, encode(&Response::Status(shared.status()))));
        if role == PeerRole::Bank {
            shared.heard_of(from, &status);
            self.checker.deliver(Input::Status(from, status));
        }
    }

    fn refuse(&self, from: NetworkKey, what: &'static str, error: &dyn std::error::Error) {
        self.checker.refuse(from, what, error);
        self.checker.tell(Outgoing::Blame(from, what));
    }

    /// Reads heights on a blocking thread. A peer that finds no place asks again.
    fn read(
        &self,
        ticket: Ticket,
        places: &Arc<Semaphore>,
        read: impl FnOnce(&Store) -> Result<Response, StoreError> + Send + 'static,
    ) {
        let Ok(place) = Arc::clone(places).try_acquire_owned() else { return };
        let (store, outgoing) = (self.store.clone(), self.checker.outgoing.clone());
        tokio::task::spawn_blocking(move || {
            let _place = place;
            match read(&store) {
                // Fails only when the node stops.
                Ok(response) => drop(outgoing.blocking_send(Outgoing::Respond(ticket, encode(&response)))),
                Err(error) => tracing::error!(%error, "heights cannot be read for a peer"),
            }
        });
    }
}

/// Why an observer is refused.
#[derive(Debug, thiserror::Error)]
#[error(
    "transactions, heights in the banks' form and customers are for banks alone; observers ask for observed heights"
)]
struct NotForObservers;
