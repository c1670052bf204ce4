//! The rate publisher's key: signs what foreign money costs, and nothing else.

use super::{KeysError, open, read_key_file};
use crate::home::Home;
use idx_crypto::{Passphrase, PublicKey, Purpose, SecretKey};
use serde::{Deserialize, Serialize};

/// What a publisher tells the banks, for genesis or for governance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherPublic {
    /// Verifies rates.
    pub signing_key: PublicKey,
}

impl PublisherPublic {
    /// The public key in a publisher's home, by the file's word; no passphrase is needed.
    ///
    /// # Errors
    /// The file is missing or no key file.
    pub fn of(home: &Home) -> Result<Self, KeysError> {
        let signing_key = PublicKey(read_key_file(home, Purpose::RatePublisher)?.public_key());
        Ok(Self { signing_key })
    }
}

/// Opens the key.
///
/// # Errors
/// The file is missing or does not open, and why.
pub fn open_key(home: &Home, passphrase: &Passphrase) -> Result<SecretKey, KeysError> {
    Ok(SecretKey::from_seed(&*open(home, Purpose::RatePublisher, passphrase)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::custodian::Role;
    use crate::keys::generate_for;
    use idx_crypto::{KdfCost, Signer};

    #[test]
    fn what_a_publisher_shows_is_what_its_secret_opens() {
        let dir = tempfile::tempdir().unwrap();
        let (home, phrase) = (Home::at(dir.path()), Passphrase::new("one".to_owned()).unwrap());
        generate_for(Role::Publisher, &home, &phrase, KdfCost::testnet()).unwrap();
        assert_eq!(Role::of(&home), Role::Publisher);
        let shown = PublisherPublic::of(&home).unwrap().signing_key;
        assert_eq!(shown, open_key(&home, &phrase).unwrap().public_key());
        let wrong = open_key(&home, &Passphrase::new("two".to_owned()).unwrap());
        assert!(wrong.unwrap_err().to_string().contains("wrong passphrase"));
    }
}
