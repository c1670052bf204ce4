//! A vault gets a new key, also after having been cut short; the old key opens nothing afterwards.

use super::*;
use crate::settings::Start;
use crate::setup::{PassphraseFrom, make_home};
use idx_bank::vault::{VaultKey, token_secret};
use idx_crypto::KdfCost;
use tempfile::TempDir;

fn words() -> Passphrase {
    Passphrase::new("four words and more".to_owned()).unwrap()
}

fn secret(home: &Home) -> zeroize::Zeroizing<[u8; 32]> {
    keys::open_at(&home.key_file(Purpose::Vault), Purpose::Vault, &words()).unwrap()
}

/// A home whose vault has its index and a secret of tokens.
fn home() -> (TempDir, Home) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(dir.path().join("hdfc"));
    let start = Start::of("HDFC".parse().unwrap());
    make_home(&home, &start, PassphraseFrom::Given(words()), KdfCost::testnet()).unwrap();
    let db = VaultDb::open(&home.vault()).unwrap();
    let (keys, first) = VaultKeys::create(VaultKey::new(1, &secret(&home)), &mut Entropy::new([1; 32]));
    db.commit(&first).unwrap();
    drop(tokens(&keys, &db));
    drop(db);
    (dir, home)
}

/// The secret of tokens as this key reads it.
fn tokens(keys: &VaultKeys, db: &VaultDb) -> Vec<u8> {
    let mut draft = Draft::new(keys, db, Entropy::new([2; 32]));
    let secret = token_secret(&mut draft).unwrap();
    db.commit(&draft.into_batch()).unwrap();
    secret.expose().to_vec()
}

fn read(home: &Home, version: u16, secret: &[u8; 32]) -> Result<Vec<u8>, VaultError> {
    let db = VaultDb::open(&home.vault()).unwrap();
    let keys = VaultKeys::open(VaultKey::new(version, secret), None, &db)?;
    Ok(tokens(&keys, &db))
}

#[test]
fn the_vault_opens_with_the_new_key_and_not_with_the_old() {
    let (_dir, home) = home();
    let old = secret(&home);
    let before = read(&home, 1, &old).unwrap();
    for version in [2, 3] {
        assert_eq!(turn(&home, &words()).unwrap(), Turned { version, rows: 2 });
        let new = secret(&home);
        assert_ne!(old, new);
        assert_eq!(read(&home, version, &new).unwrap(), before);
        assert!(read(&home, version, &old).is_err() && read(&home, 1, &old).is_err());
        assert!(!home.next_vault_key().exists());
    }
}

#[test]
fn a_rotation_that_was_cut_short_is_ended() {
    let (_dir, home) = home();
    let old = secret(&home);
    let before = read(&home, 1, &old).unwrap();
    keys::seal_at(&home.next_vault_key(), (Purpose::Vault, &[9; 32]), &words(), KdfCost::testnet()).unwrap();
    let db = VaultDb::open(&home.vault()).unwrap();
    let keys = VaultKeys::open_turning(&[9; 32], &old, &db).unwrap();
    let mut draft = Draft::new(&keys, &db, Entropy::new([3; 32]));
    rotate(&mut draft, RotationCursor::start(), 1).unwrap();
    db.commit(&draft.into_batch()).unwrap();
    drop(db);
    assert_eq!(turn(&home, &words()).unwrap(), Turned { version: 2, rows: 1 }, "one row was done");
    assert_eq!((*secret(&home), read(&home, 2, &[9; 32]).unwrap()), ([9; 32], before));
}

#[test]
fn nothing_is_turned_where_a_node_runs_or_no_vault_is() {
    let (_dir, home) = home();
    let lock = home.lock().unwrap();
    assert!(matches!(turn(&home, &words()), Err(TurnError::Home(HomeError::InUse { .. }))));
    drop(lock);
    let wrong = Passphrase::new("another".to_owned()).unwrap();
    assert!(matches!(turn(&home, &wrong), Err(TurnError::Keys(_))));
    std::fs::remove_dir_all(home.vault()).unwrap();
    assert!(matches!(turn(&home, &words()), Err(TurnError::None)));
    assert!(!home.next_vault_key().exists(), "nothing was begun");
}
