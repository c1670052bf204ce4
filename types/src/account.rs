//! Accounts and sessions as the ledger keeps them (document 3.2).

use crate::ids::{AccountHandle, BankId, Height, OrderId, SessionId, TimestampMs};
use crate::money::{Currency, Paise};
use crate::travel::TravelTerms;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::PublicKey;

/// What an account is for.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A customer's rupee account.
    Customer,
    /// A customer's foreign currency account.
    Travel,
    /// A bank's own money, against which customers deposit and withdraw.
    BankReserve,
    /// Where a bank's share of fees collects.
    BankFees,
    /// Where a bank's mining rewards collect.
    MinerRewards,
    /// What a bank stands to lose.
    Stake,
    /// Our account at a foreign bank.
    Nostro,
    /// A foreign bank's account with us.
    Vostro,
    /// Money held for a third party.
    Escrow,
}

/// Whether an account may move money, and if not, who said so.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Debug,
    Default,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FreezeState {
    /// It moves money.
    #[default]
    Free,
    /// Its home bank stopped it, for a reason of the bank's own numbering.
    ByBank(u16),
    /// A court order stopped it; only that order's end or a release lifts this.
    ByOrder(OrderId),
}

/// An account on the ledger. Closed accounts stay, with a zero balance.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// Its name.
    pub handle: AccountHandle,
    /// The bank that keeps it.
    pub home_bank: BankId,
    /// What it is for.
    pub kind: AccountKind,
    /// What its balance counts.
    pub currency: Currency,
    /// Minor units it holds.
    pub balance: Paise,
    /// Whether it may move money.
    pub freeze: FreezeState,
    /// Height at which it was opened.
    pub opened_at: Height,
    /// Height at which it was closed.
    pub closed_at: Option<Height>,
    /// How many open travel accounts return their money to it, at most [`TRAVELS_PER_ACCOUNT_MAX`].
    ///
    /// [`TRAVELS_PER_ACCOUNT_MAX`]: crate::travel::TRAVELS_PER_ACCOUNT_MAX
    pub travels: u16,
    /// Of a travel account, where its money came from and until when it lives.
    pub terms: Option<Box<TravelTerms>>,
}

/// A pseudonym for one account for one day.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Session {
    /// Its public name.
    pub id: SessionId,
    /// The bank that keeps its account.
    pub home_bank: BankId,
    /// The account it stands for.
    pub account: AccountHandle,
    /// Verifies what is signed in the session.
    pub key: PublicKey,
    /// Height at which it was opened.
    pub opened_at: Height,
    /// Nothing created at this time or later is accepted from it: the first moment of the next network day,
    /// as a rule.
    pub expires_at: TimestampMs,
}
