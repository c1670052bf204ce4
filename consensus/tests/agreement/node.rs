//! One bank of the small world: the agreement, a log that survives crashes, a guard, and the little
//! of a replica that it takes to follow heights.

use crate::common::{is_valid, signature};
use idx_consensus::agreement::{Agreement, Input, Output, TimeoutId, VoteGuard};
use idx_types::vote::VoteBundle;
use idx_types::{
    BankId, CommitCertificate, Evidence, Height, PrivateHash, Proposal, Quorums, Round, Signed,
    SignedProposal, SignedVote, ValidatorSet, Verified, Vote, testing,
};
use std::sync::Arc;

/// Messages of later heights that a bank keeps.
const FUTURE_MAX: usize = 400;

#[derive(Clone, Debug)]
pub enum Message {
    Vote(SignedVote),
    Proposal(SignedProposal),
    Bundle(VoteBundle),
    Certified(CommitCertificate),
    /// I am at this height: who is further helps me.
    Ask(Height),
}

impl Message {
    pub fn height(&self) -> Height {
        match self {
            Self::Vote(vote) => vote.message.height,
            Self::Proposal(proposal) => proposal.message.height,
            Self::Bundle(bundle) => bundle.votes.first().map_or(Height(0), |vote| vote.message.height),
            Self::Certified(certificate) => certificate.height,
            Self::Ask(height) => *height,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unsigned {
    Vote(Vote),
    Proposal(Proposal),
}

/// What a node asks of the world.
#[derive(Debug)]
pub enum Effect {
    Send(Message),
    Reply(BankId, Message),
    Timer(TimeoutId),
    Sign(Unsigned),
    MakeValue(Height, Round),
    Final(CommitCertificate),
}

pub struct Node {
    pub id: BankId,
    banks: Arc<ValidatorSet>,
    quorums: Quorums,
    pub agreement: Agreement,
    guard: VoteGuard,
    /// Inputs of this height, of which the first `synced` survive a crash for sure.
    pub log: Vec<Input>,
    synced: usize,
    /// Final heights; always durable.
    pub chain: Vec<CommitCertificate>,
    future: Vec<(BankId, Message)>,
    replaying: bool,
    pub evidence: Vec<Evidence>,
    pub contradictions: usize,
}

impl Node {
    pub fn new(id: BankId, banks: Arc<ValidatorSet>, quorums: Quorums) -> Self {
        Self {
            id,
            banks,
            quorums,
            agreement: Agreement::new(testing::chain_id(), Some(id)),
            guard: VoteGuard::new(Height(1)),
            log: Vec::new(),
            synced: 0,
            chain: Vec::new(),
            future: Vec::new(),
            replaying: false,
            evidence: Vec::new(),
            contradictions: 0,
        }
    }

    pub fn height(&self) -> Height {
        Height(self.chain.len() as u64 + 1)
    }

    /// Enters the height after the last final one, with an empty log.
    pub fn start_height(&mut self, fx: &mut Vec<Effect>) {
        self.log.clear();
        self.synced = 0;
        self.guard.start_height(self.height());
        self.open_height();
        self.take(Input::StartRounds, fx);
        for (from, message) in std::mem::take(&mut self.future) {
            self.receive(from, message, fx);
        }
    }

    fn open_height(&mut self) {
        let (banks, quorums) = (self.banks.clone(), self.quorums);
        let start = Input::StartHeight { height: self.height(), banks, quorums };
        self.agreement.step(start, &mut Vec::new());
    }

    /// Comes back from a crash that lost all of the log after `kept` entries, at least `synced`.
    pub fn restart(&mut self, kept: usize, fx: &mut Vec<Effect>) {
        self.log.truncate(kept.max(self.synced));
        self.synced = self.log.len();
        self.future.clear();
        self.agreement = Agreement::new(testing::chain_id(), Some(self.id));
        self.guard = VoteGuard::new(self.height());
        self.open_height();
        let mut wishes = Vec::new();
        self.replaying = true;
        for input in self.log.clone() {
            self.note_own(&input);
            self.give(input, &mut wishes);
        }
        self.replaying = false;
        fx.extend(wishes.into_iter().filter(|wish| self.survives_replay(wish)));
        if self.log.is_empty() {
            self.take(Input::StartRounds, fx);
        }
    }

    fn note_own(&mut self, input: &Input) {
        let noted = match input {
            Input::Vote(vote) if vote.message.bank == self.id => self.guard.note_vote(&vote.message),
            Input::Proposal { proposal, .. } if proposal.message.bank == self.id => {
                self.guard.note_proposal(&proposal.message)
            }
            _ => true,
        };
        assert!(noted, "the guard refuses {}'s own log at {input:?}", self.id);
    }

    fn survives_replay(&self, wish: &Effect) -> bool {
        match wish {
            Effect::Sign(Unsigned::Vote(vote)) => !self.guard.has_signed_vote(vote),
            Effect::Sign(Unsigned::Proposal(proposal)) => !self.guard.has_signed_proposal(proposal),
            Effect::Timer(_) | Effect::MakeValue(..) => true,
            Effect::Send(_) | Effect::Reply(..) | Effect::Final(_) => false,
        }
    }

    /// How much of the log a crash can lose: the first number is safe, the second all of it.
    pub fn log_span(&self) -> (usize, usize) {
        (self.synced, self.log.len())
    }

    pub fn receive(&mut self, from: BankId, message: Message, fx: &mut Vec<Effect>) {
        let height = message.height();
        if height > self.height() && !matches!(message, Message::Ask(_)) {
            if self.future.len() < FUTURE_MAX {
                self.future.push((from, message));
            }
            return;
        }
        match message {
            Message::Ask(height) => {
                let known = height.0.checked_sub(1).and_then(|place| self.chain.get(place as usize));
                fx.extend(known.map(|c| Effect::Reply(from, Message::Certified(c.clone()))));
            }
            Message::Certified(certificate) => self.adopt(certificate, fx),
            Message::Bundle(bundle) => {
                for vote in bundle.votes {
                    self.receive(from, Message::Vote(vote), fx);
                }
            }
            Message::Vote(vote) if vote.message.bank != self.id && self.agreement.is_news(&vote.message) => {
                self.take(Input::Vote(Verified::vouch(vote)), fx);
            }
            Message::Proposal(proposal) if height == self.height() && proposal.message.bank != self.id => {
                let valid = is_valid(proposal.message.value);
                self.take(Input::Proposal { proposal: Verified::vouch(proposal), valid }, fx);
            }
            Message::Vote(_) | Message::Proposal(_) => {}
        }
    }

    /// Sync: a height that a quorum signed.
    fn adopt(&mut self, certificate: CommitCertificate, fx: &mut Vec<Effect>) {
        if certificate.height == self.height() {
            self.finish(certificate, fx);
            self.start_height(fx);
        }
    }

    fn finish(&mut self, certificate: CommitCertificate, fx: &mut Vec<Effect>) {
        fx.push(Effect::Final(certificate.clone()));
        self.chain.push(certificate);
    }

    pub fn on_timer(&mut self, id: TimeoutId, fx: &mut Vec<Effect>) {
        if id.height == self.height() {
            self.take(Input::Timeout(id), fx);
        }
    }

    pub fn on_value(&mut self, height: Height, round: Round, value: PrivateHash, fx: &mut Vec<Effect>) {
        if height == self.height() {
            self.take(Input::Value { round, value }, fx);
        }
    }

    /// The pen: the guard permits, the log is synced, only then may it be sent and counted.
    pub fn sign(&mut self, unsigned: Unsigned, fx: &mut Vec<Effect>) {
        let (height, permitted) = match &unsigned {
            Unsigned::Vote(vote) => (vote.height, self.guard.note_vote(vote)),
            Unsigned::Proposal(proposal) => (proposal.height, self.guard.note_proposal(proposal)),
        };
        if height != self.height() {
            return;
        }
        assert!(permitted, "{} wishes to contradict itself: {unsigned:?}", self.id);
        let (message, input) = self.signed(unsigned);
        self.log.push(input.clone());
        self.synced = self.log.len();
        fx.push(Effect::Send(message));
        self.give_and_follow(input, fx);
    }

    fn signed(&self, unsigned: Unsigned) -> (Message, Input) {
        let signature = signature(self.id);
        match unsigned {
            Unsigned::Vote(message) => {
                let vote = Signed { message, signature };
                (Message::Vote(vote), Input::Vote(Verified::vouch(vote)))
            }
            Unsigned::Proposal(message) => {
                let (proposal, valid) = (Signed { message, signature }, is_valid(message.value));
                let input = Input::Proposal { proposal: Verified::vouch(proposal), valid };
                (Message::Proposal(proposal), input)
            }
        }
    }

    fn take(&mut self, input: Input, fx: &mut Vec<Effect>) {
        self.log.push(input.clone());
        self.give_and_follow(input, fx);
    }

    /// Gives an input and, if it decides the height, goes on to the next one.
    fn give_and_follow(&mut self, input: Input, fx: &mut Vec<Effect>) {
        let before = self.height();
        self.give(input, fx);
        if self.height() > before {
            self.start_height(fx);
        }
    }

    fn give(&mut self, input: Input, fx: &mut Vec<Effect>) {
        let mut outputs = Vec::new();
        self.agreement.step(input, &mut outputs);
        for output in outputs {
            self.grant(output, fx);
        }
    }

    fn grant(&mut self, output: Output, fx: &mut Vec<Effect>) {
        match output {
            Output::SignVote(vote) => fx.push(Effect::Sign(Unsigned::Vote(vote))),
            Output::SignProposal(proposal) => fx.push(Effect::Sign(Unsigned::Proposal(proposal))),
            Output::Schedule(id) => fx.push(Effect::Timer(id)),
            Output::GetValue { height, round } => fx.push(Effect::MakeValue(height, round)),
            Output::Decide { certificate } => {
                assert!(!self.replaying, "a decided height has no log to replay");
                self.finish(certificate, fx);
            }
            Output::DecidedUnknown { certificate } => {
                fx.push(Effect::Send(Message::Ask(certificate.height)));
            }
            Output::Contradiction { .. } => self.contradictions += 1,
            Output::Evidence(evidence) => self.evidence.push(evidence),
            Output::Rebroadcast(bundle) => self.send_again(bundle, fx),
            Output::EnterRound(..) | Output::Misbehaviour { .. } => {}
        }
    }

    fn send_again(&mut self, bundle: VoteBundle, fx: &mut Vec<Effect>) {
        fx.push(Effect::Send(Message::Bundle(bundle)));
        fx.extend(self.agreement.proposal().map(|p| Effect::Send(Message::Proposal(p))));
        fx.push(Effect::Send(Message::Ask(self.height())));
    }
}
