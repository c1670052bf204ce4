//! Regulators and the company come to the ceremony, in any order, and clash with nobody.

use crate::fixture::{
    banks_only, code, company, consensus_key, draft, entry, regulator, signed, signing_key,
};
use idx_crypto::{Ed25519, HpkePublic};
use idx_genesis::{BodyError, CompanyEntry, GenesisError};
use idx_types::{NetworkDay, Regulator};

#[test]
fn nobody_signs_before_regulator_company_and_shared_secrets_are_in() {
    let mut file = banks_only();
    let sign = |file: &mut idx_genesis::GenesisFile| {
        file.sign(&code("HDFC"), &consensus_key(0), &Ed25519).map_err(|error| match error {
            GenesisError::Body(error) => error,
            other => panic!("{other}"),
        })
    };
    assert_eq!(sign(&mut file), Err(BodyError::NoRegulator));
    file.add_regulator(regulator(), &Ed25519).unwrap();
    assert_eq!(sign(&mut file), Err(BodyError::NoCompany));
    let late = CompanyEntry { first_day: NetworkDay(company().first_day.0 + 2), ..company() };
    file.set_company(late.clone(), &Ed25519).unwrap();
    let (first, from) = (NetworkDay(late.first_day.0 - 1), late.first_day);
    assert_eq!(sign(&mut file), Err(BodyError::NoKeyForFirstDay { first, from, to: late.last_day() }));
    file.set_company(company(), &Ed25519).unwrap();
    assert_eq!(sign(&mut file), Err(BodyError::NotShared));
    file.seal_shared(&[84; 32], idx_crypto::KdfCost::testnet()).unwrap();
    assert_eq!(sign(&mut file), Ok(()));
}

#[test]
fn company_and_regulators_void_signatures_when_they_change() {
    let second = Regulator {
        name: "SEBI".to_owned(),
        signing_key: signing_key(90),
        hpke_key: company_key_of_another(),
    };
    let mut file = signed();
    file.add_regulator(second.clone(), &Ed25519).unwrap();
    assert!(file.signatures().is_empty());
    assert_eq!(file.body().escrow.regulators, [regulator(), second]);
    let mut file = signed();
    file.set_company(CompanyEntry { signing_key: signing_key(91), ..company() }, &Ed25519).unwrap();
    assert!(file.signatures().is_empty());
}

fn company_key_of_another() -> HpkePublic {
    idx_crypto::company_day_key(&[92; 32], 1).public()
}

#[test]
fn a_clash_leaves_the_file_as_it_was() {
    let bank_key = HpkePublic::new(entry(4).hpke_key.0).unwrap();
    type Try = fn(HpkePublic, &mut idx_genesis::GenesisFile) -> Result<(), BodyError>;
    let table: [(Try, &str); 4] = [
        (|_, file| file.add_regulator(regulator(), &Ed25519), "RBI is there twice"),
        (
            |key, file| {
                let other =
                    Regulator { name: "SEBI".to_owned(), signing_key: signing_key(90), hpke_key: key };
                file.add_regulator(other, &Ed25519)
            },
            "the hpke key of PNB and the hpke key of SEBI",
        ),
        (
            |_, file| file.set_company(CompanyEntry { signing_key: signing_key(80), ..company() }, &Ed25519),
            "the signing key of RBI and the signing key of the company",
        ),
        (
            |_, file| file.set_company(CompanyEntry { day_keys: Vec::new(), ..company() }, &Ed25519),
            "keys of 0 days",
        ),
    ];
    for (attempt, reason) in table {
        let mut file = signed();
        let refusal = attempt(bank_key, &mut file).unwrap_err().to_string();
        assert!(refusal.contains(reason), "{refusal:?} should say {reason:?}");
        assert_eq!(file, signed(), "signatures stay when nothing was changed");
    }
}

#[test]
fn an_added_bank_may_not_have_a_key_of_the_escrow() {
    let mut bank = entry(0);
    bank.code = code("YES");
    bank.consensus_key = regulator().signing_key;
    bank.network_key = crate::fixture::network_key(93);
    bank.hpke_key = idx_crypto::Hash32(*company_key_of_another().as_bytes());
    let refusal = draft().add_bank(bank, &Ed25519).unwrap_err().to_string();
    assert!(refusal.contains("the consensus key of YES and the signing key of RBI"), "{refusal}");
}

#[test]
fn days_follow_each_other() {
    let (company, days) = (company(), company().days().collect::<Vec<_>>());
    assert_eq!(days.len(), 10);
    assert_eq!(days[0], (company.first_day, company.day_keys[0]));
    assert_eq!((days[9].0, company.last_day()), (NetworkDay(company.first_day.0 + 9), days[9].0));
}
