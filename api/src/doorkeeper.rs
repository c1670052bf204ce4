//! What logging in needs of a bank: its clock, its secrets, its slow hash. Implemented by the node.

use crate::deps::Answer;
use async_trait::async_trait;
use idx_bank::desk::Refusal;
use idx_bank::vault::{Customer, Login, LoginId, PasswordHash, SecondFactor};
use idx_bank::{Pan, Password, Secret32};
use idx_types::{BankCode, Idx, TimestampMs};

/// Who watches the door of the desk. Reads are synchronous and called on blocking threads.
#[async_trait]
pub trait Doorkeeper: Send + Sync + 'static {
    /// The bank's short name.
    fn bank(&self) -> &BankCode;

    /// The bank's clock.
    fn now(&self) -> TimestampMs;

    /// Thirty-two fresh random bytes.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError) if the machine has none.
    fn random(&self) -> Answer<Secret32>;

    /// What tokens are made with: the same as long as the vault lives.
    fn token_secret(&self) -> &Secret32;

    /// The customer with a PAN.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError), as the read below.
    fn customer_of_pan(&self, pan: &Pan) -> Answer<Option<Customer>>;

    /// A login, also one that is over.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn login(&self, id: &LoginId) -> Answer<Option<Login>>;

    /// A customer's second factor, also one that is not confirmed yet.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn second_factor(&self, owner: &Idx) -> Answer<Option<SecondFactor>>;

    /// The hash of a password; costs tens of milliseconds of a core, a few at a time.
    ///
    /// # Errors
    /// [`Refusal::BankBusy`] if too many wait.
    async fn hash_password(&self, password: Password) -> Result<PasswordHash, Refusal>;

    /// Whether this is the password; costs as much, also if there is no hash to compare it with.
    ///
    /// # Errors
    /// [`Refusal::BankBusy`] if too many wait.
    async fn is_password(&self, hash: Option<PasswordHash>, password: Password) -> Result<bool, Refusal>;
}
