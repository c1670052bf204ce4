//! What every JSON-RPC answer looks like, and how it is made from the vocabulary.
//!
//! A view is for reading; what must be checked carries its signed bytes in a `raw` field beside the
//! readable ones, and [`crate::verify`] looks only at those. Fields that a reader does not know are
//! ignored in answers, so that it understands a newer node; in what it sends they are refused.

mod account;
mod bank;
mod block;
mod chain_key;
mod desk;
mod documents;
mod escrow;
mod event;
mod governance;
mod kind;
mod lawful;
mod news;
mod node;
mod order;
mod person;
mod travel;
mod tx;

pub use account::{AccountProofView, AccountView, FreezeView, OwnerView};
pub use bank::{BankView, FeeQuoteView, ValidatorSetView, ValidatorView};
pub use block::{
    ApprovalsView, BankVerdictsView, BlockView, CommitCertificateView, HeaderView, MatrixRowView,
    PrecommitView, PrivateHeaderView,
};
pub use chain_key::{ChainEpochView, ChainKeysView, RotateChainKeyView};
pub use desk::{
    ContactView, CustomerTransferView, Direction, OpeningView, StandingState, StandingView, TokenView,
};
pub use documents::{DocumentView, ImportLineView, ImportState, ImportView};
pub use escrow::{CompanyView, DayKeyView, EscrowView, RegulatorView};
pub use event::{
    Cursor, EventBody, EventView, NoticeView, Since, SubscribeTopic, TransactionFilter, VoteView,
};
pub use governance::{
    BallotView, ChangeView, CurrencyTotalView, EvidenceRecordView, EvidenceView, OffenceKind, OffencePlace,
    ParametersView, ProposalState, ProposalView, TotalsView,
};
pub use kind::{TX_KINDS, TxKindView};
pub use lawful::{
    AuditEntryView, AuditTrailView, DeedView, EnvelopeView, JudgeView, OrderFileView, OrderPageView,
    OrderStatusView, OrderStepView, OrderView, PastOrdersView, ReaderView,
};
pub use news::{
    BlockFinalizedView, BlockMinedView, ConsensusEventView, CourtOrderEventView, EventDirection, MissedView,
    TransferEventView, TravelStep, VerdictCountView,
};
pub use node::{
    BankStepView, BankWaitingView, ConsensusView, MempoolView, NodeInfoView, NodeRole, PeerView, StepName,
    SyncingView, VoteCast, WaitingView,
};
pub use order::{
    AnnounceKeysView, AnswerOrderView, ConfirmOpeningView, CourtOrderView, HolderView, OrderIdentityView,
    OrderShareView, OrderTargetView, PartyView, RefuseOrderView, ReleaseOrderView,
};
pub use person::{
    ErasedView, PersonAccountView, PersonConsentView, PersonMemoView, PersonSessionView, PersonView,
};
pub use travel::{
    CloseTravelView, ConversionView, CurrencyRatesView, ForeignBankView, ForexRateView, ForexRatesView,
    OpenTravelView, QuoteView, TravelTermsView,
};
pub use tx::{
    BankVerdictView, ReceiptView, SendResultView, SignatureView, SimulationView, TransactionProofView,
    TransactionView, TxStatus,
};

use idx_types::{BankCode, BankId, Outcome, Reason, ValidatorSet, Verdict};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::collections::BTreeMap;

/// Finds the short name of a bank, also of one that has left.
pub trait BankNames {
    /// The short name of the bank with this number.
    fn code(&self, bank: BankId) -> Option<BankCode>;

    /// The bank as views show it.
    fn tag(&self, bank: BankId) -> BankTag {
        BankTag { id: bank, code: self.code(bank) }
    }
}

impl BankNames for ValidatorSet {
    fn code(&self, bank: BankId) -> Option<BankCode> {
        self.get(bank).map(|bank| bank.code.clone())
    }
}

impl BankNames for BTreeMap<BankId, BankCode> {
    fn code(&self, bank: BankId) -> Option<BankCode> {
        self.get(&bank).cloned()
    }
}

/// A bank by number and, where the node knows it, by short name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct BankTag {
    /// Its number.
    pub id: BankId,
    /// Its short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<BankCode>,
}

/// Why the rules said no, as every answer shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReasonView {
    /// The stable code.
    #[serde(with = "reason_code")]
    pub code: Reason,
    /// One sentence for people.
    pub message: String,
}

impl From<Reason> for ReasonView {
    fn from(reason: Reason) -> Self {
        Self { code: reason, message: reason.sentence().to_owned() }
    }
}

/// The reason with this stable code.
pub fn reason_of(code: &str) -> Option<Reason> {
    Reason::ALL.iter().copied().find(|reason| reason.code() == code)
}

/// A reason written as its stable code.
mod reason_code {
    use super::{Deserialize, Deserializer, Error, Reason, Serializer, reason_of};

    pub(super) fn serialize<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(reason.code())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Reason, D::Error> {
        let code = String::deserialize(deserializer)?;
        reason_of(&code).ok_or_else(|| D::Error::custom(format!("{code:?} is not a reason")))
    }
}

/// A bank's word on one transaction: `APPROVE`, or the code of the reason for which it rejects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerdictView(pub Verdict);

impl Serialize for VerdictView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self.0 {
            Verdict::Approve => "APPROVE",
            Verdict::Reject(reason) => reason.code(),
        })
    }
}

impl<'de> Deserialize<'de> for VerdictView {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "APPROVE" => Ok(Self(Verdict::Approve)),
            code => reason_of(code)
                .map(|reason| Self(Verdict::Reject(reason)))
                .ok_or_else(|| D::Error::custom(format!("{code:?} is not a verdict"))),
        }
    }
}

/// What became of a transaction: `COMPLETED`, `DEFERRED`, or the code of the reason for which it failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutcomeView(pub Outcome);

impl Serialize for OutcomeView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self.0 {
            Outcome::Completed => "COMPLETED",
            Outcome::Deferred => "DEFERRED",
            Outcome::Failed(reason) => reason.code(),
        })
    }
}

impl<'de> Deserialize<'de> for OutcomeView {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "COMPLETED" => Ok(Self(Outcome::Completed)),
            "DEFERRED" => Ok(Self(Outcome::Deferred)),
            code => reason_of(code)
                .map(|reason| Self(Outcome::Failed(reason)))
                .ok_or_else(|| D::Error::custom(format!("{code:?} is not an outcome"))),
        }
    }
}

/// A part of a longer list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Page<T> {
    /// The entries, in order.
    pub items: Vec<T>,
    /// Hand this in as `after` to read on; absent at the end of the list.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}
