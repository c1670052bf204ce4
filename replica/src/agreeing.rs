//! Between the mind and the agreement: votes and timeouts go in, wishes come out.

use crate::effect::{Effect, Event, TimerId, Unsigned};
use crate::journal::JournalEntry;
use crate::replica::Replica;
use idx_consensus::agreement::{self, Output, TimeoutId, timeout_ms};
use idx_types::vote::VoteBundle;
use idx_types::wire::{Gossip, Request};
use idx_types::{CommitCertificate, Height, SignedVote, TimestampMs, Verified};

/// Most distinct votes journalled for one height: all honest votes of hundreds of rounds. Beyond
/// it only this bank's own are logged, and others' are not counted.
const VOTES_MAX: usize = 16_384;

impl Replica {
    /// Leaves the quiet time of a height, unless it is over already.
    pub(crate) fn begin_rounds(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        if self.is_running() && self.book.round.is_none() {
            self.log(JournalEntry::Started, out);
            self.agree(now, agreement::Input::StartRounds, out);
        }
    }

    /// A peer's vote.
    pub(crate) fn on_vote(&mut self, now: TimestampMs, vote: Verified<SignedVote>, out: &mut Vec<Effect>) {
        if !self.is_running() || vote.message.height != self.book.height {
            return;
        }
        if self.book.votes.len() >= VOTES_MAX || !self.book.votes.insert(vote.message) {
            return;
        }
        self.begin_rounds(now, out);
        out.push(Effect::Publish(Event::Vote(Box::new(*vote))));
        self.log(JournalEntry::Vote(*vote), out);
        self.agree(now, agreement::Input::Vote(vote), out);
    }

    /// Our vote is signed: durable first, then sent, then counted.
    pub(crate) fn on_own_vote(&mut self, now: TimestampMs, vote: SignedVote, out: &mut Vec<Effect>) {
        if !self.guard.note_vote(&vote.message) {
            return;
        }
        self.book.votes.insert(vote.message);
        self.log(JournalEntry::Vote(vote), out);
        out.push(Effect::SyncJournal);
        out.push(Effect::Gossip(Gossip::Vote(vote)));
        out.push(Effect::Publish(Event::Vote(Box::new(vote))));
        self.agree(now, agreement::Input::Vote(Verified::vouch(vote)), out);
    }

    /// A timeout of the agreement ran out.
    pub(crate) fn on_agreement_timeout(&mut self, now: TimestampMs, id: TimeoutId, out: &mut Vec<Effect>) {
        if self.is_running() && id.height == self.book.height {
            self.log(JournalEntry::Timeout(id), out);
            self.agree(now, agreement::Input::Timeout(id), out);
        }
    }

    /// Feeds the agreement and grants its wishes.
    pub(crate) fn agree(&mut self, now: TimestampMs, input: agreement::Input, out: &mut Vec<Effect>) {
        let mut outputs = Vec::new();
        self.agreement.step(input, &mut outputs);
        for output in outputs {
            self.on_agreement(now, output, out);
        }
    }

    fn on_agreement(&mut self, now: TimestampMs, output: Output, out: &mut Vec<Effect>) {
        match output {
            Output::EnterRound(round, _) => {
                self.book.round = Some(round);
                self.stop_mining_before(round, out);
            }
            Output::GetValue { round, .. } => self.on_value_wanted(now, round, out),
            Output::SignVote(vote) => self.request_signature(Unsigned::Vote(vote), out),
            Output::SignProposal(proposal) => self.request_signature(Unsigned::Proposal(proposal), out),
            Output::Schedule(id) => {
                let after_ms = timeout_ms(self.state.params(), &id);
                out.push(Effect::SetTimer(TimerId::Agreement(id), after_ms));
            }
            Output::Decide { certificate } => self.on_decided(now, certificate, out),
            Output::DecidedUnknown { certificate } | Output::Contradiction { certificate } => {
                self.on_decided_unknown(&certificate, out);
            }
            Output::Evidence(evidence) => self.report(now, evidence, out),
            Output::Rebroadcast(bundle) => self.rebroadcast(bundle, out),
            Output::Misbehaviour { bank, what } => self.blame_bank(bank, what, out),
        }
    }

    /// The height is stuck: send again what others may have missed.
    fn rebroadcast(&self, bundle: VoteBundle, out: &mut Vec<Effect>) {
        if !bundle.votes.is_empty() {
            out.push(Effect::Gossip(Gossip::Bundle(bundle)));
        }
        self.send_own_again(out);
    }

    /// Our block, verdicts and proposal of the current round.
    pub(crate) fn send_own_again(&self, out: &mut Vec<Effect>) {
        let round = self.current_round();
        if let Some(block) = self.book.mined.get(&round) {
            self.announce(*block, out);
        }
        let current = self.book.blocks.values().filter(|e| e.announcement.header.message.round == round);
        for verdicts in current.filter_map(|entry| entry.own_verdicts.as_ref()) {
            out.push(Effect::Gossip(Gossip::Verdicts(Box::new(verdicts.clone()))));
        }
        if let Some(message) = self.book.own_proposal.as_ref().filter(|m| m.proposal.message.round == round) {
            out.push(Effect::Gossip(Gossip::Proposal(Box::new(message.clone()))));
        }
    }

    /// A quorum decided something we never saw, or would not have voted for: those who signed it
    /// have it, and applying it like any certified height tells whether our rules disagree.
    fn on_decided_unknown(&mut self, certificate: &CommitCertificate, out: &mut Vec<Effect>) {
        let signers = certificate.signatures.iter().map(|(bank, _)| *bank);
        let peer = signers.filter(|bank| Some(*bank) != self.settings.bank).find_map(|b| self.peer_of(b));
        if let Some(peer) = peer {
            let request = Request::Heights { from: certificate.height, count: 1 };
            out.push(Effect::Request(peer, self.peers.request_id(), request));
        }
    }

    /// The certificate of the tip, for comparing.
    pub(crate) fn tip_certificate(&self, height: Height) -> Option<&CommitCertificate> {
        self.last_final.as_deref().filter(|last| last.height() == height).map(|last| &last.commit)
    }
}
