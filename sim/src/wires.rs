//! Messages on their way: what a node does with what arrives, and what becomes of requests.

use crate::checks::Violation;
use crate::faults::Faults;
use crate::world::{Happening, World};
use idx_replica::{CheckedResponse, Input, Passed};
use idx_types::wire::{Gossip, Request, Response};

/// A request whose way or answer is lost has failed after so long, milliseconds.
pub(crate) const REQUEST_MS: u64 = 5_000;

impl World {
    pub(crate) fn deliver(&mut self, from: usize, to: usize, message: Gossip) -> Result<(), Violation> {
        let (peer, Some(gate)) = (self.nodes[from].network_key(), self.nodes[to].gate()) else {
            return Ok(());
        };
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
        let now = self.clock(to);
        let peer = self.nodes[from].network_key();
        match request {
            Request::Heights { from: height, count } => {
                let heights = self.nodes[to].disk.range(height, count as usize);
                self.send_response(to, from, id, Response::Heights(heights));
                Ok(())
            }
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
        self.feed(from, Input::RequestFailed(peer, id))
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
