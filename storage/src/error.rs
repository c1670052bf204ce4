//! What can go wrong with the block store, and what to do about it.

use idx_types::{ChainId, Height, PrivateHash};
use std::path::PathBuf;

/// Advice for a store that cannot be trusted any more; the network has everything in it.
const RESYNC: &str = "keep a copy of the folder, remove it and start the node again: it fetches all \
                      heights from its peers. Do not touch the write-ahead log's folder";

/// Why a vault cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultOpenError {
    /// Another process has it open.
    #[error("{path}: the vault is in use by another process; stop that node first ({detail})")]
    Locked {
        /// Where the vault is.
        path: PathBuf,
        /// RocksDB's words.
        detail: String,
    },
    /// Written by other software.
    #[error(
        "{path}: the vault has format {found}, this software knows {known}; use the release that wrote it"
    )]
    UnknownFormat {
        /// Where the vault is.
        path: PathBuf,
        /// Format in the vault; 0 if it is no number.
        found: u32,
        /// Format of this software.
        known: u32,
    },
    /// The disk, or bytes on it that are not what was written.
    #[error(
        "{path}: the vault cannot be opened: {detail}. If the folder is lost, rebuild it from the private \
         chain with the bank's HPKE key"
    )]
    Disk {
        /// Where the vault is.
        path: PathBuf,
        /// What the disk or RocksDB says.
        detail: String,
    },
}

impl VaultOpenError {
    pub(crate) fn disk(path: &std::path::Path, error: &dyn std::error::Error) -> Self {
        Self::Disk { path: path.to_owned(), detail: error.to_string() }
    }
}

/// Why the store refuses something. Nothing is half done after any of these.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it open.
    #[error("{path}: the block store is in use by another process; stop that node first ({detail})")]
    Locked {
        /// Where the store is.
        path: PathBuf,
        /// RocksDB's words.
        detail: String,
    },
    /// Written by other software.
    #[error(
        "{path}: the block store has format {found}, this software knows {known}; use the release that \
         wrote it, or remove the folder and let the node fetch all heights from its peers"
    )]
    UnknownFormat {
        /// Where the store is.
        path: PathBuf,
        /// Format in the store.
        found: u32,
        /// Format of this software.
        known: u32,
    },
    /// The store of another network.
    #[error(
        "{path}: the block store is of network {found}, this node is of {expected}; check the data folder and the genesis file"
    )]
    WrongChain {
        /// Where the store is.
        path: PathBuf,
        /// Network of the store.
        found: ChainId,
        /// Network of the node.
        expected: ChainId,
    },
    /// Bytes on disk are not what was written.
    #[error("the block store is damaged: {what}: {detail}. {RESYNC}")]
    Corrupt {
        /// What was being read.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// A state is there already.
    #[error("the block store holds height {tip} already; it is never overwritten by `init`")]
    AlreadyInitialised {
        /// The last height.
        tip: Height,
    },
    /// There is no state yet.
    #[error("the block store is empty; run `init` first")]
    Empty,
    /// A height that does not follow the last one.
    #[error("height {height} does not follow the store's last height {tip}")]
    OutOfOrder {
        /// The last height.
        tip: Height,
        /// The height handed in.
        height: Height,
    },
    /// Another block for the last height: two certificates contradict each other.
    #[error(
        "height {height} is final as {ours}, and {theirs} is presented as final too. Stop this node and \
         compare with the other banks: this proves that banks signed both"
    )]
    Fork {
        /// The last height.
        height: Height,
        /// What the store holds.
        ours: PrivateHash,
        /// What was handed in.
        theirs: PrivateHash,
    },
    /// The parts of a record do not belong together; a fault of the caller.
    #[error("the record of height {height} is refused: {what}")]
    Inconsistent {
        /// The height handed in.
        height: Height,
        /// What does not fit.
        what: &'static str,
    },
    /// No space.
    #[error(
        "cannot {doing}: the disk is full ({detail}). Free space and start the node again; nothing is half done"
    )]
    DiskFull {
        /// What was tried.
        doing: &'static str,
        /// RocksDB's words.
        detail: String,
    },
    /// The machine failed.
    #[error(
        "cannot {doing}: {detail}. Check disk, rights and limits and start the node again; nothing is half done"
    )]
    Io {
        /// What was tried.
        doing: &'static str,
        /// RocksDB's words.
        detail: String,
    },
    /// An earlier write failed, so it is unknown what the disk holds.
    #[error(
        "an earlier write to the block store failed; it takes nothing more until the node is started again"
    )]
    Poisoned,
}

impl StoreError {
    /// What RocksDB says while something is done.
    pub(crate) fn rocks(doing: &'static str, error: &rocksdb::Error) -> Self {
        let detail = error.to_string();
        match error.kind() {
            rocksdb::ErrorKind::Corruption | rocksdb::ErrorKind::NotSupported => {
                Self::Corrupt { what: doing, detail }
            }
            // A table file that RocksDB opens only when it is read may turn out to be gone.
            _ if detail.contains("No such file") => Self::Corrupt { what: doing, detail },
            _ if detail.contains("No space left") => Self::DiskFull { doing, detail },
            _ => Self::Io { doing, detail },
        }
    }

    /// Stored bytes that do not decode.
    pub(crate) fn garbled(what: &'static str, detail: impl ToString) -> Self {
        Self::Corrupt { what, detail: detail.to_string() }
    }
}
