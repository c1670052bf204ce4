//! What an observer keeps: heights in public form, where each transaction is, and where its follower
//! stands. A RocksDB of its own, without a state, and without a place for what banks conceal.
//!
//! Heights and the follower's place are written together and synced before [`ObservedDb::append`] returns:
//! after a crash the follower goes on from the last height that is there.

use crate::error::StoreError;
use crate::store::{TxPlace, synced};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{ChainId, Height, ObservedHeight, Outcome, PrivateHash, PublicHash, TxId};
use rocksdb::{ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType, Options, WriteBatch};
use std::fmt;
use std::path::Path;

/// Version of the tables on disk.
pub const OBSERVED_FORMAT: u32 = 1;

const FORMAT_KEY: &[u8] = b"format";
const CHAIN_KEY: &[u8] = b"chain";
const FOLLOWER_KEY: &[u8] = b"follower";

/// Memory for what is written and not yet in a table file, bytes.
const WRITE_BUFFER_BYTES: usize = 16 << 20;

/// Most table files kept open.
const OPEN_FILES_MAX: i32 = 256;

/// A table. The comment is `key -> value`; values are borsh.
#[derive(Clone, Copy)]
enum Table {
    /// height -> observed height
    Heights,
    /// hash -> height
    PublicHashes,
    /// hash -> height
    PrivateHashes,
    /// transaction id -> where it is and what became of it
    Transactions,
}

impl Table {
    const ALL: [Self; 4] = [Self::Heights, Self::PublicHashes, Self::PrivateHashes, Self::Transactions];

    const fn name(self) -> &'static str {
        match self {
            Self::Heights => "heights",
            Self::PublicHashes => "public_hashes",
            Self::PrivateHashes => "private_hashes",
            Self::Transactions => "transactions",
        }
    }
}

/// The open store of an observer. Share it by `Arc`; one thread appends, any thread reads.
pub struct ObservedDb {
    db: DB,
}

impl ObservedDb {
    /// Opens the store of this network in a folder, or makes an empty one.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::UnknownFormat`], [`StoreError::WrongChain`] or those of the
    /// disk.
    pub fn open(path: &Path, chain_id: ChainId) -> Result<Self, StoreError> {
        let tables = Table::ALL.map(|table| ColumnFamilyDescriptor::new(table.name(), family()));
        let db = DB::open_cf_descriptors(&settings(), path, tables).map_err(|error| {
            let detail = error.to_string();
            match detail.contains("LOCK") || detail.contains("lock file") {
                true => StoreError::Locked { path: path.to_owned(), detail },
                false => StoreError::rocks("open the observer's store", &error),
            }
        })?;
        let store = Self { db };
        store.check(path, chain_id)?;
        Ok(store)
    }

    fn check(&self, path: &Path, expected: ChainId) -> Result<(), StoreError> {
        let (Some(format), Some(chain)) = (self.meta(FORMAT_KEY)?, self.meta(CHAIN_KEY)?) else {
            let mut batch = WriteBatch::default();
            batch.put(FORMAT_KEY, OBSERVED_FORMAT.to_be_bytes());
            batch.put(CHAIN_KEY, expected.0.as_bytes());
            return self.write(batch);
        };
        let found = format.try_into().map_or(0, u32::from_be_bytes);
        if found != OBSERVED_FORMAT {
            return Err(StoreError::UnknownFormat { path: path.to_owned(), found, known: OBSERVED_FORMAT });
        }
        let found = ChainId(decode("the network", &chain)?);
        if found != expected {
            return Err(StoreError::WrongChain { path: path.to_owned(), found, expected });
        }
        Ok(())
    }

    /// Where the follower stood after the last height, as it was given; `None` before any.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Io`].
    pub fn follower<T: BorshDeserialize>(&self) -> Result<Option<T>, StoreError> {
        self.meta(FOLLOWER_KEY)?.map(|bytes| decode("where the follower stands", &bytes)).transpose()
    }

    /// Keeps heights that were followed, and where the follower stands after them, in one step.
    ///
    /// # Errors
    /// Those of the disk; then nothing of it is there after the next start.
    pub fn append<T: BorshSerialize>(
        &self,
        heights: &[ObservedHeight],
        follower: &T,
    ) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        heights.iter().for_each(|height| self.put_height(&mut batch, height));
        batch.put(FOLLOWER_KEY, encode(follower));
        self.write(batch)
    }

    fn put_height(&self, batch: &mut WriteBatch, height: &ObservedHeight) {
        let key = height.height().0.to_be_bytes();
        batch.put_cf(self.table(Table::Heights), key, encode(height));
        batch.put_cf(self.table(Table::PublicHashes), height.private.header.public_hash.0, key);
        batch.put_cf(self.table(Table::PrivateHashes), height.commit.value.0, key);
        let both = height.public.transactions.iter().zip(&height.private.outcomes);
        for (index, (tx, outcome)) in (0..).zip(both).filter(|(_, (_, outcome))| outcome.is_final()) {
            self.put_place(batch, tx.id(), TxPlace { height: height.height(), index, outcome: *outcome });
        }
    }

    /// A replay of what has ended fails; it must not hide how that ended.
    fn put_place(&self, batch: &mut WriteBatch, id: TxId, place: TxPlace) {
        let table = self.table(Table::Transactions);
        let ended = || matches!(self.db.get_pinned_cf(table, id.0), Ok(Some(_)));
        if place.outcome == Outcome::Completed || !ended() {
            batch.put_cf(table, id.0, encode(&place));
        }
    }

    /// A height; `None` outside what was followed.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Io`].
    pub fn height(&self, height: Height) -> Result<Option<ObservedHeight>, StoreError> {
        let bytes = self.get(Table::Heights, &height.0.to_be_bytes())?;
        bytes.map(|bytes| decode("an observed height", &bytes)).transpose()
    }

    /// Consecutive heights: from `from` on, at most `count`, as many as have `bytes_max` bytes, but at
    /// least one if there is one.
    ///
    /// # Errors
    /// As [`ObservedDb::height`].
    pub fn range(
        &self,
        from: Height,
        count: u32,
        bytes_max: usize,
    ) -> Result<Vec<ObservedHeight>, StoreError> {
        let (mut heights, mut total) = (Vec::new(), 0usize);
        for number in from.0..from.0.saturating_add(u64::from(count)) {
            let Some(bytes) = self.get(Table::Heights, &number.to_be_bytes())? else { break };
            total = total.saturating_add(bytes.len());
            if !heights.is_empty() && total > bytes_max {
                break;
            }
            heights.push(decode("an observed height", &bytes)?);
        }
        Ok(heights)
    }

    /// The height of a public block.
    ///
    /// # Errors
    /// As [`ObservedDb::height`].
    pub fn height_by_public_hash(&self, hash: &PublicHash) -> Result<Option<Height>, StoreError> {
        self.number(Table::PublicHashes, &hash.0)
    }

    /// The height of a private block.
    ///
    /// # Errors
    /// As [`ObservedDb::height`].
    pub fn height_by_private_hash(&self, hash: &PrivateHash) -> Result<Option<Height>, StoreError> {
        self.number(Table::PrivateHashes, &hash.0)
    }

    /// Where a transaction ended; `None` if it has not, or is not known.
    ///
    /// # Errors
    /// As [`ObservedDb::height`].
    pub fn tx_place(&self, id: &TxId) -> Result<Option<TxPlace>, StoreError> {
        let bytes = self.get(Table::Transactions, &id.0)?;
        bytes.map(|bytes| decode("the place of a transaction", &bytes)).transpose()
    }

    fn number(&self, table: Table, key: &[u8]) -> Result<Option<Height>, StoreError> {
        let garbled = |_| StoreError::garbled("the height of a block", "it is no number");
        let bytes = self.get(table, key)?;
        bytes.map(|bytes| bytes.try_into().map(u64::from_be_bytes).map(Height).map_err(garbled)).transpose()
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get_cf(self.table(table), key).map_err(|error| StoreError::rocks(table.name(), &error))
    }

    fn meta(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get(key).map_err(|error| StoreError::rocks("read the store's own description", &error))
    }

    fn write(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let failed = |error| StoreError::rocks("write observed heights", &error);
        self.db.write_opt(batch, &synced()).map_err(failed)
    }

    fn table(&self, table: Table) -> &ColumnFamily {
        self.db.cf_handle(table.name()).expect("opened with all tables")
    }
}

impl fmt::Debug for ObservedDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ObservedDb")
    }
}

fn encode<T: BorshSerialize>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).expect("writing borsh to memory cannot fail")
}

fn decode<T: BorshDeserialize>(what: &'static str, bytes: &[u8]) -> Result<T, StoreError> {
    borsh::from_slice(bytes).map_err(|error| StoreError::garbled(what, error))
}

fn settings() -> Options {
    let mut db = Options::default();
    db.create_if_missing(true);
    db.create_missing_column_families(true);
    db.set_paranoid_checks(true);
    db.set_db_write_buffer_size(WRITE_BUFFER_BYTES);
    db.set_max_open_files(OPEN_FILES_MAX);
    db.set_keep_log_file_num(2);
    db
}

/// Digests and signatures do not compress.
fn family() -> Options {
    let mut family = Options::default();
    family.set_compression_type(DBCompressionType::None);
    family
}
