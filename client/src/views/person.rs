//! All that a bank keeps of one person, for the person.

use super::{ContactView, CustomerTransferView};
use crate::encoding::{Hex, Time};
use idx_types::{AccountHandle, BankCode, Idx, NetworkDay, SessionId, TxId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A person's file. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// The pseudonym, the same at every bank.
    pub idx: Idx,
    /// The name.
    pub full_name: String,
    /// The PAN.
    pub pan_card: String,
    /// The RBI number.
    pub rbi_number: String,
    /// Since when he is a customer here.
    pub registered: Time,
    /// `none`, `password` or `own_key`; what it is nobody can read.
    pub credential: String,
    /// His accounts here.
    pub accounts: Vec<PersonAccountView>,
    /// The sessions of these accounts that the bank still knows to be his.
    pub sessions: Vec<PersonSessionView>,
    /// Whom he pays.
    pub contacts: Vec<ContactView>,
    /// What he sent and was sent, newest first.
    pub transfers: Vec<CustomerTransferView>,
    /// Which other banks may be told what he has here.
    #[serde(default)]
    pub consents: Vec<PersonConsentView>,
    /// What he wrote down with what he sent.
    #[serde(default)]
    pub memos: Vec<PersonMemoView>,
}

/// What a person wrote down with a transfer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonMemoView {
    /// The transfer.
    pub id: Hex<TxId>,
    /// His words.
    pub memo: String,
}

/// A consent of a person's file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonConsentView {
    /// The bank that may ask.
    pub bank: BankCode,
    /// When it was given.
    pub given: Time,
    /// When it ends.
    pub valid_until: Time,
    /// When that bank was last told.
    pub last_used: Option<Time>,
    /// How often it was.
    pub times_used: u64,
}

/// An account of a person's file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAccountView {
    /// Its number.
    pub number: String,
    /// Its name on the ledger.
    pub handle: Hex<AccountHandle>,
    /// When its opening was asked for.
    pub opened: Time,
}

/// A session of a person's file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSessionView {
    /// Its day.
    pub day: NetworkDay,
    /// Its public name.
    pub session: SessionId,
    /// Its account.
    pub handle: Hex<AccountHandle>,
}

/// What an erasure took away, and what stays.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ErasedView {
    /// Contacts that are gone.
    pub contacts: usize,
    /// Transfers that are gone.
    pub transfers: usize,
    /// Transfers that stay, and since when those that stay ended.
    pub transfers_kept: usize,
    /// See [`ErasedView::transfers_kept`].
    pub kept_since: Time,
    /// What else stays, and why.
    pub stays: Vec<String>,
}

macro_rules! masked {
    ($($view:ident)*) => {$(
        impl fmt::Debug for $view {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($view), "(****)"))
            }
        }
    )*};
}

masked! { PersonView PersonAccountView PersonSessionView PersonConsentView }
