//! Answering other banks that ask what a customer has here: as the desk says, signed, always in one length.

use super::inbox::DeskSender;
use crate::engine::outbox::Outgoing;
use crate::engine::shared::Shared;
use idx_api::Rate;
use idx_bank::desk::{Answer, Ask};
use idx_crypto::Signer;
use idx_p2p::Ticket;
use idx_types::wire::{Response, encode};
use idx_types::{BalanceAnswer, BalanceQuestion, BankId, ChainId, NetworkKey, PaddedAnswer, Signed};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{Semaphore, mpsc};

/// Questions of other banks that the desk has at a time. One that finds no place is not answered.
const ANSWERED_AT_A_TIME_MAX: usize = 64;

/// How often one bank is answered: it cannot try out tags by the thousand, nor keep the desk from customers.
const ANSWERED: Rate = Rate::per_second(50, 100);

/// Answers for other banks.
pub struct Telling {
    home: (ChainId, BankId),
    desk: DeskSender,
    shared: Arc<Shared>,
    signer: Arc<dyn Signer + Send + Sync>,
    network: mpsc::Sender<Outgoing>,
    places: Arc<Semaphore>,
    full_at: Mutex<BTreeMap<BankId, Instant>>,
}

impl Telling {
    pub(super) fn new(
        home: (ChainId, BankId),
        desk: DeskSender,
        shared: Arc<Shared>,
        signer: Arc<dyn Signer + Send + Sync>,
        network: mpsc::Sender<Outgoing>,
    ) -> Self {
        let (places, full_at) = (Arc::new(Semaphore::new(ANSWERED_AT_A_TIME_MAX)), Mutex::default());
        Self { home, desk, shared, signer, network, places, full_at }
    }

    /// Takes a question. Who asks is who the connection has proved; nobody else than a bank of this
    /// height is answered. A ticket that is dropped tells that there is no answer.
    pub fn take(self: &Arc<Self>, from: &NetworkKey, ticket: Ticket, question: BalanceQuestion) {
        let Some(asker) = self.shared.rules().banks.by_network_key(from).map(|bank| bank.id) else { return };
        let Ok(place) = self.places.clone().try_acquire_owned() else { return };
        if !self.is_in_turn(asker) {
            return tracing::debug!(peer = %from, "a bank asks about customers too often; it is not answered");
        }
        let telling = self.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Some(answer) = telling.answer(asker, question).await {
                let response = encode(&Response::Balances(Box::new(answer)));
                // Fails only when the node stops.
                drop(telling.network.send(Outgoing::Respond(ticket, response)).await);
            }
        });
    }

    fn is_in_turn(&self, asker: BankId) -> bool {
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        ANSWERED.take(full_at.entry(asker).or_insert(now), now).is_ok()
    }

    async fn answer(&self, asker: BankId, question: BalanceQuestion) -> Option<PaddedAnswer> {
        let height = self.shared.status().height;
        let told = match self.desk.ask(Ask::TellBank { asker, tag: question.tag }).await {
            Ok(Answer::BalancesTold(told)) => told,
            _ => return None,
        };
        let (chain_id, holder) = self.home;
        let answer = BalanceAnswer { chain_id, holder, asker, question, height, told };
        PaddedAnswer::new(Signed::new(answer, &*self.signer))
    }
}
