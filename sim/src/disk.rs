//! A node's disks: the block store, written atomically, and the journal, of which a crash loses
//! what was not synced.

use crate::mutant::Mutant;
use idx_chain::{RestoreError, Snapshot, State};
use idx_crypto::Verifier;
use idx_replica::{Finalized, JournalEntry, Start};
use idx_types::Height;
use idx_types::wire::CertifiedHeight;
use std::sync::Arc;

/// Everything that outlives a crash.
#[derive(Clone)]
pub struct Disk {
    snapshot: Snapshot,
    heights: Vec<Arc<CertifiedHeight>>,
    journal_height: Height,
    synced: Vec<Vec<u8>>,
    unsynced: Vec<Vec<u8>>,
    /// The journal disk was lost; the next start is a `recover`.
    pub journal_lost: bool,
}

impl Disk {
    /// The disks of a node that was just set up.
    pub fn new(genesis: &State) -> Self {
        Self {
            snapshot: genesis.snapshot(),
            heights: Vec::new(),
            journal_height: Height::GENESIS,
            synced: Vec::new(),
            unsynced: Vec::new(),
            journal_lost: false,
        }
    }

    /// Appends to the journal; the first entry of a height starts a new one.
    pub fn append(&mut self, height: Height, entry: &JournalEntry) {
        // A mind that abstains writes nothing: the lost history is behind it now.
        self.journal_lost = false;
        if height != self.journal_height {
            self.journal_height = height;
            self.synced.clear();
            self.unsynced.clear();
        }
        self.unsynced.push(borsh::to_vec(entry).expect("writing to memory"));
    }

    /// Makes the journal durable.
    pub fn sync(&mut self) {
        self.synced.append(&mut self.unsynced);
    }

    /// A crash: of the unsynced entries only the first `survivors` reached the disk.
    pub fn crash(&mut self, survivors: usize) {
        self.unsynced.truncate(survivors);
        self.sync();
    }

    /// Unsynced entries.
    pub fn unsynced(&self) -> usize {
        self.unsynced.len()
    }

    /// One atomic, synced write.
    pub fn commit(&mut self, finalized: &Finalized, mutant: Option<Mutant>) {
        if mutant == Some(Mutant::CommitNotDurable) {
            return;
        }
        let delta = &finalized.delta;
        let dropped = usize::from(mutant == Some(Mutant::AccountNotStored));
        for (index, account) in delta.accounts.iter().skip(dropped) {
            put(&mut self.snapshot.accounts, *index, account);
        }
        for (index, session) in &delta.sessions {
            put(&mut self.snapshot.sessions, *index, session);
        }
        self.snapshot.settled.retain(|(until, _)| *until >= delta.expired_before);
        self.snapshot.settled.extend(delta.settled.iter().copied());
        self.snapshot.core = delta.core.clone();
        self.heights.push(finalized.certified.clone());
    }

    /// Final heights from `from` on.
    pub fn range(&self, from: Height, count: usize) -> Vec<CertifiedHeight> {
        let start = usize::try_from(from.0.saturating_sub(1)).unwrap_or(usize::MAX);
        self.heights.iter().skip(start).take(count).map(|height| (**height).clone()).collect()
    }

    /// The last final height.
    pub fn tip(&self) -> Option<&Arc<CertifiedHeight>> {
        self.heights.last()
    }

    /// The journal disk is replaced by an empty one, and the operator says so.
    pub fn lose_journal(&mut self) {
        self.synced.clear();
        self.unsynced.clear();
        self.journal_height = Height::GENESIS;
        self.journal_lost = true;
    }

    /// The block store is replaced by an older one; the journal is not part of a backup.
    pub fn restore_store(&mut self, older: &Self) {
        self.snapshot = older.snapshot.clone();
        self.heights = older.heights.clone();
    }

    /// What a planted bug does to the journal at a restart.
    pub(crate) fn tamper(&mut self, mutant: Option<Mutant>) {
        match mutant {
            Some(Mutant::JournalForgotten) => self.synced.clear(),
            Some(Mutant::JournalHalved) => self.synced.truncate(self.synced.len() / 2),
            _ => {}
        }
    }

    /// The state and start input of a node that reads its disks.
    ///
    /// # Errors
    /// What is wrong with the stored state.
    pub fn load(&self, verifier: Arc<dyn Verifier>) -> Result<(State, Start), RestoreError> {
        let state = State::restore_with(self.snapshot.clone(), verifier)?;
        let journal =
            self.synced.iter().map(|bytes| borsh::from_slice(bytes).expect("synced entries decode"));
        let start = Start {
            journal: if self.journal_lost { Vec::new() } else { journal.collect() },
            journal_height: self.journal_height,
            history_lost: self.journal_lost,
        };
        Ok((state, start))
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
