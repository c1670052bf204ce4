//! The agreement as an operator sees it: who has voted what, and what is being waited for
//! (expectation 7, "why is it stuck").

use super::contest::Contest;
use idx_types::{BankId, Height, PrivateHash, Round, VoteKind};
use malachite_driver::Step;

/// A bank's vote as far as it is known here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cast {
    /// None has come.
    Missing,
    /// For no value.
    Nil,
    /// For this value.
    Value(PrivateHash),
}

/// One bank's votes in the current round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BankVotes {
    /// The bank.
    pub bank: BankId,
    /// Its prevote.
    pub prevote: Cast,
    /// Its precommit.
    pub precommit: Cast,
    /// The highest round of this height in which it has voted here.
    pub latest_round: Option<Round>,
}

/// Where the agreement stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgreementStatus {
    /// The height that is being agreed on; 0 before the first one.
    pub height: Height,
    /// The round, `None` in the quiet time before round 0.
    pub round: Option<Round>,
    /// `idle`, `propose`, `prevote`, `precommit` or `decided`: what it waits for.
    pub step: &'static str,
    /// Who proposes in this round.
    pub proposer: Option<BankId>,
    /// The value proposed in this round.
    pub proposed: Option<PrivateHash>,
    /// The value this bank is locked on, and since which round.
    pub locked: Option<(Round, PrivateHash)>,
    /// Votes that decide.
    pub quorum: usize,
    /// Every bank's votes in this round, by number.
    pub votes: Vec<BankVotes>,
}

impl Contest {
    pub(super) fn step_name(&self) -> &'static str {
        match self.driver.step() {
            _ if self.decided.is_some() => "decided",
            _ if self.round().is_none() => "idle",
            Step::Unstarted | Step::Propose => "propose",
            Step::Prevote => "prevote",
            Step::Precommit => "precommit",
            Step::Commit => "decided",
        }
    }

    pub(super) fn votes_seen(&self) -> Vec<BankVotes> {
        let round = self.round().unwrap_or(Round::ZERO);
        let cast = |bank, kind| match self.votes.get(round, bank, kind).map(|vote| vote.message.value) {
            None => Cast::Missing,
            Some(None) => Cast::Nil,
            Some(Some(value)) => Cast::Value(value),
        };
        let votes = |bank: &idx_types::Bank| BankVotes {
            bank: bank.id,
            prevote: cast(bank.id, VoteKind::Prevote),
            precommit: cast(bank.id, VoteKind::Precommit),
            latest_round: self.votes.latest_round(bank.id),
        };
        self.banks.banks().iter().map(votes).collect()
    }

    pub(super) fn status(&self) -> AgreementStatus {
        let locked = self.driver.round_state().locked.as_ref();
        AgreementStatus {
            height: self.height,
            round: self.round(),
            step: self.step_name(),
            proposer: self.round().map(|round| self.proposer(round)),
            proposed: self
                .round()
                .and_then(|r| self.proposals.best_of(r))
                .map(|held| held.proposal.message.value),
            locked: locked.and_then(|lock| Some((super::context::our_round(lock.round)?, lock.value.0))),
            quorum: self.quorums.quorum,
            votes: self.votes_seen(),
        }
    }
}
