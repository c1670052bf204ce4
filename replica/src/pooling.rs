//! Transactions on their way into the pool.

use crate::effect::{Effect, Event};
use crate::replica::Replica;
use idx_types::wire::Gossip;
use idx_types::{PreparedTx, Reason, TimestampMs, Transaction, TxId};

impl Replica {
    /// A local client's transaction: refused at the door with a reason, or pooled and passed on. One
    /// that waits here already is passed on again: the first message may have been lost, and a node
    /// that has no turns to mine (its bank has left) depends on the others to hear of it.
    pub(crate) fn on_submit(&mut self, now: TimestampMs, token: u64, tx: PreparedTx, out: &mut Vec<Effect>) {
        let answer = self.admit(now, &tx, out);
        let known = if answer == Err(Reason::PoolDuplicate) { self.pool.find(&tx.id) } else { None };
        let passed_on = if answer.is_ok() { Some(&tx) } else { known };
        if let Some(tx) = passed_on {
            out.push(Effect::Gossip(Gossip::Transactions(vec![Transaction::clone(&tx.tx)])));
        }
        out.push(Effect::Answer(token, answer));
        self.transactions_arrived(now, out);
    }

    fn admit(&mut self, now: TimestampMs, tx: &PreparedTx, out: &mut Vec<Effect>) -> Result<TxId, Reason> {
        self.state.precheck(tx, now)?;
        self.pool.insert(tx.clone())?;
        out.push(Effect::Publish(Event::Pending(tx.id)));
        Ok(tx.id)
    }

    /// Peers' transactions. What only the state of the moment speaks against is pooled all the same:
    /// the peer may be a height ahead, and the block will tell.
    pub(crate) fn on_transactions(&mut self, now: TimestampMs, txs: Vec<PreparedTx>, out: &mut Vec<Effect>) {
        for tx in txs {
            let hopeless = self.state.precheck(&tx, now).is_err_and(never_settles);
            if !hopeless && self.pool.insert(tx.clone()).is_ok() {
                out.push(Effect::Publish(Event::Pending(tx.id)));
            }
        }
        self.transactions_arrived(now, out);
    }

    /// Wakes the height, and the miner that waits for something to put into its block.
    pub(crate) fn transactions_arrived(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        if !self.is_running() {
            return;
        }
        if self.book.round.is_none() && self.has_ready(now) {
            self.begin_rounds(now, out);
        } else if self.book.wanted.is_some() && self.book.mining.is_none() {
            self.try_mine(now, out);
        }
    }

    /// Whether the pool holds something that could settle now.
    pub(crate) fn has_ready(&self, now: TimestampMs) -> bool {
        self.pool.has_ready(now, &|bank| self.silence.skips(bank, now))
    }
}

/// Reasons that no later state can mend; and a date further ahead than clocks may be apart, which only
/// the door that let it in believes: pooled here, it would fail in a block, or settle and come back.
const fn never_settles(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Malformed
            | Reason::TooLarge
            | Reason::UnknownVersion
            | Reason::WrongChain
            | Reason::Expired
            | Reason::NotYetValid
            | Reason::ValidityTooLong
            | Reason::Replayed
            | Reason::BadSignature
            | Reason::BadKey
            | Reason::UnknownBank
            | Reason::SameAccount
    )
}
