//! What can go wrong with a write-ahead log, and what to do about it.

use std::{io, path::PathBuf};

/// Why a log refuses to start or to go on. Nothing may be signed after any of these.
#[derive(Debug, thiserror::Error)]
pub enum WalError {
    /// There is no log. Making an empty one here would forget what this bank has signed.
    #[error(
        "{folder}: there is no write-ahead log here. For a new bank run `init`; if this bank has signed \
         before and its log is lost, run `recover`, which abstains until that is safe"
    )]
    Missing {
        /// Where it should be.
        folder: PathBuf,
    },
    /// A log is here already.
    #[error("{folder}: a write-ahead log is here already; it is never overwritten by `init`")]
    Exists {
        /// Where it is.
        folder: PathBuf,
    },
    /// Another process has it open (fault 13: two nodes with one key contradict each other).
    #[error("{folder}: the write-ahead log is in use by another process; stop that node first")]
    InUse {
        /// Where it is.
        folder: PathBuf,
    },
    /// Bytes that had reached the disk are lost or changed, and with them perhaps signed messages.
    #[error(
        "{folder}: the write-ahead log is damaged at byte {at} (record {index}): {damage}. What this bank \
         has signed may be lost; keep a copy of the folder and run `recover`, which abstains until that is safe"
    )]
    Damaged {
        /// Where the log is.
        folder: PathBuf,
        /// Offset in the file.
        at: u64,
        /// Number of the first unreadable record, from 0.
        index: u32,
        /// What is wrong there.
        damage: Damage,
    },
    /// Written by other software.
    #[error(
        "{folder}: the write-ahead log has format {found}, this software knows {known}; use the release that wrote it"
    )]
    UnknownFormat {
        /// Where the log is.
        folder: PathBuf,
        /// Format in the file.
        found: u32,
        /// Format of this software.
        known: u32,
    },
    /// A caller asked for a mark that is not beyond the present one.
    #[error(
        "the log is at height {current}; it cannot start height {asked} and forget what was signed since"
    )]
    MarkBack {
        /// The durable mark.
        current: u64,
        /// The mark asked for.
        asked: u64,
    },
    /// A record above its bound; nothing was written and the log still works.
    #[error("a record of {len} bytes: a log takes at most {max}")]
    RecordTooLong {
        /// Bytes of the record.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// The log of one height has reached its bound (fault 32); nothing was written and the log
    /// still works: `rewrite` it with what still matters.
    #[error("the log of this height holds {bytes} bytes, at most {max} are allowed")]
    Full {
        /// Bytes in use.
        bytes: u64,
        /// Bytes allowed.
        max: u64,
    },
    /// The operating system said no; the log is poisoned from now on.
    #[error(
        "cannot {doing}: {source}. The write-ahead log takes nothing more until the node is started again"
    )]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// An earlier operation failed, so it is unknown what the disk holds.
    #[error("the write-ahead log failed before and takes nothing more until the node is started again")]
    Poisoned,
}

/// How a log is damaged in a way that no crash explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The first block of the file is not what this software wrote.
    #[error("its header does not match its checksum")]
    Header,
    /// The file is shorter than it once was on disk.
    #[error("the file was cut short")]
    Cut,
    /// A later record says that the unreadable one was safely on disk.
    #[error("a record that was safely on disk is unreadable, later ones are intact")]
    Hole,
    /// A record is complete but its bytes have changed.
    #[error("a record does not match its checksum, and is not one half written at a crash")]
    Rot,
}
