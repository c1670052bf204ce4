//! The chain has forked: more banks lie than the network bears. What this bank does then is to stop,
//! and to stop the others (document 2.4).
//!
//! ```text
//!   a next height on another parent --> Forked: asks for the certificate that contradicts ours
//!                                          | it comes, or a housekeeping has passed without
//!   a certificate that contradicts ours    v
//!   a peer's proof -------------------> Leaving: told to the operator, kept in the journal, and
//!                                          | passed on at once and at every housekeeping
//!                                          v
//!                                       Halted
//! ```
//!
//! From the first arrow on it signs nothing. A proof in the journal takes a restarted bank to `Leaving`
//! again, so that it can tell those who come up later, and never takes part in a forked chain.

use crate::effect::{Effect, HaltReason, TimerId};
use crate::journal::JournalEntry;
use crate::replica::{Phase, Replica};
use crate::rules::{PAST_MAX, Past};
use crate::starting::HOUSEKEEPING_MS;
use idx_consensus::agreement;
use idx_types::wire::{CertifiedHeight, Gossip, Request};
use idx_types::{CommitCertificate, ForkProof, Height, NetworkKey, Quorums};
use std::sync::Arc;

/// Housekeepings at which a proof is passed on again before the node halts. Peers that were cut off or
/// down dial each other again within ten of them.
pub(crate) const FAREWELLS: u32 = 30;

impl Replica {
    /// A peer's next height stands on another block than ours, and a quorum signed it. The other
    /// certificate of our own height would be a better proof, as it may name the guilty: ask for it.
    pub(crate) fn on_other_chain(&mut self, peer: NetworkKey, proof: Box<ForkProof>, out: &mut Vec<Effect>) {
        self.phase = Phase::Forked { proof, waited: false };
        let request = Request::Heights { from: self.state.tip().height, count: 1 };
        out.push(Effect::Request(peer, self.peers.request_id(), request));
    }

    /// The certificate by which this node holds a height, if it is one of the last.
    pub(crate) fn certificate_of(&self, height: Height) -> Option<&CommitCertificate> {
        self.recent.iter().rev().find(|certificate| certificate.height == height)
    }

    /// What the store holds of the last heights, oldest first.
    pub(crate) fn recall(&mut self, past: Vec<Past>) {
        let rules = Arc::make_mut(&mut self.rules);
        past.iter().for_each(|past| rules.recall(past));
        self.recent.clear();
        past.into_iter().for_each(|past| self.remember(past.commit));
    }

    /// A height is final here. On a busy chain the other certificate comes some heights late.
    pub(crate) fn remember(&mut self, certificate: CommitCertificate) {
        if self.recent.len() >= PAST_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(certificate);
    }

    /// A certified height that is final here: if a quorum signed another value, that is a fork.
    pub(crate) fn compare(&mut self, other: &CertifiedHeight, out: &mut Vec<Effect>) {
        let Some(ours) = self.certificate_of(other.height()) else { return };
        let proof = ForkProof { one: ours.clone(), other: other.commit.clone(), child: None };
        let chain_id = self.state.chain_id();
        let quorum_signed =
            |(banks, quorum)| proof.other.check(chain_id, banks, quorum, &*self.settings.verifier).is_ok();
        if proof.contradicts(chain_id) && self.rules.at(proof.height()).is_some_and(quorum_signed) {
            self.on_fork(Box::new(proof), out);
        }
    }

    /// The fork is proved: tell everybody, take part no more.
    pub(crate) fn on_fork(&mut self, proof: Box<ForkProof>, out: &mut Vec<Effect>) {
        if matches!(self.phase, Phase::Waiting | Phase::Leaving { .. } | Phase::Halted) {
            return;
        }
        out.push(Effect::Gossip(Gossip::Fork(proof.clone())));
        out.push(Effect::Warn(self.fork_reason(&proof)));
        // The tip may be of the height of the book already, and on its way to the store.
        let height = self.state.tip().height.next();
        if self.keeps_journal() {
            out.push(Effect::Log(height, Box::new(JournalEntry::Fork(proof.clone()))));
            out.push(Effect::SyncJournal);
        }
        if self.book.mining.take().is_some() {
            out.push(Effect::CancelMining);
        }
        self.phase = Phase::Leaving { proof, left: FAREWELLS };
    }

    /// Passes the proof on again, and in the end halts.
    pub(crate) fn farewell(&mut self, out: &mut Vec<Effect>) {
        let Phase::Leaving { proof, left } = &mut self.phase else { return };
        out.push(Effect::Gossip(Gossip::Fork(proof.clone())));
        if let Some(fewer) = left.checked_sub(1) {
            *left = fewer;
            return out.push(Effect::SetTimer(TimerId::Housekeeping, HOUSEKEEPING_MS));
        }
        let proof = proof.clone();
        self.halt(self.fork_reason(&proof), out);
    }

    /// The certificate that was asked for does not come: make do with the proof at hand.
    pub(crate) fn end_wait_for_proof(&mut self, out: &mut Vec<Effect>) {
        match &mut self.phase {
            Phase::Forked { proof, waited: true } => {
                let proof = proof.clone();
                self.on_fork(proof, out);
            }
            Phase::Forked { waited, .. } => *waited = true,
            _ => {}
        }
    }

    fn fork_reason(&self, proof: &ForkProof) -> HaltReason {
        let rules = self.rules.at(proof.height()).map(|(banks, quorum)| (banks.len(), quorum));
        let now = self.agreement_quorums();
        let (banks, quorum) = rules.unwrap_or((now.banks, now.quorum));
        HaltReason::Fork {
            height: proof.height(),
            signers: proof.signers(),
            liars_min: Quorums { banks, quorum, skip: 0 }.lies_tolerated() + 1,
            evidence: agreement::fork_evidence(self.state.chain_id(), &proof.one, &proof.other),
        }
    }
}
