//! Six banks, an observer, a regulator and the company, with keys from small seeds.

use idx_crypto::{Ed25519, Hash32, HpkeSecret, PublicKey, SecretKey, Signer, company_day_key, x25519_public};
use idx_genesis::{BankEntry, CompanyEntry, Genesis, GenesisFile, Observer};
use idx_types::{BankCode, NetworkDay, NetworkKey, Paise, Params, Regulator, TimestampMs};

/// When the network starts, 2027-01-15.
pub const TIME: TimestampMs = TimestampMs(1_800_000_000_000);

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

pub fn signing_key(seed: u8) -> PublicKey {
    SecretKey::from_seed(&[seed; 32]).public_key()
}

pub fn regulator() -> Regulator {
    let hpke_key = HpkeSecret::from_bytes(&[81; 32]).public();
    Regulator { name: "RBI".to_owned(), signing_key: signing_key(80), hpke_key }
}

/// Ten days, the network starts on the second.
pub fn company() -> CompanyEntry {
    let first_day = NetworkDay(NetworkDay::of(TIME).0 - 1);
    let day_keys = (first_day.0..first_day.0 + 10).map(|day| company_day_key(&[83; 32], day).public());
    CompanyEntry { signing_key: signing_key(82), first_day, day_keys: day_keys.collect() }
}

/// Six banks and no escrow.
pub fn banks_only() -> GenesisFile {
    let mut file = GenesisFile::new(Genesis::new("idx-testnet", TIME, Params::default()));
    for bank in 0..CODES.len() {
        file.add_bank(entry(bank), &Ed25519).unwrap();
    }
    file
}

/// Everything but signatures.
pub fn draft() -> GenesisFile {
    let mut file = banks_only();
    file.add_observer(observer()).unwrap();
    file.add_regulator(regulator(), &Ed25519).unwrap();
    file.set_company(company(), &Ed25519).unwrap();
    file.seal_shared(&[84; 32], idx_crypto::KdfCost::testnet()).unwrap();
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
