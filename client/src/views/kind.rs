//! What a transaction asks, field by field, one variant for each kind.

use super::chain_key::RotateChainKeyView;
use super::governance::{ChangeView, EvidenceView};
use super::order::{
    AnnounceKeysView, AnswerOrderView, ConfirmOpeningView, CourtOrderView, OrderShareView, RefuseOrderView,
    ReleaseOrderView,
};
use super::travel::{CloseTravelView, ForexRateView, OpenTravelView};
use super::{BankNames, BankTag, FreezeView};
use crate::encoding::{Hex, Time};
use idx_crypto::{Hash32, PublicKey};
use idx_types::tx::{AccountRef, Ballot, Cash, Freeze, OpenSession, Propose, ReportEvidence, Transfer};
use idx_types::{Currency, Height, Paise, SessionId, TxId, TxKind};
use serde::{Deserialize, Serialize};

/// The stable names of all kinds, as [`TxKind::name`] gives them.
pub const TX_KINDS: [&str; 22] = [
    "open_account",
    "close_account",
    "open_session",
    "deposit",
    "withdraw",
    "transfer",
    "freeze",
    "unfreeze",
    "propose",
    "ballot",
    "evidence",
    "court_order",
    "release_order",
    "answer_order",
    "order_share",
    "refuse_order",
    "confirm_opening",
    "announce_keys",
    "rotate_chain_key",
    "forex_rate",
    "open_travel",
    "close_travel",
];

/// What a transaction asks, field by field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TxKindView {
    /// Creates an empty account.
    OpenAccount {
        /// Home bank.
        bank: BankTag,
        /// Stands for the account: banks know which one it is.
        account_commitment: Hex<Hash32>,
        /// What its balance counts.
        currency: Currency,
        /// Stands for the sealed identity.
        identity_commitment: Hex<Hash32>,
    },
    /// Closes an account.
    CloseAccount {
        /// Home bank.
        bank: BankTag,
        /// Stands for the account: banks know which one it is.
        account_commitment: Hex<Hash32>,
    },
    /// Binds a session to an account.
    OpenSession {
        /// Home bank.
        bank: BankTag,
        /// The session.
        session: SessionId,
        /// Stands for the account: banks know which one it is.
        account_commitment: Hex<Hash32>,
        /// Verifies what is signed in it.
        key: Hex<PublicKey>,
        /// Its end.
        expires_at: Time,
        /// Stands for the sealed identity.
        identity_commitment: Hex<Hash32>,
    },
    /// From the bank's reserve to an account.
    Deposit {
        /// Home bank.
        bank: BankTag,
        /// Stands for the account: banks know which one it is.
        account_commitment: Hex<Hash32>,
        /// How much.
        amount: Paise,
    },
    /// From an account to the bank's reserve.
    Withdraw {
        /// Home bank.
        bank: BankTag,
        /// Stands for the account: banks know which one it is.
        account_commitment: Hex<Hash32>,
        /// How much.
        amount: Paise,
    },
    /// From one session's account to another's.
    Transfer {
        /// Pays.
        from: SessionId,
        /// Home bank of the payer.
        from_bank: BankTag,
        /// Stands for the tag by which the receiver's banks recognise it.
        tag_commitment: Hex<Hash32>,
        /// Receives; none until the receiver has chosen.
        to: Option<SessionId>,
        /// Home bank of the receiver.
        to_bank: Option<BankTag>,
        /// What the receiver gets.
        amount: Paise,
        /// What the sender pays on top.
        fee: Paise,
    },
    /// Stops an account.
    Freeze {
        /// Home bank.
        bank: BankTag,
        /// Stands for the account: banks know which one it is.
        account_commitment: Hex<Hash32>,
        /// Why.
        cause: FreezeView,
    },
    /// Lifts a bank's own freeze.
    Unfreeze {
        /// Home bank.
        bank: BankTag,
        /// Stands for the account: banks know which one it is.
        account_commitment: Hex<Hash32>,
    },
    /// Puts a change before the banks.
    Propose {
        /// Who proposes.
        bank: BankTag,
        /// The change.
        change: Box<ChangeView>,
        /// From which height it holds, if it passes.
        effective_at: Height,
    },
    /// A vote on a proposal.
    Ballot {
        /// Who votes.
        bank: BankTag,
        /// The proposal.
        proposal: Hex<TxId>,
        /// For or against.
        approve: bool,
    },
    /// Proof that a bank contradicted itself.
    Evidence {
        /// Who reports.
        bank: BankTag,
        /// The contradiction.
        evidence: Box<EvidenceView>,
    },
    /// A judge's order.
    CourtOrder(Box<CourtOrderView>),
    /// The end of an order before its time.
    ReleaseOrder(ReleaseOrderView),
    /// A home bank's answer to an order for a person.
    AnswerOrder(AnswerOrderView),
    /// A custodian's half.
    OrderShare(OrderShareView),
    /// A custodian's refusal.
    RefuseOrder(RefuseOrderView),
    /// The trace of an opening.
    ConfirmOpening(ConfirmOpeningView),
    /// The company's keys of days ahead.
    AnnounceKeys(AnnounceKeysView),
    /// A new key of the private chain.
    RotateChainKey(RotateChainKeyView),
    /// What a foreign currency costs.
    ForexRate(ForexRateView),
    /// The opening of a travel account.
    OpenTravel(OpenTravelView),
    /// The closing of a travel account.
    CloseTravel(CloseTravelView),
}

impl TxKindView {
    /// The view of what a transaction asks.
    pub fn new(kind: &TxKind, names: &dyn BankNames) -> Self {
        match kind {
            TxKind::OpenAccount(tx) => {
                let (bank, currency) = (names.tag(tx.bank), tx.currency);
                let account_commitment = Hex(tx.handle.commitment());
                let identity_commitment = Hex(tx.identity.commitment());
                Self::OpenAccount { bank, account_commitment, currency, identity_commitment }
            }
            TxKind::CloseAccount(AccountRef { bank, handle }) => {
                Self::CloseAccount { bank: names.tag(*bank), account_commitment: Hex(handle.commitment()) }
            }
            TxKind::Unfreeze(AccountRef { bank, handle }) => {
                Self::Unfreeze { bank: names.tag(*bank), account_commitment: Hex(handle.commitment()) }
            }
            TxKind::Deposit(Cash { bank, handle, amount }) => Self::Deposit {
                bank: names.tag(*bank),
                account_commitment: Hex(handle.commitment()),
                amount: *amount,
            },
            TxKind::Withdraw(Cash { bank, handle, amount }) => Self::Withdraw {
                bank: names.tag(*bank),
                account_commitment: Hex(handle.commitment()),
                amount: *amount,
            },
            TxKind::OpenSession(tx) => Self::open_session(tx, names),
            TxKind::Transfer(tx) => Self::transfer(tx, names),
            TxKind::Freeze(tx) => Self::freeze(tx, names),
            TxKind::Propose(tx) => Self::propose(tx, names),
            TxKind::Ballot(tx) => Self::ballot(tx, names),
            TxKind::Evidence(tx) => Self::evidence(tx, names),
            TxKind::CourtOrder(tx) => Self::CourtOrder(Box::new(CourtOrderView::new(tx, names))),
            TxKind::ReleaseOrder(tx) => Self::ReleaseOrder(ReleaseOrderView::new(tx, names)),
            TxKind::AnswerOrder(tx) => Self::AnswerOrder(AnswerOrderView::new(tx, names)),
            TxKind::OrderShare(tx) => Self::OrderShare((&**tx).into()),
            TxKind::RefuseOrder(tx) => Self::RefuseOrder(tx.into()),
            TxKind::ConfirmOpening(tx) => Self::ConfirmOpening(tx.into()),
            TxKind::AnnounceKeys(tx) => Self::AnnounceKeys(tx.into()),
            TxKind::RotateChainKey(tx) => Self::RotateChainKey(RotateChainKeyView::new(tx, names)),
            TxKind::ForexRate(tx) => Self::ForexRate(tx.into()),
            TxKind::OpenTravel(tx) => Self::OpenTravel(OpenTravelView::new(tx, names)),
            TxKind::CloseTravel(tx) => Self::CloseTravel(CloseTravelView::new(tx, names)),
        }
    }

    fn open_session(tx: &OpenSession, names: &dyn BankNames) -> Self {
        Self::OpenSession {
            bank: names.tag(tx.bank),
            session: tx.session,
            account_commitment: Hex(tx.handle.commitment()),
            key: Hex(tx.key),
            expires_at: tx.expires_at.into(),
            identity_commitment: Hex(tx.identity.commitment()),
        }
    }

    fn transfer(tx: &Transfer, names: &dyn BankNames) -> Self {
        Self::Transfer {
            from: tx.from,
            from_bank: names.tag(tx.from_bank),
            tag_commitment: Hex(tx.tag.commitment()),
            to: tx.accepted.map(|accepted| accepted.to),
            to_bank: tx.accepted.map(|accepted| names.tag(accepted.to_bank)),
            amount: tx.amount,
            fee: tx.fee,
        }
    }

    fn freeze(tx: &Freeze, names: &dyn BankNames) -> Self {
        Self::Freeze {
            bank: names.tag(tx.bank),
            account_commitment: Hex(tx.handle.commitment()),
            cause: tx.cause.into(),
        }
    }

    fn propose(tx: &Propose, names: &dyn BankNames) -> Self {
        let change = Box::new(ChangeView::new(&tx.change, names));
        Self::Propose { bank: names.tag(tx.bank), change, effective_at: tx.effective_at }
    }

    fn ballot(tx: &Ballot, names: &dyn BankNames) -> Self {
        Self::Ballot { bank: names.tag(tx.bank), proposal: Hex(tx.proposal), approve: tx.approve }
    }

    fn evidence(tx: &ReportEvidence, names: &dyn BankNames) -> Self {
        let evidence = Box::new(EvidenceView::new(&tx.evidence, names));
        Self::Evidence { bank: names.tag(tx.bank), evidence }
    }
}
