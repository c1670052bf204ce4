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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ChainId, TimestampMs};
    use crate::tx::{TX_VERSION, TxBody, TxKind};
    use idx_crypto::Hasher;

    /// The bytes of an intent and of a choice as docs/api.md tells them, for who signs by a program of his own.
    #[test]
    fn what_is_signed_is_of_these_bytes() {
        let transfer = Transfer {
            from: SessionId([2; 32]),
            from_bank: BankId(3),
            amount: Paise(400),
            fee: Paise(5),
            tag: Concealed::new(ReceiverTag([7; 32]), [6; 32]),
            accepted: None,
        };
        let body = TxBody {
            version: TX_VERSION,
            chain_id: ChainId(Hash32([1; 32])),
            created_at: TimestampMs(8),
            valid_until: TimestampMs(9),
            nonce: 10,
            kind: TxKind::Transfer(transfer),
        };
        let mut head = vec![1, 0];
        head.extend([1; 32]);
        [8_u64, 9, 10].iter().for_each(|number| head.extend(number.to_le_bytes()));
        head.push(5);
        head.extend([2; 32]);
        head.extend([3, 0]);
        [400_u64, 5].iter().for_each(|number| head.extend(number.to_le_bytes()));
        let shown = [&head[..], &[1], &[6; 32], &[7; 32], &[0]].concat();
        assert_eq!(borsh::to_vec(&body).unwrap(), shown);
        let commitment = Hasher::new("idx/concealed/1").part(&[6; 32]).part(&[7; 32]).finish();
        let public = [&head[..], &[0], &commitment.0, &[0]].concat();
        assert_eq!(body.id().0, Hasher::new("idx/tx-body/1").part(&public).finish().0);

        let choice = Acceptance { to: SessionId([4; 32]), to_bank: BankId(5), proof: Hash32([6; 32]) };
        let bytes = [&[9; 32][..], &[4; 32], &[5, 0], &[6; 32]].concat();
        assert_eq!(choice.digest(TxId([9; 32])), Hasher::new("idx/acceptance/1").part(&bytes).finish());
    }
}
