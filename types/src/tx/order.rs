//! Lawful opening (document 4.5): a judge orders, custodians release their halves or say why not, the
//! judge confirms what was opened.
//!
//! ```text
//!   judge -- CourtOrder --> approved by the target's home banks, active at once
//!     home banks -- AnswerOrder --> which accounts a person has       (an order for a person only)
//!     custodians -- OrderShare --> a half, sealed for the order   or   RefuseOrder --> why not
//!   judge -- ConfirmOpening --> a trace of what was read;   ReleaseOrder --> the end before its time
//! ```
//!
//! What a half is sealed for is the order's id, which is that of the signed transaction: judge, target
//! and answer key are part of it, so neither order nor half serves for anything else.

mod answer;
mod person;

pub use answer::{
    AnswerOrder, ConfirmOpening, OrderIdentity, OrderShare, RefusalCause, RefuseOrder, ReleaseOrder,
};
pub use person::{PersonError, PersonSought};

use crate::authority::{JudgeId, is_printable};
use crate::ids::{BankId, OrderId, SessionId, TimestampMs, TxId};
use crate::params::DAY_MS;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, HpkePublic};

/// Longest life of an order from its making, milliseconds (document 4.5).
pub const ORDER_LIFE_MS_MAX: u64 = DAY_MS;

/// Most bytes of a case number.
pub const CASE_NUMBER_BYTES_MAX: usize = 64;

/// Most bytes of an order's reason. It is public: it names no person.
pub const ORDER_REASON_BYTES_MAX: usize = 256;

/// Most home banks that one order for a person names; with more, the judge makes two orders.
pub const ORDER_BANKS_MAX: usize = 8;

/// Most accounts that one bank names in answer to an order.
pub const ANSWER_ACCOUNTS_MAX: usize = 16;

/// Most bytes of a bank's sealed answer: the handles, an encapsulated key and a tag, with room to spare.
pub const ANSWER_BYTES_MAX: usize = 1_024;

/// See [`TxKind::CourtOrder`](crate::TxKind::CourtOrder). Active from the height at which it settles.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct CourtOrder {
    /// Who orders, and signs.
    pub judge: JudgeId,
    /// The court's number of the case: 1 to 64 printable ASCII characters.
    pub case_number: String,
    /// Why: 1 to 256 printable ASCII characters, for everyone to read.
    pub reason: String,
    /// Whose identity.
    pub target: OrderTarget,
    /// Whether the target's accounts stand still as long as the order lives.
    pub freeze: bool,
    /// The order's last millisecond, at most [`ORDER_LIFE_MS_MAX`] after `created_at`.
    pub expires_at: TimestampMs,
    /// Halves and answers are sealed to this key.
    pub answer_key: HpkePublic,
}

/// Whose identity an order opens, and the banks that keep it.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum OrderTarget {
    /// One side of a transaction.
    Party(PartySought),
    /// A session.
    Session {
        /// Its public name.
        session: SessionId,
        /// Its home bank.
        bank: BankId,
    },
    /// A person, whom only the banks named can tell.
    Person(PersonSought),
}

/// See [`OrderTarget::Party`]. The ledger keeps no transactions: it checks session and bank; that the
/// session is the transaction's is checked by home bank and custodians, who have the block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct PartySought {
    /// The transaction.
    pub tx: TxId,
    /// Which side of it.
    pub party: Party,
    /// The session that stands there.
    pub session: SessionId,
    /// Its home bank.
    pub bank: BankId,
}

/// A side of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Party {
    /// Who pays.
    Sender,
    /// Who receives.
    Receiver,
}

impl OrderTarget {
    /// The home banks, in order of their numbers.
    pub fn banks(&self) -> impl Iterator<Item = BankId> + '_ {
        let (one, many) = match self {
            Self::Party(PartySought { bank, .. }) | Self::Session { bank, .. } => (Some(*bank), None),
            Self::Person(person) => (None, Some(person.banks())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// The session whose identity is to be opened; none if the target is a person.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Party(PartySought { session, .. }) | Self::Session { session, .. } => Some(*session),
            Self::Person(_) => None,
        }
    }

    fn is_sound(&self) -> bool {
        match self {
            Self::Person(person) => person.is_sound(),
            Self::Party(_) | Self::Session { .. } => true,
        }
    }
}

impl CourtOrder {
    /// Whether texts and target are within their bounds. Says nothing of times, judge and ledger.
    pub fn is_sound(&self) -> bool {
        is_printable(&self.case_number, CASE_NUMBER_BYTES_MAX)
            && is_printable(&self.reason, ORDER_REASON_BYTES_MAX)
            && self.target.is_sound()
    }
}

impl From<TxId> for OrderId {
    /// The order that a transaction makes: one id for both.
    fn from(tx: TxId) -> Self {
        Self(tx.0)
    }
}

impl OrderId {
    /// What halves are sealed for: names the order, and by it judge, target and answer key.
    pub const fn digest(&self) -> Hash32 {
        Hash32(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::court_order;

    #[test]
    fn texts_and_banks_are_bounded() {
        type Spoil<'a> = &'a dyn Fn(&mut CourtOrder);
        let session = OrderTarget::Session { session: SessionId([1; 32]), bank: BankId(3) };
        let sound = court_order(JudgeId(1), session, TimestampMs(5));
        assert!(sound.is_sound());
        assert_eq!(sound.target.banks().collect::<Vec<_>>(), [BankId(3)]);
        let table: [(&str, Spoil<'_>); 5] = [
            ("no case", &|o| o.case_number.clear()),
            ("a long case", &|o| o.case_number = "9".repeat(CASE_NUMBER_BYTES_MAX + 1)),
            ("no reason", &|o| o.reason.clear()),
            ("a long reason", &|o| o.reason = "r".repeat(ORDER_REASON_BYTES_MAX + 1)),
            ("a reason over two lines", &|o| o.reason = "a\nb".to_owned()),
        ];
        for (what, spoil) in table {
            let mut order = sound.clone();
            spoil(&mut order);
            assert!(!order.is_sound(), "{what}");
        }
    }
}
