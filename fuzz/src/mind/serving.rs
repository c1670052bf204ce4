//! What peers answer the mind, and what it answers them: heights, transactions, where they stand.

use super::script::Script;
use crate::gate;
use crate::stage::{StandInRule, banks, peer_of};
use crate::tape::Tape;
use idx_replica::{CheckedResponse, Input};
use idx_types::wire::{self, RESPONSE_BYTES_MAX, Request, Response, Status};
use idx_types::{Height, PublicHash};

impl Script {
    /// The answer to one of the mind's requests: what was asked for, or nothing, or a lie.
    pub(super) fn answer(&mut self, tape: &mut Tape<'_>) {
        let at = tape.pick(self.shell.requests.len());
        let Some((peer, id, request)) = self.shell.requests.remove(at) else { return };
        let how = tape.byte();
        if how < 32 {
            return self.shell.feed(Input::RequestFailed(peer, id));
        }
        let truth = self.truth(&request);
        let lies = banks().any(|bank| peer_of(bank) == peer && self.shell.liars.includes(bank));
        let Some(response) = (if lies && how >= 192 { altered(&truth, tape) } else { Some(truth) }) else {
            return self.shell.feed(Input::RequestFailed(peer, id));
        };
        let checked = CheckedResponse::check(response, &StandInRule);
        self.shell.feed(Input::Response(peer, id, checked));
    }

    fn truth(&self, request: &Request) -> Response {
        match request {
            Request::Status(_) => {
                let tip = self.shell.mind.state().tip();
                let (height, private_hash) = (tip.height, tip.private_hash);
                Response::Status(Status { height, private_hash, clock: self.shell.now })
            }
            Request::Transactions { block, hashes } => {
                let known = self.words.block(*block).map_or(Vec::new(), |known| known.txs.clone());
                let wanted = known.iter().filter(|tx| hashes.contains(&tx.hash));
                Response::Transactions {
                    block: *block,
                    transactions: wanted.map(|tx| (*tx.tx).clone()).collect(),
                }
            }
            Request::Heights { from, .. } => Response::Heights(self.shown(*from)),
            Request::Observed { .. } | Request::Balances(_) => Response::Observed(Vec::new()),
        }
    }

    /// Stored heights; after them the next one, if a block of it is known.
    fn shown(&self, from: Height) -> Vec<wire::CertifiedHeight> {
        let stored = self.shell.heights.iter().filter(|height| height.height() >= from);
        let stored: Vec<_> = stored.map(|height| (**height).clone()).collect();
        let next = self.words.blocks.first();
        match next.filter(|_| from == self.words.height) {
            Some(known) => {
                let header = known.announcement.header.message.clone();
                vec![self.cast().certified(header, &known.txs, self.others())]
            }
            None => stored,
        }
    }

    pub(super) fn want(&mut self, tape: &mut Tape<'_>) {
        let block = self.known(tape).map_or(PublicHash::ZERO, |k| k.announcement.header.message.hash());
        let hashes = self.words.transactions.iter().map(|tx| tx.hash).take(tape.pick(16)).collect();
        self.shell.feed(Input::TransactionsWanted(7, block, hashes));
    }
}

/// A response with some of its bytes changed, if it still decodes.
fn altered(truth: &Response, tape: &mut Tape<'_>) -> Option<Response> {
    let mut bytes = wire::encode(truth);
    gate::alter(&mut bytes, tape);
    wire::decode(&bytes, RESPONSE_BYTES_MAX).ok()
}
