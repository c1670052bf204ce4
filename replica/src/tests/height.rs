//! Makes a certified height by hand, with everybody's signatures.

use super::{Rig, genesis, key_of};
use idx_chain::Execution;
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash, tx_root};
use idx_types::wire::CertifiedHeight;
use idx_types::{
    ApprovalCertificate, BankId, CommitCertificate, Decision, Height, PreparedTx, PrivateBlock, PrivateHash,
    PrivateHeader, PublicBlock, PublicHash, PublicHeader, Round, Signed, Transaction, Verdict, Verdicts,
};

/// The next height of a mind, empty, signed by banks 0 to 4.
pub(super) fn certified(rig: &Rig) -> CertifiedHeight {
    certified_after(rig, 3)
}

/// The same, with a search that took so many milliseconds: two that differ are two values.
pub(super) fn certified_after(rig: &Rig, mining_ms: u32) -> CertifiedHeight {
    certified_with(rig, mining_ms, Vec::new(), Vec::new())
}

/// The same with transactions, which all banks approve, and with any private body.
pub(super) fn certified_with(
    rig: &Rig,
    mining_ms: u32,
    transactions: Vec<Transaction>,
    body: Vec<u8>,
) -> CertifiedHeight {
    let txs: Vec<PreparedTx> = transactions.iter().cloned().map(PreparedTx::vouch).collect();
    let hashes: Vec<_> = txs.iter().map(|tx| tx.hash).collect();
    let header = PublicHeader { tx_root: tx_root(&hashes), ..rig.block(0, 1).header.message };
    let public = PublicBlock { header, transactions };
    let certificate = certificate(rig, public.header.hash(), txs.len());
    let execution = rig.mind.state().execute(&public.header, &txs, &vec![Decision::Pass; txs.len()]);
    let outcomes = execution.outcomes().to_vec();
    let header = private_header(rig, &public, &certificate, &execution, mining_ms);
    let header = PrivateHeader { body_hash: body_hash(&body), ..header };
    let commit = commit(rig.height(), Round(0), header.hash(), 0..5);
    let private = PrivateBlock { header, certificate, outcomes, body };
    CertifiedHeight { public, private, commit }
}

fn certificate(rig: &Rig, block: PublicHash, transactions: usize) -> ApprovalCertificate {
    let (chain_id, height) = (rig.mind.state().chain_id(), rig.height());
    let one = |bank| {
        let verdicts = vec![Verdict::Approve; transactions];
        let verdicts = Verdicts { chain_id, height, block, bank, verdicts };
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
        outcomes_hash: outcomes_hash(execution.outcomes()),
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
