//! Catching up: heights from a peer, each proved by its own certificate, applied in order
//! (document 2.6). The peer's word counts for nothing.

use crate::effect::{Effect, HaltReason, TimerId};
use crate::input::{CheckedResponse, PreparedHeight, RequestId};
use crate::proving::Fault;
use crate::replica::{Phase, Replica};
use crate::starting::HOUSEKEEPING_MS;
use idx_types::planted::{self, Bug};
use idx_types::wire::{Gossip, Request, Status};
use idx_types::{CommitCertificate, Height, NetworkKey, TimestampMs};
use std::collections::VecDeque;

/// Heights asked for at a time.
const HEIGHTS_PER_REQUEST: u32 = 64;

/// Most heights waiting to be applied.
const QUEUE_MAX: usize = 2 * HEIGHTS_PER_REQUEST as usize;

/// A message of a later height may overtake the votes that end this one: a bank counts as behind
/// when it has not caught up by itself after so long, milliseconds.
const BEHIND_MS: u64 = 100;

/// Heights received and not applied yet, with the peer that sent them.
#[derive(Debug, Default)]
pub(crate) struct SyncQueue {
    heights: VecDeque<(NetworkKey, PreparedHeight)>,
}

impl SyncQueue {
    /// Heights waiting.
    pub(crate) fn len(&self) -> usize {
        self.heights.len()
    }
}

impl Replica {
    /// A message of a height to come: kept, or checked again if the height has come meanwhile.
    pub(crate) fn on_future(
        &mut self,
        peer: NetworkKey,
        height: Height,
        message: Gossip,
        out: &mut Vec<Effect>,
    ) {
        if height == self.book.height && self.is_running() {
            out.push(Effect::Recheck(peer, message));
        } else {
            self.future.keep(self.book.height, height, peer, message);
            if height > self.book.height && self.is_running() {
                self.note_ahead(peer, out);
            }
        }
    }

    /// Looks after everything that no message reminds of.
    pub(crate) fn housekeeping(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        out.push(Effect::SetTimer(TimerId::Housekeeping, HOUSEKEEPING_MS));
        self.end_wait_for_proof(out);
        self.pool.expire(now);
        let status = self.status_now(now);
        // Each pair talks once: the one with the smaller key asks.
        let mine = self.settings.network_key;
        // A node that is no bank of this height is asked by nobody, and so asks all.
        let all = self.me().is_none();
        let partners: Vec<NetworkKey> = self.other_banks().filter(|key| all || *key > mine).collect();
        for peer in partners {
            out.push(Effect::Request(peer, self.peers.request_id(), Request::Status(status)));
        }
        let tip = self.state.tip().height;
        if self.tip_at_housekeeping == tip {
            self.ask_for_heights(now, tip, out);
        }
        self.tip_at_housekeeping = tip;
        if self.book.round.is_none() {
            self.transactions_arrived(now, out);
        }
    }

    /// Where this node stands: the last height that is stored, so that it can show what it claims.
    pub fn status_now(&self, now: TimestampMs) -> Status {
        let (height, private_hash) = self.stored_tip;
        Status { height, private_hash, clock: now }
    }

    /// A peer tells where it stands.
    pub(crate) fn on_status(
        &mut self,
        now: TimestampMs,
        peer: NetworkKey,
        status: Status,
        out: &mut Vec<Effect>,
    ) {
        self.peers.note(peer, status);
        self.review_abstention(now);
        let tip = self.state.tip();
        let differs = |ours: &CommitCertificate| ours.value != status.private_hash;
        if self.certificate_of(status.height).is_some_and(differs) {
            let request = Request::Heights { from: status.height, count: 1 };
            out.push(Effect::Request(peer, self.peers.request_id(), request));
        } else if status.height.0 > tip.height.0.saturating_add(1) {
            self.ask_for_heights(now, tip.height, out);
        }
    }

    /// Asks the highest trusted peer for what comes after `tip`.
    fn ask_for_heights(&mut self, now: TimestampMs, tip: Height, out: &mut Vec<Effect>) {
        if self.may_ask(now)
            && let Some((peer, _)) = self.peers.ahead_of(tip, now)
        {
            self.ask_peer(now, tip, peer, out);
        }
    }

    fn may_ask(&mut self, now: TimestampMs) -> bool {
        self.sync.heights.is_empty() && self.peers.may_ask(now)
    }

    fn ask_peer(&mut self, now: TimestampMs, tip: Height, peer: NetworkKey, out: &mut Vec<Effect>) {
        if planted::has(Bug::NeverCatchesUp) {
            return;
        }
        let id = self.peers.request_id();
        self.peers.asked(id, peer, now);
        let request = Request::Heights { from: tip.next(), count: HEIGHTS_PER_REQUEST };
        out.push(Effect::Request(peer, id, request));
    }

    /// A peer seems to be past the height of the book. If that is still so in a moment, the height is
    /// fetched from it.
    pub(crate) fn note_ahead(&mut self, peer: NetworkKey, out: &mut Vec<Effect>) {
        if self.book.ahead.replace(peer).is_none() {
            out.push(Effect::SetTimer(TimerId::Fetch(self.book.height), BEHIND_MS));
        }
    }

    /// Asks for the height of the book whoever is past it, then the other banks in turn. Answers
    /// whether somebody is past it.
    pub(crate) fn fetch_height(&mut self, now: TimestampMs, out: &mut Vec<Effect>) -> bool {
        let Some(ahead) = self.book.ahead else { return false };
        let tip = self.state.tip().height;
        if self.may_ask(now) {
            let peer = if self.peers.may_trust(ahead, now) { Some(ahead) } else { self.next_bank() };
            peer.into_iter().for_each(|peer| self.ask_peer(now, tip, peer, out));
        }
        true
    }

    /// The answer to a request of ours.
    pub(crate) fn on_response(
        &mut self,
        now: TimestampMs,
        peer: NetworkKey,
        request: RequestId,
        response: CheckedResponse,
        out: &mut Vec<Effect>,
    ) {
        match response {
            CheckedResponse::Transactions(block, txs) => self.on_fetched(now, block, &txs, out),
            CheckedResponse::Status(status) => self.on_status(now, peer, status, out),
            CheckedResponse::Useless => self.on_request_failed(now, peer, request, out),
            CheckedResponse::Heights(heights) => {
                let asked = self.peers.answered(peer, request);
                let tip = self.state.tip().height;
                match (asked, heights.is_empty()) {
                    (true, true) => self.peers.showed_nothing(peer, tip, now),
                    (true, false) => self.peers.answers_again(peer),
                    (false, _) => {}
                }
                // What was not asked for, or comes late, is a single height to compare.
                let most = if asked { HEIGHTS_PER_REQUEST as usize } else { 1 };
                self.take_heights(now, peer, heights.into_iter().take(most), out);
            }
        }
    }

    /// A request of ours came to nothing: the next status or timer brings the next try.
    pub(crate) fn on_request_failed(
        &mut self,
        now: TimestampMs,
        peer: NetworkKey,
        request: RequestId,
        out: &mut Vec<Effect>,
    ) {
        if self.peers.answered(peer, request) {
            self.peers.failed(peer, now);
            self.ask_for_heights(now, self.state.tip().height, out);
        }
    }

    fn take_heights(
        &mut self,
        now: TimestampMs,
        peer: NetworkKey,
        heights: impl Iterator<Item = PreparedHeight>,
        out: &mut Vec<Effect>,
    ) {
        for prepared in heights {
            let height = prepared.certified.height();
            if height <= self.state.tip().height {
                self.compare(&prepared.certified, out);
            } else if self.sync.heights.len() < QUEUE_MAX {
                self.sync.heights.push_back((peer, prepared));
            }
        }
        self.apply_next(now, out);
    }

    /// Applies the next queued height, if it follows the tip; the one after it when this is stored.
    pub(crate) fn apply_next(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        while self.phase == Phase::Running {
            let Some((peer, prepared)) = self.sync.heights.pop_front() else { break };
            let height = prepared.certified.height();
            if height <= self.state.tip().height {
                continue;
            }
            match self.verify_height(&prepared) {
                Ok(execution) => {
                    return self.finalize(prepared.certified, &prepared.transactions, execution, out);
                }
                Err(fault) => return self.on_bad_height(now, peer, &prepared, fault, out),
            }
        }
        if self.phase == Phase::Running && self.sync.heights.is_empty() {
            let tip = self.state.tip().height;
            if self.peers.ahead_of(tip, now).is_some_and(|(_, height)| height.0 > tip.0 + 1) {
                self.ask_for_heights(now, tip, out);
            }
        }
    }

    fn on_bad_height(
        &mut self,
        now: TimestampMs,
        peer: NetworkKey,
        prepared: &PreparedHeight,
        fault: Fault,
        out: &mut Vec<Effect>,
    ) {
        // What follows a bad height is bad as well; another peer's need not be.
        self.sync.heights.retain(|(sender, _)| *sender != peer);
        match fault {
            Fault::Peer(what) => {
                self.peers.distrust(peer, self.state.tip().height, now);
                out.push(Effect::Blame(peer, what));
            }
            Fault::Fork(proof) => self.on_other_chain(peer, proof, out),
            Fault::Rules(why) => {
                let (height, value) = (prepared.certified.height(), prepared.certified.commit.value);
                self.halt(HaltReason::RulesDisagree { height, value, why }, out);
            }
        }
    }
}
