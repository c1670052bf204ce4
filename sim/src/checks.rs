//! What must hold after every step (document 8, point 1). A broken promise ends the run.

mod ledger;
mod private;
mod rules;
mod spoken;
pub(crate) use private::keys_of;

use idx_chain::State;
use idx_crypto::Verifier;
use idx_types::wire::{CertifiedHeight, Gossip};
use idx_types::{BankId, Height, Outcome, PrivateHash, Round, TimestampMs, TxId, TxKind, Verdict};
use private::BodyKeys;
use rules::RuleBook;
use spoken::Spoken;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A promise that was broken, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(pub String);

/// Remembers all that was said and decided.
pub struct Checks {
    decided: BTreeMap<Height, PrivateHash>,
    settled: BTreeMap<TxId, Outcome>,
    payments: u64,
    spoken: Spoken,
    miners: BTreeMap<BankId, u64>,
    highest_round: Round,
    /// What each node announced last.
    announced: Vec<Option<(Height, PrivateHash)>>,
    book: RuleBook,
    keys: BodyKeys,
    verifier: Arc<dyn Verifier>,
    liars: usize,
    lies_tolerated: usize,
    forks: BTreeMap<Height, BTreeSet<BankId>>,
}

impl Checks {
    /// For so many nodes, of which so many lie.
    pub fn new(nodes: usize, liars: usize, genesis: &State, verifier: Arc<dyn Verifier>) -> Self {
        let mut book = RuleBook::new(verifier.clone());
        book.learn(genesis);
        Self {
            decided: BTreeMap::new(),
            settled: BTreeMap::new(),
            payments: 0,
            spoken: Spoken::default(),
            miners: BTreeMap::new(),
            highest_round: Round::ZERO,
            announced: vec![None; nodes],
            book,
            keys: BodyKeys::new(),
            verifier,
            liars,
            lies_tolerated: genesis.validators().quorums(genesis.params().agreement_margin).lies_tolerated(),
            forks: BTreeMap::new(),
        }
    }

    /// More banks lie than the network bears (document 2.4): a fork may come, and must be found out.
    pub(crate) const fn tolerates_forks(&self) -> bool {
        self.liars > self.lies_tolerated
    }

    /// One more bank lies from now on.
    pub(crate) const fn one_more_lies(&mut self) {
        self.liars += 1;
    }

    /// An honest bank sent this: it must not contradict what it ever sent before.
    pub fn sent(&mut self, from: BankId, message: &Gossip) -> Result<(), Violation> {
        // Too many liars make votes uncountable.
        if let Some(rules) = self.book.of_vote(message).filter(|_| !self.tolerates_forks()) {
            self.spoken.locks_hold(message, from, rules.votes, self.liars)?;
        }
        self.spoken.sent(from, message)
    }

    /// A node told its clients that a height is final: it goes up by one each time.
    pub(crate) fn announced(&mut self, node: usize, height: &CertifiedHeight) {
        self.announced[node] = Some((height.height(), height.commit.value));
    }

    /// A node's block store was exchanged for one that ends with this height: what it announced after it
    /// may be gone, and nothing else.
    pub(crate) fn holds(&mut self, node: usize, tip: Option<&CertifiedHeight>) {
        self.announced[node] = tip.map(|height| (height.height(), height.commit.value));
    }

    /// A node started from its disks: what it announced must be there, unchanged, and all of it what
    /// the banks decided.
    pub(crate) fn restarted(
        &mut self,
        node: usize,
        heights: &[Arc<CertifiedHeight>],
        state: &State,
    ) -> Result<(), Violation> {
        self.book.learn(state);
        if let Some((height, value)) = self.announced[node] {
            let index = usize::try_from(height.0 - 1).expect("heights fit memory");
            if heights.get(index).is_none_or(|stored| stored.commit.value != value) {
                let stored = heights.len();
                return Err(Violation(format!(
                    "bank {node} lost a final height: announced {height}, stored {stored}"
                )));
            }
        }
        let changed = heights.iter().find(|stored| {
            self.decided.get(&stored.height()).is_some_and(|value| *value != stored.commit.value)
        });
        match (changed.filter(|_| !self.tolerates_forks()), heights.last()) {
            (Some(stored), _) => {
                Err(Violation(format!("bank {node} holds another height {}", stored.height())))
            }
            // It may have been stored in the very moment of a crash, and never announced.
            (None, Some(last)) if self.forks.is_empty() => self.book.check(last),
            (None, _) => Ok(()),
        }
    }

    /// A node announced a final height.
    pub fn finalised(
        &mut self,
        node: BankId,
        height: &CertifiedHeight,
        state: &State,
    ) -> Result<(), Violation> {
        let (number, value) = (height.height(), height.commit.value);
        // A node that catches up may have applied the next height in the same step.
        let is_current = state.tip().height == number;
        if is_current {
            ledger::state_as_signed(height, state)?;
        }
        if self.forks.is_empty() {
            self.book.learn(state);
            self.book.check(height)?;
        }
        if let Some(other) = self.decided.get(&number).copied() {
            return self.same_as_decided(node, number, value, other);
        }
        self.decided.insert(number, value);
        *self.miners.entry(height.public.header.miner).or_default() += 1;
        self.highest_round = self.highest_round.max(height.commit.round);
        if self.forks.is_empty() {
            self.settled_once(height)?;
            self.spoken.never_overridden(height)?;
            ledger::conserved(state)?;
            ledger::guard_unused(height)?;
            self.keys.check(height, state)?;
            ledger::failures_have_grounds(height, state, self.liars)?;
            ledger::signed_by_owners(height, &*self.verifier)?;
            if let Some(rules) = self.book.of(number) {
                ledger::approvals_rule(height, &rules.banks, rules.approvals)?;
                ledger::mined_in_turn(height, &rules.banks)?;
            }
        }
        Ok(())
    }

    /// A height came at this true time, in a network whose clocks are about right.
    pub(crate) fn timely(height: &CertifiedHeight, now: TimestampMs) -> Result<(), Violation> {
        ledger::not_from_the_future(height, now)
    }

    fn same_as_decided(
        &mut self,
        node: BankId,
        height: Height,
        value: PrivateHash,
        other: PrivateHash,
    ) -> Result<(), Violation> {
        if other == value {
            return Ok(());
        }
        if self.tolerates_forks() {
            self.forks.entry(height).or_default().insert(node);
            return Ok(());
        }
        Err(Violation(format!("{node} finalised {value} at height {height}, another bank {other}")))
    }

    fn settled_once(&mut self, height: &CertifiedHeight) -> Result<(), Violation> {
        for (tx, outcome) in height.public.transactions.iter().zip(&height.private.outcomes) {
            if outcome.is_final() && self.settled.insert(tx.id(), *outcome).is_some() {
                return Err(Violation(format!("transaction {} settled twice", tx.id())));
            }
            let paid = completed(outcome) && matches!(tx.body.kind, TxKind::Transfer(_));
            self.payments += u64::from(paid);
        }
        Ok(())
    }

    /// Heights decided so far.
    pub fn heights(&self) -> u64 {
        self.decided.keys().last().map_or(0, |height| height.0)
    }

    /// Whether this transaction has settled.
    pub fn is_settled(&self, id: &TxId) -> bool {
        self.settled.contains_key(id)
    }

    /// What became of a transaction that has settled.
    pub(crate) fn outcome(&self, id: &TxId) -> Option<Outcome> {
        self.settled.get(id).copied()
    }

    /// Payments that completed.
    pub const fn payments(&self) -> u64 {
        self.payments
    }

    /// Transactions settled.
    pub fn transactions(&self) -> u64 {
        self.settled.len() as u64
    }

    /// Final blocks by miner.
    pub const fn miners(&self) -> &BTreeMap<BankId, u64> {
        &self.miners
    }

    /// The highest round in which a height was decided since this was last asked.
    pub const fn take_highest_round(&mut self) -> Round {
        let highest = self.highest_round;
        self.highest_round = Round::ZERO;
        highest
    }

    /// Heights that two honest banks decided differently, where more lie than the network bears.
    pub fn forks(&self) -> impl Iterator<Item = Height> {
        self.forks.keys().copied()
    }
}

/// Whether a verdict lets a completed transaction pass.
const fn is_rejection(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Reject(_))
}

/// Whether money moved.
fn completed(outcome: &Outcome) -> bool {
    *outcome == Outcome::Completed
}
