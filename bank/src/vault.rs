//! The vault: what a bank keeps of its customers, sealed field by field (documents 4.1 and 4.7).
//!
//! ```text
//!   vault key (keystore) --HKDF, table--> table key --HMAC, salt of the row--> row key
//!   row key, field number --AES-256-GCM--> sealed field      bound to table, record key and field name
//!   index secret (in the vault, sealed) --HMAC--> record keys      PAN, IDX, handle, id, nickname
//! ```
//!
//! A row is written under a key of its own (128 random bits of salt), so the number of a field serves
//! as its nonce and no key and nonce meet twice however many rows are written. Fields are padded to
//! multiples of 32 bytes. Record keys are digests under a secret index key, which itself is sealed in
//! the vault: turning to a new vault key re-seals rows in bounded batches and moves none of them.
//!
//! Reading has three answers: the record, missing (`None`), or [`VaultError::Damaged`] with table and
//! field. All writes of a step go through one [`Draft`], which reads its own writes and ends as one
//! [`Batch`] that the store writes atomically or not at all.
//!
//! Rooms: `store` (what a disk must do), `keys`, `sealing` (a row's bytes), `record` (the shape of
//! typed records) and `rows` (the records), `draft` and `find` (writing and reading), `months` (the keys
//! of session ids and their end), `news` (what customers are to be told), `history` (transfers in order of
//! time), `rotation`, `person` (export and erasure).

mod draft;
mod find;
mod history;
mod holds;
mod keys;
mod memory;
mod months;
mod news;
mod person;
mod record;
mod rotation;
mod rows;
mod sealing;
mod store;
#[cfg(test)]
mod tests;

pub use draft::{Draft, Shelf};
pub use history::index_histories;
pub use keys::{VaultKey, VaultKeys};
pub use memory::MemoryStore;
pub use months::{Retention, drop_old, month_key};
pub use news::NewsPage;
pub use person::{Erased, PersonFile, erase, export};
pub use record::Record;
pub use rotation::{RotationCursor, rotate};
pub use rows::{
    BankAccount, Clearing, Consented, Contact, Credential, Customer, Deadline, Flag, FlagId, Flagged,
    HistoryLine, Hold, HoldTotal, Holder, Incoming, Instruction, Journey, Leg, Login, LoginId, Mark, Matter,
    NEWS_PER_CUSTOMER_MAX, News, Office, OpenedSession, Outgoing, Pace, PasswordHash, Repeat, SecondFactor,
    SentMemo, Side, Status, TravelEnd, Turn, token_secret,
};
pub use store::{Batch, Change, Row, StoreError, Table, VaultStore};

/// Why the vault gave no answer. A record that is not there is no error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Bytes of the store are not what this bank wrote there.
    #[error(
        "vault: a record of table {} is damaged at field {field}; rebuild the vault from the chain",
        table.name()
    )]
    Damaged {
        /// Where.
        table: Table,
        /// Which field.
        field: &'static str,
    },
    /// A record is sealed under a vault key that was not given.
    #[error("vault: a record of table {} needs vault key version {version}", table.name())]
    KeyMissing {
        /// Where.
        table: Table,
        /// Its version.
        version: u16,
    },
    /// The store holds no vault.
    #[error("vault: the store is empty; make a vault in it, or rebuild one from the chain")]
    Empty,
    /// The machine failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
