//! A stage for one bank: the test plays all the others, line by line.

use crate::common::{banks, is_valid, proposal, signature, vote};
use idx_consensus::agreement::{Agreement, Input, Output, TimeoutId, TimeoutKind};
use idx_types::vote::VoteBundle;
use idx_types::{
    BankId, Height, PrivateHash, Quorums, Round, Signed, SignedProposal, SignedVote, ValidatorSet, Verified,
    Vote, VoteKind, testing,
};
use std::collections::VecDeque;
use std::sync::Arc;

pub use VoteKind::{Precommit, Prevote};

pub const HEIGHT: u64 = 10;

/// One agreement of six banks at height 10, and what it has said.
pub struct Stage {
    pub banks: Arc<ValidatorSet>,
    pub me: BankId,
    pub agreement: Agreement,
    /// All inputs so far, for playing them again.
    pub script: Vec<Input>,
    /// All outputs so far.
    pub said: Vec<Output>,
}

impl Stage {
    /// In round 0, as a bank that is not elected in the first rounds.
    pub fn new() -> Self {
        let banks = banks(6);
        let elected = |round| idx_consensus::election::miner(&banks, Height(HEIGHT), Round(round));
        let me = elected(5);
        let mut stage = Self::idle(Some(me));
        stage.give(Input::StartRounds);
        stage
    }

    /// Before round 0; `None` only watches.
    pub fn idle(me: Option<BankId>) -> Self {
        let banks = banks(6);
        let agreement = Agreement::new(testing::chain_id(), me);
        let mut stage = Self {
            banks: banks.clone(),
            me: me.unwrap_or(BankId(99)),
            agreement,
            script: vec![],
            said: vec![],
        };
        stage.give(Input::StartHeight { height: Height(HEIGHT), banks, quorums: Quorums::of(6, 0) });
        stage
    }

    /// Gives one input; an own vote or proposal that is wished for comes back at once.
    pub fn give(&mut self, input: Input) -> Vec<Output> {
        let mut waiting = VecDeque::from([input]);
        let mut said = Vec::new();
        while let Some(input) = waiting.pop_front() {
            let mut outputs = Vec::new();
            self.script.push(input.clone());
            self.agreement.step(input, &mut outputs);
            waiting.extend(outputs.iter().filter_map(own));
            said.extend(outputs);
        }
        self.said.extend(said.clone());
        said
    }

    /// The others, by number.
    pub fn others(&self) -> impl Iterator<Item = u16> + use<> {
        let me = self.me.0;
        (0..6).filter(move |bank| *bank != me)
    }

    pub fn vote(&mut self, bank: u16, round: u32, kind: VoteKind, value: Option<PrivateHash>) -> Vec<Output> {
        self.give(Input::Vote(Verified::vouch(vote(HEIGHT, round, kind, value, bank))))
    }

    /// The first `count` of the others vote.
    pub fn votes(
        &mut self,
        count: usize,
        round: u32,
        kind: VoteKind,
        value: Option<PrivateHash>,
    ) -> Vec<Output> {
        self.others()
            .take(count)
            .collect::<Vec<_>>()
            .into_iter()
            .flat_map(|b| self.vote(b, round, kind, value))
            .collect()
    }

    /// By the elected bank.
    pub fn propose(&mut self, round: u32, pol_round: Option<u32>, value: PrivateHash) -> Vec<Output> {
        let proposal = proposal(&self.banks, HEIGHT, round, pol_round, value);
        self.give(Input::Proposal { proposal: Verified::vouch(proposal), valid: is_valid(value) })
    }

    pub fn timeout(&mut self, round: u32, kind: TimeoutKind) -> Vec<Output> {
        self.give(Input::Timeout(TimeoutId { height: Height(HEIGHT), round: Round(round), kind }))
    }

    pub fn round(&self) -> Option<u32> {
        self.agreement.round().map(|round| round.0)
    }

    /// Ends a round without a decision: the others prevote and precommit nil.
    pub fn pass_round(&mut self, round: u32) {
        self.timeout(round, TimeoutKind::Propose);
        self.votes(4, round, Prevote, None);
        self.votes(4, round, Precommit, None);
        self.timeout(round, TimeoutKind::Precommit);
        assert_eq!(self.round(), Some(round + 1));
    }

    /// What is sent again if the round takes long.
    pub fn bundle(&mut self) -> VoteBundle {
        let round = self.round().expect("a round has begun");
        let said = self.timeout(round, TimeoutKind::Rebroadcast);
        said.into_iter()
            .find_map(|o| if let Output::Rebroadcast(bundle) = o { Some(bundle) } else { None })
            .unwrap()
    }
}

/// A wish to sign, fulfilled.
pub fn own(output: &Output) -> Option<Input> {
    match output {
        Output::SignVote(message) => {
            let signed: SignedVote = Signed { message: *message, signature: signature(message.bank) };
            Some(Input::Vote(Verified::vouch(signed)))
        }
        Output::SignProposal(message) => {
            let signed: SignedProposal = Signed { message: *message, signature: signature(message.bank) };
            Some(Input::Proposal { proposal: Verified::vouch(signed), valid: is_valid(message.value) })
        }
        _ => None,
    }
}

/// The votes that were wished for.
pub fn wishes(outputs: &[Output]) -> Vec<(u32, VoteKind, Option<PrivateHash>)> {
    let place = |vote: &Vote| (vote.round.0, vote.kind, vote.value);
    outputs
        .iter()
        .filter_map(|o| if let Output::SignVote(vote) = o { Some(place(vote)) } else { None })
        .collect()
}

/// The value that was decided, and in which round.
pub fn decided(outputs: &[Output]) -> Option<(u32, PrivateHash)> {
    outputs.iter().find_map(|output| match output {
        Output::Decide { certificate } => Some((certificate.round.0, certificate.value)),
        _ => None,
    })
}
