//! The write-ahead log: what this bank has signed and seen of the height being agreed on.
//!
//! In go opaque records, out come the same records after a crash. Everything that a bank signs is
//! appended and synced before it leaves, so a node that starts again knows what it has promised
//! (faults 7, 8 and 49, expectation 1). The log lives in its own folder and is never part of a
//! backup of the block store: an old copy of it would forget promises.
//!
//! ```text
//!        append* -> sync -> (now it may be sent)          start_height(h + 1)
//!   log: [mark h | record | record | ....zeros]   ->   [mark h + 1 | ....zeros]
//!        in place, one fdatasync per sync              new file, sync, rename, sync of the folder
//! ```
//!
//! States: *open*, and *poisoned* after the first failed write or sync, since then nobody knows
//! what the disk holds (retrying fsync after a failure may falsely succeed). A poisoned log refuses
//! everything; the node stops signing and must be started again.
//!
//! A crash leaves either the old complete log or the new empty one; the mark never goes back. A
//! torn tail is cut off and reported; damage that no crash explains refuses the start ([`Damage`]).
//! A log made by [`Wal::create_abstaining`] says so at every start until [`Wal::clear_abstain`].
//!
//! What it cannot see: a disk that acknowledges a sync and loses exactly the last records, whole.

mod disk;
mod error;
mod frame;
mod image;
mod recovery;
#[cfg(test)]
mod tests;

pub use disk::{Disk, DiskFile, FolderDisk};
pub use error::{Damage, WalError};

use frame::{HEADER_LEN, Header, HeaderError};
use image::{WrittenLog, read_log, sync_old, write_new};
use recovery::{DamagedAt, EXTENT, Scan};
use std::io;
use std::path::Path;

/// Most bytes of one record.
pub const WAL_RECORD_BYTES_MAX: usize = 8 << 20;

/// Most bytes of the log of one height (fault 32: replay at start must stay short).
pub const WAL_BYTES_MAX: u64 = 128 << 20;

/// What a start finds in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The height whose records these are; nothing below it may be signed any more.
    pub height_mark: u64,
    /// The log was made after a loss of history: sign nothing until it is safe.
    pub abstain: bool,
    /// All records that are whole, in order; among them all that were ever synced.
    pub records: Vec<Vec<u8>>,
    /// Bytes of a last, half-written record that were cut off; 0 after a clean stop.
    pub torn_bytes: u64,
}

/// An open write-ahead log; the folder is locked while it lives.
pub struct Wal {
    disk: Box<dyn Disk>,
    file: Box<dyn DiskFile>,
    header: Header,
    end: usize,
    allocated: usize,
    written: u32,
    durable: u32,
    poisoned: bool,
}

impl Wal {
    /// Makes the log of a bank that has never signed: empty, mark 0.
    ///
    /// # Errors
    /// [`WalError::Exists`] if a log is there, [`WalError::InUse`], [`WalError::Io`].
    pub fn create(folder: &Path) -> Result<Self, WalError> {
        Self::create_on(Box::new(FolderDisk::create(folder)?))
    }

    /// As [`Wal::create`], on any disk.
    ///
    /// # Errors
    /// As [`Wal::create`].
    pub fn create_on(disk: Box<dyn Disk>) -> Result<Self, WalError> {
        if read_log(disk.as_ref())?.is_some() {
            return Err(WalError::Exists { folder: disk.folder() });
        }
        Self::fresh(disk, 0, false)
    }

    /// Makes the log of a bank whose history is lost, in place of whatever is there: empty and
    /// flagged, so that the node abstains. Keeps the mark of the old log if that can be read.
    ///
    /// # Errors
    /// [`WalError::InUse`], [`WalError::Io`].
    pub fn create_abstaining(folder: &Path) -> Result<Self, WalError> {
        Self::create_abstaining_on(Box::new(FolderDisk::create(folder)?))
    }

    /// As [`Wal::create_abstaining`], on any disk.
    ///
    /// # Errors
    /// As [`Wal::create_abstaining`].
    pub fn create_abstaining_on(disk: Box<dyn Disk>) -> Result<Self, WalError> {
        let old = read_log(disk.as_ref()).ok().flatten();
        let mark = old.and_then(|file| Header::decode(&file).ok()).map_or(0, |header| header.mark);
        Self::fresh(disk, mark, true)
    }

    /// Opens the log and reads back what is whole in it.
    ///
    /// # Errors
    /// [`WalError::Missing`], [`WalError::InUse`], [`WalError::Damaged`],
    /// [`WalError::UnknownFormat`] or [`WalError::Io`].
    pub fn open(folder: &Path) -> Result<(Self, Recovered), WalError> {
        Self::open_on(Box::new(FolderDisk::open(folder)?))
    }

    /// As [`Wal::open`], on any disk.
    ///
    /// # Errors
    /// As [`Wal::open`].
    pub fn open_on(disk: Box<dyn Disk>) -> Result<(Self, Recovered), WalError> {
        let folder = disk.folder();
        let bytes = read_log(disk.as_ref())?.ok_or_else(|| WalError::Missing { folder: folder.clone() })?;
        let damaged = |DamagedAt { at, index, damage }| WalError::Damaged {
            folder: folder.clone(),
            at: at as u64,
            index,
            damage,
        };
        let header = Header::decode(&bytes).map_err(|error| match error {
            HeaderError::Damaged(damage) => damaged(DamagedAt { at: 0, index: 0, damage }),
            HeaderError::UnknownFormat(found) => {
                WalError::UnknownFormat { folder: folder.clone(), found, known: frame::FORMAT }
            }
        })?;
        let scan = recovery::scan(&bytes, header.salt).map_err(damaged)?;
        Self::resume(disk, header, scan)
    }

    /// Appends a record. It is not durable before [`Wal::sync`] returns.
    ///
    /// # Errors
    /// [`WalError::RecordTooLong`] and [`WalError::Full`] change nothing; any other poisons the log.
    pub fn append(&mut self, record: &[u8]) -> Result<(), WalError> {
        self.check_poison()?;
        let (len, max) = (record.len(), WAL_RECORD_BYTES_MAX);
        if len > max {
            return Err(WalError::RecordTooLong { len, max });
        }
        let end = self.end + frame::frame_len(len);
        if end as u64 > WAL_BYTES_MAX {
            return Err(WalError::Full { bytes: self.end as u64, max: WAL_BYTES_MAX });
        }
        let frame = frame::encode_frame(self.header.salt, self.written, self.durable, record);
        let result = self.grow_to(end).and_then(|()| self.file.write_at(&frame, self.end as u64));
        self.poison_on_error("append to the log", result)?;
        (self.end, self.written) = (end, self.written + 1);
        Ok(())
    }

    /// Makes all records appended so far durable. Costs nothing if they are.
    ///
    /// # Errors
    /// [`WalError::Io`] or [`WalError::Poisoned`]; then nothing may be sent.
    pub fn sync(&mut self) -> Result<(), WalError> {
        self.check_poison()?;
        if self.durable < self.written {
            let result = self.file.sync();
            self.poison_on_error("sync the log", result)?;
            self.durable = self.written;
        }
        Ok(())
    }

    /// Forgets the records and durably moves the mark to a height above the present one.
    ///
    /// # Errors
    /// [`WalError::MarkBack`] changes nothing; any other poisons the log.
    pub fn start_height(&mut self, mark: u64) -> Result<(), WalError> {
        self.check_poison()?;
        let current = self.header.mark;
        if mark <= current {
            return Err(WalError::MarkBack { current, asked: mark });
        }
        self.replace(mark, self.header.abstain, &[])
    }

    /// Replaces the records of this height by those that still matter, durably and in one step, so
    /// that a height without quorum for hours stays short to replay (fault 32). The caller keeps
    /// everything the bank has signed.
    ///
    /// # Errors
    /// [`WalError::RecordTooLong`] and [`WalError::Full`] change nothing; any other poisons the log.
    pub fn rewrite(&mut self, records: &[&[u8]]) -> Result<(), WalError> {
        self.check_poison()?;
        let max = WAL_RECORD_BYTES_MAX;
        if let Some(record) = records.iter().find(|record| record.len() > max) {
            return Err(WalError::RecordTooLong { len: record.len(), max });
        }
        let bytes: usize = records.iter().map(|record| frame::frame_len(record.len())).sum();
        if (HEADER_LEN + bytes) as u64 > WAL_BYTES_MAX {
            return Err(WalError::Full { bytes: bytes as u64, max: WAL_BYTES_MAX });
        }
        self.replace(self.header.mark, self.header.abstain, records)
    }

    /// Ends the abstention of a log made after a loss, durably; keeps the mark, drops the records.
    ///
    /// # Errors
    /// [`WalError::Io`] or [`WalError::Poisoned`].
    pub fn clear_abstain(&mut self) -> Result<(), WalError> {
        self.check_poison()?;
        if self.header.abstain { self.replace(self.header.mark, false, &[]) } else { Ok(()) }
    }

    /// The height whose records the log holds.
    pub fn height_mark(&self) -> u64 {
        self.header.mark
    }

    /// Whether the log was made after a loss of history.
    pub fn abstains(&self) -> bool {
        self.header.abstain
    }

    /// Bytes in use, at most [`WAL_BYTES_MAX`].
    pub fn bytes(&self) -> u64 {
        self.end as u64
    }

    fn check_poison(&self) -> Result<(), WalError> {
        if self.poisoned { Err(WalError::Poisoned) } else { Ok(()) }
    }

    fn poison_on_error<T>(&mut self, doing: &'static str, result: io::Result<T>) -> Result<T, WalError> {
        result.map_err(|source| {
            self.poisoned = true;
            WalError::Io { doing, source }
        })
    }

    /// Lengthens the file by whole extents of zeros and syncs that, so that no later sync has a
    /// length to write and recovery can tell a cut file from a crash.
    fn grow_to(&mut self, end: usize) -> io::Result<()> {
        if end <= self.allocated {
            return Ok(());
        }
        let extents = (end - self.allocated).div_ceil(EXTENT);
        self.file.write_at(&vec![0; extents * EXTENT], self.allocated as u64)?;
        self.file.sync()?;
        self.allocated += extents * EXTENT;
        Ok(())
    }

    fn replace(&mut self, mark: u64, abstain: bool, records: &[&[u8]]) -> Result<(), WalError> {
        let result = write_new(self.disk.as_ref(), mark, abstain, records);
        let written = self.poison_on_error("replace the log", result)?;
        (self.file, self.header) = (written.file, written.header);
        (self.end, self.allocated) = (written.end, written.allocated);
        self.written = records.len() as u32;
        self.durable = self.written;
        Ok(())
    }

    fn fresh(disk: Box<dyn Disk>, mark: u64, abstain: bool) -> Result<Self, WalError> {
        let log = write_new(disk.as_ref(), mark, abstain, &[])
            .map_err(|source| WalError::Io { doing: "make the log", source })?;
        Ok(Self::over(disk, log, 0))
    }

    /// Makes everything that was read durable before anyone acts on it. A torn tail is left behind
    /// in the old file: wiping it in place could be cut short and then look like damage.
    fn resume(disk: Box<dyn Disk>, header: Header, scan: Scan) -> Result<(Self, Recovered), WalError> {
        let Scan { records, end, torn, allocated } = scan;
        let Header { mark, abstain, .. } = header;
        let log = if torn > 0 {
            let kept: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
            write_new(disk.as_ref(), mark, abstain, &kept)
        } else {
            sync_old(disk.as_ref()).map(|file| WrittenLog { file, header, end, allocated })
        };
        let log = log.map_err(|source| WalError::Io { doing: "make the recovered log durable", source })?;
        let recovered = Recovered { height_mark: mark, abstain, records, torn_bytes: torn as u64 };
        Ok((Self::over(disk, log, recovered.records.len() as u32), recovered))
    }

    fn over(disk: Box<dyn Disk>, log: WrittenLog, written: u32) -> Self {
        let WrittenLog { file, header, end, allocated } = log;
        Self { disk, file, header, end, allocated, written, durable: written, poisoned: false }
    }
}
