//! A look into the mind for operators: what it is doing, and what it is waiting for (expectation 7,
//! "why is it stuck").

use crate::replica::{Phase, Replica};
use crate::starting::Abstention;
use idx_consensus::agreement::AgreementStatus;
use idx_types::{BankId, Height, TimestampMs};

/// What a height is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// For transactions, or for the end of the quiet time.
    Quiet,
    /// This bank searches a nonce, or waits for its turn to.
    Mining,
    /// This bank collects verdicts on its block.
    Collecting,
    /// For the elected bank's proposal.
    Proposal,
    /// For prevotes.
    Prevotes,
    /// For precommits.
    Precommits,
    /// For the store.
    Storing,
    /// For the people: the chain has forked, and this bank takes part no more.
    Forked,
}

/// What the mind is doing, at one moment.
#[derive(Debug, Clone)]
pub struct Insight {
    /// The height being agreed on.
    pub height: Height,
    /// Since when.
    pub since: TimestampMs,
    /// What it waits for.
    pub stage: Stage,
    /// The agreement in detail.
    pub agreement: Option<AgreementStatus>,
    /// Banks whose verdicts on a block of the current round are here.
    pub spoken: Vec<BankId>,
    /// Banks held to be silent.
    pub silent: Vec<BankId>,
    /// What keeps this bank from signing.
    pub abstention: Abstention,
    /// Heights received and not applied yet.
    pub heights_queued: usize,
    /// Transactions in the pool.
    pub pool_transactions: usize,
    /// Their bytes.
    pub pool_bytes: usize,
}

impl Replica {
    /// Looks at this moment.
    pub fn insight(&self) -> Insight {
        let agreement = self.agreement.status();
        Insight {
            height: self.book.height,
            since: self.entered_at,
            stage: self.stage(self.agreement.step_name()),
            agreement,
            spoken: self.spoken(),
            silent: self.silence.silent(),
            abstention: self.abstention,
            heights_queued: self.sync.len(),
            pool_transactions: self.pool.len(),
            pool_bytes: self.pool.bytes(),
        }
    }

    fn stage(&self, step: &str) -> Stage {
        let wanted = self.book.wanted.map(|wanted| wanted.round);
        match (&self.phase, step) {
            (Phase::Forked { .. } | Phase::Leaving { .. }, _) => Stage::Forked,
            (Phase::Committing(_), _) | (_, "decided") => Stage::Storing,
            (_, "idle") => Stage::Quiet,
            _ if wanted.is_some_and(|round| self.book.mined.contains_key(&round)) => Stage::Collecting,
            _ if wanted.is_some() => Stage::Mining,
            (_, "prevote") => Stage::Prevotes,
            (_, "precommit") => Stage::Precommits,
            _ => Stage::Proposal,
        }
    }

    fn spoken(&self) -> Vec<BankId> {
        let round = self.current_round();
        let current = self.book.blocks.values().filter(|b| b.announcement.header.message.round == round);
        let collectors: Vec<_> = current.filter_map(|block| block.collector.as_ref()).collect();
        let banks = self.state.validators().banks().iter().map(|bank| bank.id);
        let heard = |bank: &BankId| collectors.iter().any(|collector| !collector.silent().contains(bank));
        banks.filter(heard).collect()
    }
}
