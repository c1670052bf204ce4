//! Proposals, votes and commit certificates of the agreement (document 2.3).

use crate::bank::ValidatorSet;
use crate::block::PublicHeader;
use crate::ids::{BankId, ChainId, Height, PrivateHash, Round};
use crate::signed::{Signable, Signed};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Signature, Verifier};

/// The two kinds of vote (Tendermint, arXiv:1807.04938).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum VoteKind {
    /// First vote of a round.
    Prevote,
    /// Second vote of a round; a quorum of them for one value makes it final.
    Precommit,
}

/// A bank's vote for a value, or for none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
pub struct Vote {
    /// The network.
    pub chain_id: ChainId,
    /// Height voted on.
    pub height: Height,
    /// Round voted in.
    pub round: Round,
    /// First or second vote.
    pub kind: VoteKind,
    /// The candidate's id, `None` for nil.
    pub value: Option<PrivateHash>,
    /// Who votes.
    pub bank: BankId,
}

impl Signable for Vote {
    const DOMAIN: &'static str = "idx/vote/1";
    fn signer(&self) -> BankId {
        self.bank
    }
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}

/// A vote with the bank's signature.
pub type SignedVote = Signed<Vote>;

/// The elected bank's proposal of a candidate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Proposal {
    /// The network.
    pub chain_id: ChainId,
    /// Height proposed for.
    pub height: Height,
    /// Round proposed in.
    pub round: Round,
    /// Earlier round in which a quorum prevoted this value, if it is proposed again.
    pub pol_round: Option<Round>,
    /// The candidate's id.
    pub value: PrivateHash,
    /// Who proposes.
    pub bank: BankId,
}

impl Signable for Proposal {
    const DOMAIN: &'static str = "idx/proposal/1";
    fn signer(&self) -> BankId {
        self.bank
    }
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}

/// A proposal with the bank's signature.
pub type SignedProposal = Signed<Proposal>;

impl Signable for PublicHeader {
    const DOMAIN: &'static str = "idx/mined-header/1";
    fn signer(&self) -> BankId {
        self.miner
    }
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}

/// A mined header with its miner's signature, which makes two headers of one round evidence.
pub type SignedHeader = Signed<PublicHeader>;

/// Precommits of a quorum for one value: makes the height final.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct CommitCertificate {
    /// The height.
    pub height: Height,
    /// The round in which it was decided.
    pub round: Round,
    /// The private block.
    pub value: PrivateHash,
    /// Each bank at most once, in order of bank numbers.
    pub signatures: Vec<(BankId, Signature)>,
}

/// Prevotes of a quorum for one value, or precommits and votes that justify entering a round:
/// the signed votes themselves, by bank number and kind.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct VoteBundle {
    /// All of one height.
    pub votes: Vec<SignedVote>,
}

/// Why a commit certificate is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Too few signatures.
    #[error("{have} banks have signed, {need} are needed")]
    TooFew {
        /// Signatures in it.
        have: usize,
        /// Signatures needed.
        need: usize,
    },
    /// Banks out of order, twice, or unknown.
    #[error("{0} is not a bank of this height or is out of order")]
    Signers(BankId),
    /// A signature does not verify.
    #[error("the precommit of {0} does not verify")]
    Signature(BankId),
}

impl CommitCertificate {
    /// Checks that a quorum of distinct banks of the set precommitted this value.
    ///
    /// # Errors
    /// [`CommitError`] names the first thing that is wrong.
    pub fn check(
        &self,
        chain_id: ChainId,
        banks: &ValidatorSet,
        quorum: usize,
        verifier: &dyn Verifier,
    ) -> Result<(), CommitError> {
        let have = self.signatures.len();
        if have < quorum || have > banks.len() {
            return Err(CommitError::TooFew { have, need: quorum });
        }
        let mut last = None;
        for (bank, signature) in &self.signatures {
            let key = banks.get(*bank).filter(|_| last < Some(*bank)).ok_or(CommitError::Signers(*bank))?;
            last = Some(*bank);
            let signed = Signed { message: self.vote_of(chain_id, *bank), signature: *signature };
            signed.check(&key.consensus_key, verifier).map_err(|_| CommitError::Signature(*bank))?;
        }
        Ok(())
    }

    /// The vote that a bank's signature in here is over.
    pub fn vote_of(&self, chain_id: ChainId, bank: BankId) -> Vote {
        let (height, round) = (self.height, self.round);
        Vote { chain_id, height, round, kind: VoteKind::Precommit, value: Some(self.value), bank }
    }
}
