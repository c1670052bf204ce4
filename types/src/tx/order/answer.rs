//! What follows an order: answers, halves, refusals, the trace of an opening, a release.

use crate::authority::{Holder, JudgeId};
use crate::concealed::Concealed;
use crate::ids::{AccountHandle, BankId, OrderId, SessionId};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, HpkePublic, HpkeSealed, HpkeSecret, SealedHalf, hpke_seal};
use std::collections::BTreeSet;

/// See [`TxKind::ReleaseOrder`](crate::TxKind::ReleaseOrder).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ReleaseOrder {
    /// The judge who made the order, and signs.
    pub judge: JudgeId,
    /// The order that ends.
    pub order: OrderId,
    /// The order's home banks: they lift what they froze, so they must approve.
    pub banks: BTreeSet<BankId>,
}

/// See [`TxKind::AnswerOrder`](crate::TxKind::AnswerOrder).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AnswerOrder {
    /// A home bank that the order names, and that signs.
    pub bank: BankId,
    /// An order for a person.
    pub order: OrderId,
    /// The accounts that the bank keeps for that person, in order and without repeats, at most
    /// [`ANSWER_ACCOUNTS_MAX`](super::ANSWER_ACCOUNTS_MAX); none if it keeps none.
    pub accounts: Concealed<BTreeSet<AccountHandle>>,
    /// The same list, sealed to the order's answer key; at most
    /// [`ANSWER_BYTES_MAX`](super::ANSWER_BYTES_MAX) bytes.
    pub sealed: HpkeSealed,
}

impl AnswerOrder {
    /// The answer of a bank to a judge's key. `blind` and `seed` are 32 random bytes each, used for
    /// nothing else.
    pub fn new(
        (bank, order): (BankId, OrderId),
        answer_key: &HpkePublic,
        accounts: BTreeSet<AccountHandle>,
        blind: [u8; 32],
        seed: &[u8; 32],
    ) -> Self {
        let accounts = Concealed::new(accounts, blind);
        let plain = borsh::to_vec(&accounts).expect("writing borsh to memory cannot fail");
        let sealed = hpke_seal(answer_key, ANSWER_DOMAIN, &bound(bank, order), &plain, seed);
        Self { bank, order, accounts, sealed }
    }

    /// The accounts, for the judge: read from what is sealed, and checked against what is public. `None`
    /// if it is for another key or order, was altered, or says something else than is public.
    pub fn open(&self, secret: &HpkeSecret) -> Option<BTreeSet<AccountHandle>> {
        let plain = secret.open(ANSWER_DOMAIN, &bound(self.bank, self.order), &self.sealed).ok()?;
        let accounts: Concealed<BTreeSet<AccountHandle>> = borsh::from_slice(&plain).ok()?;
        let is_public = accounts.commitment() == self.accounts.commitment();
        accounts.shown().ok().filter(|_| is_public).cloned()
    }
}

const ANSWER_DOMAIN: &str = "idx/order-answer/1";

fn bound(bank: BankId, order: OrderId) -> Vec<u8> {
    borsh::to_vec(&(order, bank)).expect("writing borsh to memory cannot fail")
}

/// Which identity envelope is meant. Session ids and handles are given once, so each names the one
/// `OpenSession` or `OpenAccount` that carries the envelope.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum OrderIdentity {
    /// That of a session.
    Session(SessionId),
    /// That of an account.
    Account(Concealed<AccountHandle>),
}

impl OrderIdentity {
    /// Whether it is said which envelope; an observer's copy conceals which account.
    pub const fn is_open(&self) -> bool {
        match self {
            Self::Session(_) => true,
            Self::Account(handle) => matches!(handle, Concealed::Open { .. }),
        }
    }
}

/// See [`TxKind::OrderShare`](crate::TxKind::OrderShare).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OrderShare {
    /// The order.
    pub order: OrderId,
    /// Whose half, and who signs.
    pub holder: Holder,
    /// Of which envelope.
    pub identity: OrderIdentity,
    /// The half, sealed to the order's answer key for this order.
    pub half: SealedHalf,
}

/// See [`TxKind::RefuseOrder`](crate::TxKind::RefuseOrder).
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct RefuseOrder {
    /// The order.
    pub order: OrderId,
    /// Who refuses, and signs.
    pub holder: Holder,
    /// Why.
    pub why: RefusalCause,
}

/// Why a custodian keeps its half. Stable; new ones are added at the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum RefusalCause {
    /// The order could not be verified against certified blocks.
    NotVerified,
    /// The order's session does not stand at the side of the transaction that the order names.
    WrongTarget,
    /// The envelope has no part for this custodian.
    NoPart,
    /// The custodian's part does not open, or is not the half that the envelope commits to.
    DamagedPart,
    /// The custodian's key for that envelope is lost.
    KeyLost,
    /// The custodian's operator or policy said no.
    Declined,
}

impl RefusalCause {
    /// Every cause.
    pub const ALL: [Self; 6] = [
        Self::NotVerified,
        Self::WrongTarget,
        Self::NoPart,
        Self::DamagedPart,
        Self::KeyLost,
        Self::Declined,
    ];

    /// Stable name, as every interface shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotVerified => "not_verified",
            Self::WrongTarget => "wrong_target",
            Self::NoPart => "no_part",
            Self::DamagedPart => "damaged_part",
            Self::KeyLost => "key_lost",
            Self::Declined => "declined",
        }
    }
}

/// See [`TxKind::ConfirmOpening`](crate::TxKind::ConfirmOpening). Signed by the order's judge.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ConfirmOpening {
    /// The order.
    pub order: OrderId,
    /// Which identity was opened.
    pub identity: OrderIdentity,
    /// Over the opened record and both halves of its key: it tells nothing to who does not have them,
    /// and proves to who does what the judge read.
    pub digest: Hash32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hpke_secret;
    use crate::tx::{ANSWER_ACCOUNTS_MAX, ANSWER_BYTES_MAX};

    #[test]
    fn the_judge_reads_what_the_bank_committed_to_and_nobody_else_does() {
        let handles = |count: usize| (0..count).map(|n| AccountHandle([n as u8; 32])).collect();
        let (judge, other) = (hpke_secret(1), hpke_secret(2));
        let to = (BankId(3), OrderId([7; 32]));
        let all: BTreeSet<AccountHandle> = handles(ANSWER_ACCOUNTS_MAX);
        let answer = AnswerOrder::new(to, &judge.public(), all.clone(), [8; 32], &[9; 32]);
        assert!(answer.sealed.sealed.len() <= ANSWER_BYTES_MAX);
        assert_eq!(answer.open(&judge), Some(all.clone()));
        assert_eq!(answer.open(&other), None);
        let moved = AnswerOrder { order: OrderId([8; 32]), ..answer.clone() };
        assert_eq!(moved.open(&judge), None, "sealed for another order");
        let another = AnswerOrder { bank: BankId(4), ..answer.clone() };
        assert_eq!(another.open(&judge), None, "sealed by another bank");
        let fewer = Concealed::new(handles(1), [8; 32]);
        assert_eq!(
            AnswerOrder { accounts: fewer, ..answer.clone() }.open(&judge),
            None,
            "not what is public"
        );
        let hidden = AnswerOrder { accounts: answer.accounts.hidden(), ..answer };
        assert_eq!(hidden.open(&judge), Some(all), "the public form is enough");
    }
}
