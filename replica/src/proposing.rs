//! Candidates: built by the miner from the approval certificate, recomputed byte for byte by every
//! other bank before it votes (document 2.3).

use crate::approving::involved;
use crate::book::CandidateEntry;
use crate::effect::Effect;
use crate::input::CheckedProposal;
use crate::journal::JournalEntry;
use crate::replica::Replica;
use crate::room::key_of;
use idx_chain::Execution;
use idx_consensus::{agreement, approval, election};
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash};
use idx_types::planted::{self, Bug};
use idx_types::private;
use idx_types::wire::{Gossip, ProposalMessage};
use idx_types::{
    ApprovalCertificate, Candidate, Decision, PreparedTx, PrivateHeader, PublicHash, PublicHeader, Round,
    SignedProposal, TimestampMs, Verified,
};

impl Replica {
    /// The verdicts are in: work out the outcomes and hand the candidate to the agreement.
    pub(crate) fn build_candidate(&mut self, now: TimestampMs, block: PublicHash, out: &mut Vec<Effect>) {
        let (Some(wanted), Some(entry)) = (self.book.wanted, self.book.blocks.get(&block)) else { return };
        let Some(certificate) = entry.collector.as_ref().and_then(|c| c.certificate()) else { return };
        let execution = self.execute_certified(block, &certificate);
        let fallback = self.state.params().target_mining_time_ms;
        let mining_ms = self.book.mining_ms.get(&block).copied().unwrap_or(fallback);
        let body = self.body_of(block, &execution).unwrap_or_default();
        let header = self.private_header(block, &certificate, &execution, mining_ms);
        let header = PrivateHeader { body_hash: body_hash(&body), ..header };
        let candidate = Candidate { header, certificate, body };
        let value = candidate.id();
        self.book.wanted = None;
        self.log(JournalEntry::Value(wanted.round, candidate.clone()), out);
        self.book.candidates.insert(value, CandidateEntry { candidate, block, execution: Ok(execution) });
        self.agree(now, agreement::Input::Value { round: wanted.round, value }, out);
    }

    fn private_header(
        &self,
        public_hash: PublicHash,
        certificate: &ApprovalCertificate,
        execution: &Execution,
        mining_ms: u32,
    ) -> PrivateHeader {
        PrivateHeader {
            version: BLOCK_VERSION,
            chain_id: self.state.chain_id(),
            height: self.book.height,
            public_hash,
            parent_private: self.state.tip().private_hash,
            certificate_hash: certificate.hash(),
            outcomes_hash: outcomes_hash(execution.outcomes()),
            state_root: execution.state_root(mining_ms),
            body_hash: body_hash(&[]),
            mining_ms,
        }
    }

    /// The private body that follows from a block's outcomes; none without the key to seal it.
    fn body_of(&self, block: PublicHash, execution: &Execution) -> Option<Vec<u8>> {
        let key = self.key_in_force()?;
        if cfg!(feature = "empty-bodies") {
            return Some(Vec::new());
        }
        let txs = self.book.blocks.get(&block)?.transactions();
        let records = private::records(&txs, execution.outcomes());
        Some(key.seal(self.state.chain_id(), self.book.height, &records))
    }

    /// Carries out a block of the book as a certificate decides; the trial serves if all pass.
    fn execute_certified(&mut self, block: PublicHash, certificate: &ApprovalCertificate) -> Execution {
        let entry = self.book.blocks.get_mut(&block).expect("callers hold the block");
        let txs = entry.transactions();
        let decisions = self.decisions(certificate, &txs);
        let entry = self.book.blocks.get_mut(&block).expect("callers hold the block");
        let all_pass = decisions.iter().all(|decision| *decision == Decision::Pass);
        match entry.trial.take_if(|_| all_pass) {
            Some(trial) => trial,
            None => self.state.execute(&entry.announcement.header.message, &txs, &decisions),
        }
    }

    /// What a certificate decides on each transaction.
    pub(crate) fn decisions(&self, certificate: &ApprovalCertificate, txs: &[PreparedTx]) -> Vec<Decision> {
        approval::decide(certificate, &involved(txs), self.state.validators().len(), self.approval_quorum())
    }

    /// Our proposal is signed: journal it, send it, take part with it.
    pub(crate) fn on_own_proposal(
        &mut self,
        now: TimestampMs,
        proposal: SignedProposal,
        out: &mut Vec<Effect>,
    ) {
        let Some(message) = self.proposal_message(proposal) else { return };
        if !self.guard.note_proposal(&proposal.message) {
            return;
        }
        if !planted::has(Bug::ProposalNotJournaled) {
            self.log(JournalEntry::Proposal(message.clone(), true), out);
        }
        out.push(Effect::SyncJournal);
        out.push(Effect::Gossip(Gossip::Proposal(Box::new(message.clone()))));
        self.remember_own_proposal(message);
        let proposal = Verified::vouch(proposal);
        self.agree(now, agreement::Input::Proposal { proposal, valid: true }, out);
    }

    /// An own proposal that is in the journal, or about to be.
    pub(crate) fn remember_own_proposal(&mut self, message: ProposalMessage) {
        self.book.proposals.insert(key_of(&message.proposal.message), true);
        self.book.own_proposal = Some(message);
    }

    fn proposal_message(&self, proposal: SignedProposal) -> Option<ProposalMessage> {
        let entry = self.book.candidates.get(&proposal.message.value)?;
        let announcement = self.book.blocks.get(&entry.block)?.announcement.clone();
        Some(ProposalMessage { proposal, candidate: entry.candidate.clone(), announcement })
    }

    /// A peer's proposal.
    pub(crate) fn on_proposal(&mut self, now: TimestampMs, checked: CheckedProposal, out: &mut Vec<Effect>) {
        let proposal = checked.proposal.message;
        if !self.is_running() || proposal.height != self.book.height {
            return;
        }
        if proposal.bank != election::miner(self.state.validators(), proposal.height, proposal.round) {
            return self.blame_bank(proposal.bank, "proposal in a round of another bank", out);
        }
        let backed = self.is_backed(proposal.value);
        let done = self.book.proposals.get(&key_of(&proposal)) == Some(&true);
        if done || !self.book.has_room_for_proposal(&proposal, backed) {
            return;
        }
        let announcement = checked.announcement.clone().into_inner();
        let timely = self.is_timely(&announcement.header.message, now);
        let block = checked.candidate.header.public_hash;
        if !self.take_block(now, announcement, timely, backed, out) {
            return self.propose_to_agreement(now, &checked, false, out);
        }
        // Taking the block may have decided the height.
        if !self.is_running() {
            return;
        }
        if self.book.blocks.get(&block).is_some_and(|entry| entry.trial.is_some() || entry.is_complete()) {
            self.judge(now, &checked, out);
        } else if self.book.may_wait(&proposal, backed) {
            self.book.waiting.push(checked);
        }
    }

    /// Judges the proposals that waited for this block.
    pub(crate) fn judge_waiting(&mut self, now: TimestampMs, block: PublicHash, out: &mut Vec<Effect>) {
        let waiting = std::mem::take(&mut self.book.waiting);
        for checked in waiting {
            if checked.candidate.header.public_hash == block {
                self.judge(now, &checked, out);
            } else {
                self.book.waiting.push(checked);
            }
        }
    }

    fn judge(&mut self, now: TimestampMs, checked: &CheckedProposal, out: &mut Vec<Effect>) {
        if !self.is_running() {
            return;
        }
        self.take_candidate(&checked.candidate);
        let proposal = &checked.proposal.message;
        let sound = self.book.candidates.get(&proposal.value).is_some_and(|entry| entry.execution.is_ok());
        let valid = sound && self.turn_fits(checked) || planted::has(Bug::InvalidPrevoted);
        self.propose_to_agreement(now, checked, valid, out);
    }

    /// A fresh proposal must settle the block of its own round, seen in time; one proposed again
    /// settles a block no later than the round in which it was prevoted.
    fn turn_fits(&self, checked: &CheckedProposal) -> bool {
        let (proposal, mined) = (&checked.proposal.message, checked.announcement.header.message.round);
        let timely = self.book.blocks.get(&checked.candidate.header.public_hash).is_some_and(|b| b.timely);
        match proposal.pol_round {
            None => mined == proposal.round && timely,
            Some(polka) => mined <= polka,
        }
    }

    fn propose_to_agreement(
        &mut self,
        now: TimestampMs,
        checked: &CheckedProposal,
        valid: bool,
        out: &mut Vec<Effect>,
    ) {
        if self.book.proposals.insert(key_of(&checked.proposal.message), valid) == Some(valid) {
            return;
        }
        let message = ProposalMessage {
            proposal: *checked.proposal,
            candidate: checked.candidate.clone(),
            announcement: checked.announcement.clone().into_inner(),
        };
        self.log(JournalEntry::Proposal(message, valid), out);
        self.agree(now, agreement::Input::Proposal { proposal: checked.proposal, valid }, out);
    }

    /// Recomputes a candidate whose block is complete, once.
    pub(crate) fn take_candidate(&mut self, candidate: &Candidate) {
        let (value, block) = (candidate.id(), candidate.header.public_hash);
        // A block without a collector is incomplete, or beyond the size in force.
        let tried = self.book.blocks.get(&block).is_some_and(|entry| entry.collector.is_some());
        if !tried || self.book.candidates.contains_key(&value) {
            return;
        }
        let execution = self.execute_certified(block, &candidate.certificate);
        let header = &self.book.blocks[&block].announcement.header.message;
        let ours = self.body_of(block, &execution);
        let execution = match ours.is_none_or(|body| body == candidate.body) {
            true => self.settle(header, candidate, &execution).map(|()| execution),
            false => Err("its private body differs".to_owned()),
        };
        self.book.candidates.insert(value, CandidateEntry { candidate: candidate.clone(), block, execution });
    }

    /// Compares a candidate with what this bank works out; every byte must match. The private body is
    /// compared before a vote only: one that a quorum has signed is kept as it is, damaged or not, and
    /// never stops the chain (document 4.4).
    pub(crate) fn settle(
        &self,
        public: &PublicHeader,
        candidate: &Candidate,
        execution: &Execution,
    ) -> Result<(), String> {
        let said = &candidate.header;
        let expected = self.private_header_of(public, candidate, execution);
        let rules = [
            (said.version == expected.version, "version"),
            (said.chain_id == expected.chain_id, "network"),
            (said.height == expected.height, "height"),
            (said.public_hash == expected.public_hash, "public block"),
            (said.parent_private == expected.parent_private, "private parent"),
            (said.certificate_hash == expected.certificate_hash, "certificate"),
            (said.outcomes_hash == expected.outcomes_hash, "outcomes"),
            (said.state_root == expected.state_root || planted::has(Bug::StateRootUnchecked), "state root"),
            (said.body_hash == expected.body_hash, "body"),
            (u64::from(said.mining_ms) <= self.state.params().timeout_cap_ms, "mining time"),
        ];
        rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, what)| Err(format!("its {what} differs")))
    }

    fn private_header_of(
        &self,
        public: &PublicHeader,
        candidate: &Candidate,
        execution: &Execution,
    ) -> PrivateHeader {
        let mining_ms = candidate.header.mining_ms;
        let header = self.private_header(public.hash(), &candidate.certificate, execution, mining_ms);
        PrivateHeader { height: public.height, body_hash: body_hash(&candidate.body), ..header }
    }

    /// The newest round in which this bank could still vote on a block.
    pub(crate) fn current_round(&self) -> Round {
        self.book.round.unwrap_or(Round::ZERO)
    }
}
