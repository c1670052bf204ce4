//! Keys made, opened, mixed up.

use super::*;
use idx_chain::FirstChainKey;
use idx_chain::testing::{START, World, spec};
use idx_genesis::{Genesis, SharedEntry};
use idx_types::testing::{chain_id, epoch_keys, hpke_key_of, hpke_secret};
use idx_types::tx::Change;
use idx_types::{BankId, EpochKey, Paise, Params, TxKind};

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
    let (consensus_key, network_key) = (keys.consensus_key, keys.network_key);
    let mut bank = BankEntry { consensus_key, network_key, ..entry("HDFC", keys.hpke_key) };
    assert!(keys.check(&home, &bank).is_ok());
    bank.hpke_key = Hash32::ZERO;
    let error = keys.check(&home, &bank).unwrap_err().to_string();
    assert!(error.contains("hpke.json") && error.contains("HDFC") && error.contains("what to do"), "{error}");
}

/// What a node knows of the private chain's keys after a restart: those of the genesis file if it was
/// there, and those of the ledger.
#[test]
fn the_ring_of_epoch_keys_is_made_again_from_genesis_and_ledger() {
    let (_dir, home, public) = sealed("one");
    let keys = NodeKeys::open(&home, &Passphrase::new("one".to_owned()).unwrap()).unwrap();
    let founders = |hpke_key: Hash32| {
        let banks = [("HDFC", hpke_key), ("ICICI", hpke_key_of(BankId(1)))];
        let mut genesis = Genesis::new("test", START, Params::default());
        genesis.banks = banks.map(|(code, key)| entry(code, key)).to_vec();
        genesis.shared = Some(SharedEntry::seal(&genesis.banks, &[5; 32], KdfCost::testnet()).unwrap());
        genesis
    };
    let founder = founders(public.hpke_key);
    let mut spec = spec(6);
    spec.banks[0].bank.hpke_key = public.hpke_key;
    let shared = founder.shared.as_ref().unwrap();
    let (commitment, pepper_commitment) = (shared.epoch_commitment, shared.pepper_commitment);
    spec.chain_key = FirstChainKey { commitment, pepper_commitment };
    let mut world = World::of(&spec);
    world.decree(Change::RotatePrivateKey);
    let secrets = founder.open_shared(&"ICICI".parse().unwrap(), &hpke_secret(2)).unwrap();
    let drawn = EpochKey::new(2, [9; 32].into());
    let rotation = epoch_keys(BankId(1)).with(secrets).rotation(drawn, chain_id(), world.state.validators());
    world.done(TxKind::RotateChainKey(Box::new(rotation.unwrap())), 1);
    let bank = world.state.validators().banks()[0].clone();
    let held = |genesis: &Genesis| {
        let ring = keys.chain_keys(genesis, &bank, &world.state).unwrap();
        assert!(ring.pepper().is_some());
        ring.iter().map(EpochKey::epoch).collect::<Vec<_>>()
    };
    assert_eq!(held(&founder), [1, 2]);
    assert_eq!(held(&founders(hpke_key_of(BankId(5)))), [2], "as if it had joined later");
}

fn entry(code: &str, hpke_key: Hash32) -> BankEntry {
    BankEntry {
        code: code.parse().unwrap(),
        consensus_key: PublicKey([1; 32]),
        network_key: NetworkKey([1; 32]),
        hpke_key,
        stake: Paise(1),
        reserve: Paise(1),
        addresses: Vec::new(),
        http_url: None,
    }
}
