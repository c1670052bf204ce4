//! What ends an intent before it settles, as banks tell each other: signed, so that nobody ends another's.
//!
//! A cancellation is signed by the key that signed the intent. A rejection is signed by a bank, and
//! carries a proof that this bank knows the receiver, which the sender's bank can check and nobody
//! outside the banks can make (crate `bank`, `pseudonym`).

use crate::ids::{BankId, ChainId, TxId};
use crate::signed::{Signable, Signed};
use crate::tx::TxSignature;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh};

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
    /// Shows that the bank knows the receiver.
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
