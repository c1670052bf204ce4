//! The simulated shell: fulfils what a mind wishes for.

use crate::checks::Violation;
use crate::liar::{Lie, boast, second_vote};
use crate::mutant::Mutant;
use crate::wires::REQUEST_MS;
use crate::world::{Happening, World};
use idx_consensus::mining::{self, Stop};
use idx_replica::{Effect, Event, Input, OwnMessage, Unsigned};
use idx_types::wire::{Gossip, Request};
use idx_types::{NetworkKey, PublicHeader, Signed};
use rand::RngExt;
use std::num::NonZeroUsize;

impl World {
    /// Gives a mind an input, if it is still the same incarnation.
    pub(crate) fn feed_if(&mut self, node: usize, incarnation: u64, input: Input) -> Result<(), Violation> {
        if self.nodes[node].incarnation() == incarnation { self.feed(node, input) } else { Ok(()) }
    }

    /// Gives a mind an input and performs what it wishes for.
    pub(crate) fn feed(&mut self, node: usize, input: Input) -> Result<(), Violation> {
        let now = self.clock(node);
        let effects = self.nodes[node].step(now, input);
        if effects.is_empty() || !self.nodes[node].doomed {
            return effects.into_iter().try_for_each(|effect| self.perform(node, effect));
        }
        // A crash in the middle of a step: what comes after it never happens.
        let done = self.rng.random_range(0..=effects.len());
        effects.into_iter().take(done).try_for_each(|effect| self.perform(node, effect))?;
        self.fell(node);
        Ok(())
    }

    fn soon(&mut self, node: usize, input: Input) {
        let incarnation = self.nodes[node].incarnation();
        self.at(0, Happening::Input { to: node, incarnation, input });
    }

    fn perform(&mut self, node: usize, effect: Effect) -> Result<(), Violation> {
        match effect {
            Effect::Gossip(message) => return self.gossip(node, message),
            Effect::Request(peer, id, request) => self.request(node, peer, id, request),
            Effect::Respond(ticket, response) => {
                if let Some((to, id)) = self.nodes[node].take_ticket(ticket) {
                    self.send_response(node, to, id, response);
                }
            }
            Effect::Recheck(peer, message) => {
                if let Some(from) = self.node_of(peer) {
                    self.at(0, Happening::Gossip { from, to: node, message });
                }
            }
            Effect::Sign(unsigned) => {
                let signed = self.sign(node, unsigned);
                self.soon(node, Input::Signed(signed));
            }
            Effect::Log(height, entry) => self.nodes[node].disk.append(height, &entry),
            Effect::SyncJournal if self.plan.mutant == Some(Mutant::SyncSkipped) => {}
            Effect::SyncJournal => self.nodes[node].disk.sync(),
            Effect::Mine(header) => self.mine(node, *header),
            Effect::CancelMining => self.nodes[node].search += 1,
            Effect::SetTimer(timer, after_ms) => {
                let generation = self.nodes[node].set_timer(timer);
                let incarnation = self.nodes[node].incarnation();
                self.at(after_ms, Happening::Timer { to: node, incarnation, timer, generation });
            }
            Effect::Commit(finalized) => {
                self.nodes[node].disk.commit(&finalized, self.plan.mutant);
                self.soon(node, Input::Committed(finalized.certified.height()));
            }
            Effect::Publish(event) => return self.publish(node, &event),
            Effect::Answer(token, answer) => {
                if let Err(reason) = answer {
                    self.clients.refused(token, reason);
                }
            }
            Effect::Blame(peer, what) => {
                self.note(|| format!("bank {node} blames {peer:?}: {what}"));
                return self.on_blame(node, peer, what);
            }
            Effect::Halt(reason) => return Err(Violation(format!("bank {node} halted: {reason}"))),
        }
        Ok(())
    }

    /// Only liars may be blamed.
    fn on_blame(&self, node: usize, peer: NetworkKey, what: &str) -> Result<(), Violation> {
        let liar = self.node_of(peer).is_some_and(|peer| self.nodes[peer].lie.is_some());
        if liar { Ok(()) } else { Err(Violation(format!("bank {node} blames honest {peer:?}: {what}"))) }
    }

    fn gossip(&mut self, from: usize, message: Gossip) -> Result<(), Violation> {
        let bank = self.bank(from);
        if let Some(messages) = &mut self.messages {
            messages.push(message.clone());
        }
        if self.nodes[from].lie.is_none() {
            self.checks.sent(bank, &message)?;
        }
        if let (Some(Mutant::SignsTwice), Gossip::Vote(vote)) = (self.plan.mutant, &message) {
            self.checks.sent(bank, &second_vote(vote, self.plan.scheme, u64::from(bank.0)))?;
        }
        for to in (0..self.nodes.len()).filter(|to| *to != from) {
            for (extra, message) in self.versions(from, to, &message) {
                self.send(from, to, extra, &message);
            }
        }
        Ok(())
    }

    fn send(&mut self, from: usize, to: usize, extra_ms: u64, message: &Gossip) {
        for delay in self.delays(from, to) {
            self.at(extra_ms + delay, Happening::Gossip { from, to, message: message.clone() });
        }
    }

    fn request(&mut self, from: usize, peer: NetworkKey, id: u64, request: Request) {
        let Some(to) = self.node_of(peer) else { return };
        let request = match request {
            Request::Status(status) if self.nodes[from].lie == Some(Lie::Sync) => {
                Request::Status(boast(status))
            }
            honest => honest,
        };
        let delays = self.delays(from, to);
        if delays.is_empty() {
            self.at(REQUEST_MS, Happening::Failed { to: from, peer: to, id });
        }
        for delay in delays.into_iter().take(1) {
            self.at(delay, Happening::Request { from, to, id, request: request.clone() });
        }
    }

    fn node_of(&self, peer: NetworkKey) -> Option<usize> {
        self.nodes.iter().position(|node| node.network_key() == peer)
    }

    fn sign(&self, node: usize, unsigned: Unsigned) -> OwnMessage {
        let signer = &*self.nodes[node].identity.signer;
        match unsigned {
            Unsigned::Header(header) => OwnMessage::Header(Box::new(Signed::new(*header, signer))),
            Unsigned::Verdicts(verdicts) => OwnMessage::Verdicts(Signed::new(verdicts, signer)),
            Unsigned::Proposal(proposal) => OwnMessage::Proposal(Signed::new(proposal, signer)),
            Unsigned::Vote(vote) => OwnMessage::Vote(Signed::new(vote, signer)),
            Unsigned::Transaction(body) => OwnMessage::Transaction(Box::new(body.sign(&[signer]))),
        }
    }

    fn mine(&mut self, node: usize, header: PublicHeader) {
        let one = NonZeroUsize::MIN;
        let Some(found) = mining::search(&header, one, &Stop::default()) else { return };
        let ms = self.rng.random_range(1..20);
        let header = PublicHeader { nonce: found.nonce, ..header };
        let incarnation = self.nodes[node].incarnation();
        let input = Input::Mined(Box::new(header), ms);
        self.at(u64::from(ms), Happening::Input { to: node, incarnation, input });
    }

    fn publish(&mut self, node: usize, event: &Event) -> Result<(), Violation> {
        let Event::Final(height) = event else { return Ok(()) };
        self.note(|| {
            let (header, value) = (&height.public.header, height.commit.value);
            let txs = height.public.transactions.len();
            format!(
                "bank {node}: height {} final, round {}, {txs} transactions, {value:?}",
                header.height, height.commit.round
            )
        });
        let bank = self.bank(node);
        for tx in &height.public.transactions {
            if self.nodes[node].state().is_some_and(|state| state.is_settled(&tx.id())) {
                self.stopwatch.stop(&tx.id(), self.now_ms);
            }
        }
        if let Some(state) = self.nodes[node].state() {
            self.checks.announced(node, height.height().0);
            self.checks.finalised(bank, height, state)?;
        }
        Ok(())
    }
}
