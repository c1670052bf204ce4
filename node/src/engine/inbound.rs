//! From the network to the mind: decoding, and the gate's checks on threads of their own.

use super::inbox::{InboxSender, Work};
use super::outbox::Outgoing;
use super::shared::Shared;
use crate::desk::DeskSender;
use crossbeam_channel::{Receiver, Sender, bounded, select_biased};
use idx_crypto::Verifier;
use idx_p2p::{Acceptance, GossipId, Topic};
use idx_replica::{CheckedResponse, Input, Passed};
use idx_types::NetworkKey;
use idx_types::wire::{
    DESK_BYTES_MAX, DeskGossip, GOSSIP_BYTES_MAX, Gossip, RESPONSE_BYTES_MAX, Response, decode,
};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// Messages of the agreement that wait for the gate.
const URGENT_MAX: usize = 4_096;

/// Batches of transactions and answers that wait for the gate.
const BULK_MAX: usize = 256;

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

    /// Hands gossip to the gate's threads, in the lane of its topic.
    pub(super) fn gossip(&self, from: NetworkKey, id: GossipId, data: Vec<u8>) {
        let waits = matches!(id.topic(), Topic::Transactions | Topic::Intents);
        let lane = if waits { &self.bulk } else { &self.urgent };
        self.hand(lane, ToCheck::Gossip { from, id, data });
    }

    /// Hands a peer's answer to the gate's threads.
    pub(super) fn response(&self, from: NetworkKey, request: u64, data: Vec<u8>) {
        self.hand(&self.bulk, ToCheck::Response { from, request, data });
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

    /// Hands an input to the mind, if it has room.
    pub(super) fn deliver(&self, input: Input) {
        let delivered = match input {
            Input::Transactions(_) => self.inbox.work.try_send(Work::Input(input)).is_ok(),
            _ => self.inbox.consensus.try_send(input).is_ok(),
        };
        if !delivered {
            tracing::debug!("the mind has no room for a message; its sender will repeat it");
        }
    }

    /// Counts and logs what is refused of a peer.
    pub(super) fn refuse(
        &self,
        from: NetworkKey,
        what: &'static str,
        error: &dyn std::error::Error,
    ) -> Acceptance {
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

    /// Hands something to the network, if it has room.
    pub(super) fn tell(&self, outgoing: Outgoing) {
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
