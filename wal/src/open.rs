//! Opening a log that exists.

use crate::Wal;
use crate::disk::Disk;
use crate::error::WalError;
use crate::frame::{self, Header, HeaderError};
use crate::image::{WrittenLog, read_log, sync_old, write_new};
use crate::recovery::{self, DamagedAt, Frames, Scan};

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

impl Wal {
    /// Opens the log and reads back what is whole in it.
    ///
    /// # Errors
    /// [`WalError::Missing`], [`WalError::Damaged`], [`WalError::UnknownFormat`] or
    /// [`WalError::Io`].
    pub fn open(disk: impl Disk + 'static) -> Result<(Self, Recovered), WalError> {
        let folder = disk.folder();
        let bytes = read_log(&disk)?.ok_or_else(|| WalError::Missing { folder: folder.clone() })?;
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
        let scan = recovery::scan(&bytes, &header).map_err(damaged)?;
        Self::resume(Box::new(disk), header, scan)
    }

    /// Makes everything that was read durable before anyone acts on it. A torn tail is left behind
    /// in the old file: wiping it in place could be cut short and then look like damage.
    fn resume(disk: Box<dyn Disk>, header: Header, scan: Scan) -> Result<(Self, Recovered), WalError> {
        let Scan { frames: Frames { mark, records, count, end }, torn, allocated } = scan;
        let (header, abstain) = (Header { mark, ..header }, header.abstain);
        let log = if torn > 0 {
            let kept: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
            write_new(disk.as_ref(), mark, abstain, &kept)
        } else {
            sync_old(disk.as_ref()).map(|file| WrittenLog { file, header, frames: count, end, allocated })
        };
        let log = log.map_err(|source| WalError::Io { doing: "make the recovered log durable", source })?;
        let recovered = Recovered { height_mark: mark, abstain, records, torn_bytes: torn as u64 };
        Ok((Self::over(disk, log), recovered))
    }
}
