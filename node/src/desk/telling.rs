//! Answering other banks that ask what a customer has here: as the desk says, signed, always in one length.

use super::inbox::DeskSender;
use super::turns::{Turn, Turns};
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
use tokio::sync::mpsc;

/// Questions of one bank that the desk has at a time, as many as an honest one asks. One that finds no place is
/// not answered. Every bank has places of its own, so none can take another's.
const ANSWERED_AT_A_TIME_MAX: usize = 16;

/// How often one bank is answered: it cannot try out tags by the thousand, nor keep the desk from customers.
const ANSWERED: Rate = Rate::per_second(50, 100);

/// Turns of every bank that asks, by bank.
#[derive(Default)]
struct Askers {
    turns: Mutex<BTreeMap<BankId, Turns>>,
}

impl Askers {
    /// A turn of a bank, if it may be answered now.
    fn take(&self, asker: BankId, now: Instant) -> Option<Turn> {
        let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(asker).or_insert_with(|| Turns::new(ANSWERED, ANSWERED_AT_A_TIME_MAX, now)).take(now)
    }
}

/// Answers for other banks.
pub struct Telling {
    home: (ChainId, BankId),
    desk: DeskSender,
    shared: Arc<Shared>,
    signer: Arc<dyn Signer + Send + Sync>,
    network: mpsc::Sender<Outgoing>,
    askers: Askers,
}

impl Telling {
    pub(super) fn new(
        home: (ChainId, BankId),
        desk: DeskSender,
        shared: Arc<Shared>,
        signer: Arc<dyn Signer + Send + Sync>,
        network: mpsc::Sender<Outgoing>,
    ) -> Self {
        Self { home, desk, shared, signer, network, askers: Askers::default() }
    }

    /// Takes a question. Who asks is who the connection has proved; nobody else than a bank of this
    /// height is answered. A ticket that is dropped tells that there is no answer.
    pub fn take(self: &Arc<Self>, from: &NetworkKey, ticket: Ticket, question: BalanceQuestion) {
        let Some(asker) = self.shared.rules().banks.by_network_key(from).map(|bank| bank.id) else { return };
        let Some(turn) = self.askers.take(asker, Instant::now()) else {
            return tracing::debug!(peer = %from, "a bank asks about customers too often; it is not answered");
        };
        let telling = self.clone();
        tokio::spawn(async move {
            let _turn = turn;
            if let Some(answer) = telling.answer(asker, question).await {
                let response = encode(&Response::Balances(Box::new(answer)));
                // Fails only when the node stops.
                drop(telling.network.send(Outgoing::Respond(ticket, response)).await);
            }
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: BankId = BankId(1);
    const QUIET: BankId = BankId(2);

    #[test]
    fn a_bank_that_asks_too_much_waits_and_takes_nothing_from_another() {
        let (askers, now) = (Askers::default(), Instant::now());
        let held: Vec<Turn> = (0..1_000).map_while(|_| askers.take(LOUD, now)).collect();
        assert_eq!(held.len(), ANSWERED_AT_A_TIME_MAX, "while the desk is busy with its questions");
        assert!(askers.take(QUIET, now).is_some(), "another bank has its own places");
        drop(held);
        let mut answered = ANSWERED_AT_A_TIME_MAX;
        while askers.take(LOUD, now).is_some() {
            answered += 1;
        }
        assert_eq!(answered, 100, "what one bank may ask at once, however quick the desk is");
        let quiet = (0..50).filter(|_| askers.take(QUIET, now).is_some()).count();
        assert_eq!(quiet, 50, "another bank is answered as if nobody else asked");
    }
}
