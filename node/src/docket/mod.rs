//! Court orders as the public chain tells them: what a custodian acts on and an auditor checks, without
//! the ledger.
//!
//! ```text
//!   Follower --Facts of each height, with the rules that held--> Docket --> stories of orders
//!                                                                      `--> what was tried and refused
//! ```
//!
//! The ledger of a bank writes the same stories from the whole state (`idx_chain::Orders`). Here they
//! follow from blocks alone: what completed happened, time and retired judges end orders by the same
//! rules. That both agree, step by step, is what an audit shows.

mod retiring;
mod story;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod world;

pub(crate) use story::order_of;
pub use story::{Attempt, End, Happened, Step, Story};

use idx_crypto::HpkePublic;
use idx_light::{Fact, Facts};
use idx_types::tx::Change;
use idx_types::{
    FreezeState, Height, NetworkDay, OrderId, Outcome, Params, TimestampMs, TxKind, ValidatorSet,
};
use retiring::Retiring;
use std::collections::BTreeMap;

/// Who and what ruled a height.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Its banks.
    pub banks: &'a ValidatorSet,
    /// Its parameters.
    pub params: &'a Params,
}

/// All court orders of a chain, as far as it was followed.
#[derive(Clone, Debug, Default)]
pub struct Docket {
    /// By id; nothing is ever dropped.
    orders: BTreeMap<OrderId, Story>,
    /// What was tried about orders and refused, in order.
    attempts: Vec<Attempt>,
    retiring: Retiring,
    /// The company's key of each day, as announced in blocks; without those of genesis.
    announced: BTreeMap<NetworkDay, HpkePublic>,
    height: Height,
    time: TimestampMs,
}

impl Docket {
    /// Every order, by id.
    pub fn stories(&self) -> impl ExactSizeIterator<Item = &Story> {
        self.orders.values()
    }

    /// The order of this id.
    pub fn story(&self, id: &OrderId) -> Option<&Story> {
        self.orders.get(id)
    }

    /// What was tried about orders and refused, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The last day for which the company announced a key in a block.
    pub fn last_announced(&self) -> Option<NetworkDay> {
        self.announced.keys().next_back().copied()
    }

    /// The last height taken, and its time.
    pub const fn tip(&self) -> (Height, TimestampMs) {
        (self.height, self.time)
    }

    /// Takes the next height; `rules` are those that ruled it.
    pub fn follow(&mut self, facts: &Facts, rules: Rules<'_>) {
        (self.height, self.time) = (facts.height, facts.time);
        self.expire();
        for fact in &facts.transactions {
            match fact.outcome {
                Outcome::Completed => self.happened(fact),
                Outcome::Failed(reason) => self.attempts.extend(Attempt::of(facts, fact, reason)),
                Outcome::Deferred => {}
            }
        }
        for judge in self.retiring.close(facts.height, rules) {
            self.end_all(End::Revoked, |story| story.asked.judge == judge);
        }
    }

    /// Orders whose time is before this block's end before its transactions.
    fn expire(&mut self) {
        let now = self.time;
        self.end_all(End::Expired, |story| story.asked.expires_at < now);
    }

    fn end_all(&mut self, end: End, which: impl Fn(&Story) -> bool) {
        let (height, time) = (self.height, self.time);
        for story in self.orders.values_mut().filter(|story| story.end().is_none() && which(story)) {
            story.steps.push(Step { height, time, tx: None, what: Happened::Ended(end) });
        }
    }

    fn happened(&mut self, fact: &Fact) {
        let (tx, body) = (fact.tx.id, &fact.tx.tx.body);
        match &body.kind {
            TxKind::CourtOrder(asked) => {
                let story = Story {
                    id: tx.into(),
                    asked: (**asked).clone(),
                    created_at: body.created_at,
                    steps: vec![self.step(fact, Happened::Approved)],
                };
                self.orders.insert(story.id, story);
            }
            TxKind::ReleaseOrder(ask) => self.note(ask.order, fact, Happened::Ended(End::Released)),
            TxKind::AnswerOrder(ask) => {
                let (bank, accounts) = (ask.bank, ask.accounts.commitment());
                self.note(ask.order, fact, Happened::Answered { bank, accounts });
            }
            TxKind::OrderShare(ask) => {
                let (holder, identity) = (ask.holder, ask.identity.clone());
                self.note(ask.order, fact, Happened::Shared { holder, identity });
            }
            TxKind::RefuseOrder(ask) => {
                self.note(ask.order, fact, Happened::Refused { holder: ask.holder, why: ask.why });
            }
            TxKind::ConfirmOpening(ask) => {
                let (identity, digest) = (ask.identity.clone(), ask.digest);
                self.note(ask.order, fact, Happened::Opened { identity, digest });
            }
            TxKind::Freeze(ask) => {
                if let FreezeState::ByOrder(order) = ask.cause {
                    self.note(order, fact, Happened::Froze);
                }
            }
            TxKind::Propose(ask) => {
                if let Change::RetireJudge(judge) = ask.change {
                    self.retiring.proposed(tx, judge, ask.bank, ask.effective_at);
                }
            }
            TxKind::Ballot(ask) => self.retiring.voted(ask.proposal, ask.bank, ask.approve),
            TxKind::AnnounceKeys(ask) => self.announced.extend(&ask.day_keys),
            _ => {}
        }
    }

    fn step(&self, fact: &Fact, what: Happened) -> Step {
        Step { height: self.height, time: self.time, tx: Some(fact.tx.id), what }
    }

    /// A completed transaction that names an order which is not there cannot be: the banks' ledger knows
    /// it. It would leave no step, and the comparison with the ledger's stories would show it.
    fn note(&mut self, order: OrderId, fact: &Fact, what: Happened) {
        let step = self.step(fact, what);
        if let Some(story) = self.orders.get_mut(&order) {
            story.steps.push(step);
        }
    }
}
