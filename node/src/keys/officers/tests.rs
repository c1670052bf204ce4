//! Any two officers bring a custodian's secrets back; one alone, a stranger's or an altered file do not.

use super::*;
use crate::keys::custodian::{CustodianKeys, regulator_keys};
use crate::keys::generate_for;
use tempfile::TempDir;

const COST: fn() -> KdfCost = KdfCost::testnet;

fn words(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

fn officers() -> [Passphrase; 3] {
    ["officer one", "officer two", "officer three"].map(words)
}

/// A custodian's home with its files, one an officer.
fn custodian(role: Role) -> (TempDir, Home, [Zeroizing<String>; 3]) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(dir.path().join("home"));
    generate_for(role, &home, &words("home"), COST()).unwrap();
    let files = split(&home, &words("home"), &officers(), COST()).unwrap();
    (dir, home, files)
}

fn back(dir: &TempDir, files: [(&str, &Passphrase); 2]) -> Result<Home, OfficerError> {
    let home = Home::at(dir.path().join("back"));
    let _older = std::fs::remove_dir_all(home.root());
    combine(files, &home, &words("another"), COST()).map(|_| home)
}

#[test]
fn any_two_bring_back_what_opens_and_signs_as_before() {
    for role in [Role::Regulator, Role::Company] {
        let (dir, home, files) = custodian(role);
        let by = officers();
        for (one, other) in [(0, 1), (1, 0), (0, 2), (2, 1)] {
            let restored = back(&dir, [(&files[one], &by[one]), (&files[other], &by[other])]).unwrap();
            assert_eq!(Role::of(&restored), role);
            for purpose in role.purposes() {
                let [old, new] =
                    [&home, &restored].map(|home| read_key_file(home, *purpose).unwrap().public_key());
                assert_eq!(old, new, "{purpose}");
            }
            CustodianKeys::open(&restored, &words("another")).unwrap();
        }
    }
    let (_dir, home, _) = custodian(Role::Regulator);
    assert!(regulator_keys(&home).is_ok(), "the home keeps its keys");
}

#[test]
fn one_officer_or_a_wrong_passphrase_is_not_enough() {
    let (dir, _home, files) = custodian(Role::Regulator);
    let [first, second, _] = officers();
    let twice = back(&dir, [(&files[0], &first), (&files[0], &first)]);
    assert!(matches!(twice, Err(OfficerError::Share(ShareError::SameOfficer { officer: 1 }))));
    let closed = back(&dir, [(&files[0], &first), (&files[1], &first)]);
    assert!(matches!(closed, Err(OfficerError::Closed { place: 2, officer: 2, .. })), "{:?}", closed.err());
    let home = Home::at(dir.path().join("back"));
    assert!(!home.root().exists(), "nothing was written");
    back(&dir, [(&files[0], &first), (&files[1], &second)]).unwrap();
    let over = combine([(&files[0], &first), (&files[1], &second)], &home, &words("x"), COST());
    assert!(matches!(over, Err(OfficerError::Keys(KeysError::Home(_)))), "keys are never overwritten");
}

#[test]
fn files_of_two_splittings_do_not_fit_and_altered_ones_are_named() {
    let (dir, home, files) = custodian(Role::Regulator);
    let (_other, _, strangers) = custodian(Role::Regulator);
    let again = split(&home, &words("home"), &officers(), COST()).unwrap();
    let [first, second, _] = officers();
    for foreign in [&strangers[1], &again[1]] {
        let mixed = back(&dir, [(&files[0], &first), (foreign, &second)]);
        assert!(matches!(mixed, Err(OfficerError::Strangers)), "{:?}", mixed.err());
    }
    let renumbered = files[1].replace("\"officer\": 2", "\"officer\": 3");
    assert_ne!(*files[1], renumbered);
    let altered = back(&dir, [(&files[0], &first), (&renumbered, &second)]);
    assert!(matches!(altered, Err(OfficerError::Altered { place: 2, .. })), "{:?}", altered.err());
    for garbage in ["", "{}", "[]"] {
        let malformed = back(&dir, [(garbage, &first), (&files[1], &second)]);
        assert!(matches!(malformed, Err(OfficerError::Malformed { place: 1, .. })));
    }
}

#[test]
fn a_bank_has_nothing_to_split() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(dir.path().join("home"));
    generate_for(Role::Bank, &home, &words("home"), COST()).unwrap();
    assert!(matches!(split(&home, &words("home"), &officers(), COST()), Err(OfficerError::NoCustodian)));
}
