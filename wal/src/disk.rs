//! The only way from a log to a disk, narrow enough for tests to stand in its place.

use std::io;
use std::path::PathBuf;

/// A folder that holds a log.
pub trait Disk: Send + Sync {
    /// Where it is, for messages.
    fn folder(&self) -> PathBuf;

    /// All bytes of a file, `None` if there is no such file.
    ///
    /// # Errors
    /// Those of the operating system, and `InvalidData` if the file is longer than `len_max`.
    fn read(&self, name: &str, len_max: u64) -> io::Result<Option<Vec<u8>>>;

    /// A new, empty file in place of any of that name.
    ///
    /// # Errors
    /// Those of the operating system.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// A file that exists, for writing.
    ///
    /// # Errors
    /// Those of the operating system.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another's name in one step.
    ///
    /// # Errors
    /// Those of the operating system.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// A random number for the checksums of a new file, so that nobody can foresee them.
    ///
    /// # Errors
    /// Those of the operating system.
    fn salt(&self) -> io::Result<u64>;

    /// Makes names durable: what was created or renamed before survives a crash after.
    ///
    /// # Errors
    /// Those of the operating system.
    fn sync_folder(&self) -> io::Result<()>;
}

/// An open file of a [`Disk`].
pub trait DiskFile: Send + Sync {
    /// Writes all bytes at an offset, which may lie at the end of the file and then lengthens it.
    ///
    /// # Errors
    /// Those of the operating system; some of the bytes may have been written.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes everything written before durable, with the length of the file (fdatasync).
    ///
    /// # Errors
    /// Those of the operating system; then nothing is known about what was written before.
    fn sync(&mut self) -> io::Result<()>;
}
