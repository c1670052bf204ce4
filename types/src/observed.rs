//! A final height as everyone may have it: what banks conceal is hidden, all that proves it is here.

use crate::bank::ValidatorSet;
use crate::block::{PrivateBlock, PublicBlock};
use crate::ids::Height;
use crate::params::Params;
use crate::parts::StateParts;
use crate::tx::Transaction;
use crate::vote::CommitCertificate;
use crate::wire::CertifiedHeight;
use borsh::{BorshDeserialize, BorshSerialize};

/// A final height for who is no bank: enough to follow the chain from genesis by certificates alone.
/// The hashes, ids and signatures of the banks' form hold for this one.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ObservedHeight {
    /// The mined block, its transactions in public form.
    pub public: PublicBlock,
    /// What became of it; the body is sealed for the banks.
    pub private: PrivateBlock,
    /// What makes it final.
    pub commit: CommitCertificate,
    /// The digests under the private header's state root.
    pub parts: StateParts,
    /// Who and what rules the next height, if that changes with this one.
    pub rules: Option<NextRules>,
}

/// Banks and parameters of the next height; `parts` carries the digests of both.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct NextRules {
    /// The banks.
    pub banks: ValidatorSet,
    /// The parameters.
    pub params: Params,
}

impl ObservedHeight {
    /// What of a height everyone may have; `parts` and `rules` are those of its state.
    pub fn of(certified: CertifiedHeight, parts: StateParts, rules: Option<NextRules>) -> Self {
        let CertifiedHeight { public, private, commit } = certified;
        let transactions = public.transactions.iter().map(Transaction::redacted).collect();
        Self { public: PublicBlock { transactions, ..public }, private, commit, parts, rules }
    }

    /// Its number.
    pub const fn height(&self) -> Height {
        self.public.header.height
    }

    /// The height without what only followers need, as views and proofs read it. What is concealed stays
    /// so: no bank takes it for a height to apply.
    pub fn into_certified(self) -> CertifiedHeight {
        CertifiedHeight { public: self.public, private: self.private, commit: self.commit }
    }
}
