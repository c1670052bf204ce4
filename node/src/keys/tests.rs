//! Keys made, opened, mixed up.

use super::*;
use idx_types::Paise;

fn sealed(text: &str) -> (tempfile::TempDir, Home, PublicKeys) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(dir.path());
    let keys = generate(&home, &Passphrase::new(text.to_owned()).unwrap(), KdfCost::testnet()).unwrap();
    (dir, home, keys)
}

#[test]
fn keys_open_with_their_passphrase_only_and_are_never_overwritten() {
    let (_dir, home, public) = sealed("one");
    let open = |text: &str| NodeKeys::open(&home, &Passphrase::new(text.to_owned()).unwrap());
    assert_eq!(open("one").unwrap().public, public);
    let error = open("two").unwrap_err().to_string();
    assert!(error.contains("consensus.json: wrong passphrase") && error.contains("what to do"), "{error}");
    let again = generate(&home, &Passphrase::new("two".to_owned()).unwrap(), KdfCost::testnet());
    assert!(matches!(again, Err(KeysError::Home(HomeError::Exists { .. }))));
    assert_eq!(public_keys(&home).unwrap(), public);
}

#[test]
fn mixed_up_and_broken_files_are_named() {
    let (_dir, home, _) = sealed("one");
    std::fs::copy(home.key_file(Purpose::Hpke), home.key_file(Purpose::Network)).unwrap();
    let error = public_keys(&home).unwrap_err().to_string();
    assert!(error.contains("network.json holds a hpke key, not a network key"), "{error}");
    std::fs::write(home.key_file(Purpose::Network), "{\n \"version\": 1,\n nonsense").unwrap();
    let error = public_keys(&home).unwrap_err().to_string();
    assert!(error.contains("network.json") && error.contains("line 3"), "{error}");
    std::fs::remove_file(home.key_file(Purpose::Network)).unwrap();
    let error = public_keys(&home).unwrap_err().to_string();
    assert!(error.contains("does not exist") && error.contains("keys generate"), "{error}");
}

#[test]
fn the_passphrase_comes_from_variable_then_named_file_then_home() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(dir.path());
    let named = dir.path().join("named");
    let find =
        |variable: Option<&str>, file: Option<&Path>| passphrase(&home, variable.map(str::to_owned), file);
    let error = find(None, None).unwrap_err().to_string();
    assert!(error.contains("there is no passphrase") && error.contains(PASSPHRASE_VARIABLE), "{error}");
    assert!(find(None, Some(&named)).unwrap_err().to_string().contains("named does not exist"));
    assert!(
        find(Some(""), None).unwrap_err().to_string().contains("IDX_PASSPHRASE: the passphrase is empty")
    );
    home::write_new_secret(&home.passphrase_file(), "in the home\n").unwrap();
    home::write_new_secret(&named, "in the file\n").unwrap();
    assert!(find(None, None).is_ok() && find(None, Some(&named)).is_ok() && find(Some("x"), None).is_ok());
}

#[test]
fn keys_of_another_bank_stop_the_start() {
    let (_dir, home, keys) = sealed("one");
    let mut bank = BankEntry {
        code: "HDFC".parse().unwrap(),
        consensus_key: keys.consensus_key,
        network_key: keys.network_key,
        hpke_key: keys.hpke_key,
        stake: Paise(1),
        reserve: Paise(1),
        addresses: Vec::new(),
        http_url: None,
    };
    assert!(keys.check(&home, &bank).is_ok());
    bank.hpke_key = Hash32::ZERO;
    let error = keys.check(&home, &bank).unwrap_err().to_string();
    assert!(error.contains("hpke.json") && error.contains("HDFC") && error.contains("what to do"), "{error}");
}
