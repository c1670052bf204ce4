//! Six banks with keys from small seeds.

use idx_crypto::{Ed25519, Hash32, SecretKey, Signer, x25519_public};
use idx_genesis::{BankEntry, Genesis, GenesisFile, Observer};
use idx_types::{BankCode, NetworkKey, Paise, Params, TimestampMs};

pub const CODES: [&str; 6] = ["HDFC", "ICICI", "SBI", "AXIS", "PNB", "CITI_USA"];

pub fn code(text: &str) -> BankCode {
    text.parse().unwrap()
}

pub fn consensus_key(bank: usize) -> SecretKey {
    SecretKey::from_seed(&[10 + bank as u8; 32])
}

pub fn network_key(seed: u8) -> NetworkKey {
    NetworkKey(SecretKey::from_seed(&[seed; 32]).public_key().0)
}

pub fn entry(bank: usize) -> BankEntry {
    BankEntry {
        code: code(CODES[bank]),
        consensus_key: consensus_key(bank).public_key(),
        network_key: network_key(30 + bank as u8),
        hpke_key: Hash32(x25519_public(&[50 + bank as u8; 32])),
        stake: Paise(100_000_000),
        reserve: Paise(1_000_000_000_000),
        addresses: vec![format!("/ip4/127.0.0.1/tcp/{}", 7_000 + bank)],
        http_url: (bank != 5).then(|| format!("http://127.0.0.1:{}", 8_000 + bank)),
    }
}

pub fn observer() -> Observer {
    Observer { name: "rbi-mirror".to_owned(), network_key: network_key(70) }
}

/// Six banks and an observer, unsigned.
pub fn draft() -> GenesisFile {
    let body = Genesis::new("idx-testnet", TimestampMs(1_800_000_000_000), Params::default());
    let mut file = GenesisFile::new(body);
    for bank in 0..CODES.len() {
        file.add_bank(entry(bank), &Ed25519).unwrap();
    }
    file.add_observer(observer()).unwrap();
    file
}

pub fn sign(file: &mut GenesisFile, bank: usize) {
    file.sign(&code(CODES[bank]), &consensus_key(bank), &Ed25519).unwrap();
}

/// The whole ceremony.
pub fn signed() -> GenesisFile {
    let mut file = draft();
    (0..CODES.len()).for_each(|bank| sign(&mut file, bank));
    file
}
