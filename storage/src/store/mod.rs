//! The block store: everything final, each height written in one step.
//!
//! In go records of final heights, out come blocks with their proofs, the state at the tip, and
//! pages of transactions by session, account, bank and status.
//!
//! ```text
//!  empty --init(snapshot)--> at height b --commit--> at b + 1 --commit--> ...
//!                                 |                     |
//!                                 +--- load, certified, tx, txs: beside commits, from any thread
//! ```
//!
//! A height is one write batch across all column families, synced before `commit` returns: after a
//! crash at any instant it is there whole or not at all (faults 44 and 45), and what was announced
//! is there. After a failed write the store is *poisoned* and takes no more heights until the node
//! starts again: what the disk holds is unknown until RocksDB has recovered it.

mod balances;
mod columns;
mod commit;
mod db;
mod index;
mod meta;
mod observed;
mod options;
mod public_row;
mod reads;
mod record;
#[doc(hidden)]
pub mod rows;
mod settled;
mod state;
mod subjects;

pub use balances::{BALANCES_MAX, BalanceAt};
pub use index::{Cursor, Order, PAGE_ENTRIES_MAX, Page, PageQuery, Subject, TxStatus};
pub use meta::STORE_FORMAT;
pub use options::StoreOptions;
pub(crate) use options::synced;
pub use record::{Committed, HeightRecord, TxPlace};

use crate::error::StoreError;
use db::Db;
use idx_chain::{Snapshot, Tip};
use idx_types::{ChainId, Height};
use meta::Span;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use subjects::SessionAccounts;

/// The open block store. Reads run beside writes; share it by `Arc`.
pub struct Store {
    db: Db,
    chain_id: ChainId,
    span: RwLock<Option<Span>>,
    writer: Mutex<Writer>,
}

/// What only one thread at a time may do.
#[derive(Default)]
struct Writer {
    sessions: SessionAccounts,
    poisoned: bool,
}

impl Store {
    /// Opens the store at a path, or makes an empty one.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::UnknownFormat`], [`StoreError::WrongChain`],
    /// [`StoreError::Corrupt`] or those of the disk.
    pub fn open(path: &Path, options: &StoreOptions) -> Result<Self, StoreError> {
        let (db, span) = meta::open(path, options)?;
        let (span, writer) = (RwLock::new(span), Mutex::default());
        Ok(Self { db, chain_id: options.chain_id, span, writer })
    }

    /// Whether there is no state yet.
    pub fn is_empty(&self) -> bool {
        self.span().is_none()
    }

    /// The last height with its hashes; `None` while empty.
    pub fn tip(&self) -> Option<Tip> {
        self.span().map(|span| span.tip)
    }

    /// The last height; `None` while empty, 0 with nothing but genesis.
    pub fn height(&self) -> Option<Height> {
        self.tip().map(|tip| tip.height)
    }

    /// The height of the state that the store began with: blocks begin after it.
    pub fn base(&self) -> Option<Height> {
        self.span().map(|span| Height(span.base))
    }

    /// Writes the state that the store begins with: genesis, or a snapshot that was checked against
    /// a certified state root. If it is cut short the store is still empty.
    ///
    /// # Errors
    /// [`StoreError::AlreadyInitialised`], [`StoreError::Inconsistent`] for a state of another
    /// network, or those of the disk.
    pub fn init(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let mut writer = self.writer()?;
        if let Some(tip) = self.height() {
            return Err(StoreError::AlreadyInitialised { tip });
        }
        let tip = snapshot.core.tip;
        if snapshot.core.chain_id != self.chain_id {
            let what = "the state is of another network";
            return Err(StoreError::Inconsistent { height: tip.height, what });
        }
        writer.poison_on_error(state::init(&self.db, snapshot))?;
        self.set_span(Span { base: tip.height.0, tip });
        Ok(())
    }

    /// The whole state at the tip, `None` while empty. `chain::State::restore` checks it against its root.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or those of the disk.
    pub fn load(&self) -> Result<Option<Snapshot>, StoreError> {
        // No commit in between: the rows would be of two heights.
        let _writer = self.writer()?;
        self.span().map(|span| state::load(&self.db, &span)).transpose()
    }

    /// Makes a height durable, in one step. It must follow the tip; the tip itself again is fine.
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`], [`StoreError::Fork`], [`StoreError::Inconsistent`] and
    /// [`StoreError::Empty`] change nothing; those of the disk poison the store.
    pub fn commit(&self, record: &HeightRecord) -> Result<Committed, StoreError> {
        let mut writer = self.writer()?;
        let span = self.span().ok_or(StoreError::Empty)?;
        if self.is_there(&span, record)? {
            return Ok(Committed::AlreadyThere);
        }
        record.check(self.chain_id)?;
        let batch = commit::batch_of(&self.db, &mut writer.sessions, record)?;
        writer.poison_on_error(self.db.write(batch))?;
        self.set_span(Span { tip: *record.tip(), ..span });
        Ok(Committed::Written)
    }

    fn is_there(&self, span: &Span, record: &HeightRecord) -> Result<bool, StoreError> {
        let (tip, height) = (span.tip.height, record.height());
        let (ours, theirs) = (span.tip.private_hash, record.private_hash());
        if height > tip && height == tip.next() {
            return Ok(false);
        }
        match height {
            _ if height != tip => Err(StoreError::OutOfOrder { tip, height }),
            _ if ours == theirs => Ok(true),
            _ => Err(StoreError::Fork { height, ours, theirs }),
        }
    }

    /// Makes a consistent copy of the store at a path that does not exist, while the node runs.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn checkpoint(&self, path: &Path) -> Result<(), StoreError> {
        self.db.checkpoint(path)
    }

    fn span(&self) -> Option<Span> {
        *self.span.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_span(&self, span: Span) {
        *self.span.write().unwrap_or_else(PoisonError::into_inner) = Some(span);
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, StoreError> {
        let writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        if writer.poisoned { Err(StoreError::Poisoned) } else { Ok(writer) }
    }
}

impl Writer {
    fn poison_on_error<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.poisoned |= result.is_err();
        result
    }
}
