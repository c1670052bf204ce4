//! Verdicts of a bank on a mined block, and the certificate that collects them (document 2.2).

use crate::bank::{MAX_BANKS, ValidatorSet};
use crate::ids::{BankId, ChainId, Height, PublicHash};
use crate::outcome::Verdict;
use crate::signed::{Signable, Signed};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, Verifier, hash_borsh};

/// One bank's word on every transaction of a mined block.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Verdicts {
    /// The network.
    pub chain_id: ChainId,
    /// Height of the block.
    pub height: Height,
    /// The mined block.
    pub block: PublicHash,
    /// Who speaks.
    pub bank: BankId,
    /// One for each transaction, in block order.
    pub verdicts: Vec<Verdict>,
}

impl Signable for Verdicts {
    const DOMAIN: &'static str = "idx/verdicts/1";
    fn signer(&self) -> BankId {
        self.bank
    }
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}

/// Verdicts with the bank's signature.
pub type SignedVerdicts = Signed<Verdicts>;

/// The verdicts on which outcomes rest: those of at least a quorum of banks, by bank number.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ApprovalCertificate {
    /// The mined block.
    pub block: PublicHash,
    /// Each bank at most once, in order of bank numbers.
    pub verdicts: Vec<SignedVerdicts>,
}

/// Why an approval certificate is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Too few banks have spoken.
    #[error("{have} banks have signed, {need} are needed")]
    TooFew {
        /// Banks that signed.
        have: usize,
        /// Banks needed.
        need: usize,
    },
    /// Banks out of order, twice, or unknown.
    #[error("the signers are not distinct banks of this height in order of their numbers (at {0})")]
    Signers(BankId),
    /// A message in it is about something else.
    #[error("{0} signed something else: another block, height, network or number of transactions")]
    Mismatch(BankId),
    /// A signature does not verify.
    #[error("the signature of {0} does not verify")]
    Signature(BankId),
}

impl ApprovalCertificate {
    /// The digest that private headers carry.
    pub fn hash(&self) -> Hash32 {
        hash_borsh("idx/approval-certificate/1", self)
    }

    /// What one bank said, if it is in here.
    pub fn of(&self, bank: BankId) -> Option<&Verdicts> {
        self.verdicts.iter().map(|signed| &signed.message).find(|verdicts| verdicts.bank == bank)
    }

    /// Checks everything but the content of the verdicts.
    ///
    /// # Errors
    /// [`CertificateError`] names the first thing that is wrong, and whose it is.
    pub fn check(&self, scope: &ApprovalScope<'_>, verifier: &dyn Verifier) -> Result<(), CertificateError> {
        let have = self.verdicts.len();
        if have < scope.quorum || have > MAX_BANKS {
            return Err(CertificateError::TooFew { have, need: scope.quorum });
        }
        let mut last = None;
        for signed in &self.verdicts {
            let verdicts = &signed.message;
            if last >= Some(verdicts.bank) {
                return Err(CertificateError::Signers(verdicts.bank));
            }
            last = Some(verdicts.bank);
            scope.check_one(signed, verifier)?;
        }
        (self.block == scope.block)
            .then_some(())
            .ok_or(CertificateError::Mismatch(self.verdicts[0].message.bank))
    }
}

/// What verdicts must be about.
#[derive(Clone, Copy, Debug)]
pub struct ApprovalScope<'a> {
    /// The banks of this height.
    pub banks: &'a ValidatorSet,
    /// The network.
    pub chain_id: ChainId,
    /// Height of the block.
    pub height: Height,
    /// The mined block.
    pub block: PublicHash,
    /// How many transactions it has.
    pub transactions: usize,
    /// How many banks must have spoken.
    pub quorum: usize,
}

impl ApprovalScope<'_> {
    /// Checks one bank's message.
    ///
    /// # Errors
    /// [`CertificateError`], except that the number of banks is not looked at.
    pub fn check_one(
        &self,
        signed: &SignedVerdicts,
        verifier: &dyn Verifier,
    ) -> Result<(), CertificateError> {
        let said = &signed.message;
        let fits = said.chain_id == self.chain_id
            && said.height == self.height
            && said.block == self.block
            && said.verdicts.len() == self.transactions;
        if !fits {
            return Err(CertificateError::Mismatch(said.bank));
        }
        let bank = self.banks.get(said.bank).ok_or(CertificateError::Signers(said.bank))?;
        signed.check(&bank.consensus_key, verifier).map_err(|_| CertificateError::Signature(said.bank))
    }
}
