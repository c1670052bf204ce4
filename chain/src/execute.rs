//! Works out a block without changing the state (document 3.4).

use crate::difficulty::Work;
use crate::draft::Draft;
use crate::fees::FeeQuote;
use crate::governance::{self, Rules};
use crate::posting::{Posting, conserves};
use crate::registries::Registries;
use crate::replay::ReplayUpdate;
use crate::state::State;
use crate::table::TableUpdate;
use idx_crypto::Hash32;
use idx_types::{
    Account, Decision, Height, Outcome, PreparedTx, PublicHeader, Reason, Session, StateParts, TimestampMs,
};

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
        let mut draft = Draft::of_block(self, header.miner, header.timestamp);
        draft.reserve(txs.len());
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
        params: rules.params.hash(),
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

    /// Fees in rupees that the transactions of this block pay to its miner and to the banks.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sealed;
    use crate::testing::World;
    use idx_types::{Paise, PrivateHash, PublicHash, TxKind};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const SEALED: Sealed =
        Sealed { public_hash: PublicHash([1; 32]), private_hash: PrivateHash([2; 32]), mining_ms: 7 };

    fn deposits(world: &mut World, count: u64) -> Vec<PreparedTx> {
        let account = world.account(0, 0);
        (1..=count).map(|paise| world.bank_tx(world.cash_in(0, account, paise), 0)).collect()
    }

    #[test]
    fn executing_changes_nothing_and_twice_is_the_same() {
        let mut world = World::new(6);
        let txs = deposits(&mut world, 3);
        let before = world.state.snapshot();
        let header = world.header();
        let run = || world.state.execute(&header, &txs, &[Decision::Pass; 3]);
        assert_eq!(run(), run());
        assert_eq!(run().state_root(7), run().state_root(7));
        assert_ne!(run().state_root(7), run().state_root(8), "the search time is in the root");
        assert_eq!(world.state.snapshot(), before);
    }

    #[test]
    fn decisions_rule_and_a_missing_one_defers() {
        let mut world = World::new(6);
        let txs = deposits(&mut world, 4);
        let decisions = [Decision::Pass, Decision::Fail(Reason::RejectedByPolicy), Decision::Defer];
        let outcomes = world.apply_decided(&txs, &decisions);
        let failed = Outcome::Failed(Reason::RejectedByPolicy);
        assert_eq!(outcomes, [Outcome::Completed, failed, Outcome::Deferred, Outcome::Deferred]);
        let settled: Vec<bool> = txs.iter().map(|tx| world.state.is_settled(&tx.id)).collect();
        assert_eq!(settled, [true, true, false, false]);
    }

    /// An unknown miner or a time before the tip cannot come from a checked header; they do no harm.
    #[test]
    fn a_strange_header_neither_panics_nor_turns_back_time() {
        let mut world = World::new(6);
        let txs = deposits(&mut world, 1);
        let header = PublicHeader {
            miner: idx_types::BankId(77),
            timestamp: TimestampMs(0),
            height: Height(u64::MAX),
            ..world.header()
        };
        let execution = world.state.execute(&header, &txs, &[Decision::Pass; 9]);
        assert_eq!(execution.outcomes(), [Outcome::Completed]);
        assert_eq!(execution.height(), world.state.tip().height.next());
        world.state.commit(execution, SEALED);
        assert!(world.state.tip().timestamp.0 > 0);
    }

    /// The way out if a rule should ever break the money total: nothing takes effect, nothing stops.
    #[test]
    fn a_block_that_would_not_conserve_money_has_no_effect() {
        let mut world = World::new(6);
        let txs = deposits(&mut world, 2);
        let decisions = [Decision::Pass, Decision::Defer];
        let execution = world.state.run_nothing(&world.header(), &txs, &decisions);
        assert_eq!(execution.outcomes(), [Outcome::Failed(Reason::Overflow), Outcome::Deferred]);
        assert!(execution.postings(0).is_empty() && execution.closing_postings().is_empty());
        let before = world.state.parts().accounts;
        world.state.commit(execution, SEALED);
        assert_eq!(world.state.parts().accounts, before);
        assert_eq!(world.state.tip().public_hash, SEALED.public_hash);
    }

    #[test]
    fn an_execution_of_another_state_is_not_committed() {
        let mut world = World::new(6);
        let stale = world.state.execute(&world.header(), &[], &[]);
        world.apply(&[]);
        let before = world.state.snapshot();
        let attempt = catch_unwind(AssertUnwindSafe(|| world.state.commit(stale, SEALED)));
        assert!(attempt.is_err());
        assert_eq!(world.state.snapshot(), before);
    }

    #[test]
    fn a_block_reports_its_fees() {
        let mut world = World::new(6);
        let (a, b) = (world.account(0, 1_000_000), world.account(0, 0));
        let (from, to) = (world.session(0, a), world.session(0, b));
        let ask = world.transfer((0, from), (0, to), 10_000);
        let txs: Vec<_> = (0..3).map(|_| world.session_tx(TxKind::Transfer(ask.clone()))).collect();
        let decisions = [Decision::Pass, Decision::Pass, Decision::Fail(Reason::RejectedByPolicy)];
        let fees = world.state.execute(&world.header(), &txs, &decisions).block_fees();
        assert_eq!((fees.miner, fees.banks, fees.total), (Paise(100), Paise(200), Paise(300)));
    }
}
