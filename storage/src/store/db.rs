//! RocksDB behind the few operations the store needs, with errors that say what was being done.

use super::columns::Column;
use super::options::{self, StoreOptions};
use crate::error::StoreError;
use rocksdb::checkpoint::Checkpoint;
use rocksdb::{ColumnFamily, DB, DBPinnableSlice, Direction, Options, WriteBatch};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

/// The open database.
pub(super) struct Db(DB);

/// What the column families on disk say before the database is opened.
pub(super) enum OnDisk {
    /// There is no database yet.
    Nothing,
    /// The families of this software, or some of them if its making was cut short.
    Known {
        /// All of them are there.
        complete: bool,
    },
    /// Families that this software does not know.
    Foreign,
}

/// Looks at a folder without changing it.
pub(super) fn look(path: &Path) -> Result<OnDisk, StoreError> {
    if !path.join("CURRENT").exists() {
        return if has_tables(path) {
            Err(StoreError::garbled("the store's folder", "CURRENT is missing, but there are table files"))
        } else {
            Ok(OnDisk::Nothing)
        };
    }
    let names = DB::list_cf(&Options::default(), path)
        .map_err(|error| StoreError::rocks("list the column families", &error))?;
    let found: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let known: BTreeSet<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    let complete = found == known;
    Ok(if found.is_subset(&known) { OnDisk::Known { complete } } else { OnDisk::Foreign })
}

/// Whether there are RocksDB's table files: then RocksDB must not make a new database here.
fn has_tables(path: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|ext| ext == "sst"))
}

/// Reads one value of [`Column::Meta`] of a database that may be of another format.
pub(super) fn peek(path: &Path, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let family = [Column::Meta.name()];
    DB::open_cf_for_read_only(&Options::default(), path, family, false)
        .and_then(|db| db.get(key))
        .map_err(|error| StoreError::rocks("read the format of the store", &error))
}

impl Db {
    /// Opens or makes the database.
    pub fn open(path: &Path, settings: &StoreOptions) -> Result<Self, StoreError> {
        std::fs::create_dir_all(path).map_err(|error| StoreError::Io {
            doing: "make the folder of the block store",
            detail: error.to_string(),
        })?;
        let families = options::columns(settings);
        DB::open_cf_descriptors(&options::database(settings), path, families).map(Self).map_err(|error| {
            let detail = error.to_string();
            if detail.contains("LOCK") || detail.contains("lock file") {
                return StoreError::Locked { path: path.to_owned(), detail };
            }
            StoreError::rocks("open the block store", &error)
        })
    }

    /// The value of a key.
    pub fn get(&self, column: Column, key: &[u8]) -> Result<Option<DBPinnableSlice<'_>>, StoreError> {
        self.0.get_pinned_cf(self.family(column), key).map_err(|error| rocks(column, &error))
    }

    /// Hands rows to a visitor from a key on, until it breaks or the column family ends.
    pub fn scan(
        &self,
        column: Column,
        from: &[u8],
        direction: Direction,
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut rows = self.0.raw_iterator_cf(self.family(column));
        match direction {
            Direction::Forward => rows.seek(from),
            Direction::Reverse => rows.seek_for_prev(from),
        }
        while let Some((key, value)) = rows.item() {
            if visit(key, value)?.is_break() {
                return Ok(());
            }
            match direction {
                Direction::Forward => rows.next(),
                Direction::Reverse => rows.prev(),
            }
        }
        rows.status().map_err(|error| rocks(column, &error))
    }

    /// Whether a column family has no row.
    pub fn is_empty(&self, column: Column) -> Result<bool, StoreError> {
        let mut empty = true;
        self.scan(column, &[], Direction::Forward, |_, _| {
            empty = false;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(empty)
    }

    /// Puts a row into a batch.
    pub fn put(&self, batch: &mut WriteBatch, column: Column, key: &[u8], value: &[u8]) {
        batch.put_cf(self.family(column), key, value);
    }

    /// Puts the removal of keys in `from..to` into a batch.
    pub fn delete_range(&self, batch: &mut WriteBatch, column: Column, from: &[u8], to: &[u8]) {
        batch.delete_range_cf(self.family(column), from, to);
    }

    /// Writes a batch in one step and waits until it is on disk.
    pub fn write(&self, batch: WriteBatch) -> Result<(), StoreError> {
        self.0
            .write_opt(batch, &options::synced())
            .map_err(|error| StoreError::rocks("write to the block store", &error))
    }

    /// Makes a copy at a path that does not exist; files that never change are linked, not copied.
    pub fn checkpoint(&self, path: &Path) -> Result<(), StoreError> {
        Checkpoint::new(&self.0)
            .and_then(|checkpoint| checkpoint.create_checkpoint(path))
            .map_err(|error| StoreError::rocks("make a checkpoint", &error))
    }

    fn family(&self, column: Column) -> &ColumnFamily {
        self.0.cf_handle(column.name()).expect("opened with all column families")
    }
}

fn rocks(column: Column, error: &rocksdb::Error) -> StoreError {
    StoreError::rocks(column.name(), error)
}
