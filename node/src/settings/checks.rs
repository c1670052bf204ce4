//! Ranges of the keys, and the deserialisers that keep them, so that the parser can point at the line.

use idx_types::{BankCode, NetworkKey};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Allowed values of the numeric keys; the memory a node may take rests on the upper ends.
pub mod ranges {
    use std::ops::RangeInclusive;
    /// `mining.threads`; 0 asks for every core of the machine.
    pub const MINING_THREADS: RangeInclusive<usize> = 0..=1_024;
    /// `pool.transactions_max` and `pool.per_bank_max`.
    pub const POOL_TRANSACTIONS: RangeInclusive<usize> = 1..=1_000_000;
    /// `pool.bytes_max`: 64 KiB to 1 GiB.
    pub const POOL_BYTES: RangeInclusive<usize> = 65_536..=1 << 30;
    /// `rpc.body_bytes_max`: 32 KiB (one largest transaction in hex) to 64 MiB.
    pub const RPC_BODY_BYTES: RangeInclusive<usize> = 32_768..=64 << 20;
    /// `rpc.batch_max`.
    pub const RPC_BATCH: RangeInclusive<usize> = 1..=10_000;
    /// `rpc.connections_max`.
    pub const RPC_CONNECTIONS: RangeInclusive<usize> = 1..=10_000;
    /// `rpc.subscriptions_max`, per connection.
    pub const RPC_SUBSCRIPTIONS: RangeInclusive<usize> = 1..=1_024;
    /// `rpc.timeout_ms` and `rpc.wait_ms_max`: 100 ms to 10 minutes.
    pub const RPC_TIME_MS: RangeInclusive<u64> = 100..=600_000;
    /// `storage.cache_bytes`: 1 MiB to 64 GiB.
    pub const STORAGE_CACHE_BYTES: RangeInclusive<usize> = 1 << 20..=64 << 30;
    /// `storage.write_buffer_bytes`: 1 MiB to 1 GiB.
    pub const STORAGE_BUFFER_BYTES: RangeInclusive<usize> = 1 << 20..=1 << 30;
    /// `storage.open_files_max`.
    pub const STORAGE_FILES: RangeInclusive<u32> = 64..=65_536;
    /// `vault.retention_months`: 0 to 10 years.
    pub const RETENTION_MONTHS: RangeInclusive<u32> = 0..=120;
    /// Most addresses of `p2p.listen`, or of one bank in `p2p.peers`.
    pub const ADDRESSES_MAX: usize = 16;
    /// `risk.structuring_margin_bps`.
    pub const MARGIN_BPS: RangeInclusive<u16> = 1..=10_000;
    /// `risk.structuring_count`.
    pub const STRUCTURING: RangeInclusive<u32> = 2..=1_000;
    /// `risk.sanctions_permille`.
    pub const NEARNESS: RangeInclusive<u32> = 500..=1_000;
    /// `http.rest_per_second`, `http.rest_per_second_login` and `http.entries_per_minute`.
    pub const REST_RATE: RangeInclusive<u32> = 1..=1_000_000;
    /// `http.event_sockets_max` and `http.event_sockets_per_address_max`.
    pub const EVENT_SOCKETS: RangeInclusive<usize> = 1..=65_536;
    /// Most entries of `http.origins`.
    pub const ORIGINS_MAX: usize = 64;
    /// Most entries of `p2p.observers`.
    pub const OBSERVERS_MAX: usize = 64;
}

/// Declares a deserialiser that refuses a number outside its range, so that the parser can point at it.
macro_rules! in_range {
    ($($name:ident: $number:ty = $range:expr;)*) => { $(
        pub(super) fn $name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$number, D::Error> {
            let value = <$number>::deserialize(deserializer)?;
            if $range.contains(&value) {
                return Ok(value);
            }
            let (least, greatest) = ($range.start(), $range.end());
            Err(serde::de::Error::custom(format!("{value} is out of range: {least} to {greatest}")))
        }
    )* };
}

in_range! {
    rest_rate: u32 = ranges::REST_RATE;
    margin: u16 = ranges::MARGIN_BPS;
    structuring_count: u32 = ranges::STRUCTURING;
    nearness: u32 = ranges::NEARNESS;
    event_sockets: usize = ranges::EVENT_SOCKETS;
    mining_threads: usize = ranges::MINING_THREADS;
    pool_transactions: usize = ranges::POOL_TRANSACTIONS;
    pool_bytes: usize = ranges::POOL_BYTES;
    rpc_body_bytes: usize = ranges::RPC_BODY_BYTES;
    rpc_batch: usize = ranges::RPC_BATCH;
    rpc_connections: usize = ranges::RPC_CONNECTIONS;
    rpc_subscriptions: usize = ranges::RPC_SUBSCRIPTIONS;
    rpc_time: u64 = ranges::RPC_TIME_MS;
    storage_cache: usize = ranges::STORAGE_CACHE_BYTES;
    storage_buffer: usize = ranges::STORAGE_BUFFER_BYTES;
    storage_files: u32 = ranges::STORAGE_FILES;
    retention_months: u32 = ranges::RETENTION_MONTHS;
}

pub(super) fn address_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let list = Vec::<String>::deserialize(deserializer)?;
    check_addresses(&list, can_listen).map_err(serde::de::Error::custom)?;
    Ok(list)
}

pub(super) fn announced_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let list = Vec::<String>::deserialize(deserializer)?;
    if list.len() > idx_p2p::ADDRESSES_MAX {
        let most = idx_p2p::ADDRESSES_MAX;
        return Err(serde::de::Error::custom(format!("{} addresses: at most {most}", list.len())));
    }
    check_forms(&list, idx_genesis::check_address).map_err(serde::de::Error::custom)?;
    Ok(list)
}

pub(super) fn peer_map<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<BankCode, Vec<String>>, D::Error> {
    let map = BTreeMap::<BankCode, Vec<String>>::deserialize(deserializer)?;
    for (bank, list) in &map {
        check_addresses(list, idx_genesis::check_address)
            .map_err(|e| serde::de::Error::custom(format!("{bank}: {e}")))?;
    }
    Ok(map)
}

pub(super) fn observer_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NetworkKey>, D::Error> {
    let list = Vec::<NetworkKey>::deserialize(deserializer)?;
    if list.len() > ranges::OBSERVERS_MAX {
        let most = ranges::OBSERVERS_MAX;
        return Err(serde::de::Error::custom(format!("{} observers: at most {most}", list.len())));
    }
    Ok(list)
}

pub(super) fn origin_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let list = Vec::<String>::deserialize(deserializer)?;
    if list.len() > ranges::ORIGINS_MAX {
        let most = ranges::ORIGINS_MAX;
        return Err(serde::de::Error::custom(format!("{} origins: at most {most}", list.len())));
    }
    match list.iter().find(|origin| !is_origin(origin)) {
        Some(bad) => {
            Err(serde::de::Error::custom(format!("{bad:?} is no origin: write https://bank.example")))
        }
        None => Ok(list),
    }
}

/// Scheme, host and perhaps a port, as browsers send it: a path or a closing slash would match nothing.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
    host.is_some_and(|host| !host.is_empty() && host.chars().all(fits))
}

/// The number and form of addresses.
fn check_addresses(list: &[String], sound: fn(&str) -> bool) -> Result<(), String> {
    if list.is_empty() || list.len() > ranges::ADDRESSES_MAX {
        return Err(format!("{} addresses: give 1 to {}", list.len(), ranges::ADDRESSES_MAX));
    }
    check_forms(list, sound)
}

fn check_forms(list: &[String], sound: fn(&str) -> bool) -> Result<(), String> {
    match list.iter().find(|address| !sound(address)) {
        Some(bad) => {
            Err(format!("{bad:?} is no multiaddr: write /ip4/127.0.0.1/tcp/6001 or /dns4/host/tcp/6001"))
        }
        None => Ok(()),
    }
}

/// Any address of this machine, also the one that means all of them, also port 0.
fn can_listen(address: &str) -> bool {
    let parts: Vec<&str> = address.split('/').collect();
    let ["", kind, host, "tcp", port] = parts[..] else { return false };
    let host = match kind {
        "ip4" => host.parse::<Ipv4Addr>().is_ok(),
        "ip6" => host.parse::<Ipv6Addr>().is_ok(),
        _ => false,
    };
    host && port.parse::<u16>().is_ok()
}
