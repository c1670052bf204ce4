//! A node's disks: the block store, written atomically, and the log of signed history, which is the
//! production log on a disk in memory that tears, forgets, fills and rots.

use crate::mutant::Mutant;
use idx_chain::{RestoreError, Snapshot, State};
use idx_crypto::Verifier;
use idx_replica::{Finalized, Journal, JournalError, PAST_MAX, Past, Start};
use idx_types::Height;
use idx_types::wire::CertifiedHeight;
use idx_wal::memory::{Fault, MemoryDisk};
use idx_wal::{Wal, WalError};
use std::io;
use std::sync::Arc;

/// Name of the log's file.
const LOG: &str = "log";

/// Bits of the log in which rot is looked for; what lies behind is mostly zeros of its growth.
const ROT_BITS: u64 = 8 * 16 * 1024;

/// The final heights and the state after the last of them.
#[derive(Clone)]
struct BlockStore {
    snapshot: Snapshot,
    heights: Vec<Arc<CertifiedHeight>>,
    /// Its checksums do not hold.
    rotten: bool,
}

/// Everything that outlives a crash.
pub struct Disk {
    store: BlockStore,
    log: MemoryDisk,
    /// No room is left on either.
    full: bool,
    /// The power will fail in the middle of one of the log's next operations.
    cut_planned: bool,
}

/// Why the log's disk said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiskFailure {
    /// The disk is full.
    NoRoom,
    /// The power failed in the middle of an operation.
    PowerCut,
}

/// Why a node cannot start from its disks.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The block store is rotten.
    #[error("the block store's checksums do not hold")]
    Store,
    /// What is stored does not add up.
    #[error("the stored state does not add up: {0}")]
    State(#[from] RestoreError),
    /// The log refuses.
    #[error("{0}")]
    Journal(#[from] JournalError),
}

impl LoadError {
    /// The log's own error, if it is one.
    pub(crate) const fn of_log(&self) -> Option<&WalError> {
        match self {
            Self::Journal(JournalError::Log(error)) => Some(error),
            _ => None,
        }
    }

    /// The log is damaged, or gone.
    pub const fn is_log_lost(&self) -> bool {
        matches!(self, Self::Journal(JournalError::Log(WalError::Damaged { .. } | WalError::Missing { .. })))
    }
}

impl Clone for Disk {
    /// An image, as a backup of everything would hold it.
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), log: self.log.image(), full: self.full, cut_planned: false }
    }
}

impl Disk {
    /// The disks of a node that was just set up.
    pub fn new(genesis: &State, seed: u64) -> Self {
        let log = MemoryDisk::default();
        log.seed(seed);
        Wal::create(log.clone()).expect("a new disk in memory takes a log");
        let store = BlockStore { snapshot: genesis.snapshot(), heights: Vec::new(), rotten: false };
        Self { store, log, full: false, cut_planned: false }
    }

    /// Both disks are new and empty; there is no log before `recover` makes one.
    pub fn replaced(&self, genesis: &State, seed: u64) -> Self {
        let log = MemoryDisk::default();
        log.seed(seed);
        log.set_full(self.full);
        let store = BlockStore { snapshot: genesis.snapshot(), heights: Vec::new(), rotten: false };
        Self { store, log, full: self.full, cut_planned: false }
    }

    /// The disk under the log.
    pub const fn log(&self) -> &MemoryDisk {
        &self.log
    }

    /// A power cut: of what was not synced, the sectors that `survives` picks.
    pub fn crash(&mut self, survives: impl FnMut() -> bool) {
        self.log = self.log.after_crash(survives);
        self.cut_planned = false;
    }

    /// The power will fail in the middle of the log's next operation but so many.
    pub(crate) fn cut_after(&mut self, operations: usize) {
        self.log.fail_at(operations, Fault::Crash);
        self.cut_planned = true;
    }

    /// It will not fail.
    pub(crate) fn never_mind(&mut self) {
        self.log.never_mind();
        self.cut_planned = false;
    }

    /// What of the plan made the log's disk say no; `None` if nothing did, and the log is to blame.
    pub(crate) fn failure(&self, error: &WalError) -> Option<DiskFailure> {
        let WalError::Io { source, .. } = error else { return None };
        match source.kind() {
            io::ErrorKind::StorageFull if self.full => Some(DiskFailure::NoRoom),
            io::ErrorKind::Other if self.cut_planned => Some(DiskFailure::PowerCut),
            _ => None,
        }
    }

    /// No file can be made or lengthened, until it is called with `false`.
    pub fn set_full(&mut self, full: bool) {
        self.full = full;
        self.log.set_full(full);
    }

    /// One atomic, synced write. Answers whether there was room.
    pub fn commit(&mut self, finalized: &Finalized, mutant: Option<Mutant>) -> bool {
        if self.full || mutant == Some(Mutant::CommitNotDurable) {
            return !self.full;
        }
        let delta = &finalized.delta;
        let dropped = usize::from(mutant == Some(Mutant::AccountNotStored));
        let snapshot = &mut self.store.snapshot;
        for (index, account) in delta.accounts.iter().skip(dropped) {
            put(&mut snapshot.accounts, *index, account);
        }
        for (index, session) in &delta.sessions {
            put(&mut snapshot.sessions, *index, session);
        }
        snapshot.settled.retain(|(until, _)| *until >= delta.expired_before);
        snapshot.settled.extend(delta.settled.iter().copied());
        snapshot.core = delta.core.clone();
        self.store.heights.push(finalized.certified.clone());
        true
    }

    /// Final heights from `from` on.
    pub fn range(&self, from: Height, count: usize) -> Vec<CertifiedHeight> {
        let start = usize::try_from(from.0.saturating_sub(1)).unwrap_or(usize::MAX);
        self.store.heights.iter().skip(start).take(count).map(|height| (**height).clone()).collect()
    }

    /// All final heights.
    pub fn heights(&self) -> &[Arc<CertifiedHeight>] {
        &self.store.heights
    }

    /// The last final height.
    pub fn tip(&self) -> Option<&Arc<CertifiedHeight>> {
        self.store.heights.last()
    }

    /// A bit of the log flips, among those in use.
    pub fn rot_log(&self, place: u64) {
        let bits = (self.log.len_of(LOG) as u64 * 8).min(ROT_BITS);
        self.log.flip(LOG, place % bits.max(1));
    }

    /// The block store does not read any more.
    pub const fn rot_store(&mut self) {
        self.store.rotten = true;
    }

    /// The journal's disk is replaced by an empty one, and the operator says so (`recover`).
    ///
    /// # Errors
    /// If there is no room.
    pub fn recover_log(&mut self) -> Result<(), WalError> {
        Wal::create_abstaining(self.log.clone()).map(drop)
    }

    /// The block store is replaced by another; the journal is not part of a backup.
    pub fn restore_store(&mut self, other: &Self) {
        self.store = other.store.clone();
    }

    /// What a planted bug does to the journal at a restart: it is gone, or half of it, and nobody
    /// says so.
    pub(crate) fn tamper(&self, mutant: Option<Mutant>) {
        let keep = |all: usize| match mutant {
            Some(Mutant::JournalForgotten) => Some(0),
            Some(Mutant::JournalHalved) => Some(all / 2),
            _ => None,
        };
        if keep(0).is_some()
            && let Ok((mut wal, found)) = Wal::open(self.log.clone())
        {
            let kept = keep(found.records.len()).unwrap_or(0);
            let records: Vec<&[u8]> = found.records.iter().take(kept).map(Vec::as_slice).collect();
            wal.rewrite(&records).expect("the planted bug writes to a sound disk");
        }
    }

    /// The state, the open journal and the start input of a node that reads its disks.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn load(&self, verifier: Arc<dyn Verifier>) -> Result<(State, Journal, Start), LoadError> {
        if self.store.rotten {
            return Err(LoadError::Store);
        }
        let state = State::restore_with(self.store.snapshot.clone(), verifier)?;
        let (journal, mut start, _) = Journal::open(self.log.clone())?;
        let first = self.store.heights.len().saturating_sub(PAST_MAX);
        start.past = self.store.heights[first..].iter().map(|height| Past::from(&**height)).collect();
        Ok((state, journal, start))
    }
}

fn put<T: Clone>(items: &mut Vec<T>, index: u64, item: &T) {
    let index = usize::try_from(index).expect("indexes fit memory");
    if index < items.len() {
        items[index] = item.clone();
    } else {
        items.push(item.clone());
    }
}
