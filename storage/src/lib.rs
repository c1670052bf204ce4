//! Storage: what a node keeps on disk, and the only crate that knows RocksDB.
//!
//! Two things, in two folders, with opposite rules:
//!
//! ```text
//!                 in                         out after a crash           in a backup
//!  wal/    what was signed, this height   all that was synced            never
//!  store/  final heights                  all that was announced, whole  yes (checkpoint)
//! ```
//!
//! A third, with a rule of its own, is the bank's vault ([`VaultDb`]): never replicated. An observer has none
//! of these but a store of heights in public form ([`ObservedDb`]).
//!
//! The write-ahead log ([`idx_wal::Wal`], on a [`FolderDisk`] here) remembers promises: what the bank has signed of a height that is
//! not final yet. It must never be older than what left the node. The block store ([`Store`])
//! remembers facts, which every other bank has too, and can be fetched again.
//!
//! Everything here blocks; a node calls it from a thread of its own. Nothing here decides anything.

mod error;
mod folder;
mod observed;
pub mod store;
#[doc(hidden)]
pub mod testing;
mod vault;

pub use error::{StoreError, VaultOpenError};
pub use folder::FolderDisk;
pub use observed::{OBSERVED_FORMAT, ObservedDb};
pub use store::{
    BALANCES_MAX, BalanceAt, Committed, Cursor, HeightRecord, Order, PAGE_ENTRIES_MAX, Page, PageQuery,
    STORE_FORMAT, Store, StoreOptions, Subject, TxPlace, TxStatus,
};
pub use vault::{VAULT_FORMAT, VaultDb};
