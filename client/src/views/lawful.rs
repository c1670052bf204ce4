//! Judges, the stories of their orders, and the audit trail, as the ledger has them.
//!
//! Nothing in here names a person or an account: an observer may read all of it.

use super::order::{CourtOrderView, HolderView};
use super::{BankTag, Cursor};
use crate::encoding::{Bytes, Hex, Time};
use idx_crypto::{Hash32, HpkePublic, PublicKey};
use idx_types::{Height, JudgeId, NetworkDay, OrderId, SessionId, TxId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A judge whom the banks have authorised, or had.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JudgeView {
    /// The judge's number.
    pub id: JudgeId,
    /// Name and court.
    pub name: String,
    /// Verifies orders.
    pub signing_key: Hex<PublicKey>,
    /// What is for the judge whatever the order is sealed to this.
    pub hpke_key: Hex<HpkePublic>,
    /// The first height at which the judge may order.
    pub active_from: Height,
    /// The first height at which the judge may order no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_from: Option<Height>,
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatusView {
    /// Custodians may release.
    Active,
    /// Its judge ended it.
    Released,
    /// Its time ended it.
    Expired,
    /// Its judge was retired.
    Revoked,
}

impl OrderStatusView {
    /// Stable name, as JSON has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for OrderStatusView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An order and all that followed from it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderView {
    /// The id of the transaction that made it.
    pub id: Hex<OrderId>,
    /// Where it stands after the newest final height.
    pub status: OrderStatusView,
    /// When the judge made it.
    pub created_at: Time,
    /// What the judge signed.
    pub order: CourtOrderView,
    /// How many accounts it freezes now.
    pub accounts_frozen: u64,
    /// What happened, in order.
    pub steps: Vec<OrderStepView>,
}

/// A part of the list of orders, oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderPageView {
    /// The orders.
    pub items: Vec<OrderView>,
    /// Hand this in as `after` to read on; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Hex<OrderId>>,
}

/// Something that happened to an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderStepView {
    /// At which height.
    pub height: Height,
    /// By which transaction; none if time or governance did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx: Option<Hex<TxId>>,
    /// What.
    #[serde(flatten)]
    pub deed: DeedView,
}

/// What happened to an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum DeedView {
    /// The banks approved it: it is active.
    Approved,
    /// A home bank named a person's accounts; the transaction holds a commitment to them.
    Answered {
        /// The bank.
        bank: BankTag,
        /// How many.
        accounts: u32,
    },
    /// A home bank stopped one more account for it.
    Froze,
    /// A custodian released its half of an envelope.
    Shared {
        /// Whose half.
        holder: HolderView,
        /// Of which envelope.
        envelope: EnvelopeView,
    },
    /// A custodian refused.
    Refused {
        /// Who.
        holder: HolderView,
        /// The stable name of the cause.
        why: String,
    },
    /// The judge opened an identity.
    Opened {
        /// Whose envelope.
        envelope: EnvelopeView,
        /// By which the judge's reading can be checked.
        digest: Hex<Hash32>,
    },
    /// Its judge ended it.
    Released,
    /// Its time ended it.
    Expired,
    /// Governance retired its judge.
    Revoked,
}

/// Whose envelope, as far as the public may know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeView {
    /// That of a session.
    Session(SessionId),
    /// That of an account; which one the banks, custodians and judge of the order know.
    Account,
}

/// One line of the audit trail.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditEntryView {
    /// The order.
    pub order: Hex<OrderId>,
    /// What happened to it.
    #[serde(flatten)]
    pub step: OrderStepView,
}

/// Orders that the ledger no longer keeps one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PastOrdersView {
    /// How many.
    pub count: u64,
    /// A digest of all of them.
    pub digest: Hex<Hash32>,
}

/// A part of the audit trail, in order of height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditTrailView {
    /// The height after which it stands so.
    pub as_of: Height,
    /// Orders whose steps are no longer listed: the blocks keep them.
    pub past: PastOrdersView,
    /// Steps of the orders that are kept.
    pub items: Vec<AuditEntryView>,
    /// Hand this in as `after` to read on; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

/// Who asks what a bank shows for an order; nobody else can read the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderView {
    /// The order's judge: the answer is sealed to the order's answer key.
    Judge,
    /// The company: the answer is sealed to its key of `day`.
    Company,
    /// The regulator at this place of the ledger's list.
    Regulator(u16),
}

/// What a bank shows for an active order, sealed to who asks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OrderFileView {
    /// The order.
    pub order: Hex<OrderId>,
    /// The height after which the bank looked.
    pub as_of: Height,
    /// The network day of that height, whose company key is meant.
    pub day: NetworkDay,
    /// To which key it is sealed.
    pub to: Hex<HpkePublic>,
    /// An HPKE-sealed [`OrderFile`](crate::OrderFile) in borsh.
    pub sealed: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_readers_are_written_flat_and_read_back() {
        let step = |deed| OrderStepView { height: Height(7), tx: Some(Hex(TxId([1; 32]))), deed };
        let session = EnvelopeView::Session(SessionId([2; 32]));
        let deeds = [
            DeedView::Approved,
            DeedView::Answered { bank: BankTag { id: idx_types::BankId(2), code: None }, accounts: 3 },
            DeedView::Froze,
            DeedView::Shared { holder: HolderView::Regulator(0), envelope: EnvelopeView::Account },
            DeedView::Refused { holder: HolderView::Company, why: "declined".to_owned() },
            DeedView::Opened { envelope: session, digest: Hex(Hash32::ZERO) },
            DeedView::Released,
            DeedView::Expired,
            DeedView::Revoked,
        ];
        for deed in deeds {
            let entry = AuditEntryView { order: Hex(OrderId([3; 32])), step: step(deed) };
            let text = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<AuditEntryView>(&text).unwrap(), entry, "{text}");
            assert!(text.contains("\"deed\":\"") && text.contains("\"height\":7"), "{text}");
        }
        for (reader, text) in [
            (ReaderView::Judge, "\"judge\""),
            (ReaderView::Company, "\"company\""),
            (ReaderView::Regulator(2), "{\"regulator\":2}"),
        ] {
            assert_eq!(serde_json::to_string(&reader).unwrap(), text);
            assert_eq!(serde_json::from_str::<ReaderView>(text).unwrap(), reader);
        }
    }
}
