//! `Transfer`: what a sender signs, and what the receiver adds (document 1.3).
//!
//! The sender signs an *intent*: from which session, how much, and by a tag for whom. Where it goes
//! is the receiver's choice, so it is no part of the [`TxId`](crate::TxId): the id a sender is given
//! stays the same from the intent to the settled transfer, and an intent settles at most once however
//! many accounts it is accepted for.

use crate::concealed::Concealed;
use crate::ids::{BankId, ReceiverTag, SessionId, TxId};
use crate::money::Paise;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh};

/// See [`TxKind::Transfer`](crate::TxKind::Transfer).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Transfer {
    /// Pays.
    pub from: SessionId,
    /// Home bank of the payer.
    pub from_bank: BankId,
    /// What the receiver gets.
    pub amount: Paise,
    /// What the sender pays on top; must be exactly what the parameters in force say.
    pub fee: Paise,
    /// For whom: only banks where the receiver is a customer recognise it.
    pub tag: Concealed<ReceiverTag>,
    /// The receiver's choice; none yet in an intent.
    pub accepted: Option<Acceptance>,
}

/// Where a transfer goes, chosen by its receiver.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Acceptance {
    /// Receives.
    pub to: SessionId,
    /// Home bank of the receiver.
    pub to_bank: BankId,
    /// Shows the sender's bank that this bank knows who the intent is for; random to everybody else. The
    /// ledger does not read it: whether to approve without it is the sender's bank's to decide.
    pub proof: Hash32,
}

impl Acceptance {
    /// What the receiver's session key signs: this choice for this intent and no other.
    pub fn digest(&self, intent: TxId) -> Hash32 {
        hash_borsh("idx/acceptance/1", &(intent, self))
    }
}
