//! Approval: this bank's verdicts on a mined block, and the miner's collection of all of them
//! (document 2.2).

use crate::effect::{Effect, Event, TimerId, Unsigned};
use crate::replica::Replica;
use idx_consensus::approval::{AddOutcome, Collector};
use idx_types::{
    Decision, InvolvedBanks, Outcome, PreparedTx, PublicHash, Reason, Round, SignedVerdicts, TimestampMs,
    Verdict, Verdicts, Verified,
};
use std::sync::Arc;

impl Replica {
    /// Executes a complete block with everything passed: what then fails, this bank rejects.
    pub(crate) fn try_block(
        &mut self,
        now: TimestampMs,
        hash: PublicHash,
        txs: &[PreparedTx],
        out: &mut Vec<Effect>,
    ) {
        let Some(entry) = self.book.blocks.get_mut(&hash) else { return };
        let header = &entry.announcement.header.message;
        let params = self.state.params();
        let bytes: usize = txs.iter().map(|tx| tx.len).sum();
        if txs.len() > params.max_block_transactions as usize || bytes > params.max_block_bytes as usize {
            let miner = header.miner;
            return self.blame_bank(miner, "mined block beyond the size in force", out);
        }
        let trial = self.state.execute(header, txs, &vec![Decision::Pass; txs.len()]);
        let verdicts = self.verdicts_on(hash, txs, trial.outcomes());
        let (banks, quorum) = (self.state.validators().clone(), self.approval_quorum());
        let entry = self.book.blocks.get_mut(&hash).expect("the entry was there above");
        entry.trial = Some(trial);
        let header = &entry.announcement.header.message;
        entry.collector = Some(Collector::new(header, involved(txs), &banks, quorum));
        if let Some(verdicts) = verdicts {
            self.request_signature(Unsigned::Verdicts(verdicts), out);
        }
        self.add_early_verdicts(now, hash, out);
    }

    fn verdicts_on(&self, block: PublicHash, txs: &[PreparedTx], outcomes: &[Outcome]) -> Option<Verdicts> {
        let bank = self.me()?;
        let verdict = |(tx, outcome): (&PreparedTx, &Outcome)| match outcome {
            Outcome::Failed(reason) => Verdict::Reject(*reason),
            _ if !self.agrees_to_key(tx) => Verdict::Reject(Reason::BadChainKey),
            _ if self.accepts(bank, tx) => Verdict::Approve,
            _ => Verdict::Reject(Reason::RejectedByPolicy),
        };
        let verdicts = txs.iter().zip(outcomes).map(verdict).collect();
        Some(Verdicts { chain_id: self.state.chain_id(), height: self.book.height, block, bank, verdicts })
    }

    fn accepts(&self, bank: idx_types::BankId, tx: &PreparedTx) -> bool {
        !tx.tx.body.kind.involved_banks().contains(bank) || self.settings.policy.accepts(&self.state, tx)
    }

    /// A bank's verdicts, ours once they are durable among them.
    pub(crate) fn on_verdicts(
        &mut self,
        now: TimestampMs,
        verdicts: Verified<SignedVerdicts>,
        out: &mut Vec<Effect>,
    ) {
        if !self.is_running() || verdicts.message.height != self.book.height {
            return;
        }
        self.silence.heard(verdicts.message.bank);
        self.book.heard.insert(verdicts.message.bank);
        let block = verdicts.message.block;
        let collector = self.book.blocks.get_mut(&block).and_then(|entry| entry.collector.as_mut());
        let Some(collector) = collector else { return self.book.keep_early(verdicts) };
        match collector.add(verdicts.clone()) {
            AddOutcome::Added => {
                out.push(Effect::Publish(Event::Verdicts(Arc::new(verdicts.into_inner()))));
                self.progress_approval(now, block, out);
            }
            AddOutcome::Conflict(evidence) => self.report(now, *evidence, out),
            AddOutcome::Duplicate | AddOutcome::Refused(_) => {}
        }
    }

    fn add_early_verdicts(&mut self, now: TimestampMs, block: PublicHash, out: &mut Vec<Effect>) {
        for verdicts in self.book.take_early(block) {
            self.on_verdicts(now, verdicts, out);
        }
    }

    /// The miner goes on as soon as no bank's word is missed.
    fn progress_approval(&mut self, now: TimestampMs, block: PublicHash, out: &mut Vec<Effect>) {
        let settled = self.collector_of_wanted(block).is_some_and(Collector::is_settled);
        if settled {
            self.build_candidate(now, block, out);
        }
    }

    /// The collector of a block, if it is ours and the agreement waits for it.
    fn collector_of_wanted(&self, block: PublicHash) -> Option<&Collector> {
        let wanted = self.book.wanted?;
        let ours = self.book.mined.get(&wanted.round) == Some(&block);
        self.book.blocks.get(&block).filter(|_| ours)?.collector.as_ref()
    }

    /// The miner has waited long enough: go on with what there is, or wait once more.
    pub(crate) fn on_approval_timeout(&mut self, now: TimestampMs, round: Round, out: &mut Vec<Effect>) {
        let Some(block) = self.book.mined.get(&round).copied() else { return };
        match self.collector_of_wanted(block).map(Collector::can_certify) {
            Some(true) => self.build_candidate(now, block, out),
            Some(false) => self.await_verdicts(round, out),
            None => {}
        }
    }

    pub(crate) fn await_verdicts(&self, round: Round, out: &mut Vec<Effect>) {
        let timer = TimerId::Approval(self.book.height, round);
        out.push(Effect::SetTimer(timer, self.state.params().approval_timeout_ms));
    }
}

/// The involved banks of each transaction, in block order.
pub(crate) fn involved(txs: &[PreparedTx]) -> Vec<InvolvedBanks> {
    txs.iter().map(|tx| tx.tx.body.kind.involved_banks()).collect()
}
