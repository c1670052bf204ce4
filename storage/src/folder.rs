//! A log's folder in the file system, locked while it is in use.

use idx_wal::{Disk, DiskFile, WalError};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A folder of the file system, locked for as long as this value lives.
pub struct FolderDisk {
    folder: PathBuf,
    _lock: File,
}

/// Name of the file that is locked; it stays when the lock goes.
const LOCK: &str = "lock";

impl FolderDisk {
    /// Locks a folder that exists.
    ///
    /// # Errors
    /// [`WalError::Missing`] without the folder, [`WalError::InUse`] if another has the lock.
    pub fn open(folder: &Path) -> Result<Self, WalError> {
        if !folder.is_dir() {
            return Err(WalError::Missing { folder: folder.to_owned() });
        }
        let path = folder.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|source| WalError::Io { doing: "open the log's lock file", source })?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(WalError::InUse { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => {
                Err(WalError::Io { doing: "lock the log's folder (is it on a network disk?)", source })
            }
        }
    }

    /// Makes the folder if it is not there, durably, and locks it.
    ///
    /// # Errors
    /// As [`FolderDisk::open`], and [`WalError::Io`].
    pub fn create(folder: &Path) -> Result<Self, WalError> {
        make_folder(folder).map_err(|source| WalError::Io { doing: "make the log's folder", source })?;
        Self::open(folder)
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

impl Disk for FolderDisk {
    fn folder(&self) -> PathBuf {
        self.folder.clone()
    }

    fn read(&self, name: &str, len_max: u64) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(self.folder.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(len_max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > len_max {
            let text = format!("{name} is longer than {len_max} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(Some(bytes))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(FolderFile(File::create(self.folder.join(name))?)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(FolderFile(OpenOptions::new().write(true).open(self.folder.join(name))?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.folder.join(from), self.folder.join(to))
    }

    fn salt(&self) -> io::Result<u64> {
        let mut salt = [0; 8];
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        Ok(u64::from_le_bytes(salt))
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

struct FolderFile(File);

impl DiskFile for FolderFile {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}
