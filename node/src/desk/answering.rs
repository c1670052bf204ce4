//! What the bank owes to court orders about persons: answered at each height, by the desk's thread,
//! because only the vault knows whose accounts are whose.

use super::ledger::Rules;
use super::shell::Shell;
use crate::engine::clock;
use idx_bank::Entropy;
use idx_bank::orders::{Answering, LiveOrder, Owed, owed};
use idx_types::tx::{AnswerOrder, TX_VERSION};
use idx_types::{AccountHandle, TimestampMs, TxBody, TxKind};

/// An answer that is not on the ledger after this long is given again, milliseconds.
const AGAIN_AFTER_MS: u64 = 60_000;

impl Shell {
    /// Answers the orders that wait for this bank.
    pub(super) fn answer_orders(&mut self) {
        let (rules, now) = (self.shared.rules(), clock());
        self.answered.retain(|_, at| now.since(*at) < AGAIN_AFTER_MS);
        let waits = rules.person_orders.iter().filter(|order| !self.answered.contains_key(&order.id));
        let live: Vec<LiveOrder<'_>> =
            waits.map(|order| LiveOrder { id: order.id, asked: &order.asked, answered: false }).collect();
        if live.is_empty() {
            return;
        }
        let Ok(seed) = crate::keys::random::<32>() else { return };
        let by = Answering { bank: self.home.bank, secret: &self.hpke };
        let knows =
            |handle: &AccountHandle| self.store.account(handle).is_ok_and(|account| account.is_some());
        let mut entropy = Entropy::new(*seed);
        match owed(live, by, &self.vault.shelf(), &knows, &mut entropy) {
            Ok(all) => all.into_iter().for_each(|owed| self.give(owed, &rules, now, entropy.draw_u64())),
            Err(error) => tracing::error!(%error, "court orders wait, because the vault gave no answer"),
        }
    }

    fn give(&mut self, owed: Owed, rules: &Rules, now: TimestampMs, nonce: u64) {
        match owed {
            Owed::Answer { answer, left_off } => {
                if left_off > 0 {
                    tracing::warn!(order = %answer.order, left_off, "an answer names fewer accounts than are kept");
                }
                self.answered.insert(answer.order, now);
                tracing::info!(order = %answer.order, "a court order is answered");
                self.submit_answer(answer, rules, now, nonce);
            }
            Owed::Unreadable { order, why } => {
                self.answered.insert(order, now);
                tracing::error!(%order, %why, "a court order cannot be read, so it is not answered");
            }
        }
    }

    fn submit_answer(&self, answer: Box<AnswerOrder>, rules: &Rules, now: TimestampMs, nonce: u64) {
        let body = TxBody {
            version: TX_VERSION,
            chain_id: self.home.chain_id,
            created_at: now,
            valid_until: now.plus(rules.params.max_validity_ms),
            nonce,
            kind: TxKind::AnswerOrder(answer),
        };
        self.ways.submit(body.sign(&[&*self.ways.signer]));
    }
}
