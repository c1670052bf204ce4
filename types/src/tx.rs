//! Transactions: what a bank or a customer asks of the ledger (document 3.3).

use crate::account::FreezeState;
use crate::bank::Bank;
use crate::evidence::Evidence;
use crate::ids::{AccountHandle, BankId, ChainId, Height, SessionId, TimestampMs, TxHash, TxId};
use crate::money::{Currency, Paise};
use crate::params::Params;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{BadSignature, PublicKey, Signature, Signer, Verifier, hash_borsh};

/// Version of the transaction format this software reads and writes.
pub const TX_VERSION: u16 = 1;

/// Most bytes of one encoded transaction. Evidence with two proposals is the largest kind.
pub const TX_BYTES_MAX: usize = 16 * 1024;

/// Most signatures on a transaction: sender and receiver.
pub const TX_SIGNATURES_MAX: usize = 2;

/// The unsigned part of a transaction; its digest is the [`TxId`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct TxBody {
    /// Format version, [`TX_VERSION`].
    pub version: u16,
    /// The network it is for.
    pub chain_id: ChainId,
    /// When it was made.
    pub created_at: TimestampMs,
    /// Until when it may settle; at most `max_validity_ms` after `created_at`.
    pub valid_until: TimestampMs,
    /// Tells apart two transactions that say the same thing.
    pub nonce: u64,
    /// What it asks.
    pub kind: TxKind,
}

/// What a transaction asks. An unknown kind does not decode: it fails closed.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum TxKind {
    /// Creates an empty customer account. Signed by the home bank.
    OpenAccount(OpenAccount),
    /// Closes an account with zero balance. Signed by the home bank.
    CloseAccount(AccountRef),
    /// Binds a session to an account. Signed by the home bank.
    OpenSession(OpenSession),
    /// Moves money from the bank's reserve to a customer account. Signed by the home bank.
    Deposit(Cash),
    /// Moves money from a customer account to the bank's reserve. Signed by the home bank.
    Withdraw(Cash),
    /// Pays from one session's account to another's. Signed by sender, then receiver.
    Transfer(Transfer),
    /// Stops an account. Signed by the home bank.
    Freeze(Freeze),
    /// Lifts a bank's own freeze. Signed by the home bank.
    Unfreeze(AccountRef),
    /// Puts a change before the banks. Signed by a bank, whose ballot it also is.
    Propose(Propose),
    /// A bank's vote on a proposal. Signed by that bank.
    Ballot(Ballot),
    /// Proof that a bank contradicted itself. Signed by the bank that reports it.
    Evidence(Box<ReportEvidence>),
}

/// See [`TxKind::OpenAccount`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OpenAccount {
    /// The home bank.
    pub bank: BankId,
    /// The name of the new account.
    pub handle: AccountHandle,
    /// What its balance counts; only INR until travel accounts exist.
    pub currency: Currency,
}

/// An account by its home bank and handle.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AccountRef {
    /// The home bank.
    pub bank: BankId,
    /// The account.
    pub handle: AccountHandle,
}

/// See [`TxKind::OpenSession`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OpenSession {
    /// The home bank.
    pub bank: BankId,
    /// The public name of the session.
    pub session: SessionId,
    /// The account it stands for.
    pub handle: AccountHandle,
    /// Verifies what is signed in the session.
    pub key: PublicKey,
    /// End of the session, at most 24 h after `created_at`.
    pub expires_at: TimestampMs,
}

/// See [`TxKind::Deposit`] and [`TxKind::Withdraw`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Cash {
    /// The home bank.
    pub bank: BankId,
    /// The customer account.
    pub handle: AccountHandle,
    /// How much.
    pub amount: Paise,
}

/// See [`TxKind::Transfer`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Transfer {
    /// Pays.
    pub from: SessionId,
    /// Home bank of the payer.
    pub from_bank: BankId,
    /// Receives.
    pub to: SessionId,
    /// Home bank of the receiver.
    pub to_bank: BankId,
    /// What the receiver gets.
    pub amount: Paise,
    /// What the sender pays on top; must be exactly what the parameters in force say.
    pub fee: Paise,
}

/// See [`TxKind::Freeze`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Freeze {
    /// The home bank.
    pub bank: BankId,
    /// The account.
    pub handle: AccountHandle,
    /// Why: a bank's reason or a court order; never [`FreezeState::Free`].
    pub cause: FreezeState,
}

/// See [`TxKind::Propose`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Propose {
    /// Who proposes.
    pub bank: BankId,
    /// The change.
    pub change: Change,
    /// From which height it holds, if it passes; later than the height at which it passes.
    pub effective_at: Height,
}

/// A change of the network that four of six banks can make.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Change {
    /// New values of the chain parameters.
    Params(Box<Params>),
    /// A bank joins. Its stake is paid in from its reserve, which the change funds.
    AddBank(AddBank),
    /// A bank leaves; its accounts stay readable, its customers can no longer pay.
    RemoveBank(BankId),
}

/// See [`Change::AddBank`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AddBank {
    /// The bank; its number must be unused for ever, its stake zero (paid in later).
    pub bank: Bank,
}

/// See [`TxKind::Ballot`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Ballot {
    /// Who votes.
    pub bank: BankId,
    /// The id of the `Propose` transaction.
    pub proposal: TxId,
    /// For or against.
    pub approve: bool,
}

/// See [`TxKind::Evidence`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ReportEvidence {
    /// Who reports.
    pub bank: BankId,
    /// The two contradicting messages.
    pub evidence: Evidence,
}

/// A signature with the key that made it, so that anyone can check it without knowing the ledger;
/// the ledger then checks that the key is the one it must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct TxSignature {
    /// Who signed.
    pub key: PublicKey,
    /// Over the [`TxId`].
    pub signature: Signature,
}

/// A transaction with its signatures, in the order that its kind names its signers.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Transaction {
    /// What was signed.
    pub body: TxBody,
    /// One or two signatures.
    pub signatures: Vec<TxSignature>,
}

impl TxBody {
    /// The digest of the body: what is signed, and what settles at most once.
    pub fn id(&self) -> TxId {
        TxId(hash_borsh("idx/tx-body/1", self).0)
    }

    /// The transaction with the signatures of these signers, in this order.
    pub fn sign(self, signers: &[&dyn Signer]) -> Transaction {
        let digest = idx_crypto::Hash32(self.id().0);
        let signatures = signers
            .iter()
            .map(|signer| TxSignature { key: signer.public_key(), signature: signer.sign(&digest) })
            .collect();
        Transaction { body: self, signatures }
    }
}

impl Transaction {
    /// The id of the body.
    pub fn id(&self) -> TxId {
        self.body.id()
    }

    /// The digest of body and signatures: names these exact bytes.
    pub fn hash(&self) -> TxHash {
        TxHash(hash_borsh("idx/tx/1", self).0)
    }

    /// Checks that each signature was made over the id by the key beside it. Says nothing about
    /// whether those are the keys that the ledger asks for.
    ///
    /// # Errors
    /// The first signature that does not verify.
    pub fn check_signatures(&self, verifier: &dyn Verifier) -> Result<(), BadSignature> {
        let digest = idx_crypto::Hash32(self.id().0);
        self.signatures.iter().try_for_each(|s| verifier.verify(&s.key, &digest, &s.signature))
    }
}

impl TxKind {
    /// Home banks of all accounts the transaction touches, without repeats: each must approve.
    pub fn involved_banks(&self) -> InvolvedBanks {
        match self {
            Self::OpenAccount(tx) => InvolvedBanks::one(tx.bank),
            Self::CloseAccount(tx) | Self::Unfreeze(tx) => InvolvedBanks::one(tx.bank),
            Self::OpenSession(tx) => InvolvedBanks::one(tx.bank),
            Self::Deposit(tx) | Self::Withdraw(tx) => InvolvedBanks::one(tx.bank),
            Self::Transfer(tx) => InvolvedBanks::two(tx.from_bank, tx.to_bank),
            Self::Freeze(tx) => InvolvedBanks::one(tx.bank),
            Self::Propose(_) | Self::Ballot(_) | Self::Evidence(_) => InvolvedBanks::none(),
        }
    }

    /// Stable name, as every interface shows it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenAccount(_) => "open_account",
            Self::CloseAccount(_) => "close_account",
            Self::OpenSession(_) => "open_session",
            Self::Deposit(_) => "deposit",
            Self::Withdraw(_) => "withdraw",
            Self::Transfer(_) => "transfer",
            Self::Freeze(_) => "freeze",
            Self::Unfreeze(_) => "unfreeze",
            Self::Propose(_) => "propose",
            Self::Ballot(_) => "ballot",
            Self::Evidence(_) => "evidence",
        }
    }

    /// How many signatures it must carry.
    pub const fn signatures_needed(&self) -> usize {
        match self {
            Self::Transfer(_) => 2,
            _ => 1,
        }
    }
}

/// The involved banks of a transaction: none, one or two.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InvolvedBanks([Option<BankId>; 2]);

impl InvolvedBanks {
    const fn none() -> Self {
        Self([None, None])
    }

    const fn one(bank: BankId) -> Self {
        Self([Some(bank), None])
    }

    fn two(a: BankId, b: BankId) -> Self {
        if a == b { Self::one(a) } else { Self([Some(a), Some(b)]) }
    }

    /// The banks, without repeats.
    pub fn iter(&self) -> impl Iterator<Item = BankId> + '_ {
        self.0.iter().flatten().copied()
    }

    /// Whether this bank must approve.
    pub fn contains(&self, bank: BankId) -> bool {
        self.iter().any(|involved| involved == bank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain_id, key};
    use idx_crypto::Ed25519;

    fn deposit(nonce: u64) -> TxBody {
        TxBody {
            version: TX_VERSION,
            chain_id: chain_id(),
            created_at: TimestampMs(1),
            valid_until: TimestampMs(2),
            nonce,
            kind: TxKind::Deposit(Cash { bank: BankId(1), handle: AccountHandle([1; 32]), amount: Paise(5) }),
        }
    }

    #[test]
    fn the_id_is_of_the_body_and_the_hash_of_everything() {
        let (a, b) = (deposit(1).sign(&[&key(1)]), deposit(1).sign(&[&key(2)]));
        assert_eq!(a.id(), b.id());
        assert_ne!(a.hash(), b.hash());
        assert_ne!(a.id(), deposit(2).id());
    }

    #[test]
    fn signatures_are_checked_against_the_key_beside_them() {
        let mut tx = deposit(1).sign(&[&key(1)]);
        assert_eq!(tx.check_signatures(&Ed25519), Ok(()));
        tx.body.nonce = 9;
        assert!(tx.check_signatures(&Ed25519).is_err());
    }

    #[test]
    fn an_unknown_kind_fails_closed() {
        let mut bytes = borsh::to_vec(&deposit(1)).unwrap();
        let kind_at = 2 + 32 + 8 + 8 + 8;
        assert_eq!(bytes[kind_at], 3);
        bytes[kind_at] = 200;
        assert!(borsh::from_slice::<TxBody>(&bytes).is_err());
    }

    #[test]
    fn a_payment_inside_one_bank_involves_it_once() {
        let banks = InvolvedBanks::two(BankId(1), BankId(1));
        assert_eq!(banks.iter().collect::<Vec<_>>(), [BankId(1)]);
        assert!(banks.contains(BankId(1)) && !banks.contains(BankId(2)));
    }
}
