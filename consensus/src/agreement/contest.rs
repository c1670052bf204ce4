//! One height's contest: what has come in, the state machine of the core, and what is wished for.
//!
//! The order within a step is always the same: admit (bounds, evidence), look for a decision
//! (`finality`), and only then feed the core. So the core sees nothing that could make it assert,
//! and a decision depends on the votes alone and not on the step the core is in.

use super::context::{CoreHeight, Idx, Seats, Value, Voter, core_round};
use super::evidence::Offences;
use super::heart::vote_input;
use super::message::{Output, TimeoutId, TimeoutKind};
use super::proposals::{Held, ProposalBook};
use super::votes::{VoteBook, Window};
use crate::election;
use idx_types::{
    BankId, ChainId, Evidence, Height, PrivateHash, Quorums, Round, SignedProposal, SignedVote, ValidatorSet,
    Vote, VoteKind,
};
use malachite_driver::{Driver, Input as CoreInput};
use malachite_types::{self as core, ThresholdParam, ThresholdParams};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The last round. A round further on could not be counted (fault 22: it must not wrap, nor panic).
pub(super) const ROUND_MAX: Round = Round(u32::MAX - 1);

/// A height that is being agreed on.
pub(super) struct Contest {
    pub(super) chain_id: ChainId,
    pub(super) height: Height,
    pub(super) banks: Arc<ValidatorSet>,
    pub(super) quorums: Quorums,
    /// This bank, if it is one of this height's.
    pub(super) me: Option<BankId>,
    pub(super) driver: Driver<Idx>,
    pub(super) votes: VoteBook,
    pub(super) proposals: ProposalBook,
    pub(super) window: Window,
    /// The round of our last proposal.
    pub(super) proposed: Option<Round>,
    pub(super) decided: Option<PrivateHash>,
    /// Values whose certificate was told though they could not be decided, and whether they were
    /// known then.
    pub(super) told: BTreeSet<(PrivateHash, bool)>,
    offences: Offences,
}

impl Contest {
    pub(super) fn new(
        chain_id: ChainId,
        me: Option<BankId>,
        height: Height,
        banks: Arc<ValidatorSet>,
        quorums: Quorums,
    ) -> Self {
        let me = me.filter(|bank| banks.get(*bank).is_some());
        let driver =
            Driver::new(Idx, CoreHeight(height), Seats::of(&banks), Voter(me), thresholds(&banks, quorums));
        Self {
            chain_id,
            height,
            banks,
            quorums,
            me,
            driver,
            votes: VoteBook::default(),
            proposals: ProposalBook::default(),
            window: Window::default(),
            proposed: None,
            decided: None,
            told: BTreeSet::new(),
            offences: Offences::default(),
        }
    }

    /// The round we are in, `None` before the first.
    pub(super) fn round(&self) -> Option<Round> {
        self.window.current
    }

    pub(super) fn proposer(&self, round: Round) -> BankId {
        election::miner(&self.banks, self.height, round)
    }

    pub(super) fn start_rounds(&mut self, out: &mut Vec<Output>) {
        if self.round().is_some() || self.decided.is_some() {
            return;
        }
        self.run_from(Round::ZERO, out);
        // Votes that came before may already call for a later round.
        let called = |round: &Round| Some(*round) > self.round() && self.is_called(*round);
        let highest = self.votes.rounds().rev().find(called);
        if let Some(round) = highest {
            self.feed_votes(round, out);
        }
    }

    /// Whether enough banks are in a round that one of them is honest.
    fn is_called(&self, round: Round) -> bool {
        self.votes.voters(round) >= self.quorums.skip
    }

    pub(super) fn on_vote(&mut self, vote: &SignedVote, out: &mut Vec<Output>) {
        let message = &vote.message;
        if !self.concerns(message.chain_id, message.height, message.bank) {
            return;
        }
        if message.round > ROUND_MAX {
            return blame(message.bank, "voted in a round beyond the last one", out);
        }
        let added = self.votes.add(*vote, &self.window, self.quorums.skip);
        if let Some(earlier) = added.earlier {
            self.accuse(Evidence::Votes(earlier, *vote), out);
        }
        if added.fresh {
            self.on_new_vote(vote, out);
        }
    }

    /// Whether giving this vote would change anything.
    pub(super) fn is_news(&self, vote: &Vote) -> bool {
        self.concerns(vote.chain_id, vote.height, vote.bank)
            && vote.round <= ROUND_MAX
            && self.votes.has_room(vote, &self.window, self.quorums.skip)
    }

    fn on_new_vote(&mut self, vote: &SignedVote, out: &mut Vec<Output>) {
        let (round, value) = (vote.message.round, vote.message.value);
        if let (VoteKind::Precommit, Some(value)) = (vote.message.kind, value) {
            self.settle(round, value, out);
        }
        if self.round().is_none() {
            return;
        }
        if !self.window.is_future(round) {
            self.feed(vote_input(vote), out);
            self.feed_contested_polka(round, out);
        } else if self.is_called(round) {
            self.feed_votes(round, out);
        }
    }

    pub(super) fn on_proposal(&mut self, proposal: &SignedProposal, valid: bool, out: &mut Vec<Output>) {
        let message = &proposal.message;
        if !self.concerns(message.chain_id, message.height, message.bank) {
            return;
        }
        if let Some(what) = self.proposal_fault(proposal) {
            return blame(message.bank, what, out);
        }
        let prevotes = self.votes.backing(message.round, VoteKind::Prevote, message.value).count();
        let held = Held { proposal: *proposal, valid };
        let added = self.proposals.add(held, &self.window, prevotes >= self.quorums.skip);
        if let Some(earlier) = added.earlier {
            self.accuse(Evidence::Proposals(earlier, *proposal), out);
        }
        if added.fresh {
            self.settle_value(message.value, out);
            if self.round() == Some(message.round) {
                self.feed_proposal(&held, out);
            }
        }
    }

    fn proposal_fault(&self, proposal: &SignedProposal) -> Option<&'static str> {
        let message = &proposal.message;
        if message.round > ROUND_MAX {
            return Some("proposed in a round beyond the last one");
        }
        if message.bank != self.proposer(message.round) {
            return Some("proposed in a round in which another bank is elected");
        }
        let backwards = message.pol_round.is_none_or(|pol_round| pol_round < message.round);
        (!backwards).then_some("proposed with a proof of lock that is not of an earlier round")
    }

    pub(super) fn on_value(&mut self, round: Round, value: PrivateHash, out: &mut Vec<Output>) {
        let wanted = self.round() == Some(round)
            && self.me == Some(self.proposer(round))
            && self.proposed != Some(round)
            && self.driver.step_is_propose();
        if wanted {
            let value = Value(value);
            self.feed(CoreInput::ProposeValue(core_round(round), value), out);
        }
    }

    pub(super) fn on_timeout(&mut self, id: &TimeoutId, out: &mut Vec<Output>) {
        if id.height != self.height || self.round() != Some(id.round) || self.decided.is_some() {
            return;
        }
        let kind = match id.kind {
            TimeoutKind::Rebroadcast => return self.rebroadcast(*id, out),
            TimeoutKind::Propose => core::TimeoutKind::Propose,
            TimeoutKind::Prevote => core::TimeoutKind::Prevote,
            TimeoutKind::Precommit if id.round >= ROUND_MAX => return,
            TimeoutKind::Precommit => core::TimeoutKind::Precommit,
        };
        self.feed(CoreInput::TimeoutElapsed(core::Timeout::new(core_round(id.round), kind)), out);
    }

    fn rebroadcast(&mut self, id: TimeoutId, out: &mut Vec<Output>) {
        out.push(Output::Rebroadcast(self.bundle()));
        out.push(Output::Schedule(id));
    }

    fn concerns(&self, chain_id: ChainId, height: Height, bank: BankId) -> bool {
        chain_id == self.chain_id && height == self.height && self.banks.get(bank).is_some()
    }

    fn accuse(&mut self, evidence: Evidence, out: &mut Vec<Output>) {
        if self.offences.is_news(&evidence) {
            out.push(Output::Evidence(evidence));
        }
    }
}

fn blame(bank: BankId, what: &'static str, out: &mut Vec<Output>) {
    out.push(Output::Misbehaviour { bank, what });
}

/// The core asks whether `weight / total > numerator / denominator`; every bank weighs 1.
fn thresholds(banks: &ValidatorSet, quorums: Quorums) -> ThresholdParams {
    let at_least = |votes: usize| ThresholdParam::new(votes.saturating_sub(1) as u64, banks.len() as u64);
    ThresholdParams { quorum: at_least(quorums.quorum), honest: at_least(quorums.skip) }
}

#[cfg(test)]
#[path = "contest_tests.rs"]
mod tests;
