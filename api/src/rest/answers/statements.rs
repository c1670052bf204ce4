//! Of statements and their signatures.

use super::values::{Change, SealWords, TicketText, Words};
use crate::rest::fields::AccountId;
use crate::rest::schema::{Maybe, objects, words};
use idx_client::encoding::Time;
use idx_crypto::Hash32;
use idx_types::{BankCode, Currency, Height, Idx, NetworkDay, Paise};

words! {
    /// How a statement is written.
    FormatName { "csv", "pdf", "camt.053" }
}

objects! {
    /// First and last day, both included.
    Period { start: NetworkDay, end: NetworkDay }
    /// What a statement is of, and what it comes to.
    StatementFacts {
        user_idx: Idx,
        account_id: AccountId,
        bank_code: BankCode,
        currency: Currency,
        format: FormatName,
        media_type: Words,
        period: Period,
        as_of_height: Height,
        generated_at: Time,
        statement_number: Words,
        opening_balance: Paise,
        closing_balance: Paise,
        transaction_count: usize,
        total_sent: Paise,
        total_received: Paise,
        total_fees: Paise,
        net_change: Change,
        size_bytes: usize,
        sha256: Hash32,
    }
    /// A statement, signed by the bank.
    Statement {
        statement_id: TicketText,
        download_url: Words,
        signature: SealWords,
        expires_at: Time,
        metadata: StatementFacts,
    }
    /// What a good signature says.
    Sealed {
        bank_code: BankCode,
        period: Period,
        format: FormatName,
        as_of_height: Height,
        sha256: Hash32,
    }
    /// Whether a signature is good; what it says, if it is.
    Verified { valid: bool, message: Words, verified_at: Option<Time>, statement: Maybe<Sealed> }
    /// Zeros: nothing is kept.
    CleanedUp { cleaned_up: u64, remaining: u64 }
}
