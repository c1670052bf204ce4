//! A bank's vault on disk: one RocksDB of its own, one column family a table, every batch synced.
//!
//! Only sealed records and digests reach it ([`VaultStore`]). It lies apart from the block
//! store, is never replicated, and its backups need the keystore to be worth anything.
//!
//! What a batch removes from the table of month keys is also gone from the files when the batch
//! returns: destroyed keys must not wait in an old table file for a thief.

use crate::error::VaultOpenError;
use crate::store::synced;
use idx_bank::vault::{Batch, Change, Row, StoreError, Table, VaultStore};
use rocksdb::{
    BottommostLevelCompaction, ColumnFamily, ColumnFamilyDescriptor, CompactOptions, DB, DBCompressionType,
    DBRecoveryMode, Direction, IteratorMode, LogLevel, Options, WriteBatch, WriteOptions,
};
use std::fmt;
use std::path::Path;

/// Version of the vault's tables on disk.
pub const VAULT_FORMAT: u32 = 1;

/// Where the version stands, in the family that every RocksDB has.
const FORMAT_KEY: &[u8] = b"format";

/// Memory for what is written and not yet in a table file, bytes over all tables.
const WRITE_BUFFER_BYTES: usize = 8 << 20;

/// One table alone is flushed at this size.
const FAMILY_BUFFER_BYTES: usize = 2 << 20;

/// Most table files kept open.
const OPEN_FILES_MAX: i32 = 128;

/// The open vault. Share it by `Arc`.
pub struct VaultDb {
    db: DB,
}

impl VaultDb {
    /// Opens the vault in a folder, or makes an empty one.
    ///
    /// # Errors
    /// [`VaultOpenError`]: in use by another process, of another format, or the disk's own.
    pub fn open(path: &Path) -> Result<Self, VaultOpenError> {
        std::fs::create_dir_all(path).map_err(|error| VaultOpenError::disk(path, &error))?;
        let tables = Table::ALL.map(|table| ColumnFamilyDescriptor::new(table.name(), family_settings()));
        let db = DB::open_cf_descriptors(&settings(), path, tables).map_err(|error| {
            let detail = error.to_string();
            match detail.contains("LOCK") || detail.contains("lock file") {
                true => VaultOpenError::Locked { path: path.to_owned(), detail },
                false => VaultOpenError::disk(path, &error),
            }
        })?;
        let vault = Self { db };
        vault.check_format(path)?;
        Ok(vault)
    }

    fn check_format(&self, path: &Path) -> Result<(), VaultOpenError> {
        let known = VAULT_FORMAT.to_le_bytes();
        match self.db.get(FORMAT_KEY).map_err(|error| VaultOpenError::disk(path, &error))? {
            Some(found) if found == known => Ok(()),
            Some(found) => {
                let found = found.try_into().map_or(0, u32::from_le_bytes);
                Err(VaultOpenError::UnknownFormat { path: path.to_owned(), found, known: VAULT_FORMAT })
            }
            None => self
                .db
                .put_opt(FORMAT_KEY, known, &synced())
                .map_err(|error| VaultOpenError::disk(path, &error)),
        }
    }

    /// Makes all changes at once, to be read at once, and durable with the next [`VaultDb::sync`]: many
    /// steps of a desk share one.
    ///
    /// # Errors
    /// [`StoreError`] if the machine fails; then no change is made.
    pub fn write_behind(&self, batch: &Batch) -> Result<(), StoreError> {
        self.write(batch, &WriteOptions::default())
    }

    /// Everything written so far is durable when this returns.
    ///
    /// # Errors
    /// [`StoreError`] if the machine fails: what was written since the last one may be lost.
    pub fn sync(&self) -> Result<(), StoreError> {
        self.db.flush_wal(true).map_err(|error| StoreError(format!("cannot sync: {error}")))
    }

    /// Rewrites all tables, so that no file holds a row as it was before it was written last.
    ///
    /// # Errors
    /// [`StoreError`] if the machine fails.
    pub fn scrub_all(&self) -> Result<(), StoreError> {
        Table::ALL.iter().try_for_each(|table| self.scrub(*table))
    }

    fn write(&self, batch: &Batch, options: &WriteOptions) -> Result<(), StoreError> {
        let mut write = WriteBatch::default();
        for change in &batch.changes {
            match change {
                Change::Put(table, key, value) => write.put_cf(self.family(*table), key, value),
                Change::Delete(table, key) => write.delete_cf(self.family(*table), key),
            }
        }
        let failed = |error| StoreError(format!("cannot write a batch: {error}"));
        self.db.write_opt(write, options).map_err(failed)?;
        let destroys = |change: &Change| matches!(change, Change::Delete(Table::Months, _));
        if batch.changes.iter().any(destroys) { self.scrub(Table::Months) } else { Ok(()) }
    }

    fn family(&self, table: Table) -> &ColumnFamily {
        self.db.cf_handle(table.name()).expect("opened with all tables")
    }

    /// Rewrites a table without what was removed from it, and drops the log that still names it.
    fn scrub(&self, table: Table) -> Result<(), StoreError> {
        let family = self.family(table);
        self.db.flush_cf(family).map_err(|error| failed(table, &error))?;
        let mut all = CompactOptions::default();
        all.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
        self.db.compact_range_cf_opt(family, None::<&[u8]>, None::<&[u8]>, &all);
        // A log file goes when every table that it holds rows of is flushed.
        for other in Table::ALL {
            self.db.flush_cf(self.family(other)).map_err(|error| failed(other, &error))?;
        }
        self.db.flush().map_err(|error| failed(table, &error))
    }
}

impl VaultStore for VaultDb {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get_cf(self.family(table), key).map_err(|error| failed(table, &error))
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let from = after.filter(|after| *after >= prefix).unwrap_or(prefix);
        let rows = self.db.iterator_cf(self.family(table), IteratorMode::From(from, Direction::Forward));
        let mut found = Vec::new();
        for row in rows {
            let (key, value) = row.map_err(|error| failed(table, &error))?;
            if found.len() == limit || !key.starts_with(prefix) {
                break;
            }
            if after != Some(&*key) {
                found.push((key.into_vec(), value.into_vec()));
            }
        }
        Ok(found)
    }

    fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        self.write(batch, &synced())
    }
}

impl fmt::Debug for VaultDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VaultDb({})", self.db.path().display())
    }
}

/// As the block store's: never silent about lost bytes, small in memory (see `store/options.rs`).
fn settings() -> Options {
    let mut db = Options::default();
    db.create_if_missing(true);
    db.create_missing_column_families(true);
    db.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    db.set_paranoid_checks(true);
    db.set_recycle_log_file_num(0);
    db.set_db_write_buffer_size(WRITE_BUFFER_BYTES);
    db.set_max_open_files(OPEN_FILES_MAX);
    db.set_log_level(LogLevel::Warn);
    db.set_keep_log_file_num(2);
    db.set_stats_dump_period_sec(0);
    db
}

/// Sealed bytes do not compress.
fn family_settings() -> Options {
    let mut family = Options::default();
    family.set_write_buffer_size(FAMILY_BUFFER_BYTES);
    family.set_compression_type(DBCompressionType::None);
    family
}

fn failed(table: Table, error: &rocksdb::Error) -> StoreError {
    StoreError(format!("table {}: {error}", table.name()))
}
