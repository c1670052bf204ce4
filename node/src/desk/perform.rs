//! What the desk wishes for, done.

use super::inbox::{DeskInput, DeskSender};
use super::shell::Shell;
use crate::engine::inbox::InboxSender;
use crate::engine::outbox::Outgoing;
use idx_bank::desk::{Effect, Fact};
use idx_bank::pseudonym::TagDay;
use idx_crypto::{Signer, Verifier};
use idx_p2p::Topic;
use idx_types::wire::{DeskGossip, encode};
use idx_types::{NetworkDay, Notice, PreparedTx, Reason, Signed, Transaction, TxId};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// How often a transaction is handed in again while the node has no room for it, and how long after.
const ATTEMPTS_MAX: u32 = 5;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(200);

/// The ways out of the desk.
#[derive(Clone)]
pub(super) struct Ways {
    /// To the mind.
    pub mind: InboxSender,
    /// To the other banks.
    pub network: mpsc::Sender<Outgoing>,
    /// Back to the desk.
    pub desk: DeskSender,
    /// Signs as the bank.
    pub signer: Arc<dyn Signer + Send + Sync>,
    /// Checks signatures.
    pub verifier: Arc<dyn Verifier>,
    /// Where waiting is done.
    pub runtime: Handle,
}

impl Shell {
    /// Performs one effect of a step whose writes are durable.
    pub(super) fn perform(&mut self, effect: Effect) {
        match effect {
            // Written and synced before; see `write` and `end_group`.
            Effect::Persist(_) => {}
            Effect::SignAndSubmit(body) => self.ways.submit(body.sign(&[&*self.ways.signer])),
            Effect::Submit(transfer) => self.ways.submit(*transfer),
            Effect::Gossip(message) => self.ways.gossip(&message),
            Effect::SignRejection(rejection) => {
                let notice = Notice::Rejected(Signed::new(rejection, &*self.ways.signer));
                self.ways.gossip(&DeskGossip::Notice(Box::new(notice)));
            }
            Effect::Tell { customer, turn } => {
                tracing::debug!(id = %turn.id, matter = ?turn.matter, status = ?turn.status, "news for a customer");
                self.bells.ring(&customer);
            }
            Effect::Answer(token, answer) => {
                let outcome = answer.as_ref().err().map_or("ok", |refusal| refusal.code());
                self.shared.metrics.desk_answers.with_label_values(&[outcome]).inc();
                if let Some(reply) = self.replies.remove(&token) {
                    // A customer who has gone away finds what became of it when he asks again.
                    drop(reply.send(answer));
                }
            }
            Effect::Fault(error) => tracing::error!(%error, "the desk could not decide"),
            Effect::PrepareTags(day) => self.prepare_tags(day),
        }
    }

    /// A million tags take about a second: not on this thread.
    fn prepare_tags(&self, day: NetworkDay) {
        let (vault, keys, desk) = (self.vault.clone(), self.tag_keys.clone(), self.ways.desk.clone());
        self.ways.runtime.spawn_blocking(move || match vault.shelf().every_customer() {
            Ok(everybody) => {
                desk.tell(DeskInput::Tags(day, TagDay::of(&keys, day, everybody.iter())));
            }
            Err(error) => tracing::error!(%error, "the tags of a day cannot be made"),
        });
    }
}

impl Ways {
    fn gossip(&self, message: &DeskGossip) {
        if self.network.try_send(Outgoing::Publish(Topic::Intents, encode(message))).is_err() {
            tracing::debug!("the network has no room for a desk's message; what is open is shown again");
        }
    }

    /// Hands a transaction to the mind, beside this thread. What can be refused for good is told to the
    /// desk; what is only not taken now, the desk submits again by itself.
    pub(super) fn submit(&self, tx: Transaction) {
        let ways = self.clone();
        self.runtime.spawn(async move {
            let (id, verifier) = (tx.id(), ways.verifier.clone());
            let prepared = tokio::task::spawn_blocking(move || PreparedTx::verify(tx, &*verifier)).await;
            let Ok(prepared) = prepared else { return };
            if let Err(reason) = ways.hand_in(prepared).await {
                ways.refused(id, reason);
            }
        });
    }

    async fn hand_in(&self, tx: PreparedTx) -> Result<(), Reason> {
        let mut attempt = 1;
        loop {
            match self.mind.submit(tx.clone()).await {
                Ok(_) | Err(Reason::PoolDuplicate | Reason::Replayed) => return Ok(()),
                Err(reason) if reason.retriable() && attempt < ATTEMPTS_MAX => {
                    tokio::time::sleep(ATTEMPT_PAUSE * attempt).await;
                    attempt += 1;
                }
                Err(reason) => return Err(reason),
            }
        }
    }

    fn refused(&self, id: TxId, reason: Reason) {
        tracing::warn!(%id, %reason, "this node refused a transaction of its own desk");
        if !reason.retriable() {
            self.desk.tell(DeskInput::Fact(id, Fact::Failed(reason)));
        }
    }
}
