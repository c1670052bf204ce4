//! The commented file that `init` writes: every key, its range and its default.

use super::http::Http;
use super::sections::{Mining, P2p, Pool, Rpc, Storage, Vault};
use idx_types::BankCode;

/// What `init` knows of a new node; all other keys get their defaults.
#[derive(Clone, Debug)]
pub struct Start {
    /// The bank.
    pub bank: BankCode,
    /// HTTP door.
    pub http: Http,
    /// Network of banks.
    pub p2p: P2p,
    /// Threads of the search.
    pub mining: Mining,
}

impl Start {
    /// A node of this bank with default addresses.
    pub fn of(bank: BankCode) -> Self {
        Self { bank, http: Http::default(), p2p: P2p::default(), mining: Mining::default() }
    }
}

/// The text of `config.toml`.
pub fn file_text(start: &Start) -> String {
    let (http, p2p) = (http(&start.http), p2p(&start.p2p));
    [HEAD, &bank(start), PASSPHRASE, &http, &p2p, &mining(start), LOG, &limits(), RISK].concat()
}

/// The text of an observer's `config.toml`; bounds that it has in common with a bank's node keep their
/// defaults unless its operator adds them.
pub fn observer_text(http_door: &Http, network: &P2p) -> String {
    [OBSERVER_HEAD, PASSPHRASE, &http(http_door), &p2p(network), LOG].concat()
}

const HEAD: &str = "\
# Settings of one IDX node.
#
# Every key can also be set by an environment variable (named beside it), some by a flag of
# `idx-node start`. A flag beats a variable, a variable beats this file, this file beats the default.
# Unknown keys are mistakes. `idx-node config check` looks this file over without starting anything.
# No secret belongs here: the passphrase of the keys comes from a file or from IDX_PASSPHRASE.
";

const OBSERVER_HEAD: &str = "\
# Settings of one IDX observer: it follows and verifies the chain, and signs nothing.
#
# Every key can also be set by an environment variable (named beside it), which beats this file, which beats
# the default. Unknown keys are mistakes. The section [rpc] of a bank's settings may be added.
# No secret belongs here: the passphrase of the key comes from a file or from IDX_PASSPHRASE.
";

fn bank(start: &Start) -> String {
    format!(
        "
# The bank this node speaks for, by its code in genesis. IDX_BANK, --bank
bank = {:?}
",
        start.bank.as_str()
    )
}

const PASSPHRASE: &str = "
# File with the passphrase of the keys, first line. Without it: IDX_PASSPHRASE, else the file
# `passphrase` in the home folder. IDX_PASSPHRASE_FILE
# passphrase_file = \"/etc/idx/passphrase\"
";

fn http(http: &Http) -> String {
    format!(
        "
[http]
# Address and port of REST, events, JSON-RPC, /metrics and /health. IDX_HTTP_LISTEN, --http-listen
listen = \"{}\"
# Web origins whose pages may read answers of REST, at most 64, such as https://bank.example. IDX_HTTP_ORIGINS
origins = {:?}
# Requests of REST that one address may make in a second, 1 to 1000000; five times as many at once.
# IDX_HTTP_REST_PER_SECOND
rest_per_second = {}
# The same for one login. IDX_HTTP_REST_PER_SECOND_LOGIN
rest_per_second_login = {}
# Registrations, logins and refreshes that one address may try in a minute, 1 to 1000000; twice as many at
# once. A proxy is one address. IDX_HTTP_ENTRIES_PER_MINUTE
entries_per_minute = {}
# Connections of events by Socket.IO, in all and of one address, each 1 to 65536; a proxy is one address.
# IDX_HTTP_EVENT_SOCKETS_MAX, IDX_HTTP_EVENT_SOCKETS_PER_ADDRESS_MAX
event_sockets_max = {}
event_sockets_per_address_max = {}
# PEM files of the certificate (with those it rests on) and its private key, both or neither: with them the
# door speaks TLS 1.2 and 1.3 only. A renewed certificate is taken up within a minute.
# IDX_HTTP_TLS_CERTIFICATE, IDX_HTTP_TLS_KEY
# tls_certificate = \"/etc/idx/tls/chain.pem\"
# tls_key = \"/etc/idx/tls/key.pem\"
",
        http.listen,
        http.origins,
        http.rest_per_second,
        http.rest_per_second_login,
        http.entries_per_minute,
        http.event_sockets_max,
        http.event_sockets_per_address_max
    )
}

fn p2p(p2p: &P2p) -> String {
    let peers: String =
        p2p.peers.iter().map(|(code, list)| format!("{} = {list:?}\n", code.as_str())).collect();
    format!(
        "
[p2p]
# Multiaddrs to listen on for the other banks, 1 to 16. IDX_P2P_LISTEN, --p2p-listen
listen = {:?}
# Multiaddrs that the other banks are told instead of those listened on, at most 8, for a node behind a
# translated address (NAT) or a proxy; empty tells them where it listens. IDX_P2P_ANNOUNCE
announce = {:?}
# Network keys (64 hex digits) of observers that may connect, at most 64. IDX_P2P_OBSERVERS
observers = {:?}

[p2p.peers]
# Further addresses of banks, beside those in genesis; one line a bank, 1 to 16 addresses each.
# IDX_P2P_PEERS=\"ICICI=/ip4/10.0.0.2/tcp/6000,SBI=/dns4/node.sbi.example/tcp/6000\", --peer
# ICICI = [\"/dns4/node.icici.example/tcp/6000\"]
{peers}",
        p2p.listen.on,
        p2p.listen.announce,
        p2p.observers.iter().map(ToString::to_string).collect::<Vec<_>>(),
    )
}

fn mining(start: &Start) -> String {
    format!(
        "
[mining]
# Threads of the search for a nonce, 0 to 1024; 0 is one a core. IDX_MINING_THREADS, --mining-threads
threads = {}
",
        start.mining.threads
    )
}

const LOG: &str = "
[log]
# error, warn, info, debug or trace. IDX_LOG_LEVEL, --log-level
level = \"info\"
# human, json, or auto: human on a terminal, json otherwise. IDX_LOG_FORMAT, --log-format
format = \"auto\"
";

fn limits() -> String {
    let (pool, rpc) = (Pool::default(), Rpc::default());
    let (storage, vault) = (Storage::default(), Vault::default());
    format!(
        "
[pool]
# Most transactions that wait, 1 to 1000000. IDX_POOL_TRANSACTIONS_MAX
transactions_max = {}
# Most bytes that wait, 65536 to 1073741824. IDX_POOL_BYTES_MAX
bytes_max = {}
# Most transactions that wait for one bank, 1 to 1000000. IDX_POOL_PER_BANK_MAX
per_bank_max = {}

[rpc]
# Most bytes of a request, 32768 to 67108864. IDX_RPC_BODY_BYTES_MAX
body_bytes_max = {}
# Most calls in a batch, most transactions in one idx_sendRawTransactions, 1 to 10000. IDX_RPC_BATCH_MAX
batch_max = {}
# Most open connections, 1 to 10000. IDX_RPC_CONNECTIONS_MAX
connections_max = {}
# Most subscriptions of one connection, 1 to 1024. IDX_RPC_SUBSCRIPTIONS_MAX
subscriptions_max = {}
# Milliseconds a call may take, 100 to 600000. IDX_RPC_TIMEOUT_MS
timeout_ms = {}
# Most milliseconds that idx_waitForTransaction waits, 100 to 600000. IDX_RPC_WAIT_MS_MAX
wait_ms_max = {}

[storage]
# Bytes of RocksDB's block cache, 1048576 to 68719476736. IDX_STORAGE_CACHE_BYTES
cache_bytes = {}
# Bytes of RocksDB's write buffers together, 1048576 to 1073741824. IDX_STORAGE_WRITE_BUFFER_BYTES
write_buffer_bytes = {}
# Most files RocksDB keeps open, 64 to 65536. IDX_STORAGE_OPEN_FILES_MAX
open_files_max = {}

[vault]
# Full months after the present one for which the keys of session ids are kept, 0 to 120; afterwards nobody
# can link the sessions of that time. IDX_VAULT_RETENTION_MONTHS
retention_months = {}
",
        pool.transactions_max,
        pool.bytes_max,
        pool.per_bank_max,
        rpc.body_bytes_max,
        rpc.batch_max,
        rpc.connections_max,
        rpc.subscriptions_max,
        rpc.timeout_ms,
        rpc.wait_ms_max,
        storage.cache_bytes,
        storage.write_buffer_bytes,
        storage.open_files_max,
        vault.retention_months,
    )
}

const RISK: &str = "
# What the bank finds remarkable in what its customers send and receive. All rules are off until they are
# set here; a flag is only a report to the bank's compliance people.
[risk]
# Rupees from which one transfer is remarkable. IDX_RISK_HIGH_VALUE
# high_value = \"1000000.00\"
# Most transfers, and rupees, that one customer sends, or receives, in an hour, 24 hours, seven days.
# IDX_RISK_HOUR_COUNT, IDX_RISK_HOUR_TOTAL, IDX_RISK_DAY_COUNT, IDX_RISK_DAY_TOTAL, IDX_RISK_WEEK_COUNT,
# IDX_RISK_WEEK_TOTAL
# hour_count = 10
# hour_total = \"500000.00\"
# day_count = 40
# day_total = \"2000000.00\"
# week_count = 100
# week_total = \"5000000.00\"
# An amount that must be reported: amounts just below it, again and again in 24 hours, are remarkable.
# IDX_RISK_STRUCTURING_THRESHOLD
# structuring_threshold = \"50000.00\"
# How far below it is just below, 1 to 10000 bps. IDX_RISK_STRUCTURING_MARGIN_BPS
structuring_margin_bps = 1000
# How many of them, 2 to 1000. IDX_RISK_STRUCTURING_COUNT
structuring_count = 3
# Scores from here on are flagged: high value 40, structuring 50, an hour's pace 30, a day's 30, a week's 20.
# IDX_RISK_FLAG_FROM
flag_from = 30
# Scores from here on are refused; nothing is without it. IDX_RISK_REJECT_FROM
# reject_from = 100
# CSV files of names to look for at registration: PATH or PATH#COLUMN, columns from 0, 1 if none is given.
# IDX_RISK_SANCTIONS_LISTS
sanctions_lists = []
# How near a name must be, 500 to 1000 thousandths. IDX_RISK_SANCTIONS_PERMILLE
sanctions_permille = 920
# Whether somebody with such a name is refused instead of reported. IDX_RISK_REFUSE_LISTED
refuse_listed = false
";
