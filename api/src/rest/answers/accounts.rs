//! Of accounts, of what a customer has, and of the counter.

use super::consents::OtherBank;
use super::values::{StateName, Submitted, Words};
use crate::rest::fields::AccountId;
use crate::rest::schema::{Maybe, objects, words};
use idx_bank::AccountNumber;
use idx_client::encoding::{Hex, Time};
use idx_crypto::Hash32;
use idx_types::{BankCode, Currency, Idx, Paise, SessionId, TxId};

objects! {
    /// An account as its owner, or a clerk, sees it.
    Account {
        id: AccountId,
        user_idx: Idx,
        bank_code: BankCode,
        account_number: AccountNumber,
        balance: Paise,
        currency: Currency,
        held: Paise,
        available: Paise,
        is_active: bool,
        is_frozen: bool,
        state: StateName,
        created_at: Time,
    }
    /// An account in short.
    AccountInShort {
        id: AccountId,
        bank_code: BankCode,
        account_number: AccountNumber,
        balance: Paise,
        is_frozen: bool,
    }
    /// A customer as he sees himself; all of his PAN but the last four characters is hidden.
    Customer { idx: Idx, full_name: Words, pan_card: Words, balance: Paise, created_at: Time, credential: CredentialName }
    /// Who is logged in.
    Info { user: Customer }
    /// What a customer has, in rupees.
    Balance {
        balance: Paise,
        user_idx: Idx,
        full_name: Words,
        accounts: Vec<Account>,
        banks: Maybe<Vec<OtherBank>>,
        total_balance: Maybe<Paise>,
    }
    /// His accounts.
    AccountList { accounts: Vec<Account> }
    /// His accounts in short.
    Summary { total_balance: Paise, account_count: usize, accounts: Vec<AccountInShort> }
    /// One account.
    OneAccount { account: Account }
    /// An account whose opening is on its way.
    Opened { message: Words, account: Account, opening_tx: Hex<TxId> }
    /// A day's session of an account; `PENDING` until it is on the ledger, and then no later than it says.
    SessionOpened {
        message: Words,
        session_id: SessionId,
        public_key: Hash32,
        status: SessionState,
        expires_at: Time,
    }
    /// What the counter has submitted: final once a block holds it.
    AtTheCounter {
        message: Words,
        status: Submitted,
        transaction_hash: TxId,
        tx_hash: TxId,
        account: Account,
    }
}

words! {
    /// How a customer proves to be himself.
    CredentialName { "none", "password", "own_key" }
    /// Whether a session is on the ledger.
    SessionState { "PENDING", "OPEN" }
}
