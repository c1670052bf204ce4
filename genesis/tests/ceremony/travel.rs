//! Foreign banks and the rate publisher come to the ceremony, and clash with nobody.

use crate::fixture::{code, draft, sign, signed, signing_key};
use idx_crypto::{Ed25519, PublicKey};
use idx_genesis::{BodyError, ForeignBankEntry, GenesisFile};
use idx_types::{Currency, Paise};

fn dbs() -> ForeignBankEntry {
    ForeignBankEntry {
        code: code("DBS_SG"),
        name: "DBS Bank Ltd".to_owned(),
        country: "Singapore".to_owned(),
        country_code: "SG".to_owned(),
        currency: Currency::Sgd,
        correspondent: code("SBI"),
        rupees: Paise(500_000_000),
        float: Paise(7_000_000),
    }
}

#[test]
fn the_ledger_starts_with_them() {
    let mut file = draft();
    file.add_foreign_bank(dbs()).unwrap();
    file.set_rate_publisher(signing_key(95), &Ed25519).unwrap();
    (0..6).for_each(|bank| sign(&mut file, bank));
    let read = GenesisFile::from_json(&file.to_json()).unwrap();
    let spec = read.verify(&Ed25519).unwrap().to_spec();
    let founding = &spec.foreign_banks[0];
    assert_eq!((founding.bank.correspondent.0, founding.float), (2, Paise(7_000_000)));
    assert_eq!(spec.rate_publisher, Some(signing_key(95)));
    let state = idx_chain::State::genesis(&spec).unwrap();
    assert_eq!(state.issued()[&Currency::Sgd], 7_000_000);
}

#[test]
fn they_void_signatures_and_bind_the_chain_id() {
    let mut file = signed();
    let before = file.body().chain_id();
    file.add_foreign_bank(dbs()).unwrap();
    assert!(file.signatures().is_empty() && file.body().chain_id() != before);
    let mut file = signed();
    file.set_rate_publisher(signing_key(95), &Ed25519).unwrap();
    assert!(file.signatures().is_empty() && file.body().chain_id() != before);
}

#[test]
fn what_makes_no_sense_leaves_the_file_as_it_was() {
    type Spoil = fn(&mut ForeignBankEntry);
    let table: [(Spoil, &str); 6] = [
        (|e| e.code = code("HDFC"), "HDFC is there twice"),
        (|e| e.code = code("CITI_USA"), "CITI_USA is there twice"),
        (|e| e.correspondent = code("NOBODY"), "NOBODY is no bank of this genesis: add it first"),
        (|e| e.currency = Currency::Inr, "not INR"),
        (|e| e.country_code = "sg".to_owned(), "two letters"),
        (|e| e.name.clear(), "a name is"),
    ];
    let mut file = signed();
    for (spoil, reason) in table {
        let mut entry = dbs();
        spoil(&mut entry);
        let said = file.add_foreign_bank(entry).unwrap_err().to_string();
        assert!(said.contains(reason), "{said:?} should say {reason:?}");
    }
    let key_of_sbi = file.body().banks[2].consensus_key;
    let clash = file.set_rate_publisher(key_of_sbi, &Ed25519).unwrap_err().to_string();
    assert!(clash.contains("the consensus key of SBI and the rate publisher's key"), "{clash}");
    let unsound = file.set_rate_publisher(PublicKey([0; 32]), &Ed25519).unwrap_err();
    assert!(matches!(unsound, BodyError::UnsoundKey { .. }));
    assert_eq!(file, signed());
}

#[test]
fn no_currency_has_more_money_than_a_balance_can_hold() {
    let mut file = draft();
    file.add_foreign_bank(ForeignBankEntry { float: Paise(u64::MAX), ..dbs() }).unwrap();
    file.add_foreign_bank(ForeignBankEntry { code: code("SECOND"), ..dbs() }).unwrap();
    let total = u128::from(u64::MAX) + 7_000_000;
    let found = file.body().check(&Ed25519);
    assert_eq!(found, Err(BodyError::TooMuchMoney { currency: Currency::Sgd, total }));
}
