//! From a known network to one proven fact, without the heights before it.
//!
//! ```text
//! chain id + banks --commit certificate--> private header --public_hash--> public header
//!                                               |                               |
//!                                         outcomes_hash                      tx_root
//!                                               |                               |
//!                                           outcomes  ------ index ------  path -> transaction
//!                                         state_root  -- parts -- path -> account
//! ```

use crate::error::VerifyError;
use crate::header;
use borsh::BorshDeserialize;
use idx_crypto::{Proof, Verifier, leaf_hash};
use idx_types::block::outcomes_hash;
use idx_types::state_proof::AccountProof;
use idx_types::{
    Account, ChainId, CommitCertificate, Outcome, PrivateHeader, PublicHeader, Transaction, ValidatorSet,
};

/// What the verifier knows beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Trusted<'a> {
    /// The network: the digest of its genesis.
    pub chain_id: ChainId,
    /// The banks that rule the height in question.
    pub banks: &'a ValidatorSet,
    /// Precommits that make a height final; see [`idx_types::Quorums`].
    pub quorum: usize,
}

/// The parts of a proof of one transaction, each in its canonical encoding.
#[derive(Clone, Copy, Debug)]
pub struct TransactionProof<'a> {
    /// The mined header.
    pub header: &'a [u8],
    /// What the banks agreed on.
    pub private_header: &'a [u8],
    /// Their precommits over it.
    pub commit_certificate: &'a [u8],
    /// All outcomes of the block.
    pub outcomes: &'a [u8],
    /// The transaction.
    pub transaction: &'a [u8],
    /// From it to the header's `tx_root`.
    pub path: &'a Proof,
}

/// A transaction with its proven outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proven {
    /// The transaction.
    pub transaction: Transaction,
    /// What became of it.
    pub outcome: Outcome,
    /// Its place in the block.
    pub index: u64,
    /// The mined header.
    pub header: PublicHeader,
    /// What the banks agreed on; its state root is the anchor for proofs of accounts.
    pub private_header: PrivateHeader,
}

/// The parts of a proof of one account, each in its canonical encoding.
#[derive(Clone, Copy, Debug)]
pub struct AccountParts<'a> {
    /// The mined header.
    pub header: &'a [u8],
    /// What the banks agreed on.
    pub private_header: &'a [u8],
    /// Their precommits over it.
    pub commit_certificate: &'a [u8],
    /// The account with its way to the private header's state root: an [`AccountProof`].
    pub state_proof: &'a [u8],
}

/// An account as it was after a final height.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvenAccount {
    /// The account.
    pub account: Account,
    /// The mined header; its time is that of the balance.
    pub header: PublicHeader,
}

/// Checks that both headers are those of one final height of the network.
///
/// # Errors
/// [`VerifyError`] names the first link that does not hold.
pub fn headers(
    trusted: &Trusted<'_>,
    header: &PublicHeader,
    private: &PrivateHeader,
    commit: &CommitCertificate,
    verifier: &dyn Verifier,
) -> Result<(), VerifyError> {
    commit.check(trusted.chain_id, trusted.banks, trusted.quorum, verifier)?;
    let links = [
        (commit.value == private.hash(), "the certificate is for another private header"),
        (commit.height == private.height, "the private header is of another height"),
        (private.chain_id == trusted.chain_id, "the private header is of another network"),
        (private.public_hash == header.hash(), "the private header settles another block"),
        (header.height == private.height, "the public header is of another height"),
        (header.chain_id == trusted.chain_id, "the public header is of another network"),
        (header.parent_private == private.parent_private, "the headers have different parents"),
        (header.validator_set_hash == trusted.banks.hash(), "the block is ruled by other banks"),
    ];
    if let Some((_, broken)) = links.iter().find(|(holds, _)| !holds) {
        return Err(VerifyError::Mismatch(broken));
    }
    work(header)
}

fn work(header: &PublicHeader) -> Result<(), VerifyError> {
    let (found, needed) = (header::work_of(header), header.difficulty);
    if found >= u32::from(needed) { Ok(()) } else { Err(VerifyError::Work { found, needed }) }
}

/// Checks everything that a node says about a final transaction.
///
/// # Errors
/// [`VerifyError`] names the first link that does not hold.
pub fn transaction(
    trusted: &Trusted<'_>,
    proof: &TransactionProof<'_>,
    verifier: &dyn Verifier,
) -> Result<Proven, VerifyError> {
    let header: PublicHeader = read("header", proof.header)?;
    let private_header: PrivateHeader = read("private header", proof.private_header)?;
    let commit: CommitCertificate = read("commit certificate", proof.commit_certificate)?;
    headers(trusted, &header, &private_header, &commit, verifier)?;
    let transaction: Transaction = read("transaction", proof.transaction)?;
    let outcome = outcome(proof, &private_header)?;
    proof.path.verify_counted(&leaf_hash(&transaction.hash().0), &header.tx_root)?;
    transaction.check_signatures(verifier)?;
    Ok(Proven { transaction, outcome, index: proof.path.index, header, private_header })
}

/// Checks everything that a node says about an account.
///
/// # Errors
/// [`VerifyError`] names the first link that does not hold.
pub fn account(
    trusted: &Trusted<'_>,
    parts: &AccountParts<'_>,
    verifier: &dyn Verifier,
) -> Result<ProvenAccount, VerifyError> {
    let header: PublicHeader = read("header", parts.header)?;
    let private_header: PrivateHeader = read("private header", parts.private_header)?;
    let commit: CommitCertificate = read("commit certificate", parts.commit_certificate)?;
    headers(trusted, &header, &private_header, &commit, verifier)?;
    let proof: AccountProof = read("state proof", parts.state_proof)?;
    proof.verify(&private_header.state_root)?;
    Ok(ProvenAccount { account: proof.account, header })
}

/// The outcome at the path's index. The outcomes also bind how many transactions the block has, which
/// the path alone does not.
fn outcome(proof: &TransactionProof<'_>, private: &PrivateHeader) -> Result<Outcome, VerifyError> {
    let outcomes: Vec<Outcome> = read("outcomes", proof.outcomes)?;
    if outcomes_hash(&outcomes) != private.outcomes_hash {
        return Err(VerifyError::Mismatch("the outcomes are not those the banks agreed on"));
    }
    if outcomes.len() as u64 != proof.path.leaves {
        return Err(VerifyError::Mismatch("the path is of a block with another number of transactions"));
    }
    let index = usize::try_from(proof.path.index).ok();
    let found = index.and_then(|index| outcomes.get(index).copied());
    found.ok_or(VerifyError::Mismatch("the block has no transaction of this index"))
}

fn read<T: BorshDeserialize>(what: &'static str, bytes: &[u8]) -> Result<T, VerifyError> {
    borsh::from_slice(bytes).map_err(|error| VerifyError::Encoding { what, why: error.to_string() })
}
