//! Makes final heights for tests of this and other crates: mined, approved and signed with keys that
//! the caller holds.

use crate::{election, header};
use idx_crypto::Signer;
use idx_types::block::{BLOCK_VERSION, body_hash, outcomes_hash, tx_root};
use idx_types::{
    ApprovalCertificate, BankId, CommitCertificate, Outcome, PrivateBlock, PrivateHeader, PublicBlock,
    PublicHeader, Round, Signed, Transaction, ValidatorSet, Verdict, Verdicts,
};

/// Fills in a header for these transactions: who is elected, their root, and a nonce with enough work.
pub fn mined(mut header: PublicHeader, banks: &ValidatorSet, transactions: &[Transaction]) -> PublicHeader {
    header.miner = election::miner(banks, header.height, header.round);
    header.tx_root = tx_root(&transactions.iter().map(Transaction::hash).collect::<Vec<_>>());
    while !header::work_holds(&header) {
        header.nonce += 1;
    }
    header
}

/// The verdicts of these banks, each over all transactions.
pub fn approved<'a>(
    header: &PublicHeader,
    voices: impl IntoIterator<Item = (BankId, &'a dyn Signer, Vec<Verdict>)>,
) -> ApprovalCertificate {
    let (chain_id, height, block) = (header.chain_id, header.height, header.hash());
    let signed = |(bank, signer, verdicts): (BankId, &dyn Signer, Vec<Verdict>)| {
        Signed::new(Verdicts { chain_id, height, block, bank, verdicts }, signer)
    };
    ApprovalCertificate { block, verdicts: voices.into_iter().map(signed).collect() }
}

/// What is settled of a block besides its transactions.
pub struct Settled {
    /// On what the outcomes rest.
    pub certificate: ApprovalCertificate,
    /// What became of each transaction.
    pub outcomes: Vec<Outcome>,
    /// The state after the block.
    pub state_root: idx_crypto::Hash32,
    /// Sealed for the banks.
    pub body: Vec<u8>,
    /// By the miner's word.
    pub mining_ms: u32,
}

/// The private block of a public one.
pub fn settled(public: &PublicBlock, settled: Settled) -> PrivateBlock {
    let Settled { certificate, outcomes, state_root, body, mining_ms } = settled;
    let header = PrivateHeader {
        version: BLOCK_VERSION,
        chain_id: public.header.chain_id,
        height: public.header.height,
        public_hash: public.header.hash(),
        parent_private: public.header.parent_private,
        certificate_hash: certificate.hash(),
        outcomes_hash: outcomes_hash(&outcomes),
        state_root,
        body_hash: body_hash(&body),
        mining_ms,
    };
    PrivateBlock { header, certificate, outcomes, body }
}

/// The precommits of these banks over a private header.
pub fn committed<'a>(
    header: &PrivateHeader,
    voters: impl IntoIterator<Item = (BankId, &'a dyn Signer)>,
) -> CommitCertificate {
    let (height, value) = (header.height, header.hash());
    let mut certificate = CommitCertificate { height, round: Round::ZERO, value, signatures: Vec::new() };
    for (bank, signer) in voters {
        let vote = certificate.vote_of(header.chain_id, bank);
        certificate.signatures.push((bank, Signed::new(vote, signer).signature));
    }
    certificate
}
