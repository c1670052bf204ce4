//! How RocksDB is set up: never silent about lost bytes, small in memory, quiet when idle.

use super::columns::Column;
use idx_types::ChainId;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode, LogLevel, Options,
    WriteOptions,
};

/// What a node may tune.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The network that the store must be of.
    pub chain_id: ChainId,
    /// Memory for blocks, indexes and filters read from disk, bytes.
    pub block_cache_bytes: usize,
    /// Memory for what is written and not yet in a table file, bytes over all column families.
    pub write_buffer_bytes: usize,
    /// Most table files kept open; each costs a descriptor and some memory.
    pub open_files_max: i32,
}

impl StoreOptions {
    /// The settings of a node that stays far below 100 MiB when idle.
    pub const fn new(chain_id: ChainId) -> Self {
        Self { chain_id, block_cache_bytes: 8 << 20, write_buffer_bytes: 16 << 20, open_files_max: 256 }
    }
}

/// One column family alone is flushed at this size, so that one busy family does not push out the rest.
const COLUMN_BUFFER_BYTES: usize = 4 << 20;
/// RocksDB's own log is replayed at start; above this the oldest buffers are flushed.
const WAL_BYTES_MAX: u64 = 64 << 20;
/// One flush and one compaction at a time: the machine belongs to the ledger.
const BACKGROUND_JOBS: i32 = 2;
/// RocksDB's text logs: how many, and how long.
const TEXT_LOGS: usize = 3;
const TEXT_LOG_BYTES_MAX: usize = 1 << 20;
/// Bits a key of the Bloom filters: about 1 % of misses read a block.
const BLOOM_BITS: f64 = 10.0;

/// Settings of the whole database.
///
/// Log recovery *tolerates a torn tail*: every height is synced before it is announced, so a half
/// written last record was never announced and is dropped. The default (point in time) would also
/// drop everything behind a corrupt record, announced or not, without a word; absolute consistency
/// would refuse to start after an ordinary crash. What this mode cannot tell from a torn tail is
/// rot in the length of one of the very last records: the store then opens at an earlier height,
/// whole, and the mark of the write-ahead log of votes shows that (it is above the next height).
///
/// Every block of a table file and every log record carries a checksum that is checked when read
/// (paranoid checks, and `verify_checksums` of reads, on by default), so values carry none of their own.
pub(super) fn database(options: &StoreOptions) -> Options {
    let mut db = Options::default();
    db.create_if_missing(true);
    db.create_missing_column_families(true);
    db.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    db.set_track_and_verify_wals_in_manifest(true);
    db.set_recycle_log_file_num(0);
    db.set_paranoid_checks(true);
    db.set_db_write_buffer_size(options.write_buffer_bytes);
    db.set_max_total_wal_size(WAL_BYTES_MAX);
    db.set_max_open_files(options.open_files_max);
    db.set_max_background_jobs(BACKGROUND_JOBS);
    db.set_log_level(LogLevel::Warn);
    db.set_keep_log_file_num(TEXT_LOGS);
    db.set_max_log_file_size(TEXT_LOG_BYTES_MAX);
    db.set_stats_dump_period_sec(0);
    db.set_stats_persist_period_sec(0);
    db
}

/// All column families with their settings; they share one cache.
pub(super) fn columns(options: &StoreOptions) -> Vec<ColumnFamilyDescriptor> {
    let cache = Cache::new_lru_cache(options.block_cache_bytes);
    Column::ALL
        .iter()
        .map(|column| ColumnFamilyDescriptor::new(column.name(), column_family(*column, &cache)))
        .collect()
}

fn column_family(column: Column, cache: &Cache) -> Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_cache_index_and_filter_blocks(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    let mut family = Options::default();
    family.set_write_buffer_size(COLUMN_BUFFER_BYTES);
    if column.is_keyed_by_digest() {
        table.set_bloom_filter(BLOOM_BITS, false);
        family.set_compression_type(DBCompressionType::None);
    } else {
        family.set_compression_type(DBCompressionType::Lz4);
    }
    family.set_block_based_table_factory(&table);
    family
}

/// Every write is on disk before it returns.
pub(crate) fn synced() -> WriteOptions {
    let mut write = WriteOptions::default();
    write.set_sync(true);
    write
}
