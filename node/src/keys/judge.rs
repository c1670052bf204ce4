//! A judge's two keys: one signs orders, to the other everything is sealed that only the judge may read.

use super::{KeysError, open, read_key_file};
use crate::home::Home;
use idx_crypto::{HpkePublic, HpkeSecret, Passphrase, PublicKey, Purpose, SecretKey};
use idx_types::{Judge, JudgeId};
use serde::{Deserialize, Serialize};

/// What a judge tells the banks, for genesis or for governance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgePublic {
    /// Verifies orders.
    pub signing_key: PublicKey,
    /// Halves, answers and envelopes are sealed to this.
    pub hpke_key: HpkePublic,
}

/// A judge's opened keys.
#[derive(Debug)]
pub struct JudgeKeys {
    /// Signs orders, releases and confirmations.
    pub signing: SecretKey,
    /// Opens what is for the judge.
    pub reading: HpkeSecret,
}

impl JudgePublic {
    /// The public keys in a judge's home, by the files' word; no passphrase is needed.
    ///
    /// # Errors
    /// A file is missing, no key file, or names no sound key.
    pub fn of(home: &Home) -> Result<Self, KeysError> {
        let reading = read_key_file(home, Purpose::JudgeReading)?.public_key();
        let path = home.key_file(Purpose::JudgeReading);
        let hpke_key = HpkePublic::new(reading).map_err(|source| KeysError::UnsoundKey { path, source })?;
        let signing_key = PublicKey(read_key_file(home, Purpose::JudgeSigning)?.public_key());
        Ok(Self { signing_key, hpke_key })
    }

    /// The judge as the ledger knows it.
    pub fn named(self, id: JudgeId, name: &str) -> Judge {
        let Self { signing_key, hpke_key } = self;
        Judge { id, name: name.to_owned(), signing_key, hpke_key }
    }
}

impl JudgeKeys {
    /// Opens both.
    ///
    /// # Errors
    /// Names the file that is missing or does not open, and why.
    pub fn open(home: &Home, passphrase: &Passphrase) -> Result<Self, KeysError> {
        let signing = SecretKey::from_seed(&*open(home, Purpose::JudgeSigning, passphrase)?);
        let reading = HpkeSecret::from_bytes(&*open(home, Purpose::JudgeReading, passphrase)?);
        Ok(Self { signing, reading })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::custodian::Role;
    use crate::keys::generate_for;
    use idx_crypto::{KdfCost, Signer};

    #[test]
    fn what_a_judge_shows_is_what_its_secrets_open() {
        let dir = tempfile::tempdir().unwrap();
        let (home, phrase) = (Home::at(dir.path()), Passphrase::new("one".to_owned()).unwrap());
        generate_for(Role::Judge, &home, &phrase, KdfCost::testnet()).unwrap();
        let (public, keys) = (JudgePublic::of(&home).unwrap(), JudgeKeys::open(&home, &phrase).unwrap());
        assert_eq!((public.signing_key, public.hpke_key), (keys.signing.public_key(), keys.reading.public()));
        let shown = format!("{keys:?}");
        assert!(shown.contains("****"), "{shown}");
        let wrong = JudgeKeys::open(&home, &Passphrase::new("two".to_owned()).unwrap());
        assert!(wrong.unwrap_err().to_string().contains("judge_signing.json: wrong passphrase"));
    }
}
