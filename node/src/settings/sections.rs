//! The settings themselves, a structure a section, each key with its unit, range and default.

use super::{Http, Risk, checks};
use idx_p2p::Listening;
use idx_types::{BankCode, NetworkKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What a node was told, complete and in range.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Settings {
    /// The bank this node speaks for.
    pub bank: BankCode,
    /// File that holds the passphrase of the keys; `None` means `IDX_PASSPHRASE` or the home's own file.
    pub passphrase_file: Option<PathBuf>,
    /// The HTTP door.
    pub http: Http,
    /// The network of banks.
    pub p2p: P2p,
    /// The search for nonces.
    pub mining: Mining,
    /// What is logged and how.
    pub log: Log,
    /// Bounds of the pool of waiting transactions.
    pub pool: Pool,
    /// Bounds of the JSON-RPC interface.
    pub rpc: Rpc,
    /// RocksDB's memory and files.
    pub storage: Storage,
    /// What the bank keeps of its customers.
    pub vault: Vault,
    /// What it finds remarkable.
    pub risk: Risk,
}

/// [`Settings`] before it is known that every required key was given.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is documented at the field of the same name in Settings")]
pub struct RawSettings {
    pub bank: Option<BankCode>,
    pub passphrase_file: Option<PathBuf>,
    pub http: Http,
    pub p2p: P2p,
    pub mining: Mining,
    pub log: Log,
    pub pool: Pool,
    pub rpc: Rpc,
    pub storage: Storage,
    pub vault: Vault,
    pub risk: Risk,
}

impl RawSettings {
    /// The complete settings, or `None` if nobody named the bank.
    pub fn finish(self) -> Option<Settings> {
        let Self { bank, passphrase_file, http, p2p, mining, log, pool, rpc, storage, vault, risk } = self;
        let bank = bank?;
        Some(Settings { bank, passphrase_file, http, p2p, mining, log, pool, rpc, storage, vault, risk })
    }

    /// The settings of an observer, or the bank that they speak for.
    ///
    /// # Errors
    /// The bank.
    pub fn finish_observer(self) -> Result<ObserverSettings, BankCode> {
        let Self { bank, passphrase_file, http, p2p, log, rpc, .. } = self;
        bank.map_or(Ok(ObserverSettings { passphrase_file, http, p2p, log, rpc }), Err)
    }
}

/// What an observer was told: it speaks for no bank and mines nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[expect(missing_docs, reason = "each field is documented at the field of the same name in Settings")]
pub struct ObserverSettings {
    pub passphrase_file: Option<PathBuf>,
    pub http: Http,
    pub p2p: P2p,
    pub log: Log,
    pub rpc: Rpc,
}

/// The network of banks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "P2pSection", into = "P2pSection")]
pub struct P2p {
    /// Multiaddrs to listen on, and those that peers are told instead.
    pub listen: Listening,
    /// Further addresses of banks, beside those in genesis.
    pub peers: BTreeMap<BankCode, Vec<String>>,
    /// Network keys of observers that may connect and are served public data.
    pub observers: Vec<NetworkKey>,
}

impl Default for P2p {
    fn default() -> Self {
        P2pSection::default().into()
    }
}

/// [`P2p`] as the file has it, every key in one section.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct P2pSection {
    #[serde(deserialize_with = "checks::address_list")]
    listen: Vec<String>,
    #[serde(deserialize_with = "checks::announced_list")]
    announce: Vec<String>,
    #[serde(deserialize_with = "checks::peer_map")]
    peers: BTreeMap<BankCode, Vec<String>>,
    #[serde(deserialize_with = "checks::observer_list")]
    observers: Vec<NetworkKey>,
}

impl Default for P2pSection {
    fn default() -> Self {
        let listen = vec!["/ip4/0.0.0.0/tcp/6000".to_owned()];
        Self { listen, announce: Vec::new(), peers: BTreeMap::new(), observers: Vec::new() }
    }
}

impl From<P2pSection> for P2p {
    fn from(section: P2pSection) -> Self {
        let P2pSection { listen, announce, peers, observers } = section;
        Self { listen: Listening { on: listen, announce }, peers, observers }
    }
}

impl From<P2p> for P2pSection {
    fn from(p2p: P2p) -> Self {
        let P2p { listen: Listening { on, announce }, peers, observers } = p2p;
        Self { listen: on, announce, peers, observers }
    }
}

/// The search for nonces.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mining {
    /// Threads of the search; 0 is one a core.
    #[serde(deserialize_with = "checks::mining_threads")]
    pub threads: usize,
}

impl Mining {
    /// Threads to use on a machine of so many cores.
    pub fn threads_on(&self, cores: NonZeroUsize) -> NonZeroUsize {
        NonZeroUsize::new(self.threads).unwrap_or(cores)
    }
}

/// What is logged and how.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Least severity that is logged.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
}

/// Least severity that is logged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// What stops the node.
    Error,
    /// What an operator should look at.
    Warn,
    /// Heights, rounds, peers.
    #[default]
    Info,
    /// Every step of the protocol.
    Debug,
    /// Every message.
    Trace,
}

impl LogLevel {
    /// The name that `tracing` uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How a log line looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// `Human` on a terminal, `Json` otherwise.
    #[default]
    Auto,
    /// Text with colours.
    Human,
    /// One JSON object a line.
    Json,
}

/// Bounds of the pool of waiting transactions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pool {
    /// Most transactions that wait.
    #[serde(deserialize_with = "checks::pool_transactions")]
    pub transactions_max: usize,
    /// Most bytes that wait.
    #[serde(deserialize_with = "checks::pool_bytes")]
    pub bytes_max: usize,
    /// Most transactions that wait for one bank.
    #[serde(deserialize_with = "checks::pool_transactions")]
    pub per_bank_max: usize,
}

impl Default for Pool {
    fn default() -> Self {
        Self { transactions_max: 50_000, bytes_max: 32 << 20, per_bank_max: 25_000 }
    }
}

/// Bounds of the JSON-RPC interface.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rpc {
    /// Most bytes of a request's body.
    #[serde(deserialize_with = "checks::rpc_body_bytes")]
    pub body_bytes_max: usize,
    /// Most calls in a batch, and most transactions in one `idx_sendRawTransactions`.
    #[serde(deserialize_with = "checks::rpc_batch")]
    pub batch_max: usize,
    /// Most open connections.
    #[serde(deserialize_with = "checks::rpc_connections")]
    pub connections_max: usize,
    /// Most subscriptions of one connection.
    #[serde(deserialize_with = "checks::rpc_subscriptions")]
    pub subscriptions_max: usize,
    /// Milliseconds a call may take.
    #[serde(deserialize_with = "checks::rpc_time")]
    pub timeout_ms: u64,
    /// Most milliseconds that `idx_waitForTransaction` waits.
    #[serde(deserialize_with = "checks::rpc_time")]
    pub wait_ms_max: u64,
}

impl Default for Rpc {
    fn default() -> Self {
        Self {
            body_bytes_max: 4 << 20,
            batch_max: 1_000,
            connections_max: 512,
            subscriptions_max: 32,
            timeout_ms: 10_000,
            wait_ms_max: 60_000,
        }
    }
}

/// RocksDB's memory and files.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Bytes of the block cache.
    #[serde(deserialize_with = "checks::storage_cache")]
    pub cache_bytes: usize,
    /// Bytes of all write buffers together.
    #[serde(deserialize_with = "checks::storage_buffer")]
    pub write_buffer_bytes: usize,
    /// Most files RocksDB keeps open.
    #[serde(deserialize_with = "checks::storage_files")]
    pub open_files_max: u32,
}

impl Default for Storage {
    fn default() -> Self {
        Self { cache_bytes: 16 << 20, write_buffer_bytes: 16 << 20, open_files_max: 256 }
    }
}

/// What the bank keeps of its customers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vault {
    /// Full months after the present one for which the keys of session ids are kept; afterwards nobody, not
    /// even the bank, can link its customers' sessions of that time.
    #[serde(deserialize_with = "checks::retention_months")]
    pub retention_months: u32,
}

impl Default for Vault {
    fn default() -> Self {
        Self { retention_months: 12 }
    }
}
