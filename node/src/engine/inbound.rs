//! From the network to the mind: decoding, the gate's checks on threads of their own, and answers to
//! peers that need no mind.

use super::inbox::{InboxSender, Work};
use super::outbox::Outgoing;
use super::shared::Shared;
use super::tickets::Tickets;
use crate::desk::DeskSender;
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use idx_crypto::Verifier;
use idx_p2p::{Acceptance, GossipId, NetworkEvent, Ticket, Topic};
use idx_replica::{CheckedResponse, Input, Passed};
use idx_storage::Store;
use idx_types::NetworkKey;
use idx_types::wire::{
    DESK_BYTES_MAX, DeskGossip, GOSSIP_BYTES_MAX, Gossip, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX, Request,
    Response, SYNC_BATCH_MAX, decode, encode,
};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Semaphore, mpsc};

/// Messages of the agreement that wait for the gate.
const URGENT_MAX: usize = 4_096;

/// Batches of transactions and answers that wait for the gate.
const BULK_MAX: usize = 256;

/// Requests for heights served at a time; serving never holds up agreement.
const SERVING_MAX: usize = 2;

/// Most bytes of heights in one answer; leaves room for one height beyond it.
const SERVED_BYTES_MAX: usize = 4 << 20;

/// Something for the gate.
enum ToCheck {
    Gossip { from: NetworkKey, id: GossipId, data: Vec<u8> },
    Again { from: NetworkKey, message: Gossip },
    Response { from: NetworkKey, request: u64, data: Vec<u8> },
}

/// The way to the gate's threads; cheap to clone.
#[derive(Clone)]
pub struct Inbound {
    urgent: Sender<ToCheck>,
    bulk: Sender<ToCheck>,
}

/// What the gate's threads share.
#[derive(Clone)]
pub struct Checker {
    /// The gate and the metrics.
    pub shared: Arc<Shared>,
    /// Where checked messages go.
    pub inbox: InboxSender,
    /// Where the network hears what became of them.
    pub outgoing: mpsc::Sender<Outgoing>,
    /// The signature scheme.
    pub verifier: Arc<dyn Verifier>,
    /// The bank's desk.
    pub desk: Option<DeskSender>,
}

impl Inbound {
    /// Starts the gate's threads.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(threads: usize, checker: &Checker) -> std::io::Result<Self> {
        let (urgent, urgent_out) = bounded(URGENT_MAX);
        let (bulk, bulk_out) = bounded(BULK_MAX);
        for n in 0..threads.max(1) {
            let (urgent, bulk, checker) = (urgent_out.clone(), bulk_out.clone(), checker.clone());
            let thread = std::thread::Builder::new().name(format!("gate-{n}"));
            thread.spawn(move || check_all(&urgent, &bulk, &checker))?;
        }
        Ok(Self { urgent, bulk })
    }

    /// Checks a message again whose height has come.
    pub fn recheck(&self, from: NetworkKey, message: Gossip) {
        self.hand(&self.urgent, ToCheck::Again { from, message });
    }

    fn hand(&self, lane: &Sender<ToCheck>, message: ToCheck) {
        if lane.try_send(message).is_err() {
            tracing::debug!("the gate has no room for a message; its sender will repeat it");
        }
    }
}

fn check_all(urgent: &Receiver<ToCheck>, bulk: &Receiver<ToCheck>, checker: &Checker) {
    loop {
        let next = select_biased! {
            recv(urgent) -> message => message,
            recv(bulk) -> message => message,
        };
        let Ok(message) = next else { return };
        let began = Instant::now();
        checker.check(message);
        checker.shared.metrics.gate.observe(began.elapsed().as_secs_f64());
    }
}

impl Checker {
    fn check(&self, message: ToCheck) {
        match message {
            ToCheck::Gossip { from, id, data } => {
                let acceptance = match id.topic() {
                    Topic::Intents => self.check_desk(from, &data),
                    _ => match decode::<Gossip>(&data, GOSSIP_BYTES_MAX) {
                        Ok(message) => self.check_gossip(from, message),
                        Err(error) => self.refuse(from, "undecodable message", &error),
                    },
                };
                self.tell(Outgoing::Verdict(id, from, acceptance));
            }
            ToCheck::Again { from, message } => {
                self.check_gossip(from, message);
            }
            ToCheck::Response { from, request, data } => self.check_response(from, request, &data),
        }
    }

    fn check_gossip(&self, from: NetworkKey, message: Gossip) -> Acceptance {
        self.shared.metrics.received.with_label_values(&[kind(&message)]).inc();
        match self.shared.gate().check(from, message) {
            Ok(Passed::Now(inputs)) => {
                let future = inputs.iter().any(|input| matches!(input, Input::Future(..)));
                inputs.into_iter().for_each(|input| self.deliver(input));
                if future { Acceptance::Ignore } else { Acceptance::Accept }
            }
            Ok(Passed::Stale) => Acceptance::Ignore,
            Err(refusal) => self.refuse(from, refusal.blame(), &refusal),
        }
    }

    /// Hands on what another bank's desk tells. An intent that nobody signed costs its sender; what it is
    /// worth else, the desk judges.
    fn check_desk(&self, from: NetworkKey, data: &[u8]) -> Acceptance {
        let message = match decode::<DeskGossip>(data, DESK_BYTES_MAX) {
            Ok(message) => message,
            Err(error) => return self.refuse(from, "undecodable message", &error),
        };
        self.shared.metrics.received.with_label_values(&["intents"]).inc();
        if let DeskGossip::Intent(intent) = &message
            && let Err(error) = intent.check_signatures(&*self.verifier)
        {
            return self.refuse(from, "an intent without its signature", &error);
        }
        let taken = self.desk.as_ref().is_none_or(|desk| desk.gossip(message));
        if taken { Acceptance::Accept } else { Acceptance::Ignore }
    }

    fn deliver(&self, input: Input) {
        let delivered = match input {
            Input::Transactions(_) => self.inbox.work.try_send(Work::Input(input)).is_ok(),
            _ => self.inbox.consensus.try_send(input).is_ok(),
        };
        if !delivered {
            tracing::debug!("the mind has no room for a message; its sender will repeat it");
        }
    }

    fn refuse(&self, from: NetworkKey, what: &'static str, error: &dyn std::error::Error) -> Acceptance {
        self.shared.metrics.blamed.with_label_values(&[what]).inc();
        tracing::warn!(peer = %from, what, %error, "a peer's message is refused");
        Acceptance::Reject
    }

    fn check_response(&self, from: NetworkKey, request: u64, data: &[u8]) {
        match decode::<Response>(data, RESPONSE_BYTES_MAX) {
            Ok(response) => {
                if let Response::Status(status) = &response {
                    self.shared.heard_of(from, status);
                }
                let checked = CheckedResponse::check(response, &*self.verifier);
                self.deliver(Input::Response(from, request, checked));
            }
            Err(error) => {
                self.refuse(from, "undecodable answer", &error);
                self.tell(Outgoing::Blame(from, "undecodable answer"));
                self.deliver(Input::RequestFailed(from, request));
            }
        }
    }

    fn tell(&self, outgoing: Outgoing) {
        if self.outgoing.try_send(outgoing).is_err() {
            tracing::debug!("the network has no room for a verdict");
        }
    }
}

const fn kind(message: &Gossip) -> &'static str {
    match message {
        Gossip::Transactions(_) => "transactions",
        Gossip::Mined(_) => "mined",
        Gossip::Verdicts(_) => "verdicts",
        Gossip::Proposal(_) => "proposal",
        Gossip::Vote(_) => "vote",
        Gossip::Bundle(_) => "bundle",
        Gossip::Fork(_) => "fork",
    }
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
}

impl Receiving {
    /// Runs until the network is shut down.
    pub async fn run(self, mut events: mpsc::Receiver<NetworkEvent>) {
        let serving = Arc::new(Semaphore::new(SERVING_MAX));
        while let Some(event) = events.recv().await {
            self.take(event, &serving);
        }
    }

    fn take(&self, event: NetworkEvent, serving: &Arc<Semaphore>) {
        match event {
            NetworkEvent::Gossip { from, topic, id, data, .. } => {
                let waits = matches!(topic, Topic::Transactions | Topic::Intents);
                let lane = if waits { &self.inbound.bulk } else { &self.inbound.urgent };
                self.inbound.hand(lane, ToCheck::Gossip { from, id, data });
            }
            NetworkEvent::Request { from, ticket, data, .. } => self.serve(from, ticket, &data, serving),
            NetworkEvent::Response { from, request, data } => {
                self.inbound.hand(&self.inbound.bulk, ToCheck::Response { from, request: request.0, data });
            }
            NetworkEvent::RequestFailed { to, request, reason } => {
                tracing::debug!(peer = %to, %reason, "a request came to nothing");
                self.checker.deliver(Input::RequestFailed(to, request.0));
            }
            NetworkEvent::PeerUp { peer, .. } => {
                self.checker.shared.metrics.peers.inc();
                tracing::info!(%peer, "connected");
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

    fn serve(&self, from: NetworkKey, ticket: Ticket, data: &[u8], serving: &Arc<Semaphore>) {
        match decode::<Request>(data, REQUEST_BYTES_MAX) {
            Ok(Request::Transactions { block, hashes }) => {
                let number = self.tickets.keep(ticket);
                self.checker.deliver(Input::TransactionsWanted(number, block, hashes));
            }
            Ok(Request::Heights { from, count }) => self.serve_heights(ticket, from, count, serving),
            Ok(Request::Status(status)) => {
                let shared = &self.checker.shared;
                shared.heard_of(from, &status);
                self.checker.tell(Outgoing::Respond(ticket, encode(&Response::Status(shared.status()))));
                self.checker.deliver(Input::Status(from, status));
            }
            Err(error) => {
                self.checker.refuse(from, "undecodable request", &error);
                self.checker.tell(Outgoing::Blame(from, "undecodable request"));
            }
        }
    }

    /// Reads heights on a blocking thread. A peer that finds no place asks again.
    fn serve_heights(&self, ticket: Ticket, from: idx_types::Height, count: u32, serving: &Arc<Semaphore>) {
        let Ok(place) = Arc::clone(serving).try_acquire_owned() else { return };
        let (store, outgoing) = (self.store.clone(), self.checker.outgoing.clone());
        tokio::task::spawn_blocking(move || {
            let _place = place;
            match store.certified_range(from, count.min(SYNC_BATCH_MAX), SERVED_BYTES_MAX) {
                Ok(heights) => {
                    let answer = Outgoing::Respond(ticket, encode(&Response::Heights(heights)));
                    // Fails only when the node stops.
                    drop(outgoing.blocking_send(answer));
                }
                Err(error) => tracing::error!(%error, "heights cannot be read for a peer"),
            }
        });
    }
}
