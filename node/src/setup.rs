//! Making a node's home: settings, sealed keys, an empty log of what was signed.

use crate::home::{self, Home, HomeError};
use crate::keys::custodian::Role;
use crate::keys::{self, KeysError, PublicKeys};
use crate::settings::{self, Start};
use idx_crypto::{KdfCost, KeystoreError, Passphrase};
use idx_storage::FolderDisk;
use idx_wal::{Wal, WalError};
use zeroize::Zeroizing;

/// Why a home cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Something is in the way, or the disk says no.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The keys cannot be made.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The log cannot be made.
    #[error("the write-ahead log: {0}")]
    Wal(#[from] WalError),
    /// The made passphrase is none.
    #[error(transparent)]
    Passphrase(#[from] KeystoreError),
}

/// Where the passphrase of a new home comes from.
pub enum PassphraseFrom {
    /// The operator has one.
    Given(Passphrase),
    /// Made here, and kept in the home for its owner alone.
    Made,
}

/// Makes the home of a bank that has never signed anything. Keys, settings and the log are on the disk
/// when this returns.
///
/// # Errors
/// [`SetupError`]; a home that is not empty is left as it is.
pub fn make_home(
    home: &Home,
    start: &Start,
    passphrase: PassphraseFrom,
    cost: KdfCost,
) -> Result<PublicKeys, SetupError> {
    home.create()?;
    let passphrase = match passphrase {
        PassphraseFrom::Given(passphrase) => passphrase,
        PassphraseFrom::Made => make_passphrase(home)?,
    };
    home::write_new(&home.config_file(), &settings::file_text(start))?;
    let public = keys::generate(home, &passphrase, cost)?;
    Wal::create(FolderDisk::create(&home.wal())?)?;
    Ok(public)
}

/// Makes the home of a regulator's or the company's custodian: its keys and their passphrase.
///
/// # Errors
/// [`SetupError`]; a home that is not empty is left as it is.
pub fn make_custodian_home(home: &Home, role: Role, cost: KdfCost) -> Result<Passphrase, SetupError> {
    home.create()?;
    let passphrase = make_passphrase(home)?;
    keys::generate_for(role, home, &passphrase, cost)?;
    Ok(passphrase)
}

/// Makes the home of an observer: settings of this text, and a sealed network key.
///
/// # Errors
/// [`SetupError`]; a home that is not empty is left as it is.
pub fn make_observer_home(
    home: &Home,
    settings: &str,
    passphrase: PassphraseFrom,
    cost: KdfCost,
) -> Result<(), SetupError> {
    home.create()?;
    let passphrase = match passphrase {
        PassphraseFrom::Given(passphrase) => passphrase,
        PassphraseFrom::Made => make_passphrase(home)?,
    };
    home::write_new(&home.config_file(), settings)?;
    keys::generate_for(Role::Observer, home, &passphrase, cost)?;
    Ok(())
}

fn make_passphrase(home: &Home) -> Result<Passphrase, SetupError> {
    let text = Zeroizing::new(hex::encode(*keys::random::<32>()?));
    home::write_new_secret(&home.passphrase_file(), &text)?;
    Ok(Passphrase::new(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::NodeKeys;

    #[test]
    fn a_made_home_opens_with_what_lies_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(dir.path().join("hdfc"));
        let start = Start::of("HDFC".parse().unwrap());
        let public = make_home(&home, &start, PassphraseFrom::Made, KdfCost::testnet()).unwrap();
        let settings = settings::load(&home.config_file(), [], &[]).unwrap();
        assert_eq!(settings.bank.as_str(), "HDFC");
        let passphrase = keys::passphrase(&home, None, settings.passphrase_file.as_deref()).unwrap();
        assert_eq!(NodeKeys::open(&home, &passphrase).unwrap().public, public);
        assert!(!Wal::open(FolderDisk::open(&home.wal()).unwrap()).unwrap().1.abstain);
        let again = make_home(&home, &start, PassphraseFrom::Made, KdfCost::testnet());
        assert!(matches!(again, Err(SetupError::Home(HomeError::Exists { .. }))));
    }
}
