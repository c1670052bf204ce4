//! Production machines of the agreement, set up as the model: the honest banks come first, the liars
//! last. Their outputs are brought into the model's words. Signatures are a stand-in, as what is
//! compared begins after they were checked.

use super::bank::{Bank, Step, Value};
use idx_consensus::agreement::{Agreement, Input, Output, TimeoutId, TimeoutKind};
use idx_consensus::election;
use idx_crypto::{Hash32, PublicKey, Signature};
use idx_types::{
    BankId, CommitCertificate, Evidence, Height, NetworkKey, Paise, PrivateHash, Proposal, Quorums, Round,
    Signed, ValidatorSet, Verified, Vote, VoteKind, testing,
};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

pub const HEIGHT: Height = Height(1);

/// One bank's production machine, and what it has said so far.
pub struct Machine {
    pub agreement: Agreement,
    /// Its signed votes, as a bank of the model.
    signed: Bank,
    /// Its proposals: round, value, proof.
    pub proposals: Vec<(u8, Value, Option<u8>)>,
    /// Timeouts that it asked for.
    pub scheduled: BTreeSet<(TimeoutKind, u8)>,
    /// Rounds in which it asked for a value.
    pub wanted: BTreeSet<u8>,
    pub decided: Option<CommitCertificate>,
    pub contradicted: Vec<CommitCertificate>,
    pub evidence: Vec<Evidence>,
}

/// All honest banks.
pub struct Rig {
    pub banks: Arc<ValidatorSet>,
    pub machines: Vec<Machine>,
}

/// Who is elected: only banks with stake are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stake {
    Liars,
    All,
}

pub fn value(value: Value) -> PrivateHash {
    PrivateHash([1 + value; 32])
}

fn value_of(hash: PrivateHash) -> Value {
    hash.0[0] - 1
}

fn validators(honest: usize, liars: usize, stake: Stake) -> Arc<ValidatorSet> {
    let bank = |id: usize| idx_types::Bank {
        id: BankId(id as u16),
        code: format!("BANK{id}").parse().unwrap(),
        consensus_key: PublicKey([id as u8; 32]),
        network_key: NetworkKey([id as u8; 32]),
        hpke_key: Hash32::ZERO,
        stake: Paise(u64::from(stake == Stake::All || id >= honest)),
    };
    Arc::new(ValidatorSet::new((0..honest + liars).map(bank).collect()).unwrap())
}

impl Rig {
    /// In round 0.
    pub fn new(honest: usize, liars: usize, stake: Stake, quorums: Quorums) -> Self {
        let banks = validators(honest, liars, stake);
        let mut rig = Self { banks: banks.clone(), machines: (0..honest).map(Machine::new).collect() };
        for place in 0..honest {
            rig.give(place, Input::StartHeight { height: HEIGHT, banks: banks.clone(), quorums });
            rig.give(place, Input::StartRounds);
        }
        rig
    }

    /// Gives one input; own votes and proposals come back at once.
    pub fn give(&mut self, place: usize, input: Input) {
        let mut waiting = VecDeque::from([input]);
        while let Some(input) = waiting.pop_front() {
            let mut out = Vec::new();
            self.machines[place].agreement.step(input, &mut out);
            out.into_iter().for_each(|output| waiting.extend(self.machines[place].note(output)));
        }
    }

    pub fn vote(&mut self, to: usize, from: usize, round: u8, kind: VoteKind, choice: Option<Value>) {
        let (chain_id, bank, round) = (testing::chain_id(), BankId(from as u16), Round(round.into()));
        let message = Vote { chain_id, height: HEIGHT, round, kind, value: choice.map(value), bank };
        self.give(to, Input::Vote(Verified::vouch(sign(message, bank))));
    }

    /// By the elected bank.
    pub fn propose(&mut self, to: usize, round: u8, proof: Option<u8>, choice: Value) {
        let pol_round = proof.map(|round| Round(round.into()));
        let bank = election::miner(&self.banks, HEIGHT, Round(round.into()));
        let (chain_id, round, value) = (testing::chain_id(), Round(round.into()), value(choice));
        let message = Proposal { chain_id, height: HEIGHT, round, pol_round, value, bank };
        self.give(to, Input::Proposal { proposal: Verified::vouch(sign(message, bank)), valid: true });
    }

    pub fn timeout(&mut self, place: usize, kind: TimeoutKind, round: u8) {
        let id = TimeoutId { height: HEIGHT, round: Round(round.into()), kind };
        self.give(place, Input::Timeout(id));
    }

    /// Who is elected in a round.
    pub fn elected(&self, round: u8) -> usize {
        election::miner(&self.banks, HEIGHT, Round(round.into())).0.into()
    }
}

fn sign<T>(message: T, bank: BankId) -> Signed<T> {
    Signed { message, signature: Signature([bank.0 as u8; 64]) }
}

impl Machine {
    fn new(place: usize) -> Self {
        Self {
            agreement: Agreement::new(testing::chain_id(), Some(BankId(place as u16))),
            signed: Bank::default(),
            proposals: Vec::new(),
            scheduled: BTreeSet::new(),
            wanted: BTreeSet::new(),
            decided: None,
            contradicted: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// Remembers an output; the input that it is owed at once.
    fn note(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::SignVote(vote) => return Some(self.sign(vote)),
            Output::SignProposal(offer) => return Some(self.sign_proposal(offer)),
            Output::Schedule(id) => {
                self.scheduled.insert((id.kind, id.round.0 as u8));
            }
            Output::GetValue { round, .. } => {
                self.wanted.insert(round.0 as u8);
            }
            Output::Decide { certificate } => self.decided = Some(certificate),
            Output::Contradiction { certificate } => self.contradicted.push(certificate),
            Output::Evidence(evidence) => self.evidence.push(evidence),
            Output::EnterRound(..)
            | Output::DecidedUnknown { .. }
            | Output::Rebroadcast(_)
            | Output::Misbehaviour { .. } => {}
        }
        None
    }

    fn sign(&mut self, vote: Vote) -> Input {
        let choice = vote.value.map(value_of);
        let at = self.signed.enter(vote.round.0 as u8);
        self.signed = match vote.kind {
            VoteKind::Prevote => at.prevote(choice),
            VoteKind::Precommit => at.precommit(choice),
        };
        Input::Vote(Verified::vouch(sign(vote, vote.bank)))
    }

    fn sign_proposal(&mut self, offer: Proposal) -> Input {
        let proof = offer.pol_round.map(|round| round.0 as u8);
        self.proposals.push((offer.round.0 as u8, value_of(offer.value), proof));
        Input::Proposal { proposal: Verified::vouch(sign(offer, offer.bank)), valid: true }
    }

    /// What can be seen of it, as a bank of the model; its valid value cannot.
    pub fn seen(&self) -> Bank {
        let status = self.agreement.status().expect("a height has begun");
        let step = match status.step {
            "propose" => Step::Propose,
            "prevote" => Step::Prevote,
            _ => Step::Precommit,
        };
        let lock = status.locked.map(|(round, hash)| (round.0 as u8, value_of(hash)));
        let round = status.round.expect("rounds have begun").0 as u8;
        self.signed.enter(round).with_step(step).with_lock(lock)
    }

    /// The value and round that it has decided.
    pub fn decision(&self) -> Option<(u8, Value)> {
        self.decided.as_ref().map(|certificate| (certificate.round.0 as u8, value_of(certificate.value)))
    }
}
