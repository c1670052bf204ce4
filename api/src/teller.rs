//! What a bank's desk offers to interfaces; implemented by the node.

use crate::deps::Answer;
use crate::doorkeeper::Doorkeeper;
use crate::news::Bell;
use crate::others::OtherBanks;
use crate::statements::Statements;
use async_trait::async_trait;
use idx_bank::desk::{Answer as Answered, Ask, Refusal};
use idx_bank::pseudonym::Identity;
use idx_bank::vault::{
    BankAccount, Contact, Customer, Flag, FlagId, HistoryLine, Incoming, Instruction, Mark, NewsPage,
    OpenedSession, Outgoing, PersonFile,
};
use idx_bank::{AccountNumber, FullName, Memo, Pan, RbiNumber};
use idx_types::{Account, Idx, Paise, Session, SessionId, TimestampMs, TxId};

/// An account as the bank and the ledger see it.
#[derive(Debug, Clone)]
pub struct AccountStanding {
    /// In the vault.
    pub account: BankAccount,
    /// On the ledger; `None` until its opening is final.
    pub ledger: Option<Account>,
    /// What open transfers hold of its balance.
    pub held: Paise,
}

/// A session as the bank and the ledger see it.
pub struct SessionStanding {
    /// In the vault.
    pub session: OpenedSession,
    /// On the ledger; `None` until its opening is final.
    pub ledger: Option<Session>,
}

/// The desk. Whoever calls has made sure that the person who asks is the one named, or a clerk. Reads are
/// synchronous and called on blocking threads.
#[async_trait]
pub trait Teller: Doorkeeper + Statements + OtherBanks {
    /// Asks the desk, and waits until what follows is durable.
    ///
    /// # Errors
    /// The desk's refusal.
    async fn ask(&self, ask: Ask) -> Result<Answered, Refusal>;

    /// Derives a person's IDX: costs what genesis says, about a tenth of a second.
    ///
    /// # Errors
    /// [`Refusal::BankBusy`] if too many are being derived.
    async fn identify(&self, pan: Pan, rbi: RbiNumber) -> Result<Identity, Refusal>;

    /// A new number for an account that no account of this bank has.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError), as all reads below.
    fn new_number(&self) -> Answer<AccountNumber>;

    /// A customer.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn customer(&self, idx: &Idx) -> Answer<Option<Customer>>;

    /// A customer's accounts.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn accounts(&self, owner: &Idx) -> Answer<Vec<AccountStanding>>;

    /// The account with a number.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn account_of(&self, number: &AccountNumber) -> Answer<Option<BankAccount>>;

    /// A session, whoever's it is.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn session(&self, id: &SessionId) -> Answer<Option<SessionStanding>>;

    /// Whom a customer pays.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn contacts(&self, owner: &Idx) -> Answer<Vec<Contact>>;

    /// What a customer sent.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn sent(&self, sender: &Idx) -> Answer<Vec<Outgoing>>;

    /// What was sent to a customer.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn received(&self, receiver: &Idx) -> Answer<Vec<Incoming>>;

    /// What waits for a customer's choice.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn waiting(&self, receiver: &Idx) -> Answer<Vec<Incoming>>;

    /// A customer's transfers in order of time: lines below a number, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn history(&self, owner: &Idx, below: u64, limit: usize) -> Answer<Vec<HistoryLine>>;

    /// The number below which a customer's transfers are of before a time.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn history_at(&self, owner: &Idx, time: TimestampMs) -> Answer<u64>;

    /// A customer's transfers from a place on, newest first, at most `limit`, and how many he has.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn history_places(&self, owner: &Idx, from: usize, limit: usize) -> Answer<(Vec<HistoryLine>, usize)>;

    /// The payment that an order of a customer's file came to.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn instruction(&self, owner: &Idx, mark: &Mark) -> Answer<Option<Instruction>>;

    /// A transfer that a customer sent.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn outgoing(&self, id: &TxId) -> Answer<Option<Outgoing>>;

    /// What a transfer was for, in its sender's words, if he said so.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn memo(&self, sender: &Idx, id: &TxId) -> Answer<Option<Memo>>;

    /// A transfer for a customer.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn incoming(&self, id: &TxId) -> Answer<Option<Incoming>>;

    /// Everything that the bank keeps of a person.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn person(&self, idx: &Idx) -> Answer<Option<PersonFile>>;

    /// Whether a name is near one on the bank's lists; takes some milliseconds.
    fn is_listed(&self, name: &FullName) -> bool;

    /// Flags that are open, or were looked at, oldest first, after one of them.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn flags(&self, is_cleared: bool, after: Option<FlagId>, limit: usize) -> Answer<Vec<Flag>>;

    /// A flag.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn flag(&self, id: &FlagId) -> Answer<Option<Flag>>;

    /// A customer's news with numbers above `after`, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError).
    fn news(&self, customer: &Idx, after: u64, limit: usize) -> Answer<NewsPage>;

    /// Where the desk rings when a customer has news, once they can be read.
    fn bell(&self, customer: &Idx) -> Bell;
}
