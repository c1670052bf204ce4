//! What a certified height from a peer must prove before it is applied: every part of it is bound by
//! the commit certificate, so that a liar can alter nothing without being found out as the liar.

use crate::input::PreparedHeight;
use crate::replica::Replica;
use idx_chain::Execution;
use idx_consensus::mining;
use idx_types::block::{body_hash, outcomes_hash, tx_root};
use idx_types::planted::{self, Bug};
use idx_types::wire::CertifiedHeight;
use idx_types::{ApprovalScope, Candidate, ForkProof, PreparedTx, TxHash};

/// What is wrong with a height from a peer.
pub(crate) enum Fault {
    /// The peer's own fault.
    Peer(&'static str),
    /// A quorum signed what we refuse.
    Rules(String),
    /// A quorum signed a height that stands on another block than our tip, which a quorum signed.
    Fork(Box<ForkProof>),
}

impl Replica {
    /// Checks a height from scratch: what a quorum must have signed first, so that a fault found
    /// after it is a disagreement about the rules and not a lying peer.
    pub(crate) fn verify_height(&self, prepared: &PreparedHeight) -> Result<Execution, Fault> {
        let (certified, txs) = (&prepared.certified, &prepared.transactions);
        let (public, private, commit) = (&certified.public.header, &certified.private, &certified.commit);
        let hashes: Vec<TxHash> = txs.iter().map(|tx| tx.hash).collect();
        let parts_fit = commit.height == public.height
            && commit.value == private.header.hash()
            && private.header.public_hash == public.hash()
            && private.header.certificate_hash == private.certificate.hash()
            && private.header.body_hash == body_hash(&private.body)
            && private.header.outcomes_hash == outcomes_hash(&private.outcomes)
            && tx_root(&hashes) == public.tx_root;
        if !parts_fit {
            return Err(Fault::Peer("certified height whose parts do not belong together"));
        }
        // Redaction keeps every hash, so a quorum's signature says nothing about it.
        if !txs.iter().all(|tx| tx.tx.body.kind.is_open()) {
            return Err(Fault::Peer("certified height without what banks must see"));
        }
        self.check_height_signatures(certified, txs.len())?;
        if let Some(proof) = self.other_chain(certified) {
            return Err(Fault::Fork(Box::new(proof)));
        }
        self.check_header(public).map_err(|why| Fault::Rules(why.to_owned()))?;
        if !mining::work_holds(public) && !planted::has(Bug::WorkUnchecked) {
            return Err(Fault::Rules("its work does not hold".to_owned()));
        }
        self.recompute(certified, txs)
    }

    /// The proof that a certified next height stands on another block than our tip.
    fn other_chain(&self, next: &CertifiedHeight) -> Option<ForkProof> {
        let ours = self.certificate_of(self.state.tip().height)?.clone();
        let child = Some(Box::new(next.private.header.clone()));
        let proof = ForkProof { one: ours, other: next.commit.clone(), child };
        proof.contradicts(self.state.chain_id()).then_some(proof)
    }

    fn check_height_signatures(&self, certified: &CertifiedHeight, transactions: usize) -> Result<(), Fault> {
        let (chain_id, banks) = (self.state.chain_id(), self.state.validators());
        let verifier = &*self.settings.verifier;
        if certified.height() != self.state.tip().height.next() {
            return Err(Fault::Peer("certified height out of order"));
        }
        let proven = certified.commit.check(chain_id, banks, self.agreement_quorums().quorum, verifier);
        if proven.is_err() && !planted::has(Bug::CertificateUnchecked) {
            return Err(Fault::Peer("commit certificate that does not hold"));
        }
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
        Ok(execution)
    }
}
