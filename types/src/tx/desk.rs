//! What a home bank does for its customers: accounts, sessions, cash, freezes. Only banks see which
//! account is meant.

use crate::account::FreezeState;
use crate::concealed::Concealed;
use crate::ids::{AccountHandle, BankId, SessionId, TimestampMs};
use crate::money::{Currency, Paise};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Envelope, PublicKey};

/// See [`TxKind::OpenAccount`](crate::TxKind::OpenAccount).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OpenAccount {
    /// The home bank.
    pub bank: BankId,
    /// The name of the new account.
    pub handle: Concealed<AccountHandle>,
    /// What its balance counts: INR, since travel accounts open by [`OpenTravel`](crate::tx::OpenTravel).
    pub currency: Currency,
    /// Whose it is, sealed for the home bank and for a court's order; goes to the private block.
    pub identity: Concealed<Envelope>,
}

/// An account by its home bank and handle.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AccountRef {
    /// The home bank.
    pub bank: BankId,
    /// The account.
    pub handle: Concealed<AccountHandle>,
}

/// See [`TxKind::OpenSession`](crate::TxKind::OpenSession).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OpenSession {
    /// The home bank.
    pub bank: BankId,
    /// The public name of the session.
    pub session: SessionId,
    /// The account it stands for.
    pub handle: Concealed<AccountHandle>,
    /// Verifies what is signed in the session.
    pub key: PublicKey,
    /// End of the session, at most 24 h after `created_at`.
    pub expires_at: TimestampMs,
    /// Whose it is, sealed for the home bank and for a court's order; goes to the private block.
    pub identity: Concealed<Envelope>,
}

/// See [`TxKind::Deposit`](crate::TxKind::Deposit) and [`TxKind::Withdraw`](crate::TxKind::Withdraw).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Cash {
    /// The home bank.
    pub bank: BankId,
    /// The customer account.
    pub handle: Concealed<AccountHandle>,
    /// How much.
    pub amount: Paise,
}

/// See [`TxKind::Freeze`](crate::TxKind::Freeze).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Freeze {
    /// The home bank.
    pub bank: BankId,
    /// The account.
    pub handle: Concealed<AccountHandle>,
    /// Why: a bank's reason or a court order; never [`FreezeState::Free`].
    pub cause: FreezeState,
}
