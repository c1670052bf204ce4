//! What the desk must know of the ledger; the node answers from the state of the last final height.

use idx_types::{
    Account, AccountHandle, Bank, BankId, Escrow, Paise, Reason, Session, SessionId, TimestampMs,
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

    /// Company and regulators, to whom identities are sealed.
    fn escrow(&self) -> &Escrow;

    /// What a transfer of this amount costs on top.
    ///
    /// # Errors
    /// [`Reason::AmountTooSmall`], [`Reason::AmountTooLarge`] or [`Reason::Overflow`].
    fn fee(&self, amount: Paise) -> Result<Paise, Reason>;
}
