//! Catching up: heights from a peer, each proved by its own certificate, applied in order
//! (document 2.6). The peer's word counts for nothing.

use crate::effect::{Effect, HaltReason, TimerId};
use crate::input::{CheckedResponse, PreparedHeight, RequestId};
use crate::replica::{Phase, Replica};
use crate::starting::HOUSEKEEPING_MS;
use idx_chain::Execution;
use idx_consensus::{agreement, mining};
use idx_types::block::tx_root;
use idx_types::wire::{CertifiedHeight, Gossip, Request, Status};
use idx_types::{ApprovalScope, Candidate, Height, NetworkKey, PreparedTx, TimestampMs, TxHash};
use std::collections::VecDeque;

/// Heights asked for at a time.
const HEIGHTS_PER_REQUEST: u32 = 64;

/// Most heights waiting to be applied.
const QUEUE_MAX: usize = 256;

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

/// What is wrong with a height from a peer.
enum Fault {
    /// The peer's own fault.
    Peer(&'static str),
    /// A quorum signed what we refuse.
    Rules(String),
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
        }
    }

    /// Looks after everything that no message reminds of.
    pub(crate) fn housekeeping(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        out.push(Effect::SetTimer(TimerId::Housekeeping, HOUSEKEEPING_MS));
        self.pool.expire(now);
        let status = self.status_now(now);
        // Each pair talks once: the one with the smaller key asks.
        let mine = self.settings.network_key;
        let all = self.settings.bank.is_none();
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

    /// Where this node stands.
    pub fn status_now(&self, now: TimestampMs) -> Status {
        let tip = self.state.tip();
        Status { height: tip.height, private_hash: tip.private_hash, clock: now }
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
        self.review_abstention();
        let tip = self.state.tip();
        if status.height == tip.height && status.private_hash != tip.private_hash {
            let request = Request::Heights { from: status.height, count: 1 };
            out.push(Effect::Request(peer, self.peers.request_id(), request));
        } else if status.height.0 > tip.height.0.saturating_add(1) {
            self.ask_for_heights(now, tip.height, out);
        }
    }

    /// Asks the highest trusted peer for what comes after `tip`.
    fn ask_for_heights(&mut self, now: TimestampMs, tip: Height, out: &mut Vec<Effect>) {
        if !self.sync.heights.is_empty() || !self.peers.may_ask(now) {
            return;
        }
        if let Some((peer, _)) = self.peers.ahead_of(tip, now) {
            let id = self.peers.request_id();
            self.peers.asked(id, peer, now);
            let request = Request::Heights { from: tip.next(), count: HEIGHTS_PER_REQUEST };
            out.push(Effect::Request(peer, id, request));
        }
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
            CheckedResponse::Heights(heights) => {
                let asked = self.peers.answered(peer, request);
                if asked && heights.is_empty() {
                    self.peers.distrust(peer, self.state.tip().height, now);
                }
                self.take_heights(now, peer, heights, out);
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
            self.peers.distrust(peer, self.state.tip().height, now);
            self.ask_for_heights(now, self.state.tip().height, out);
        }
    }

    fn take_heights(
        &mut self,
        now: TimestampMs,
        peer: NetworkKey,
        heights: Vec<PreparedHeight>,
        out: &mut Vec<Effect>,
    ) {
        for prepared in heights {
            let height = prepared.certified.height();
            if height == self.state.tip().height {
                self.compare_tips(&prepared.certified, out);
            } else if height > self.state.tip().height && self.sync.heights.len() < QUEUE_MAX {
                self.sync.heights.push_back((peer, prepared));
            }
        }
        self.apply_next(now, out);
    }

    /// Two certificates for one height are a fork: stop, and say who signed both.
    fn compare_tips(&mut self, other: &CertifiedHeight, out: &mut Vec<Effect>) {
        let Some(ours) = self.tip_certificate(other.height()) else { return };
        let quorum = self.agreement_quorums().quorum;
        let (chain_id, banks) = (self.state.chain_id(), self.state.validators());
        let proven = other.commit.height == other.height()
            && other.commit.check(chain_id, banks, quorum, &*self.settings.verifier).is_ok();
        if let (true, Some(signers)) = (proven, agreement::conflicting(ours, &other.commit)) {
            self.halt(HaltReason::Fork { height: other.height(), signers }, out);
        }
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
                    return self.finalize(now, prepared.certified, &prepared.transactions, execution, out);
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
        self.sync.heights.clear();
        match fault {
            Fault::Peer(what) => {
                self.peers.distrust(peer, self.state.tip().height, now);
                out.push(Effect::Blame(peer, what));
            }
            Fault::Rules(why) => {
                let (height, value) = (prepared.certified.height(), prepared.certified.commit.value);
                self.halt(HaltReason::RulesDisagree { height, value, why }, out);
            }
        }
    }

    /// Checks a height from scratch: what a quorum must have signed first, so that a fault found
    /// after it is a disagreement about the rules and not a lying peer.
    fn verify_height(&self, prepared: &PreparedHeight) -> Result<Execution, Fault> {
        let (certified, txs) = (&prepared.certified, &prepared.transactions);
        let (public, private, commit) = (&certified.public.header, &certified.private, &certified.commit);
        let hashes: Vec<TxHash> = txs.iter().map(|tx| tx.hash).collect();
        let parts_fit = commit.height == public.height
            && commit.value == private.header.hash()
            && private.header.public_hash == public.hash()
            && private.header.certificate_hash == private.certificate.hash()
            && tx_root(&hashes) == public.tx_root;
        if !parts_fit {
            return Err(Fault::Peer("certified height whose parts do not belong together"));
        }
        self.check_height_signatures(certified, txs.len())?;
        self.check_header(public).map_err(|why| Fault::Rules(why.to_owned()))?;
        if !mining::work_holds(public) {
            return Err(Fault::Rules("its work does not hold".to_owned()));
        }
        self.recompute(certified, txs)
    }

    fn check_height_signatures(&self, certified: &CertifiedHeight, transactions: usize) -> Result<(), Fault> {
        let (chain_id, banks) = (self.state.chain_id(), self.state.validators());
        let verifier = &*self.settings.verifier;
        if certified.height() != self.state.tip().height.next() {
            return Err(Fault::Peer("certified height out of order"));
        }
        certified
            .commit
            .check(chain_id, banks, self.agreement_quorums().quorum, verifier)
            .map_err(|_| Fault::Peer("commit certificate that does not hold"))?;
        let scope = ApprovalScope {
            banks,
            chain_id,
            height: certified.height(),
            block: certified.private.header.public_hash,
            transactions,
            quorum: self.approval_quorum(),
        };
        let certificate = &certified.private.certificate;
        certificate.check(&scope, verifier).map_err(|why| Fault::Rules(why.to_string()))
    }

    fn recompute(&self, certified: &CertifiedHeight, txs: &[PreparedTx]) -> Result<Execution, Fault> {
        let (public, private) = (&certified.public.header, &certified.private);
        let decisions = self.decisions(&private.certificate, txs);
        let execution = self.state.execute(public, txs, &decisions);
        let candidate = Candidate {
            header: private.header.clone(),
            certificate: private.certificate.clone(),
            body: private.body.clone(),
        };
        self.settle(public, &candidate, &execution).map_err(Fault::Rules)?;
        if execution.outcomes() != private.outcomes {
            return Err(Fault::Peer("certified height with other outcomes than were signed"));
        }
        Ok(execution)
    }
}
