//! What statements need of a bank: its ledger's record of an account, its key; implemented by the node.

use crate::deps::{Answer, QueryError};
use idx_bank::statement::{Statement, StatementSeal, Unexplained};
use idx_bank::vault::BankAccount;
use idx_types::{BankId, Height, NetworkDay, Signed};

/// Why there is no statement.
#[derive(Debug, thiserror::Error)]
pub enum NoStatement {
    /// The account is not on the ledger yet, or not in the period.
    #[error("the account is not on the ledger yet")]
    NotOpen,
    /// More lines than a statement has.
    #[error("the period has more lines than a statement can have")]
    TooLong,
    /// The record does not add up.
    #[error(transparent)]
    Unexplained(#[from] Unexplained),
    /// The store gave no answer; [`QueryError::NotKept`] for a period before what this node keeps.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Statements of a bank's accounts. Called on blocking threads.
pub trait Statements: Send + Sync + 'static {
    /// The bank's number.
    fn bank_id(&self) -> BankId;

    /// What the ledger did to an account from the first day to the last, of what was final at a height
    /// (the newest, if none is named), with the owner's names for those he paid.
    ///
    /// # Errors
    /// [`NoStatement`].
    fn statement(
        &self,
        account: &BankAccount,
        days: (NetworkDay, NetworkDay),
        as_of: Option<Height>,
    ) -> Result<Statement, NoStatement>;

    /// Signs a seal as the bank.
    ///
    /// # Errors
    /// [`QueryError::Failed`] if the key cannot be used.
    fn seal(&self, seal: StatementSeal) -> Answer<Signed<StatementSeal>>;
}
