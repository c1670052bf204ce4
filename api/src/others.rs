//! What a bank asks the other banks about a customer of theirs, and whom it may tell of its own; implemented
//! by the node.

use crate::deps::Answer;
use async_trait::async_trait;
use idx_bank::desk::Refusal;
use idx_bank::vault::Consented;
use idx_types::{AccountTold, BankCode, Consent, Height, Idx, Signed};

/// What another bank said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// What the customer has there, at this height or later.
    Told(Vec<AccountTold>, Height),
    /// Nothing: he is no customer there, or has not allowed it, or has no account. Which, is not said.
    NothingTold,
    /// No sound answer came in time.
    Unreachable,
}

/// Another bank, with what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherBank {
    /// Its short name.
    pub bank: BankCode,
    /// Its word.
    pub said: Said,
}

/// The other banks.
#[async_trait]
pub trait OtherBanks: Send + Sync + 'static {
    /// Asks every other bank at once what a customer has there, and waits for the last, at most two seconds.
    ///
    /// # Errors
    /// [`Refusal::BankBusy`] if this bank is asking as much as it may.
    async fn ask_others(&self, customer: &Idx) -> Result<Vec<OtherBank>, Refusal>;

    /// The banks that may be told of a customer here.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn consents(&self, owner: &Idx) -> Answer<Vec<Consented>>;

    /// Signs a consent as the bank that it was given to, which is the witness of it.
    ///
    /// # Errors
    /// [`QueryError::Failed`](crate::QueryError::Failed) if the key cannot be used.
    fn witness(&self, consent: Consent) -> Answer<Signed<Consent>>;
}
