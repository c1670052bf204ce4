//! Key files opened, altered and forged.

use super::*;
use crate::{PublicKey, SecretKey, Signer};
use serde_json::{Value, json};

const SECRET: [u8; 32] = [7; 32];
const ENTROPY: SealEntropy = SealEntropy { salt: [1; 32], nonce: [2; 12] };

fn phrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

const ALL: [Purpose; 8] = [
    Purpose::Consensus,
    Purpose::Network,
    Purpose::Hpke,
    Purpose::Wallet,
    Purpose::Custodian,
    Purpose::RegulatorEscrow,
    Purpose::CompanyMaster,
    Purpose::Vault,
];

fn sealed(purpose: Purpose) -> KeyFile {
    KeyFile::seal(purpose, &SECRET, &phrase("six banks"), KdfCost::testnet(), &ENTROPY).unwrap()
}

/// The file with one field set to something else.
fn altered(field: &str, value: Value) -> String {
    let mut file: Value = serde_json::from_str(&sealed(Purpose::Consensus).to_json()).unwrap();
    let place = field.split('.').fold(&mut file, |at, key| &mut at[key]);
    *place = value;
    file.to_string()
}

#[test]
fn every_purpose_survives_its_file() {
    for purpose in ALL {
        let file = KeyFile::from_json(&sealed(purpose).to_json()).unwrap();
        assert_eq!(file, sealed(purpose));
        assert_eq!((file.purpose(), file.kdf()), (purpose, KdfCost::testnet()));
        assert_eq!(file.public_key(), purpose.public_of(&SECRET));
        assert_eq!(*file.open(&phrase("six banks")).unwrap(), SECRET);
    }
    let ed25519 = SecretKey::from_seed(&SECRET).public_key();
    assert_eq!(PublicKey(sealed(Purpose::Network).public_key()), ed25519);
    assert_ne!(sealed(Purpose::Hpke).public_key(), ed25519.0);
    assert_eq!(sealed(Purpose::RegulatorEscrow).public_key(), sealed(Purpose::Hpke).public_key());
    for digest in [Purpose::CompanyMaster, Purpose::Vault] {
        let name = sealed(digest).public_key();
        assert!(![ed25519.0, sealed(Purpose::Hpke).public_key(), SECRET].contains(&name));
    }
}

#[test]
fn a_wrong_passphrase_is_told_and_shows_nothing() {
    let error = sealed(Purpose::Wallet).open(&phrase("Six banks")).unwrap_err();
    assert!(matches!(error, KeystoreError::WrongPassphrase { purpose: Purpose::Wallet, .. }));
    let text = format!("{error} {error:?} {:?}", phrase("six banks"));
    assert!(text.contains("wrong passphrase for the wallet key") && !text.contains("ix banks"), "{text}");
}

#[test]
fn nothing_in_the_file_can_be_altered() {
    let other_key = crate::Hash32(Purpose::Consensus.public_of(&[8; 32]));
    for (field, value) in [
        ("purpose", json!("network")),
        ("public_key", json!(other_key)),
        ("kdf.memory_kib", json!(257)),
        ("kdf.passes", json!(2)),
        ("salt", json!("03".repeat(32))),
        ("nonce", json!("03".repeat(12))),
        ("sealed", json!("03".repeat(48))),
    ] {
        let file = KeyFile::from_json(&altered(field, value)).unwrap();
        let error = file.open(&phrase("six banks")).unwrap_err();
        assert!(matches!(error, KeystoreError::WrongPassphrase { .. }), "{field}: {error}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let long = " ".repeat(KEY_FILE_BYTES_MAX + 1);
    for (text, reason) in [
        (altered("version", json!(2)), "version 2 is unknown; this software reads version 1"),
        (altered("version", json!("1")), "invalid type: string"),
        (altered("extra", json!(1)), "unknown field `extra`"),
        (altered("purpose", json!("judge")), "unknown variant `judge`"),
        (altered("nonce", json!("00")), "expected 24 hex digits"),
        (
            altered("kdf.memory_kib", json!(64 << 20)),
            "cost (67108864 KiB, 1 passes, 1 lanes) is out of range",
        ),
        (altered("kdf.memory_kib", json!(7)), "out of range"),
        (altered("kdf.passes", json!(0)), "out of range"),
        (altered("kdf.passes", json!(17)), "out of range"),
        (altered("kdf.lanes", json!(0)), "out of range"),
        (altered("kdf.lanes", json!(u32::MAX)), "out of range"),
        (long, "4097 bytes, at most 4096"),
        ("{\n  \"version\": 1,\n  ?".to_owned(), "(line 3, column 3)"),
        (String::new(), "EOF"),
    ] {
        let error = KeyFile::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error:?} should say {reason:?}");
    }
}

/// A later version may have fields that this one does not know; the version is what is named.
#[test]
fn a_later_version_is_named_before_its_fields() {
    let error = KeyFile::from_json(r#"{ "version": 3, "shares": 2 }"#).unwrap_err();
    assert_eq!(error, KeystoreError::UnknownVersion { found: 3 });
}

#[test]
fn passphrases_end_at_the_line_and_are_not_empty() {
    let file = sealed(Purpose::Hpke);
    for text in ["six banks\n", "six banks\r\n"] {
        assert!(file.open(&phrase(text)).is_ok(), "{text:?}");
    }
    assert!(file.open(&phrase("six banks\n\n")).is_err());
    for text in ["", "\n", "\r\n"] {
        assert_eq!(Passphrase::new(text.to_owned()).unwrap_err(), KeystoreError::EmptyPassphrase);
    }
}

#[test]
fn costs_are_bounded_when_sealing_too() {
    assert!(KdfCost::interactive().is_in_range() && KdfCost::testnet().is_in_range());
    let cost = KdfCost { memory_kib: KdfCost::MEMORY_KIB_MAX + 1, ..KdfCost::interactive() };
    let refused = KeyFile::seal(Purpose::Wallet, &SECRET, &phrase("x"), cost, &ENTROPY);
    assert_eq!(refused, Err(KeystoreError::CostOutOfRange { cost }));
}

#[test]
fn the_interactive_cost_opens_what_it_sealed() {
    let cost = KdfCost::interactive();
    let file = KeyFile::seal(Purpose::Consensus, &SECRET, &phrase("x"), cost, &ENTROPY).unwrap();
    assert_eq!(*file.open(&phrase("x")).unwrap(), SECRET);
}
