//! Works out a block without changing the state (document 3.4).

use crate::difficulty::Work;
use crate::draft::Draft;
use crate::fees::FeeQuote;
use crate::governance::{self, Rules};
use crate::posting::{Posting, conserves};
use crate::registries::Registries;
use crate::replay::ReplayUpdate;
use crate::root::{StateParts, params_hash};
use crate::state::State;
use crate::table::TableUpdate;
use idx_crypto::Hash32;
use idx_types::{Account, Decision, Height, Outcome, PreparedTx, PublicHeader, Reason, Session, TimestampMs};

/// A block worked out: outcomes, postings and the state after it, ready to be committed or dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Execution {
    /// The state it belongs to.
    pub(crate) base_root: Hash32,
    pub(crate) height: Height,
    pub(crate) timestamp: TimestampMs,
    pub(crate) accounts: TableUpdate<Account>,
    pub(crate) sessions: TableUpdate<Session>,
    pub(crate) replay: ReplayUpdate,
    /// `None` if no registry changed.
    pub(crate) registries: Option<Registries>,
    pub(crate) rules: Rules,
    /// All but `work`, which depends on the miner's word.
    pub(crate) parts: StateParts,
    work_before: Work,
    outcomes: Vec<Outcome>,
    postings: Vec<Posting>,
    /// Where each transaction's postings end.
    ends: Vec<usize>,
    fees: FeeQuote,
}

impl State {
    /// Works out what a block makes of this state, and leaves the state as it is. The same input gives
    /// the same bytes on every node.
    ///
    /// `header` extends the tip: the replica has checked its height, parents, miner, work and time; only
    /// `miner` and `timestamp` are read here, and a time before the tip's counts as the tip's. A
    /// transaction without a decision is deferred. The trial for verdicts runs all with
    /// [`Decision::Pass`].
    pub fn execute(&self, header: &PublicHeader, txs: &[PreparedTx], decisions: &[Decision]) -> Execution {
        let execution = self.run_block(header, txs, decisions);
        // A rule that broke the money total would be a bug. It must neither stop the network nor reach
        // a balance: nothing of the block takes effect.
        execution.unwrap_or_else(|| self.run_nothing(header, txs, decisions))
    }

    /// `None` if the block would not conserve money.
    fn run_block(
        &self,
        header: &PublicHeader,
        txs: &[PreparedTx],
        decisions: &[Decision],
    ) -> Option<Execution> {
        let mut draft = Draft::new(self, header.miner, header.timestamp);
        let mut journal = Journal::default();
        for (place, tx) in txs.iter().enumerate() {
            let decision = decisions.get(place).copied().unwrap_or(Decision::Defer);
            let outcome = draft.decide(tx, decision);
            journal.outcomes.push(outcome);
            journal.ends.push(draft.postings.len());
        }
        let rules = governance::close(&mut draft);
        conserves(draft.accounts.changes()).then(|| finish(draft, rules, journal))
    }

    /// The block with everything that was to pass failed, and no closing.
    fn run_nothing(&self, header: &PublicHeader, txs: &[PreparedTx], decisions: &[Decision]) -> Execution {
        let mut draft = Draft::new(self, header.miner, header.timestamp);
        let mut journal = Journal::default();
        for (place, tx) in txs.iter().enumerate() {
            let decision = match decisions.get(place) {
                Some(Decision::Pass) => Decision::Fail(Reason::Overflow),
                other => other.copied().unwrap_or(Decision::Defer),
            };
            let outcome = draft.decide(tx, decision);
            journal.outcomes.push(outcome);
            journal.ends.push(0);
        }
        finish(draft, Rules::of(self), journal)
    }
}

/// What is noted while the transactions of a block run.
#[derive(Default)]
struct Journal {
    outcomes: Vec<Outcome>,
    ends: Vec<usize>,
}

impl Draft<'_> {
    /// Runs a transaction if it was decided to pass, and remembers it unless it is deferred.
    fn decide(&mut self, tx: &PreparedTx, decision: Decision) -> Outcome {
        let outcome = match decision {
            Decision::Defer => return Outcome::Deferred,
            Decision::Fail(reason) => Outcome::Failed(reason),
            Decision::Pass => self.run(tx).map_or_else(Outcome::Failed, |()| Outcome::Completed),
        };
        self.settle(tx);
        outcome
    }
}

fn finish(draft: Draft<'_>, rules: Rules, journal: Journal) -> Execution {
    let base = draft.base;
    let accounts = draft.accounts.finish();
    let sessions = draft.sessions.finish();
    let replay = base.replay.update(draft.settled, draft.place.now);
    let parts = StateParts {
        accounts: accounts.counted_root(),
        sessions: sessions.counted_root(),
        params: params_hash(&rules.params),
        validators: rules.validators.hash(),
        registries: draft.registries.as_ref().map_or(base.parts.registries, Registries::commitment),
        settled: replay.commitment(),
        work: Hash32::ZERO,
    };
    Execution {
        base_root: base.root(),
        height: draft.place.height,
        timestamp: draft.place.now,
        accounts,
        sessions,
        replay,
        registries: draft.registries,
        rules,
        parts,
        work_before: base.work.clone(),
        outcomes: journal.outcomes,
        postings: draft.postings,
        ends: journal.ends,
        fees: draft.fees,
    }
}

impl Execution {
    /// The height it makes.
    pub fn height(&self) -> Height {
        self.height
    }

    /// What became of each transaction, in block order.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The state root after this block, if its search took `mining_ms` by the miner's word.
    pub fn state_root(&self, mining_ms: u32) -> Hash32 {
        let work = self.work_after(mining_ms).commitment();
        StateParts { work, ..self.parts }.root()
    }

    /// Fees that the transactions of this block pay to its miner and to the banks.
    pub fn block_fees(&self) -> FeeQuote {
        self.fees
    }

    /// Postings of one transaction; none if it did not complete or there is no such transaction.
    pub fn postings(&self, tx_index: usize) -> &[Posting] {
        let start = tx_index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(tx_index).copied().unwrap_or(start);
        self.postings.get(start..end).unwrap_or_default()
    }

    /// Postings at the end of the block: the stake of a bank that leaves.
    pub fn closing_postings(&self) -> &[Posting] {
        let start = self.ends.last().copied().unwrap_or(0);
        self.postings.get(start..).unwrap_or_default()
    }

    pub(crate) fn work_after(&self, mining_ms: u32) -> Work {
        self.work_before.after(self.height, mining_ms, &self.rules.params)
    }
}
