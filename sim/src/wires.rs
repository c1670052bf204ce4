//! Messages on their way: what a node sends, what it does with what arrives, and what becomes of
//! requests.

use crate::checks::Violation;
use crate::faults::Faults;
use crate::liar;
use crate::mutant::Mutant;
use crate::world::{Happening, World};
use idx_replica::{CheckedResponse, Input, Passed};
use idx_types::NetworkKey;
use idx_types::wire::{Gossip, Request, Response};

/// A request whose way or answer is lost has failed after so long, milliseconds.
pub(crate) const REQUEST_MS: u64 = 5_000;

impl World {
    /// A node sends to all others.
    pub(crate) fn gossip(&mut self, from: usize, message: Gossip) -> Result<(), Violation> {
        let bank = self.bank(from);
        if !self.nodes[from].memory.is_new(&message, self.now_ms) && self.nodes[from].lie.is_none() {
            return Ok(());
        }
        self.note_sent(from, &message);
        if let Some(messages) = &mut self.messages {
            messages.push(message.clone());
        }
        if self.nodes[from].lie.is_none() {
            self.checks.sent(bank, &message)?;
            if !self.nodes[from].promises.allow(&message, bank) {
                return Err(Violation(format!(
                    "{bank} sends what is not durable in its journal: {message:?}"
                )));
            }
            self.overhear(&message);
        }
        if let (Some(Mutant::SignsTwice), Gossip::Vote(vote)) = (self.plan.mutant, &message) {
            self.checks.sent(bank, &liar::second_vote(vote, self.plan.scheme, u64::from(bank.0)))?;
        }
        let hearers: Vec<usize> = (0..self.nodes.len()).filter(|to| self.may_talk(from, *to)).collect();
        for to in hearers {
            for (extra_ms, message) in self.versions(from, to, &message) {
                for delay in self.delays(from, to) {
                    self.at(extra_ms + delay, Happening::Gossip { from, to, message: message.clone() });
                }
            }
        }
        Ok(())
    }

    /// Two nodes with one key never connect to each other.
    fn may_talk(&self, from: usize, to: usize) -> bool {
        self.nodes[from].network_key() != self.nodes[to].network_key()
    }

    pub(crate) fn request(&mut self, from: usize, peer: NetworkKey, id: u64, request: Request) {
        let Some(to) = self.node_of(from, peer) else { return };
        let request = self.request_of(from, request);
        self.requests += 1;
        let on_wire = self.requests;
        self.nodes[from].ask(on_wire, id);
        let (id, delays) = (on_wire, self.delays(from, to));
        if delays.is_empty() {
            self.at(REQUEST_MS, Happening::Failed { to: from, peer: to, id });
        }
        for delay in delays.into_iter().take(1) {
            self.at(delay, Happening::Request { from, to, id, request: request.clone() });
        }
    }

    /// The node behind a key, as seen from another: of two with one key, the one that can be reached.
    pub(crate) fn node_of(&self, from: usize, peer: NetworkKey) -> Option<usize> {
        let mut named = (0..self.nodes.len()).filter(|node| self.nodes[*node].network_key() == peer);
        let first = named.next()?;
        let reachable = |node: &usize| !self.network.is_cut(from, *node);
        [first].into_iter().chain(named).find(reachable).or(Some(first))
    }

    pub(crate) fn deliver(&mut self, from: usize, to: usize, message: Gossip) -> Result<(), Violation> {
        let (peer, Some(gate)) = (self.nodes[from].network_key(), self.nodes[to].gate()) else {
            return Ok(());
        };
        if !self.nodes[to].memory.is_new(&message, self.now_ms) {
            return Ok(());
        }
        match gate.check(peer, message) {
            Ok(Passed::Now(inputs)) => inputs.into_iter().try_for_each(|input| self.feed(to, input)),
            Ok(Passed::Stale) => Ok(()),
            Err(_) if self.nodes[from].lie.is_some() => Ok(()),
            Err(refusal) => {
                Err(Violation(format!("an honest message from {from} to {to} was refused: {refusal}")))
            }
        }
    }

    pub(crate) fn serve(
        &mut self,
        from: usize,
        to: usize,
        id: u64,
        request: Request,
    ) -> Result<(), Violation> {
        if !self.nodes[to].is_up() {
            return self.fail_request(from, to, id);
        }
        if let Some(forged) = self.forged_answer(to, &request) {
            self.send_response(to, from, id, forged);
            return Ok(());
        }
        let now = self.clock(to);
        let peer = self.nodes[from].network_key();
        match request {
            Request::Heights { from: height, count } => {
                let heights = self.nodes[to].disk.range(height, count as usize);
                self.send_response(to, from, id, Response::Heights(heights));
                Ok(())
            }
            // No mind asks for it.
            Request::Observed { .. } | Request::Balances(_) => self.fail_request(from, to, id),
            Request::Transactions { block, hashes } => {
                let ticket = self.nodes[to].ticket(from, id);
                self.feed(to, Input::TransactionsWanted(ticket, block, hashes))
            }
            Request::Status(status) => {
                let own = self.nodes[to].status(now);
                own.into_iter().for_each(|own| self.send_response(to, from, id, Response::Status(own)));
                self.feed(to, Input::Status(peer, status))
            }
        }
    }

    pub(crate) fn fail_request(&mut self, from: usize, to: usize, id: u64) -> Result<(), Violation> {
        let peer = self.nodes[to].network_key();
        match self.nodes[from].asked(id) {
            Some(id) => self.feed(from, Input::RequestFailed(peer, id)),
            None => Ok(()),
        }
    }

    pub(crate) fn send_response(&mut self, from: usize, to: usize, id: u64, response: Response) {
        let response = self.response_of(from, response);
        let delays = self.delays(from, to);
        if delays.is_empty() {
            self.at(REQUEST_MS, Happening::Failed { to, peer: from, id });
        }
        for delay in delays {
            self.at(delay, Happening::Response { from, to, id, response: response.clone() });
        }
    }

    pub(crate) fn answer(
        &mut self,
        from: usize,
        to: usize,
        id: u64,
        response: Response,
    ) -> Result<(), Violation> {
        let Some(id) = self.nodes[to].asked(id) else { return Ok(()) };
        let peer = self.nodes[from].network_key();
        let checked = CheckedResponse::check(response, &*self.plan.scheme.verifier());
        self.feed(to, Input::Response(peer, id, checked))
    }

    /// When a message sent now arrives.
    pub(crate) fn delays(&mut self, from: usize, to: usize) -> Vec<u64> {
        let faults = if self.faults_on { &self.plan.faults } else { &Faults::NONE };
        self.network.arrivals(&mut self.rng, faults, from, to)
    }
}
