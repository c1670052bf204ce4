//! The write-ahead log: what this bank has signed and seen of the height being agreed on.
//!
//! In go opaque records, out come the same records after a crash. Everything that a bank signs is
//! appended and synced before it leaves, so a node that starts again knows what it has promised
//! (faults 7, 8 and 49, expectation 1). The log lives in its own folder and is never part of a
//! backup of the block store: an old copy of it would forget promises.
//!
//! ```text
//!        append* -> sync -> (now it may be sent) -> start_height(h + 1) -> append* -> ..
//!   log: [header: mark h | record | record | mark h + 1 | record | ....zeros]
//!        in place, one fdatasync a sync
//!
//!   over 1 MiB at the start of a height:  new file [header: mark h + 2 | ....zeros],
//!                                         sync, rename over the old, sync of the folder
//! ```
//!
//! A new height mostly costs one fdatasync: a new file each time would force the file system's
//! journal out twice, for six banks and twenty heights a second more than a disk likes.
//!
//! States: *open*, and *poisoned* after the first failed write or sync, since then nobody knows
//! what the disk holds (retrying fsync after a failure may falsely succeed). A poisoned log refuses
//! everything; the node stops signing and must be started again.
//!
//! A crash leaves either the old height complete or the new one empty; the mark never goes back. A
//! torn tail is cut off and reported; damage that no crash explains refuses the start ([`Damage`]).
//! A log made by [`Wal::create_abstaining`] says so at every start until [`Wal::clear_abstain`].
//!
//! What it cannot see: a disk that acknowledges a sync and loses exactly the last records, whole.

mod disk;
mod error;
mod frame;
mod image;
pub mod memory;
mod open;
mod recovery;
#[cfg(test)]
mod tests;

pub use disk::{Disk, DiskFile};
pub use error::{Damage, WalError};
pub use open::Recovered;

use frame::{HEADER_LEN, Header, Kind};
use image::{WrittenLog, read_log, write_new};
use recovery::EXTENT;
use std::io;

/// Most bytes of one record.
pub const WAL_RECORD_BYTES_MAX: usize = 8 << 20;

/// Most bytes of the log of one height (fault 32: replay at start must stay short).
pub const WAL_BYTES_MAX: u64 = 128 << 20;

/// A log above this is replaced by a new one when a height starts, instead of growing further.
const ROTATE_BYTES: usize = 1 << 20;

/// An open write-ahead log. It owns its disk, and with it whatever keeps others away from that.
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
    /// [`WalError::Exists`] if a log is there, [`WalError::Io`].
    pub fn create(disk: impl Disk + 'static) -> Result<Self, WalError> {
        if read_log(&disk)?.is_some() {
            return Err(WalError::Exists { folder: disk.folder() });
        }
        Self::fresh(Box::new(disk), 0, false)
    }

    /// Makes the log of a bank whose history is lost, in place of whatever is there: empty and
    /// flagged, so that the node abstains. Keeps the mark of the old log if that can be read.
    ///
    /// # Errors
    /// [`WalError::Io`].
    pub fn create_abstaining(disk: impl Disk + 'static) -> Result<Self, WalError> {
        let old = read_log(&disk).ok().flatten();
        let header = old.as_deref().and_then(|file| Header::decode(file).ok());
        let mark = old.zip(header).map_or(0, |(file, header)| recovery::read_frames(&file, &header).mark);
        Self::fresh(Box::new(disk), mark, true)
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
        self.append_frame(Kind::Record, record)
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
        if self.end > ROTATE_BYTES {
            return self.replace(mark, self.header.abstain, &[]);
        }
        self.append_frame(Kind::Height, &mark.to_le_bytes())?;
        self.sync()?;
        self.header.mark = mark;
        Ok(())
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

    fn append_frame(&mut self, kind: Kind, bytes: &[u8]) -> Result<(), WalError> {
        let end = self.end + frame::frame_len(bytes.len());
        let frame = frame::encode_frame(self.header.salt, kind, self.written, self.durable, bytes);
        let result = self.grow_to(end).and_then(|()| self.file.write_at(&frame, self.end as u64));
        self.poison_on_error("append to the log", result)?;
        (self.end, self.written) = (end, self.written + 1);
        Ok(())
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
        (self.written, self.durable) = (written.frames, written.frames);
        Ok(())
    }

    fn fresh(disk: Box<dyn Disk>, mark: u64, abstain: bool) -> Result<Self, WalError> {
        let log = write_new(disk.as_ref(), mark, abstain, &[])
            .map_err(|source| WalError::Io { doing: "make the log", source })?;
        Ok(Self::over(disk, log))
    }

    fn over(disk: Box<dyn Disk>, log: WrittenLog) -> Self {
        let WrittenLog { file, header, frames, end, allocated } = log;
        Self { disk, file, header, end, allocated, written: frames, durable: frames, poisoned: false }
    }
}
