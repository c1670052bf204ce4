//! Makes a certified height by hand, with everybody's signatures.

use super::{Rig, key_of};
use idx_chain::Execution;
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    ApprovalCertificate, BankId, CommitCertificate, PrivateBlock, PrivateHeader, PublicBlock, PublicHash,
    Round, Signed, Verdicts, Vote, VoteKind,
};

/// The next height of a mind, empty, signed by banks 0 to 4.
pub(super) fn certified(rig: &Rig) -> CertifiedHeight {
    let public = PublicBlock { header: rig.block(0, 1).header.message, transactions: Vec::new() };
    let certificate = certificate(rig, public.header.hash());
    let execution = rig.mind.state().execute(&public.header, &[], &[]);
    let header = private_header(rig, &public, &certificate, &execution);
    let commit = commit(rig, &header);
    let private = PrivateBlock { header, certificate, outcomes: Vec::new(), body: Vec::new() };
    CertifiedHeight { public, private, commit }
}

fn certificate(rig: &Rig, block: PublicHash) -> ApprovalCertificate {
    let (chain_id, height) = (rig.mind.state().chain_id(), rig.height());
    let one = |bank| {
        let verdicts = Verdicts { chain_id, height, block, bank, verdicts: Vec::new() };
        Signed::new(verdicts, &key_of(bank))
    };
    ApprovalCertificate { block, verdicts: (0..5).map(BankId).map(one).collect() }
}

fn private_header(
    rig: &Rig,
    public: &PublicBlock,
    certificate: &ApprovalCertificate,
    execution: &Execution,
) -> PrivateHeader {
    PrivateHeader {
        version: BLOCK_VERSION,
        chain_id: rig.mind.state().chain_id(),
        height: rig.height(),
        public_hash: public.header.hash(),
        parent_private: rig.mind.state().tip().private_hash,
        certificate_hash: certificate.hash(),
        outcomes_hash: outcomes_hash(&[]),
        state_root: execution.state_root(3),
        body_hash: body_hash(&[]),
        mining_ms: 3,
    }
}

fn commit(rig: &Rig, header: &PrivateHeader) -> CommitCertificate {
    let (chain_id, height, value) = (rig.mind.state().chain_id(), rig.height(), header.hash());
    let one = |bank| {
        let kind = VoteKind::Precommit;
        let vote = Vote { chain_id, height, round: Round(0), kind, value: Some(value), bank };
        (bank, Signed::new(vote, &key_of(bank)).signature)
    };
    CommitCertificate { height, round: Round(0), value, signatures: (0..5).map(BankId).map(one).collect() }
}
