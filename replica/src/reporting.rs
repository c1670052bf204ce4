//! A bank contradicted itself: the proof becomes a transaction (document 2.3).

use crate::effect::{Effect, Event, Unsigned};
use crate::replica::Replica;
use crate::room::OFFENCES_PER_BANK_MAX;
use idx_types::tx::{ReportEvidence, TX_VERSION};
use idx_types::wire::Gossip;
use idx_types::{Evidence, PreparedTx, TimestampMs, Transaction, TxBody, TxKind};

/// How long a report may wait for a block, milliseconds.
const REPORT_MS: u64 = 60 * 60 * 1_000;

impl Replica {
    /// Tells clients and asks for a signature on the report, unless the offence is on record or was
    /// reported at this height: proof must not become a way to flood.
    pub(crate) fn report(&mut self, now: TimestampMs, evidence: Evidence, out: &mut Vec<Effect>) {
        let Some(offence) = evidence.offence() else { return };
        let told = self.book.reported.iter().filter(|known| known.bank == offence.bank).count();
        if told >= OFFENCES_PER_BANK_MAX || !self.book.reported.insert(offence) {
            return;
        }
        out.push(Effect::Publish(Event::Contradiction(offence.bank)));
        let known = self.state.offences().contains(&offence);
        let (Some(bank), false) = (self.me(), known) else { return };
        let nonce = u64::from_le_bytes(evidence.hash().0[..8].try_into().expect("eight of 32 bytes"));
        let body = TxBody {
            version: TX_VERSION,
            chain_id: self.state.chain_id(),
            created_at: now,
            valid_until: now.plus(REPORT_MS),
            nonce,
            kind: TxKind::Evidence(Box::new(ReportEvidence { bank, evidence })),
        };
        self.request_signature(Unsigned::Transaction(Box::new(body)), out);
    }

    /// Our own transaction is signed: pool it and pass it on.
    pub(crate) fn on_own_transaction(&mut self, now: TimestampMs, tx: Transaction, out: &mut Vec<Effect>) {
        let prepared = PreparedTx::vouch(tx);
        if self.pool.insert(prepared.clone()).is_ok() {
            out.push(Effect::Gossip(Gossip::Transactions(vec![Transaction::clone(&prepared.tx)])));
            self.transactions_arrived(now, out);
        }
    }
}
