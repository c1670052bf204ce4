//! What ends an intent before it settles: signed, so that nobody ends another's; and what shows that an
//! acceptance is the receiver's.
//!
//! A cancellation is signed by the key that signed the intent. A rejection is signed by a bank, and
//! carries a proof that this bank knows the receiver: a digest over his IDX that the sender's bank, and
//! every other bank of the receiver, can make as well and nobody else can.

use crate::pseudonym::TagKey;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh, hmac_sha256};
use idx_types::{BankId, ChainId, Idx, SessionId, Signable, Signed, TxId, TxSignature};

/// An intent is over.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Notice {
    /// The receiver said no, at one of his banks.
    Rejected(Signed<Rejection>),
    /// The sender took it back.
    Cancelled(Cancellation),
}

/// A receiver's no, in the words of his bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Rejection {
    /// The network.
    pub chain_id: ChainId,
    /// The bank where he said it.
    pub bank: BankId,
    /// The intent.
    pub intent: TxId,
    /// Shows that the bank knows the receiver: see [`Rejection::proof_of`].
    pub proof: Hash32,
}

impl Signable for Rejection {
    const DOMAIN: &'static str = "idx/intent-rejection/1";
    fn signer(&self) -> BankId {
        self.bank
    }
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}

impl Rejection {
    /// What only who knows the receiver and the banks' tag key can make, for one intent.
    pub fn proof_of(key: &TagKey, receiver: &Idx, intent: TxId) -> Hash32 {
        hmac_sha256(key.expose(), "idx/rejection-proof/1", &[&receiver.0, &intent.0])
    }
}

/// The same for an acceptance with this session: [`Acceptance::proof`](idx_types::Acceptance).
pub fn acceptance_proof(key: &TagKey, receiver: &Idx, intent: TxId, to: SessionId) -> Hash32 {
    hmac_sha256(key.expose(), "idx/acceptance-proof/1", &[&receiver.0, &intent.0, &to.0])
}

/// A sender's withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Cancellation {
    /// The network.
    pub chain_id: ChainId,
    /// The intent.
    pub intent: TxId,
    /// By the key that signed the intent, over [`Cancellation::digest_of`].
    pub signature: TxSignature,
}

impl Cancellation {
    /// What the sender signs to take an intent back.
    pub fn digest_of(chain_id: ChainId, intent: TxId) -> Hash32 {
        hash_borsh("idx/intent-cancellation/1", &(chain_id, intent))
    }
}
