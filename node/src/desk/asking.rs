//! Asking the other banks what a customer of theirs has there.

use super::Door;
use super::door::failed;
use super::turns::Turns;
use crate::engine::clock;
use crate::engine::inquiries::Inquiries;
use crate::engine::outbox::Outgoing;
use crate::engine::shared::Shared;
use async_trait::async_trait;
use idx_api::{Answer, OtherBank, OtherBanks, Rate, Said};
use idx_bank::desk::Refusal;
use idx_bank::elsewhere::Asked;
use idx_bank::pseudonym::receiver_tag;
use idx_bank::vault::Consented;
use idx_crypto::Verifier;
use idx_types::balances::BALANCE_ANSWER_BYTES;
use idx_types::wire::{Request, Response, decode, encode};
use idx_types::{BalanceQuestion, Bank, BankId, ChainId, Consent, Idx, NetworkDay, ReceiverTag, Signed};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Customers for whom all other banks are asked at a time; each bank owes at most so many answers, a
/// quarter of what the network lets it owe, so that the agreement's own requests always have room.
const ASKED_AT_A_TIME_MAX: usize = 16;

/// How often all other banks are asked: less than half as often as one bank answers another.
const ASKED: Rate = Rate::per_second(20, 40);

/// How long a bank may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(2);

/// Bytes of an answer, with the version and the kind of the message.
const RESPONSE_BYTES: usize = BALANCE_ANSWER_BYTES + 2;

/// The way to the other banks.
pub(super) struct Asking {
    shared: Arc<Shared>,
    line: Line,
    turns: Turns,
}

/// What asking one bank takes.
struct Line {
    home: (ChainId, BankId),
    network: mpsc::Sender<Outgoing>,
    verifier: Arc<dyn Verifier>,
    inquiries: Arc<Inquiries>,
    /// How long a bank may take.
    patience: Duration,
}

impl Asking {
    pub(super) fn new(
        home: (ChainId, BankId),
        shared: Arc<Shared>,
        network: mpsc::Sender<Outgoing>,
        verifier: Arc<dyn Verifier>,
        inquiries: Arc<Inquiries>,
    ) -> Self {
        let line = Line { home, network, verifier, inquiries, patience: ANSWER_TIME_MAX };
        Self { shared, line, turns: Turns::new(ASKED, ASKED_AT_A_TIME_MAX, Instant::now()) }
    }

    async fn all(&self, customer: &Idx) -> Result<Vec<OtherBank>, Refusal> {
        let _turn = self.turns.take(Instant::now()).ok_or(Refusal::BankBusy)?;
        let rules = self.shared.rules();
        let (_, keys) = rules.tag_keys.as_ref().ok_or(Refusal::BankBusy)?;
        let tag = receiver_tag(keys.newest(), customer, NetworkDay::of(clock()));
        let others = rules.banks.banks().iter().filter(|bank| bank.id != self.line.home.1);
        Ok(futures::future::join_all(others.map(|bank| self.line.one(bank, tag))).await)
    }
}

impl Line {
    async fn one(&self, bank: &Bank, tag: ReceiverTag) -> OtherBank {
        let said = tokio::time::timeout(self.patience, self.exchange(bank, tag)).await;
        let said = said.ok().flatten().unwrap_or(Said::Unreachable);
        OtherBank { bank: bank.code.clone(), said }
    }

    /// Asks a bank by its own question; `None` if what comes is no answer to it.
    async fn exchange(&self, bank: &Bank, tag: ReceiverTag) -> Option<Said> {
        let question = BalanceQuestion { tag, nonce: *crate::keys::random().ok()? };
        let mut inquiry = self.inquiries.open(bank.network_key)?;
        let request = encode(&Request::Balances(question));
        self.network.try_send(Outgoing::Request(bank.network_key, inquiry.id(), request)).ok()?;
        let bytes = inquiry.answer().await?;
        let (chain_id, asker) = self.home;
        let asked = Asked { chain_id, holder: bank, asker, question };
        match self.hear(&asked, &bytes) {
            Ok(said) => Some(said),
            Err(why) => {
                tracing::warn!(bank = %bank.code, why, "an answer about a customer is passed over");
                // A verdict that finds no room is given the next time.
                drop(self.network.try_send(Outgoing::Blame(bank.network_key, "a false answer")));
                None
            }
        }
    }

    fn hear(&self, asked: &Asked<'_>, bytes: &[u8]) -> Result<Said, String> {
        let response = decode::<Response>(bytes, RESPONSE_BYTES).map_err(|error| error.to_string())?;
        let Response::Balances(answer) = response else { return Err("it is of another kind".to_owned()) };
        let told = asked.hear(*answer, &*self.verifier).map_err(|error| error.to_string())?;
        Ok(told.map_or(Said::NothingTold, |(accounts, height)| Said::Told(accounts, height)))
    }
}

#[async_trait]
impl OtherBanks for Door {
    async fn ask_others(&self, customer: &Idx) -> Result<Vec<OtherBank>, Refusal> {
        self.asking.all(customer).await
    }

    fn consents(&self, owner: &Idx) -> Answer<Vec<Consented>> {
        self.vault.shelf().consents_of(owner).map_err(failed)
    }

    fn witness(&self, consent: Consent) -> Answer<Signed<Consent>> {
        Ok(Signed::new(consent, &*self.signer))
    }
}

#[cfg(test)]
mod tests;
