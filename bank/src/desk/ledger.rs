//! What the desk must know of the ledger; the node answers from the state of the last final height.

use idx_types::tx::Closing;
use idx_types::{
    Account, AccountHandle, Bank, BankCode, BankId, Conversion, Currency, Escrow, Height, Paise, Reason,
    Session, SessionId, TimestampMs, TxId,
};

/// The ledger as banks see it.
pub trait LedgerView {
    /// The time of the last final block: what expiry goes by.
    fn time(&self) -> TimestampMs;

    /// Longest span from the making of a transaction to the end of its validity, in milliseconds.
    fn validity_ms_max(&self) -> u64;

    /// An account.
    fn account(&self, handle: &AccountHandle) -> Option<Account>;

    /// A session.
    fn session(&self, id: &SessionId) -> Option<Session>;

    /// A bank of this height.
    fn bank(&self, id: BankId) -> Option<Bank>;

    /// The bank of this height with a short name.
    fn bank_of_code(&self, code: &BankCode) -> Option<Bank>;

    /// Company and regulators, to whom identities are sealed.
    fn escrow(&self) -> &Escrow;

    /// What a transfer of this amount costs on top.
    ///
    /// # Errors
    /// [`Reason::AmountTooSmall`], [`Reason::AmountTooLarge`] or [`Reason::Overflow`].
    fn fee(&self, amount: Paise) -> Result<Paise, Reason>;

    /// What so many rupees become with a foreign bank at the rate in force.
    ///
    /// # Errors
    /// [`Reason::UnknownForeignBank`], [`Reason::NoRate`], [`Reason::RateStale`], or as of an amount.
    fn changed(&self, bank: &BankCode, rupees: Paise) -> Result<Conversion, Reason>;

    /// What foreign money becomes at the rate in force.
    ///
    /// # Errors
    /// [`Reason::NoRate`], [`Reason::RateStale`] or [`Reason::Overflow`].
    fn changed_back(&self, currency: Currency, foreign: Paise) -> Result<Conversion, Reason>;

    /// The transaction of a final height that closed a travel account, and on whose word.
    fn closing(&self, handle: &AccountHandle, height: Height) -> Option<(TxId, Closing)>;
}
