//! What a body must be before anybody signs it.

use crate::body::{BankEntry, Genesis, Observer};
use crate::error::BodyError;
use crate::judges::{check_judge, keys_of};
use idx_chain::BANKS_MIN;
use idx_crypto::{PublicKey, Verifier, x25519_is_sound};
use idx_types::params::PROTOCOL_VERSION;
use idx_types::{MAX_BANKS, NetworkDay, Paise, TimestampMs};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Most observers in a genesis file.
pub const OBSERVERS_MAX: usize = 256;
/// Most addresses of a bank.
pub const ADDRESSES_MAX: usize = 8;
/// Most bytes of an address.
pub const ADDRESS_BYTES_MAX: usize = 128;
/// Most bytes of a URL.
pub const URL_BYTES_MAX: usize = 200;
/// Earliest start of a network, 2020-01-01: a time in seconds lies before it.
pub const TIME_MIN: TimestampMs = TimestampMs(1_577_836_800_000);
/// Latest start of a network, 2100-01-01.
pub const TIME_MAX: TimestampMs = TimestampMs(4_102_444_800_000);

pub(crate) fn check_body(body: &Genesis, verifier: &dyn Verifier) -> Result<(), BodyError> {
    check_name(&body.network)?;
    if !(TIME_MIN..=TIME_MAX).contains(&body.time) {
        return Err(BodyError::Time { found: body.time.0 });
    }
    body.params.check().map_err(BodyError::Params)?;
    if body.params.protocol_version != PROTOCOL_VERSION {
        return Err(BodyError::Protocol { found: body.params.protocol_version });
    }
    if !(BANKS_MIN..=MAX_BANKS).contains(&body.banks.len()) {
        return Err(BodyError::BankCount { found: body.banks.len() });
    }
    body.banks.iter().try_for_each(|entry| check_entry(entry, verifier))?;
    for observer in &body.observers {
        check_name(&observer.name)?;
        check_ed25519(&observer.name, "network", &PublicKey(observer.network_key.0), verifier)?;
    }
    body.check_unique()?;
    body.escrow.check(NetworkDay::of(body.time), verifier)?;
    body.judges.iter().try_for_each(|judge| check_judge(judge, verifier))?;
    if !body.shared.as_ref().is_some_and(|shared| shared.covers(&body.banks)) {
        return Err(BodyError::NotShared);
    }
    body.check_travel(verifier)?;
    body.check_money()
}

pub(crate) fn check_entry(entry: &BankEntry, verifier: &dyn Verifier) -> Result<(), BodyError> {
    let code = entry.code.as_str();
    check_ed25519(code, "consensus", &entry.consensus_key, verifier)?;
    check_ed25519(code, "network", &PublicKey(entry.network_key.0), verifier)?;
    if !x25519_is_sound(&entry.hpke_key.0) {
        return Err(BodyError::UnsoundKey { owner: code.to_owned(), purpose: "hpke" });
    }
    for (what, amount) in [("stake", entry.stake), ("reserve", entry.reserve)] {
        if amount < Paise::ONE_RUPEE {
            return Err(BodyError::TooLittle { bank: entry.code.clone(), what, amount });
        }
    }
    check_reach(entry)
}

fn check_reach(entry: &BankEntry) -> Result<(), BodyError> {
    let bank = entry.code.clone();
    if !(1..=ADDRESSES_MAX).contains(&entry.addresses.len()) {
        return Err(BodyError::AddressCount { bank, found: entry.addresses.len() });
    }
    if let Some(address) = entry.addresses.iter().find(|address| !check_address(address)) {
        return Err(BodyError::Address { bank, address: cut(address) });
    }
    match &entry.http_url {
        Some(url) if !is_http_url(url) => Err(BodyError::Url { bank, url: cut(url) }),
        _ => Ok(()),
    }
}

pub(crate) fn check_ed25519(
    owner: &str,
    purpose: &'static str,
    key: &PublicKey,
    verifier: &dyn Verifier,
) -> Result<(), BodyError> {
    if verifier.is_sound(key) {
        return Ok(());
    }
    Err(BodyError::UnsoundKey { owner: owner.to_owned(), purpose })
}

/// Names of networks and observers.
fn check_name(name: &str) -> Result<(), BodyError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if starts && name.len() <= 32 && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(BodyError::Name { found: cut(name) })
}

impl Genesis {
    /// Not too many; every code and name once, every key once: also not for two purposes, since what one protocol
    /// signs could then be carried into the other.
    pub(crate) fn check_unique(&self) -> Result<(), BodyError> {
        if self.banks.len() > MAX_BANKS {
            return Err(BodyError::BankCount { found: self.banks.len() });
        }
        if self.observers.len() > OBSERVERS_MAX {
            return Err(BodyError::ObserverCount { found: self.observers.len() });
        }
        self.check_judge_numbers()?;
        self.check_foreign_count()?;
        let mut names = BTreeSet::new();
        let codes = self.banks.iter().map(|entry| entry.code.as_str());
        let observers = self.observers.iter().map(|observer| observer.name.as_str());
        let regulators = self.escrow.regulators.iter().map(|regulator| regulator.name.as_str());
        let judges = self.judges.iter().map(|judge| judge.name.as_str());
        let foreign = self.foreign_banks.iter().map(|entry| entry.code.as_str());
        for name in codes.chain(observers).chain(regulators).chain(judges).chain(foreign) {
            if !names.insert(name) {
                return Err(BodyError::NameTwice { name: name.to_owned() });
            }
        }
        let mut owners = BTreeMap::new();
        for (key, owner) in self.keys() {
            if let Some(first) = owners.insert(key, owner.clone()) {
                return Err(BodyError::KeyTwice { first, second: owner });
            }
        }
        Ok(())
    }

    /// All keys with whose they are.
    fn keys(&self) -> impl Iterator<Item = ([u8; 32], String)> {
        let of_banks = self.banks.iter().flat_map(|entry| {
            [
                (entry.consensus_key.0, format!("the consensus key of {}", entry.code)),
                (entry.network_key.0, format!("the network key of {}", entry.code)),
                (entry.hpke_key.0, format!("the hpke key of {}", entry.code)),
            ]
        });
        let of_observer = |o: &Observer| (o.network_key.0, format!("the network key of {}", o.name));
        let of_judges = self.judges.iter().flat_map(keys_of);
        let of_publisher = self.rate_publisher.map(|key| (key.0, "the rate publisher's key".to_owned()));
        of_banks
            .chain(self.observers.iter().map(of_observer))
            .chain(self.escrow.keys())
            .chain(of_judges)
            .chain(of_publisher)
    }
}

/// Whether a text is an address at which a bank can be dialled: `/ip4`, `/ip6`, `/dns`, `/dns4` or
/// `/dns6`, host, `/tcp`, port. Without `/p2p`: the identity is the bank's network key.
pub fn check_address(address: &str) -> bool {
    let parts: Vec<&str> = address.split('/').collect();
    let ["", kind, host, "tcp", port] = parts[..] else { return false };
    let reachable = match kind {
        "ip4" => host.parse::<Ipv4Addr>().is_ok_and(|ip| !ip.is_unspecified()),
        "ip6" => host.parse::<Ipv6Addr>().is_ok_and(|ip| !ip.is_unspecified()),
        "dns" | "dns4" | "dns6" => is_host(host),
        _ => false,
    };
    let port_holds = port.parse::<u16>().is_ok_and(|number| number > 0 && port == number.to_string());
    reachable && port_holds && address.len() <= ADDRESS_BYTES_MAX
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    host.split('.').all(label)
}

fn is_http_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let printable = url.bytes().all(|b| b.is_ascii_graphic());
    printable
        && url.len() <= URL_BYTES_MAX
        && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// The offending text, cut to what fits in a message.
fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_dialable_or_refused() {
        for good in
            ["/ip4/127.0.0.1/tcp/7000", "/ip6/::1/tcp/1", "/dns4/idx.hdfc.example/tcp/65535", "/dns/a/tcp/9"]
        {
            assert!(check_address(good), "{good}");
        }
        for bad in [
            "",
            "127.0.0.1:7000",
            "/ip4/0.0.0.0/tcp/7000",
            "/ip4/1.2.3/tcp/1",
            "/ip6/::/tcp/1",
            "/ip4/1.2.3.4/tcp/0",
            "/ip4/1.2.3.4/tcp/65536",
            "/ip4/1.2.3.4/tcp/007",
            "/ip4/1.2.3.4/udp/7",
            "/ip4/1.2.3.4/tcp/7/p2p/Q",
            "/dns/a..b/tcp/7",
            "/dns/a b/tcp/7",
            "/ip4/1.2.3.4/tcp/7/",
            "ip4/1.2.3.4/tcp/7",
        ] {
            assert!(!check_address(bad), "{bad}");
        }
        assert!(!check_address(&format!("/dns/{}/tcp/7", "a".repeat(ADDRESS_BYTES_MAX))));
    }

    #[test]
    fn urls_are_http() {
        for (url, holds) in [
            ("https://idx.sbi.example", true),
            ("http://127.0.0.1:8080/", true),
            ("ftp://x", false),
            ("https://", false),
            ("https:///path", false),
            ("https://a b", false),
            ("", false),
        ] {
            assert_eq!(is_http_url(url), holds, "{url:?}");
        }
    }
}
