//! A disk in memory that keeps apart what is written and what is durable.

use idx_storage::wal::{Disk, DiskFile};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a disk writes whole or not at all, bytes.
const SECTOR: usize = 512;

/// The file that is damaged.
const LOG: &str = "log";

#[derive(Clone, Default)]
struct File {
    written: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Clone, Default)]
struct Inner {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
}

/// Clones share the disk.
#[derive(Clone, Default)]
pub(super) struct MemoryDisk(Arc<Mutex<Inner>>);

struct Handle {
    disk: MemoryDisk,
    file: usize,
}

impl MemoryDisk {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another disk, with what a crash leaves of this one: durable bytes, and of the other sectors
    /// and names those that survive.
    pub(super) fn after_crash(&self, mut survives: impl FnMut() -> bool) -> Self {
        let inner = self.inner();
        let names = if survives() { inner.names.clone() } else { inner.durable_names.clone() };
        let files = inner.files.iter().map(|file| file.after_crash(&mut survives)).collect();
        let after = Inner { files, durable_names: names.clone(), names };
        Self(Arc::new(Mutex::new(after)))
    }

    /// Shortens the log, durably.
    pub(super) fn cut(&self, at: usize) {
        self.change(|bytes| bytes.truncate(at % (bytes.len() + 1)));
    }

    /// Changes bits of one byte of the log, durably; never to zero, which is what a sector looks like
    /// that was not written.
    pub(super) fn flip(&self, at: usize, mask: u8) {
        self.change(|bytes| {
            let at = at % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at).filter(|byte| **byte ^ mask != 0) {
                *byte ^= mask;
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut inner = self.inner();
        let Some(at) = inner.names.get(LOG).copied() else { return };
        let file = &mut inner.files[at];
        change(&mut file.written);
        file.durable = file.written.clone();
    }
}

impl File {
    fn after_crash(&self, survives: &mut impl FnMut() -> bool) -> Self {
        let len = if self.written.len() == self.durable.len() || survives() {
            self.written.len()
        } else {
            self.durable.len()
        };
        let mut left = self.durable.clone();
        left.resize(len, 0);
        for (old, new) in left.chunks_mut(SECTOR).zip(self.written.chunks(SECTOR)) {
            if old != &new[..old.len().min(new.len())] && survives() {
                old.copy_from_slice(&new[..old.len()]);
            }
        }
        Self { written: left.clone(), durable: left }
    }
}

impl Disk for MemoryDisk {
    fn folder(&self) -> PathBuf {
        PathBuf::from("memory")
    }

    fn read(&self, name: &str, _len_max: u64) -> io::Result<Option<Vec<u8>>> {
        let inner = self.inner();
        Ok(inner.names.get(name).map(|at| inner.files[*at].written.clone()))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut inner = self.inner();
        let file = inner.files.len();
        inner.files.push(File::default());
        inner.names.insert(name.to_owned(), file);
        Ok(Box::new(Handle { disk: self.clone(), file }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let file = self.inner().names.get(name).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Handle { disk: self.clone(), file }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut inner = self.inner();
        let file = inner.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        inner.names.insert(to.to_owned(), file);
        Ok(())
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut inner = self.inner();
        inner.durable_names = inner.names.clone();
        Ok(())
    }
}

impl DiskFile for Handle {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut inner = self.disk.inner();
        let written = &mut inner.files[self.file].written;
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        written.resize(written.len().max(end), 0);
        written[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut inner = self.disk.inner();
        let file = &mut inner.files[self.file];
        file.durable.clone_from(&file.written);
        Ok(())
    }
}
