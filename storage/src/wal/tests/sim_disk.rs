//! A disk in memory that knows what a crash may lose: unsynced sectors and unsynced names.

use super::super::{Disk, DiskFile};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

const SECTOR: usize = 512;

/// What happens at one chosen operation that changes the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A write puts half its bytes, then there is no space; anything else just fails.
    NoSpace,
    /// The machine stops in the middle: this and every later operation fails.
    Crash,
}

#[derive(Default, Clone)]
struct Inode {
    now: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Default)]
struct Inner {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Earlier states of the names that are not durable yet, oldest first.
    name_history: Vec<BTreeMap<String, usize>>,
    operations: usize,
    fault: Option<(usize, Fault)>,
    dead: bool,
}

/// Clones share the disk.
#[derive(Default, Clone)]
pub struct SimDisk(Arc<Mutex<Inner>>);

impl SimDisk {
    /// A disk that durably holds this log.
    pub fn holding(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        {
            let mut inner = disk.inner();
            inner.inodes.push(Inode { now: bytes.clone(), durable: bytes });
            inner.names.insert("log".to_owned(), 0);
            inner.durable_names = inner.names.clone();
        }
        disk
    }

    /// Plans a fault at the operation of this number, counted from now.
    pub fn fail_at(&self, operation: usize, fault: Fault) {
        let mut inner = self.inner();
        inner.fault = Some((inner.operations + operation, fault));
    }

    /// Operations so far that changed the disk.
    pub fn operations(&self) -> usize {
        self.inner().operations
    }

    /// The disk after a crash: durable bytes, and of the others the sectors that `survives` picks.
    pub fn after_crash(&self, mut survives: impl FnMut() -> bool) -> Self {
        let inner = self.inner();
        let mut names = inner.durable_names.clone();
        for later in inner.name_history.iter().chain([&inner.names]) {
            if !survives() {
                break;
            }
            names = later.clone();
        }
        let inodes: Vec<Inode> = inner.inodes.iter().map(|inode| inode.after_crash(&mut survives)).collect();
        let after = Inner { inodes, durable_names: names.clone(), names, ..Inner::default() };
        Self(Arc::new(Mutex::new(after)))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Counts an operation; `Err` if it is the one that fails.
    fn operation(&self) -> Result<MutexGuard<'_, Inner>, (MutexGuard<'_, Inner>, io::Error)> {
        let mut inner = self.inner();
        let number = inner.operations;
        inner.operations += 1;
        match inner.fault {
            Some((at, Fault::NoSpace)) if at == number => Err((inner, io::ErrorKind::StorageFull.into())),
            Some((at, Fault::Crash)) if at == number => {
                inner.dead = true;
                Err((inner, io::Error::other("crash")))
            }
            _ if inner.dead => Err((inner, io::Error::other("crashed before"))),
            _ => Ok(inner),
        }
    }

    fn simple(&self, change: impl FnOnce(&mut Inner)) -> io::Result<()> {
        let mut inner = self.operation().map_err(|(_, error)| error)?;
        change(&mut inner);
        Ok(())
    }

    fn file(&self, inode: usize) -> Box<dyn DiskFile> {
        Box::new(SimFile { disk: self.clone(), inode })
    }
}

impl Inode {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        self.now.resize(self.now.len().max(end), 0);
        self.now[offset..end].copy_from_slice(bytes);
    }

    /// A new length survives or not by itself; sectors beyond it are lost.
    fn after_crash(&self, survives: &mut impl FnMut() -> bool) -> Self {
        let mut bytes = self.durable.clone();
        if survives() {
            bytes.resize(self.now.len().max(bytes.len()), 0);
        }
        for (sector, now) in bytes.chunks_mut(SECTOR).zip(self.now.chunks(SECTOR)) {
            if survives() {
                let len = sector.len().min(now.len());
                sector[..len].copy_from_slice(&now[..len]);
            }
        }
        Self { now: bytes.clone(), durable: bytes }
    }
}

impl Disk for SimDisk {
    fn folder(&self) -> PathBuf {
        PathBuf::from("sim")
    }

    fn read(&self, name: &str, _len_max: u64) -> io::Result<Option<Vec<u8>>> {
        let inner = self.inner();
        Ok(inner.names.get(name).map(|inode| inner.inodes[*inode].now.clone()))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut number = 0;
        self.simple(|inner| {
            number = inner.inodes.len();
            inner.inodes.push(Inode::default());
            inner.name_history.push(inner.names.clone());
            inner.names.insert(name.to_owned(), number);
        })?;
        Ok(self.file(number))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let inode = self.inner().names.get(name).copied();
        inode.map(|inode| self.file(inode)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.simple(|inner| {
            inner.name_history.push(inner.names.clone());
            let inode = inner.names.remove(from).expect("renames what exists");
            inner.names.insert(to.to_owned(), inode);
        })
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.simple(|inner| {
            inner.name_history.clear();
            inner.durable_names = inner.names.clone();
        })
    }
}

struct SimFile {
    disk: SimDisk,
    inode: usize,
}

impl DiskFile for SimFile {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match self.disk.operation() {
            Ok(mut inner) => {
                inner.inodes[self.inode].write(bytes, offset as usize);
                Ok(())
            }
            Err((mut inner, error)) => {
                let half = &bytes[..bytes.len() / 2];
                inner.inodes[self.inode].write(half, offset as usize);
                Err(error)
            }
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        let inode = self.inode;
        self.disk.simple(|inner| inner.inodes[inode].durable = inner.inodes[inode].now.clone())
    }
}
