//! Transactions: what a bank or a customer asks of the ledger (document 3.3).
//!
//! Ids, hashes and signatures are made over the *public form*, in which [`Concealed`](crate::Concealed)
//! values are commitments: a node that is no bank holds, hashes and verifies the same transaction.

mod desk;
mod governance;
mod involved;
mod keys;
mod kind;
mod openings;
mod order;
mod transfer;
mod travel;

pub use desk::{AccountRef, Cash, Freeze, OpenAccount, OpenSession};
pub use governance::{AddBank, Ballot, Change, Propose, ReportEvidence};
pub use involved::{INVOLVED_BANKS_MAX, InvolvedBanks};
pub use keys::{AnnounceKeys, RotateChainKey};
pub use kind::TxKind;
pub use openings::Openings;
pub use order::{
    ANSWER_ACCOUNTS_MAX, ANSWER_BYTES_MAX, AnswerOrder, CASE_NUMBER_BYTES_MAX, ConfirmOpening, CourtOrder,
    ORDER_BANKS_MAX, ORDER_LIFE_MS_MAX, ORDER_REASON_BYTES_MAX, OrderIdentity, OrderShare, OrderTarget,
    Party, PartySought, PersonError, PersonSought, RefusalCause, RefuseOrder, ReleaseOrder,
};
pub use transfer::{Acceptance, Transfer};
pub use travel::{CloseTravel, Closing, ForexRate, OpenTravel};

use crate::ids::{ChainId, TimestampMs, TxHash, TxId};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{BadSignature, Hash32, PublicKey, Signature, Signer, Verifier, hash_borsh};
use std::borrow::Cow;

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
    /// The digest of what the first signer signed, in public form; settles at most once. The receiver's
    /// choice of a transfer is no part of it.
    pub fn id(&self) -> TxId {
        id_of(self.public_form())
    }

    /// The body as the public chain shows it: commitments in place of concealed values.
    fn public_form(&self) -> Cow<'_, Self> {
        match self.kind.hidden() {
            Some(kind) => Cow::Owned(Self { kind, ..*self }),
            None => Cow::Borrowed(self),
        }
    }

    /// What the signer at this place signs, given the id: the id itself, or the receiver's choice.
    fn digest_for(&self, id: TxId, place: usize) -> Hash32 {
        match &self.kind {
            TxKind::Transfer(Transfer { accepted: Some(accepted), .. }) if place == 1 => accepted.digest(id),
            _ => Hash32(id.0),
        }
    }

    /// The transaction with the signatures of these signers, in this order.
    pub fn sign(self, signers: &[&dyn Signer]) -> Transaction {
        let id = self.id();
        let sign = |(place, signer): (usize, &&dyn Signer)| TxSignature {
            key: signer.public_key(),
            signature: signer.sign(&self.digest_for(id, place)),
        };
        let signatures = signers.iter().enumerate().map(sign).collect();
        Transaction { body: self, signatures }
    }
}

/// The id of a body in public form: without the receiver's choice.
fn id_of(mut public: Cow<'_, TxBody>) -> TxId {
    if let TxKind::Transfer(Transfer { accepted: Some(_), .. }) = &public.kind
        && let TxKind::Transfer(transfer) = &mut public.to_mut().kind
    {
        transfer.accepted = None;
    }
    TxId(hash_borsh("idx/tx-body/1", &*public).0)
}

impl Transaction {
    /// The id of the body.
    pub fn id(&self) -> TxId {
        self.body.id()
    }

    /// The digest of body and signatures in public form: the leaf of the transactions' root.
    pub fn hash(&self) -> TxHash {
        self.hash_of(&self.body.public_form())
    }

    /// Both names. Concealing the values, which is most of the work, is done once.
    pub(crate) fn names(&self) -> (TxId, TxHash) {
        let public = self.body.public_form();
        let hash = self.hash_of(&public);
        (id_of(public), hash)
    }

    fn hash_of(&self, public: &TxBody) -> TxHash {
        TxHash(hash_borsh("idx/tx/1", &(public, &self.signatures)).0)
    }

    /// The same transaction without what only banks may see. Id, hash and signatures stay good.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { body: self.body.public_form().into_owned(), signatures: self.signatures.clone() }
    }

    /// Whether it is in public form: nothing that banks conceal is in it.
    pub fn is_redacted(&self) -> bool {
        self.body.kind.hidden().is_none_or(|hidden| hidden == self.body.kind)
    }

    /// Adds the receiver's choice and signature to an intent; `None` if this is none.
    #[must_use]
    pub fn accept(mut self, accepted: Acceptance, receiver: &dyn Signer) -> Option<Self> {
        let id = self.id();
        match &mut self.body.kind {
            TxKind::Transfer(transfer) if transfer.accepted.is_none() => transfer.accepted = Some(accepted),
            _ => return None,
        }
        let signature = receiver.sign(&accepted.digest(id));
        self.signatures.push(TxSignature { key: receiver.public_key(), signature });
        Some(self)
    }

    /// Checks that each signature was made by the key beside it over what its signer must sign. Says
    /// nothing about whether those are the keys that the ledger asks for.
    ///
    /// # Errors
    /// The first signature that does not verify.
    pub fn check_signatures(&self, verifier: &dyn Verifier) -> Result<(), BadSignature> {
        self.check_signatures_over(self.id(), verifier)
    }

    /// The same for who knows the id.
    pub(crate) fn check_signatures_over(
        &self,
        id: TxId,
        verifier: &dyn Verifier,
    ) -> Result<(), BadSignature> {
        self.signatures.iter().enumerate().try_for_each(|(place, s)| {
            verifier.verify(&s.key, &self.body.digest_for(id, place), &s.signature)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountHandle, BankId, ReceiverTag, SessionId};
    use crate::money::Paise;
    use crate::testing::{acceptance, chain_id, concealed, key};
    use idx_crypto::Ed25519;

    fn deposit(nonce: u64) -> TxBody {
        TxBody {
            version: TX_VERSION,
            chain_id: chain_id(),
            created_at: TimestampMs(1),
            valid_until: TimestampMs(2),
            nonce,
            kind: TxKind::Deposit(Cash {
                bank: BankId(1),
                handle: concealed(AccountHandle([1; 32])),
                amount: Paise(5),
            }),
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

    fn intent() -> TxBody {
        let transfer = Transfer {
            from: SessionId([1; 32]),
            from_bank: BankId(0),
            amount: Paise(500),
            fee: Paise(8),
            tag: concealed(ReceiverTag([2; 32])),
            accepted: None,
        };
        TxBody { kind: TxKind::Transfer(transfer), ..deposit(7) }
    }

    const CHOICE: Acceptance = acceptance(SessionId([3; 32]), BankId(4));

    #[test]
    fn the_public_form_keeps_names_and_signatures() {
        let secrets = [[1u8; 32], [2; 32]];
        let transfer = intent().sign(&[&key(1)]).accept(CHOICE, &key(2)).unwrap();
        for (tx, secret) in [deposit(1).sign(&[&key(1)]), transfer].into_iter().zip(secrets) {
            let public = tx.redacted();
            assert!(tx.body.kind.is_open() && !public.body.kind.is_open());
            assert!(public.is_redacted() && !tx.is_redacted());
            assert_eq!((public.id(), public.hash()), (tx.id(), tx.hash()));
            assert_eq!(public.check_signatures(&Ed25519), Ok(()));
            let bytes = borsh::to_vec(&public).unwrap();
            assert!(!bytes.windows(32).any(|window| window == secret));
        }
    }

    /// The concealed value is bound: another handle, or the same under another blind, is another transaction.
    #[test]
    fn concealed_values_are_signed() {
        let mut tx = deposit(1).sign(&[&key(1)]);
        let TxKind::Deposit(cash) = &mut tx.body.kind else { unreachable!() };
        cash.handle = crate::Concealed::new(AccountHandle([1; 32]), [8; 32]);
        assert!(tx.check_signatures(&Ed25519).is_err());
    }

    #[test]
    fn an_accepted_intent_keeps_its_id_and_the_senders_signature() {
        let asked = intent().sign(&[&key(1)]);
        let accepted = asked.clone().accept(CHOICE, &key(2)).unwrap();
        assert_eq!(asked.id(), accepted.id());
        assert_ne!(asked.hash(), accepted.hash());
        assert_eq!(accepted.check_signatures(&Ed25519), Ok(()));
        assert_eq!(accepted.body.kind.involved_banks().iter().count(), 2);
        assert_eq!(accepted.body.kind.signatures_needed(), 2);
        assert!(accepted.clone().accept(CHOICE, &key(2)).is_none(), "accepted once");
        assert!(deposit(1).sign(&[&key(1)]).accept(CHOICE, &key(2)).is_none(), "no intent");
        let both_at_once = accepted.body.clone().sign(&[&key(1), &key(2)]);
        assert_eq!(both_at_once, accepted);
    }

    /// Neither side's signature serves for another choice or another intent.
    #[test]
    fn an_acceptance_is_for_one_choice_of_one_intent() {
        let accepted = intent().sign(&[&key(1)]).accept(CHOICE, &key(2)).unwrap();
        let mut elsewhere = accepted.clone();
        let TxKind::Transfer(transfer) = &mut elsewhere.body.kind else { unreachable!() };
        transfer.accepted = Some(Acceptance { to: SessionId([9; 32]), ..CHOICE });
        assert!(elsewhere.check_signatures(&Ed25519).is_err());
        let mut other = TxBody { nonce: 8, ..intent() }.sign(&[&key(1)]).accept(CHOICE, &key(2)).unwrap();
        other.signatures[1] = accepted.signatures[1];
        assert!(other.check_signatures(&Ed25519).is_err());
    }
}
