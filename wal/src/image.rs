//! A whole log at once: reading it, and putting a new one in its place in one step.

use crate::WAL_BYTES_MAX;
use crate::disk::{Disk, DiskFile};
use crate::error::WalError;
use crate::frame::{self, HEADER_LEN, Header, Kind};
use crate::recovery::EXTENT;
use std::io;

/// Name of the log in its folder.
const LOG: &str = "log";
/// Name of a log that is being written; a leftover of a crash is written over.
const LOG_NEW: &str = "log.new";

/// A log that has just taken its place.
pub(super) struct WrittenLog {
    pub file: Box<dyn DiskFile>,
    pub header: Header,
    pub frames: u32,
    pub end: usize,
    pub allocated: usize,
}

/// All bytes of the log, `None` if there is none.
pub(super) fn read_log(disk: &dyn Disk) -> Result<Option<Vec<u8>>, WalError> {
    let len_max = WAL_BYTES_MAX + 2 * EXTENT as u64;
    disk.read(LOG, len_max).map_err(|source| WalError::Io { doing: "read the log", source })
}

/// Opens the log that was read and makes it durable as it is.
pub(super) fn sync_old(disk: &dyn Disk) -> io::Result<Box<dyn DiskFile>> {
    let mut file = disk.open(LOG)?;
    file.sync()?;
    disk.sync_folder()?;
    Ok(file)
}

/// Writes a whole log beside the present one, then takes its place: at every instant one of the
/// two is there, complete.
pub(super) fn write_new(
    disk: &dyn Disk,
    mark: u64,
    abstain: bool,
    records: &[&[u8]],
) -> io::Result<WrittenLog> {
    let header = Header { mark, abstain, salt: disk.salt()? };
    let (image, end) = image_of(&header, records);
    let mut file = disk.create(LOG_NEW)?;
    file.write_at(&image, 0)?;
    file.sync()?;
    disk.rename(LOG_NEW, LOG)?;
    disk.sync_folder()?;
    Ok(WrittenLog { file, header, frames: records.len() as u32, end, allocated: image.len() })
}

/// The bytes of a new log in whole extents, and where its records end.
fn image_of(header: &Header, records: &[&[u8]]) -> (Vec<u8>, usize) {
    let mut image = header.encode();
    // All become durable before the file gets its name, so each may say so of the others.
    let durable = records.len() as u32;
    for (index, record) in (0..).zip(records) {
        image.extend(frame::encode_frame(header.salt, Kind::Record, index, durable, record));
    }
    let end = image.len();
    let extents = (end - HEADER_LEN).div_ceil(EXTENT).max(1);
    image.resize(HEADER_LEN + extents * EXTENT, 0);
    (image, end)
}
