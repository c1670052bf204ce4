//! Lawful opening, field by field: orders, what follows them, and the company's keys.

use super::{BankNames, BankTag, DayKeyView};
use crate::encoding::{Hex, Time};
use idx_crypto::{Hash32, HpkePublic};
use idx_types::tx::{
    AnnounceKeys, AnswerOrder, ConfirmOpening, CourtOrder, OrderIdentity, OrderShare, OrderTarget, Party,
    RefuseOrder, ReleaseOrder,
};
use idx_types::{Holder, JudgeId, NetworkDay, OrderId, SessionId, TxId};
use serde::{Deserialize, Serialize};

/// A judge's order. Its id is that of the transaction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CourtOrderView {
    /// Who orders.
    pub judge: JudgeId,
    /// The court's number of the case.
    pub case_number: String,
    /// Why.
    pub reason: String,
    /// Whose identity.
    pub target: OrderTargetView,
    /// Whether the target's accounts stand still.
    pub freeze: bool,
    /// The order's last millisecond.
    pub expires_at: Time,
    /// Halves and answers are sealed to this key.
    pub answer_key: Hex<HpkePublic>,
}

/// Whose identity an order opens.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum OrderTargetView {
    /// One side of a transaction.
    Party {
        /// The transaction.
        tx: Hex<TxId>,
        /// Which side.
        party: PartyView,
        /// The session that stands there.
        session: SessionId,
        /// Its home bank.
        bank: BankTag,
    },
    /// A session.
    Session {
        /// Its name.
        session: SessionId,
        /// Its home bank.
        bank: BankTag,
    },
    /// A person.
    Person {
        /// Stands for the person: the banks asked know who it is.
        person_commitment: Hex<Hash32>,
        /// The banks asked.
        banks: Vec<BankTag>,
    },
}

/// A side of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyView {
    /// Who pays.
    Sender,
    /// Who receives.
    Receiver,
}

/// The end of an order before its time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReleaseOrderView {
    /// Who made the order.
    pub judge: JudgeId,
    /// The order.
    pub order: Hex<OrderId>,
    /// Its home banks.
    pub banks: Vec<BankTag>,
}

/// A home bank's answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AnswerOrderView {
    /// The bank.
    pub bank: BankTag,
    /// The order.
    pub order: Hex<OrderId>,
    /// Stands for the accounts: banks know which they are.
    pub accounts_commitment: Hex<Hash32>,
}

/// A custodian.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderView {
    /// The company.
    Company,
    /// The regulator at this place of the ledger's list.
    Regulator(u16),
}

/// Which identity envelope.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderIdentityView {
    /// That of a session.
    Session(SessionId),
    /// That of an account, for which this stands.
    AccountCommitment(Hex<Hash32>),
}

/// A custodian's half. Its sealed bytes are in the raw transaction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderShareView {
    /// The order.
    pub order: Hex<OrderId>,
    /// Whose half.
    pub holder: HolderView,
    /// Of which envelope.
    pub identity: OrderIdentityView,
}

/// A custodian's refusal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RefuseOrderView {
    /// The order.
    pub order: Hex<OrderId>,
    /// Who refuses.
    pub holder: HolderView,
    /// The stable name of the cause.
    pub why: String,
}

/// The trace of an opening.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConfirmOpeningView {
    /// The order.
    pub order: Hex<OrderId>,
    /// Which identity was opened.
    pub identity: OrderIdentityView,
    /// By which the judge's reading can be checked.
    pub digest: Hex<Hash32>,
}

/// The company's keys of days ahead.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AnnounceKeysView {
    /// In order of days.
    pub day_keys: Vec<DayKeyView>,
}

impl CourtOrderView {
    /// The view of an order.
    pub fn new(order: &CourtOrder, names: &dyn BankNames) -> Self {
        Self {
            judge: order.judge,
            case_number: order.case_number.clone(),
            reason: order.reason.clone(),
            target: OrderTargetView::new(&order.target, names),
            freeze: order.freeze,
            expires_at: order.expires_at.into(),
            answer_key: Hex(order.answer_key),
        }
    }
}

impl OrderTargetView {
    fn new(target: &OrderTarget, names: &dyn BankNames) -> Self {
        match target {
            OrderTarget::Party(sought) => Self::Party {
                tx: Hex(sought.tx),
                party: sought.party.into(),
                session: sought.session,
                bank: names.tag(sought.bank),
            },
            OrderTarget::Session { session, bank } => {
                Self::Session { session: *session, bank: names.tag(*bank) }
            }
            OrderTarget::Person(person) => Self::Person {
                person_commitment: Hex(person.commitment()),
                banks: person.banks().map(|bank| names.tag(bank)).collect(),
            },
        }
    }
}

impl From<Party> for PartyView {
    fn from(party: Party) -> Self {
        match party {
            Party::Sender => Self::Sender,
            Party::Receiver => Self::Receiver,
        }
    }
}

impl From<Holder> for HolderView {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Company => Self::Company,
            Holder::Regulator(place) => Self::Regulator(place),
        }
    }
}

impl From<&OrderIdentity> for OrderIdentityView {
    fn from(identity: &OrderIdentity) -> Self {
        match identity {
            OrderIdentity::Session(session) => Self::Session(*session),
            OrderIdentity::Account(handle) => Self::AccountCommitment(Hex(handle.commitment())),
        }
    }
}

impl ReleaseOrderView {
    pub(super) fn new(tx: &ReleaseOrder, names: &dyn BankNames) -> Self {
        let banks = tx.banks.iter().map(|bank| names.tag(*bank)).collect();
        Self { judge: tx.judge, order: Hex(tx.order), banks }
    }
}

impl AnswerOrderView {
    pub(super) fn new(tx: &AnswerOrder, names: &dyn BankNames) -> Self {
        let accounts_commitment = Hex(tx.accounts.commitment());
        Self { bank: names.tag(tx.bank), order: Hex(tx.order), accounts_commitment }
    }
}

impl From<&OrderShare> for OrderShareView {
    fn from(tx: &OrderShare) -> Self {
        Self { order: Hex(tx.order), holder: tx.holder.into(), identity: (&tx.identity).into() }
    }
}

impl From<&RefuseOrder> for RefuseOrderView {
    fn from(tx: &RefuseOrder) -> Self {
        Self { order: Hex(tx.order), holder: tx.holder.into(), why: tx.why.name().to_owned() }
    }
}

impl From<&ConfirmOpening> for ConfirmOpeningView {
    fn from(tx: &ConfirmOpening) -> Self {
        Self { order: Hex(tx.order), identity: (&tx.identity).into(), digest: Hex(tx.digest) }
    }
}

impl From<&AnnounceKeys> for AnnounceKeysView {
    fn from(tx: &AnnounceKeys) -> Self {
        let of = |(day, key): (&NetworkDay, &HpkePublic)| DayKeyView {
            day: *day,
            hpke_key: Hex(Hash32(*key.as_bytes())),
        };
        Self { day_keys: tx.day_keys.iter().map(of).collect() }
    }
}
