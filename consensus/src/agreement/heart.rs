//! The core's driver and what it is owed: inputs one by one, a proposer for each new round, and its
//! wishes in our words.
//!
//! ```text
//! queue -> driver -> NewRound? enter: proposer, proposals and votes of it go first into the queue
//!                 -> vote, proposal, timeout, value wanted: told to the caller
//! ```

use super::contest::Contest;
use super::context::{Ballot, CoreHeight, Idx, Offer, Voter, core_round, our_round};
use super::message::{Output, TimeoutId, TimeoutKind};
use super::proposals::Held;
use idx_types::planted::{self, Bug};
use idx_types::{PrivateHash, Proposal, Round, SignedVote, Vote, VoteKind};
use malachite_driver::{Input as CoreInput, Output as CoreOutput};
use malachite_types::{
    self as core, PolkaCertificate, PolkaSignature, Proposal as _, SignedMessage, Validity, Vote as _,
};
use std::collections::VecDeque;

type Queue = VecDeque<CoreInput<Idx>>;

impl Contest {
    /// Gives the core one input and all that follows from it.
    pub(super) fn feed(&mut self, input: CoreInput<Idx>, out: &mut Vec<Output>) {
        self.run(VecDeque::from([input]), out);
    }

    /// Gives the core a proposal of the current round.
    pub(super) fn feed_proposal(&mut self, held: &Held, out: &mut Vec<Output>) {
        self.window.pinned.extend(held.proposal.message.pol_round);
        self.run(self.offered(held).collect(), out);
    }

    /// Gives the core all known votes of a round; those that it has already change nothing.
    pub(super) fn feed_votes(&mut self, round: Round, out: &mut Vec<Output>) {
        self.run(self.known_of(round).collect(), out);
    }

    /// Gives the core the quorum of prevotes of a round, if it cannot count it itself.
    pub(super) fn feed_contested_polka(&mut self, round: Round, out: &mut Vec<Output>) {
        if let Some(polka) = self.contested_polka(round) {
            self.feed(polka, out);
        }
    }

    /// The votes of a round as the core is to get them.
    fn known_of(&self, round: Round) -> impl Iterator<Item = CoreInput<Idx>> + '_ {
        self.votes.of_round(round).map(vote_input).chain(self.contested_polka(round))
    }

    /// A quorum of prevotes of which one is a bank's second vote. The core counts first votes only,
    /// and takes such a quorum as a certificate.
    fn contested_polka(&self, round: Round) -> Option<CoreInput<Idx>> {
        let value_id = self.votes.polka(round, self.quorums.quorum)?;
        let polka = || self.votes.backing(round, VoteKind::Prevote, value_id);
        polka().find(|vote| self.votes.is_second(&vote.message))?;
        let part = |vote: &SignedVote| PolkaSignature::new(Voter(Some(vote.message.bank)), vote.signature);
        Some(CoreInput::PolkaCertificate(PolkaCertificate {
            height: CoreHeight(self.height),
            round: core_round(round),
            value_id,
            polka_signatures: polka().map(part).collect(),
        }))
    }

    /// A proposal of the current round as the core is to get it: after the old prevotes that it rests
    /// on, which the core may have forgotten.
    pub(super) fn offered(&self, held: &Held) -> impl Iterator<Item = CoreInput<Idx>> + '_ {
        let proof = held.proposal.message.pol_round.into_iter().flat_map(|round| self.known_of(round));
        let offer = SignedMessage::new(Offer::of(&held.proposal.message), held.proposal.signature);
        proof.chain([CoreInput::Proposal(offer, Validity::from_bool(held.valid))])
    }

    /// Enters a round without the core having asked for it: the first one.
    pub(super) fn run_from(&mut self, round: Round, out: &mut Vec<Output>) {
        let mut queue = Queue::new();
        self.enter(round, &mut queue, out);
        self.run(queue, out);
    }

    fn run(&mut self, mut queue: Queue, out: &mut Vec<Output>) {
        while let Some(input) = queue.pop_front() {
            if self.decided.is_some() {
                return;
            }
            // The core refuses what is of another height, of a stranger, or before the first round;
            // none of it gets here.
            let Ok(outputs) = self.driver.process(input) else { continue };
            for output in outputs {
                self.lift(output, &mut queue, out);
            }
        }
    }

    fn lift(&mut self, output: CoreOutput<Idx>, queue: &mut Queue, out: &mut Vec<Output>) {
        match output {
            CoreOutput::NewRound(_, round) => {
                if let Some(round) = our_round(round) {
                    self.enter(round, queue, out);
                }
            }
            CoreOutput::GetValue(_, round, _) => {
                if let (Some(round), Some(_)) = (our_round(round), self.me) {
                    out.push(Output::GetValue { height: self.height, round });
                }
            }
            CoreOutput::Propose(offer) => self.wish_proposal(&offer, out),
            CoreOutput::Vote(ballot) => self.wish_vote(&ballot, out),
            CoreOutput::ScheduleTimeout(timeout) => self.schedule_core(timeout, out),
            // The same votes have been looked at before the core saw them (`finality`).
            CoreOutput::Decide(..) => {}
        }
    }

    /// A new round: tell who proposes, and put what is already known of it before all else.
    fn enter(&mut self, round: Round, queue: &mut Queue, out: &mut Vec<Output>) {
        let proposer = self.proposer(round);
        out.push(Output::EnterRound(round, proposer));
        self.schedule(round, TimeoutKind::Rebroadcast, out);
        let before = self.move_window(round);
        let start = CoreInput::NewRound(CoreHeight(self.height), core_round(round), Voter(Some(proposer)));
        let passed = self.votes.rounds().filter(|r| Some(*r) > before && *r <= round);
        let votes = passed.flat_map(|r| self.known_of(r));
        let mut first: Queue = std::iter::once(start).chain(votes).collect();
        first.extend(self.proposals.of_round(round).iter().flat_map(|held| self.offered(held)));
        first.append(queue);
        *queue = first;
    }

    /// Moves to a round, forgets what is no longer of use; the round before.
    fn move_window(&mut self, round: Round) -> Option<Round> {
        let before = self.window.current.replace(round);
        self.window.pinned = self.rounds_that_matter();
        self.votes.prune(&self.window);
        self.proposals.prune(&self.window);
        self.driver.prune_votes_and_certificates(core_round(self.window.floor()));
        before
    }

    /// Of our lock, of the value to propose again, of the last polka, and of those that a proposal
    /// of this round rests on.
    fn rounds_that_matter(&self) -> Vec<Round> {
        let state = self.driver.round_state();
        let held = [&state.locked, &state.valid];
        let held = held.into_iter().flatten().filter_map(|value| our_round(value.round));
        let polka = self.votes.newest_polka(self.quorums.quorum).map(|(round, _)| round);
        let proposals = self.window.current.map_or(&[][..], |round| self.proposals.of_round(round));
        let rested_on = proposals.iter().filter_map(|held| held.proposal.message.pol_round);
        held.chain(polka).chain(rested_on).collect()
    }

    fn wish_proposal(&mut self, offer: &Offer, out: &mut Vec<Output>) {
        let (Some(bank), Some(round)) = (self.me, our_round(offer.round())) else { return };
        self.proposed = Some(round);
        let (pol_round, value) = (our_round(offer.pol_round()), offer.value().0);
        if pol_round.is_some() {
            // The core trusts a repeated proposal to come back; should its signing fail, the round
            // must still end.
            self.schedule(round, TimeoutKind::Propose, out);
        }
        let (chain_id, height) = (self.chain_id, self.height);
        out.push(Output::SignProposal(Proposal { chain_id, height, round, pol_round, value, bank }));
    }

    fn wish_vote(&self, ballot: &Ballot, out: &mut Vec<Output>) {
        let (Some(bank), Some(round)) = (self.me, our_round(ballot.round())) else { return };
        let (chain_id, height) = (self.chain_id, self.height);
        let (kind, value) =
            (ballot.kind(), ballot.choice().or_else(|| self.planted_choice(round, ballot.kind())));
        out.push(Output::SignVote(Vote { chain_id, height, round, kind, value, bank }));
    }

    /// What a planted bug votes for where the rules say nil.
    fn planted_choice(&self, round: Round, kind: VoteKind) -> Option<PrivateHash> {
        let bug = match kind {
            VoteKind::Prevote => Bug::LockForgotten,
            VoteKind::Precommit => Bug::PrecommitWithoutPolka,
        };
        if !planted::has(bug) {
            return None;
        }
        let proposed = self.proposals.best_of(round).filter(|held| held.valid)?;
        Some(proposed.proposal.message.value)
    }

    fn schedule_core(&self, timeout: core::Timeout, out: &mut Vec<Output>) {
        let kind = match timeout.kind {
            core::TimeoutKind::Propose => TimeoutKind::Propose,
            core::TimeoutKind::Prevote => TimeoutKind::Prevote,
            core::TimeoutKind::Precommit => TimeoutKind::Precommit,
            // Ours has its own clockwork; a height is finished by the replica.
            core::TimeoutKind::Rebroadcast | core::TimeoutKind::FinalizeHeight(_) => return,
        };
        if let Some(round) = our_round(timeout.round) {
            self.schedule(round, kind, out);
        }
    }

    fn schedule(&self, round: Round, kind: TimeoutKind, out: &mut Vec<Output>) {
        out.push(Output::Schedule(TimeoutId { height: self.height, round, kind }));
    }
}

/// A vote as an input of the core.
pub(super) fn vote_input(vote: &SignedVote) -> CoreInput<Idx> {
    CoreInput::Vote(SignedMessage::new(Ballot::of(&vote.message), vote.signature))
}
