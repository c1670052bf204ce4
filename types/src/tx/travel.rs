//! Travel accounts: rates, opening, closing. What a traveller spends is a [`Transfer`](super::Transfer).

use crate::concealed::Concealed;
use crate::day::NetworkDay;
use crate::ids::{AccountHandle, BankCode, BankId, SessionId};
use crate::money::{Currency, Paise};
use crate::travel::Quote;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::Envelope;

/// See [`TxKind::ForexRate`](crate::TxKind::ForexRate).
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ForexRate {
    /// Which currency; not rupees.
    pub currency: Currency,
    /// Its rates.
    pub quote: Quote,
}

/// See [`TxKind::OpenTravel`](crate::TxKind::OpenTravel).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct OpenTravel {
    /// The home bank of the source account, and of the new one.
    pub bank: BankId,
    /// Over the source account; its key signs.
    pub session: SessionId,
    /// With whom rupees are changed; names the currency.
    pub foreign_bank: BankCode,
    /// Rupees that leave the source account, fee included.
    pub amount: Paise,
    /// Least minor units of the foreign currency that the customer agrees to get: the rate may move
    /// between signing and block.
    pub least: Paise,
    /// The new account's last day.
    pub expires_on: NetworkDay,
    /// The name of the new account.
    pub handle: Concealed<AccountHandle>,
    /// Whose it is, sealed for the home bank and for a court's order; goes to the private block.
    pub identity: Concealed<Envelope>,
}

/// See [`TxKind::CloseTravel`](crate::TxKind::CloseTravel). All that the account holds is changed.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct CloseTravel {
    /// The home bank.
    pub bank: BankId,
    /// Which account, on whose word.
    pub closing: Closing,
    /// Least rupees, in paise and after the fee, that must come of it.
    pub least: Paise,
}

/// Which travel account closes, and on whose word.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Closing {
    /// The customer's: a session over the account, whose key signs.
    Session(SessionId),
    /// The home bank's, which signs with its consensus key, once the account has expired.
    Expired(Concealed<AccountHandle>),
}
