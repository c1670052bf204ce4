//! A height is decided, stored and announced; the next one begins.

use crate::book::{Book, CandidateEntry};
use crate::effect::{Effect, Event, Finalized, HaltReason, TimerId};
use crate::replica::{Phase, Replica, gate_after};
use idx_chain::{Execution, Sealed};
use idx_consensus::agreement;
use idx_types::wire::CertifiedHeight;
use idx_types::{
    ApprovalCertificate, CommitCertificate, Height, PreparedTx, PublicBlock, TimestampMs, Transaction,
};
use std::sync::Arc;

impl Replica {
    /// The agreement decided a candidate of the book.
    pub(crate) fn on_decided(&mut self, now: TimestampMs, commit: CommitCertificate, out: &mut Vec<Effect>) {
        let entry = self.book.candidates.remove(&commit.value);
        let known = entry.and_then(|entry| Some((self.book.blocks.remove(&entry.block)?, entry)));
        let Some((block, CandidateEntry { candidate, execution: Ok(execution), .. })) = known else {
            return self.on_decided_unknown(&commit, out);
        };
        self.note_silence(now, &candidate.certificate);
        self.pace.note(now.since(self.book.began_at.unwrap_or(now)));
        let txs = block.transactions();
        let public = PublicBlock {
            header: block.announcement.header.message,
            transactions: txs.iter().map(|tx| Transaction::clone(&tx.tx)).collect(),
        };
        let private = candidate.into_block(execution.outcomes().to_vec());
        self.finalize(CertifiedHeight { public, private, commit }, &txs, execution, out);
    }

    /// Makes a proven height the tip and asks for it to be stored.
    pub(crate) fn finalize(
        &mut self,
        certified: CertifiedHeight,
        txs: &[PreparedTx],
        execution: Execution,
        out: &mut Vec<Effect>,
    ) {
        let sealed = Sealed {
            public_hash: certified.private.header.public_hash,
            private_hash: certified.commit.value,
            mining_ms: certified.private.header.mining_ms,
        };
        let delta = self.state.commit(execution, sealed);
        for (tx, outcome) in txs.iter().zip(&certified.private.outcomes) {
            if outcome.is_final() {
                self.pool.remove(&tx.id);
            }
        }
        if self.book.mining.take().is_some() {
            out.push(Effect::CancelMining);
        }
        let certified = Arc::new(certified);
        self.phase = Phase::Committing(certified.clone());
        out.push(Effect::Commit(Box::new(Finalized { certified, delta })));
    }

    fn note_silence(&mut self, now: TimestampMs, certificate: &ApprovalCertificate) {
        for bank in self.state.validators().banks() {
            // The certificate is closed when nobody's word is missed; who came later is not silent.
            if certificate.of(bank.id).is_none() && !self.book.heard.contains(&bank.id) {
                self.silence.missed(bank.id, now);
            } else {
                self.silence.heard(bank.id);
            }
        }
    }

    /// The height is stored: now it may be announced.
    pub(crate) fn on_committed(&mut self, now: TimestampMs, height: Height, out: &mut Vec<Effect>) {
        let Phase::Committing(certified) = &self.phase else { return };
        if certified.height() != height {
            return;
        }
        let certified = certified.clone();
        self.last_final = Some(certified.clone());
        self.remember(certified.commit.clone());
        self.stored_tip = (height, certified.commit.value);
        out.push(Effect::Publish(Event::Final(certified)));
        self.enter_height(now, out);
        self.apply_next(now, out);
    }

    /// Opens the book of the height after the tip.
    pub(crate) fn enter_height(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        let height = self.state.tip().height.next();
        let (version, known) = (self.state.params().protocol_version, self.settings.protocol_known);
        if version > known {
            return self.halt(HaltReason::UnknownProtocol { height, version, known }, out);
        }
        self.book = Book::new(height);
        self.open_keys(out);
        Arc::make_mut(&mut self.rules).extend(&self.state);
        self.gate = gate_after(&self.state, &self.rules, self.settings.verifier.clone());
        self.phase = Phase::Running;
        self.entered_at = now;
        self.guard.start_height(height);
        let (banks, quorums) = (self.state.validators().clone(), self.agreement_quorums());
        self.agree(now, agreement::Input::StartHeight { height, banks, quorums }, out);
        out.push(Effect::SetTimer(TimerId::Idle(height), self.quiet_ms(now)));
        for (peer, message) in self.future.take(height) {
            out.push(Effect::Recheck(peer, message));
        }
        if !self.replaying {
            self.see_to_key(now, out);
            if self.has_ready(now) {
                self.begin_rounds(now, out);
            }
        }
    }
}
