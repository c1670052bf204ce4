//! Makes a certified height by hand, with everybody's signatures.

use super::{Rig, genesis, key_of};
use idx_chain::Execution;
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    ApprovalCertificate, BankId, CommitCertificate, Height, PrivateBlock, PrivateHash, PrivateHeader,
    PublicBlock, PublicHash, Round, Signed, Verdicts,
};

/// The next height of a mind, empty, signed by banks 0 to 4.
pub(super) fn certified(rig: &Rig) -> CertifiedHeight {
    certified_after(rig, 3)
}

/// The same, with a search that took so many milliseconds: two that differ are two values.
pub(super) fn certified_after(rig: &Rig, mining_ms: u32) -> CertifiedHeight {
    let public = PublicBlock { header: rig.block(0, 1).header.message, transactions: Vec::new() };
    let certificate = certificate(rig, public.header.hash());
    let execution = rig.mind.state().execute(&public.header, &[], &[]);
    let header = private_header(rig, &public, &certificate, &execution, mining_ms);
    let commit = commit(rig.height(), Round(0), header.hash(), 0..5);
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
    mining_ms: u32,
) -> PrivateHeader {
    PrivateHeader {
        version: BLOCK_VERSION,
        chain_id: rig.mind.state().chain_id(),
        height: rig.height(),
        public_hash: public.header.hash(),
        parent_private: rig.mind.state().tip().private_hash,
        certificate_hash: certificate.hash(),
        outcomes_hash: outcomes_hash(&[]),
        state_root: execution.state_root(mining_ms),
        body_hash: body_hash(&[]),
        mining_ms,
    }
}

/// A certificate with the signatures of these banks.
pub(super) fn commit(
    height: Height,
    round: Round,
    value: PrivateHash,
    banks: std::ops::Range<u16>,
) -> CommitCertificate {
    let chain_id = genesis().chain_id();
    let mut certificate = CommitCertificate { height, round, value, signatures: Vec::new() };
    for bank in banks.map(BankId) {
        let vote = certificate.vote_of(chain_id, bank);
        certificate.signatures.push((bank, Signed::new(vote, &key_of(bank)).signature));
    }
    certificate
}
