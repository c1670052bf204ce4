//! A disk in memory that knows what a crash may lose: unsynced sectors and unsynced names. It fails,
//! tears, forgets and rots as asked, and never by itself; tests and the simulator stand on it.

use crate::{Disk, DiskFile};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What happens at one chosen operation that changes the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A write puts half its bytes, then there is no space; anything else just fails.
    NoSpace,
    /// The machine stops in the middle: this and every later operation fails.
    Crash,
}

/// A file: what it holds now, and what its unsynced sectors held when they were last synced.
#[derive(Default, Clone)]
struct Inode {
    now: Vec<u8>,
    durable_len: usize,
    unsynced: BTreeMap<usize, Vec<u8>>,
}

#[derive(Default, Clone)]
struct Inner {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Earlier states of the names that are not durable yet, oldest first.
    name_history: Vec<BTreeMap<String, usize>>,
    salts: u64,
    operations: usize,
    fault: Option<(usize, Fault)>,
    full: bool,
    dead: bool,
}

/// The disk. Clones share it.
#[derive(Default, Clone)]
pub struct MemoryDisk(Arc<Mutex<Inner>>);

impl MemoryDisk {
    /// A disk that durably holds this log.
    pub fn holding(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        {
            let mut inner = disk.inner();
            inner.inodes.push(Inode { durable_len: bytes.len(), now: bytes, ..Inode::default() });
            inner.names.insert("log".to_owned(), 0);
            inner.durable_names = inner.names.clone();
        }
        disk
    }

    /// Salts of new files are drawn from here on: disks that start alike write alike.
    pub fn seed(&self, seed: u64) {
        self.inner().salts = seed;
    }

    /// Plans a fault at the operation of this number, counted from now.
    pub fn fail_at(&self, operation: usize, fault: Fault) {
        let mut inner = self.inner();
        inner.fault = Some((inner.operations + operation, fault));
    }

    /// Takes back a planned fault.
    pub fn never_mind(&self) {
        self.inner().fault = None;
    }

    /// While it is full, files cannot be made or lengthened; a write beyond the end puts half.
    pub fn set_full(&self, full: bool) {
        self.inner().full = full;
    }

    /// Flips a bit of a file on the platter; `place` is taken modulo the file's bits.
    pub fn flip(&self, name: &str, place: u64) {
        self.damage(name, |bytes| {
            let bits = bytes.len() as u64 * 8;
            if let Some(bit) = place.checked_rem(bits) {
                bytes[usize::try_from(bit / 8).expect("within the file")] ^= 1 << (bit % 8);
            }
        });
    }

    /// Changes the bytes of a file on the platter, if there is one of that name.
    pub fn damage(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut inner = self.inner();
        if let Some(inode) = inner.names.get(name).copied() {
            let inode = &mut inner.inodes[inode];
            change(&mut inode.now);
            inode.sync();
        }
    }

    /// Bytes of a file; 0 if it is not there.
    pub fn len_of(&self, name: &str) -> usize {
        let inner = self.inner();
        inner.names.get(name).map_or(0, |inode| inner.inodes[*inode].now.len())
    }

    /// Operations so far that changed the disk.
    pub fn operations(&self) -> usize {
        self.inner().operations
    }

    /// A copy that goes its own way: an image of the disk.
    pub fn image(&self) -> Self {
        Self(Arc::new(Mutex::new(self.inner().clone())))
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
        let reachable = |number: &usize| names.values().any(|named| named == number);
        let inodes = inner.inodes.iter().enumerate().map(|(number, inode)| {
            if reachable(&number) { inode.after_crash(&mut survives) } else { Inode::default() }
        });
        let inodes = inodes.collect();
        let (salts, full) = (inner.salts, inner.full);
        let after = Inner { inodes, durable_names: names.clone(), names, salts, full, ..Inner::default() };
        Self(Arc::new(Mutex::new(after)))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        Box::new(MemoryFile { disk: self.clone(), inode })
    }
}

impl Inode {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        self.now.resize(self.now.len().max(end), 0);
        for sector in offset / SECTOR..end.div_ceil(SECTOR) {
            let start = sector * SECTOR;
            let held = &self.now[start..(start + SECTOR).min(self.now.len())];
            self.unsynced.entry(sector).or_insert_with(|| held.to_vec());
        }
        self.now[offset..end].copy_from_slice(bytes);
    }

    fn sync(&mut self) {
        self.durable_len = self.now.len();
        self.unsynced.clear();
    }

    /// A new length survives or not by itself; sectors beyond it are lost.
    fn after_crash(&self, survives: &mut impl FnMut() -> bool) -> Self {
        let mut bytes = self.now.clone();
        for (sector, held) in &self.unsynced {
            if !survives() {
                bytes[sector * SECTOR..sector * SECTOR + held.len()].copy_from_slice(held);
            }
        }
        if self.now.len() > self.durable_len && !survives() {
            bytes.truncate(self.durable_len);
        }
        Self { durable_len: bytes.len(), now: bytes, unsynced: BTreeMap::new() }
    }
}

impl Disk for MemoryDisk {
    fn folder(&self) -> PathBuf {
        PathBuf::from("memory")
    }

    fn read(&self, name: &str, len_max: u64) -> io::Result<Option<Vec<u8>>> {
        let inner = self.inner();
        let Some(inode) = inner.names.get(name) else { return Ok(None) };
        let bytes = &inner.inodes[*inode].now;
        if bytes.len() as u64 > len_max {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Some(bytes.clone()))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        if self.inner().full {
            return Err(io::ErrorKind::StorageFull.into());
        }
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
        let inode = self.inner().names.get(from).copied();
        let Some(inode) = inode else { return Err(io::ErrorKind::NotFound.into()) };
        self.simple(|inner| {
            inner.name_history.push(inner.names.clone());
            inner.names.remove(from);
            inner.names.insert(to.to_owned(), inode);
        })
    }

    fn salt(&self) -> io::Result<u64> {
        let mut inner = self.inner();
        inner.salts = inner.salts.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        Ok(inner.salts)
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.simple(|inner| {
            inner.name_history.clear();
            inner.durable_names = inner.names.clone();
            inner.forget_unreachable();
        })
    }
}

impl Inner {
    /// Files without a name lose their bytes, unless a crash could give the name back.
    fn forget_unreachable(&mut self) {
        let names = &self.names;
        for (number, inode) in self.inodes.iter_mut().enumerate() {
            if names.values().all(|named| *named != number) {
                *inode = Inode::default();
            }
        }
    }
}

struct MemoryFile {
    disk: MemoryDisk,
    inode: usize,
}

impl DiskFile for MemoryFile {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let half = &bytes[..bytes.len() / 2];
        match self.disk.operation() {
            Ok(mut inner) => {
                let full = inner.full;
                let inode = &mut inner.inodes[self.inode];
                if full && offset + bytes.len() > inode.now.len() {
                    inode.write(half, offset);
                    return Err(io::ErrorKind::StorageFull.into());
                }
                inode.write(bytes, offset);
                Ok(())
            }
            Err((mut inner, error)) => {
                inner.inodes[self.inode].write(half, offset);
                Err(error)
            }
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        let inode = self.inode;
        self.disk.simple(|inner| inner.inodes[inode].sync())
    }
}
