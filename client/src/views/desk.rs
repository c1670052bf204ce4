//! What a bank's desk shows of its own customers: to clerks, and to each customer of himself.

use crate::encoding::{Hex, Time};
use idx_types::{AccountHandle, Currency, FreezeState, Idx, Paise, SessionId, TxId};
use serde::{Deserialize, Serialize};

/// An account of a customer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StandingView {
    /// Its number at the bank.
    pub number: String,
    /// Its name on the ledger, which banks alone see.
    pub handle: Hex<AccountHandle>,
    /// Its currency; absent until the account is on the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What is on it.
    pub balance: Paise,
    /// What open transfers hold of that.
    pub held: Paise,
    /// `opening`, `open`, `frozen` or `closed`.
    pub state: StandingState,
}

/// Whether an account moves money.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StandingState {
    /// Its opening is not final yet.
    Opening,
    /// It moves money.
    Open,
    /// The bank or a court stopped it.
    Frozen,
    /// It is closed for good.
    Closed,
}

impl StandingState {
    /// Of an account on the ledger, if it is there.
    pub fn of(account: Option<&idx_types::Account>) -> Self {
        match account {
            None => Self::Opening,
            Some(account) if account.closed_at.is_some() => Self::Closed,
            Some(account) if account.freeze != FreezeState::Free => Self::Frozen,
            Some(_) => Self::Open,
        }
    }
}

/// Somebody whom a customer pays.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContactView {
    /// What the customer calls him.
    pub nickname: String,
    /// Who he is.
    pub idx: Idx,
}

/// A transfer as one of its two customers sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CustomerTransferView {
    /// Its id, from intent to settlement.
    pub id: Hex<TxId>,
    /// Whether the customer sends or receives it.
    pub direction: Direction,
    /// The receiver, if the customer sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Idx>,
    /// The sender's session of the day, all that a receiver learns of him.
    pub from_session: SessionId,
    /// The customer's account, if one is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Hex<AccountHandle>>,
    /// What the receiver gets.
    pub amount: Paise,
    /// What it costs the sender on top.
    pub fee: Paise,
    /// Its present status, by the names of the interface (`AWAITING_RECEIVER` and so on).
    pub status: String,
    /// Every status it had, with its time.
    pub history: Vec<(String, Time)>,
    /// Until when the receiver can choose.
    pub valid_until: Time,
}

/// A side of a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer pays.
    Sent,
    /// The customer is paid.
    Received,
}

/// A token of one of the bank's people.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// To be sent as `Authorization: Bearer TOKEN`.
    pub token: String,
    /// When it ends.
    pub expires_at: Time,
}

impl std::fmt::Debug for TokenView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenView(****)")
    }
}

/// The opening of an account, on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpeningView {
    /// Its number at the bank.
    pub number: String,
    /// Its name on the ledger.
    pub handle: Hex<AccountHandle>,
    /// The transaction that opens it.
    pub tx: Hex<TxId>,
}
