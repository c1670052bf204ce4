//! Between the mind and the agreement: votes and timeouts go in, wishes come out.

use crate::effect::{Effect, Event, TimerId, Unsigned};
use crate::journal::JournalEntry;
use crate::replica::Replica;
use idx_consensus::agreement::{self, Output, TimeoutId, TimeoutKind, timeout_ms};
use idx_consensus::election;
use idx_types::planted::{self, Bug};
use idx_types::vote::VoteBundle;
use idx_types::wire::{Gossip, Request};
use idx_types::{CommitCertificate, Round, SignedVote, TimestampMs, Verified};

impl Replica {
    /// Leaves the quiet time of a height, unless it is over already.
    pub(crate) fn begin_rounds(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        if self.is_running() && self.book.round.is_none() {
            self.log(JournalEntry::Started, out);
            self.book.began_at = Some(now);
            self.agree(now, agreement::Input::StartRounds, out);
        }
    }

    /// A peer's vote.
    pub(crate) fn on_vote(&mut self, now: TimestampMs, vote: Verified<SignedVote>, out: &mut Vec<Effect>) {
        if !self.is_running() || vote.message.height != self.book.height {
            return;
        }
        if !self.agreement.is_news(&vote.message) || !self.book.admit_vote(&vote.message) {
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
        self.remember_own_vote(vote);
        if !planted::has(Bug::VoteNotJournaled) {
            self.log(JournalEntry::Vote(vote), out);
        }
        if planted::has(Bug::VoteSentBeforeSync) {
            out.push(Effect::Gossip(Gossip::Vote(vote)));
        }
        out.push(Effect::SyncJournal);
        out.push(Effect::Gossip(Gossip::Vote(vote)));
        out.push(Effect::Publish(Event::Vote(Box::new(vote))));
        self.agree(now, agreement::Input::Vote(Verified::vouch(vote)), out);
    }

    /// An own vote that is in the journal, or about to be.
    pub(crate) fn remember_own_vote(&mut self, vote: SignedVote) {
        self.book.votes.insert(vote.message);
        self.book.own_votes.insert(vote.message.kind, vote);
    }

    /// A timeout of the agreement ran out.
    pub(crate) fn on_agreement_timeout(&mut self, now: TimestampMs, id: TimeoutId, out: &mut Vec<Effect>) {
        if self.is_running() && id.height == self.book.height {
            // A repetition changes nothing that a replay would have to know.
            if id.kind != TimeoutKind::Rebroadcast {
                self.log(JournalEntry::Timeout(id), out);
            }
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
                self.book.enter_round(round, self.agreement_quorums().quorum);
                self.stop_mining_before(round, out);
            }
            Output::GetValue { round, .. } => self.on_value_wanted(now, round, out),
            Output::SignVote(vote) => self.request_signature(Unsigned::Vote(vote), out),
            Output::SignProposal(proposal) => self.request_signature(Unsigned::Proposal(proposal), out),
            Output::Schedule(id) => self.schedule(now, id, out),
            Output::Decide { certificate } => self.on_decided(now, certificate, out),
            Output::DecidedUnknown { certificate } | Output::Contradiction { certificate } => {
                self.on_decided_unknown(&certificate, out);
            }
            Output::Evidence(evidence) => self.report(now, evidence, out),
            Output::Rebroadcast(bundle) => self.rebroadcast(bundle, out),
            Output::Misbehaviour { bank, what } => self.blame_bank(bank, what, out),
        }
    }

    fn schedule(&mut self, now: TimestampMs, id: TimeoutId, out: &mut Vec<Effect>) {
        let mut after_ms = timeout_ms(self.state.params(), &id);
        if id.kind == TimeoutKind::Rebroadcast {
            after_ms = self.pace.repeat_ms(self.book.repeats, after_ms);
            self.book.repeats = self.book.repeats.saturating_add(1);
        }
        if id.kind == TimeoutKind::Propose && self.is_silent_miner(now, id.round) {
            // As long as for votes: a bank that comes back has spoken before its turn does.
            after_ms = timeout_ms(self.state.params(), &TimeoutId { kind: TimeoutKind::Prevote, ..id });
        }
        out.push(Effect::SetTimer(TimerId::Agreement(id), after_ms));
    }

    /// Whether the bank elected for a round has not been heard lately.
    fn is_silent_miner(&self, now: TimestampMs, round: Round) -> bool {
        let miner = election::miner(self.state.validators(), self.book.height, round);
        Some(miner) != self.settings.bank && self.silence.is_silent(miner, now)
    }

    /// The height is stuck: send again what others may have missed.
    fn rebroadcast(&self, bundle: VoteBundle, out: &mut Vec<Effect>) {
        if planted::has(Bug::NeverRepeats) {
            return;
        }
        if !bundle.votes.is_empty() {
            out.push(Effect::Gossip(Gossip::Bundle(bundle)));
        }
        self.send_own_again(out);
    }

    /// Our block, verdicts, proposal and votes of the current round.
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
        let votes = self.book.own_votes.values().filter(|vote| vote.message.round == round);
        out.extend(votes.map(|vote| Effect::Gossip(Gossip::Vote(*vote))));
    }

    /// A quorum decided something we never saw, or would not have voted for: those who signed it
    /// have it, and applying it like any certified height tells whether our rules disagree.
    pub(crate) fn on_decided_unknown(&mut self, certificate: &CommitCertificate, out: &mut Vec<Effect>) {
        let signers = certificate.signatures.iter().map(|(bank, _)| *bank);
        let peer = signers.filter(|bank| Some(*bank) != self.settings.bank).find_map(|b| self.peer_of(b));
        if let Some(peer) = peer {
            let request = Request::Heights { from: certificate.height, count: 1 };
            out.push(Effect::Request(peer, self.peers.request_id(), request));
            // It may not be stored there yet: ask again until it comes.
            self.note_ahead(peer, out);
        }
    }
}
