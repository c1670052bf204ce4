//! The keys of those who open identities together: a regulator, and the company.
//!
//! ```text
//! regulator:  keys/custodian.json  keys/regulator_escrow.json  -- opens nothing -->   RegulatorKeys
//! company:    keys/custodian.json  keys/company_master.json    -- a passphrase  -->   CompanyEntry:
//!                                                                 signing key, a key each day
//! ```

use super::{KeysError, open, read_key_file};
use crate::home::Home;
use idx_crypto::{HpkePublic, Passphrase, PublicKey, Purpose, company_day_key};
use idx_genesis::CompanyEntry;
use idx_types::NetworkDay;
use idx_types::escrow::DAY_KEYS_MAX;
use serde::{Deserialize, Serialize};

/// Days whose keys the company shows at once: as many as the chain takes.
pub const EXPORT_DAYS: usize = DAY_KEYS_MAX;

/// Whose keys lie in a home.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Role {
    /// A bank's node: consensus, network, HPKE and vault key.
    #[default]
    Bank,
    /// A regulator's custodian: signing key and escrow key.
    Regulator,
    /// The company's custodian: signing key, and the master of all daily escrow keys.
    Company,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Bank, Self::Regulator, Self::Company];

    /// The keys that it has.
    pub const fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::Bank => &[Purpose::Consensus, Purpose::Network, Purpose::Hpke, Purpose::Vault],
            Self::Regulator => &[Purpose::Custodian, Purpose::RegulatorEscrow],
            Self::Company => &[Purpose::Custodian, Purpose::CompanyMaster],
        }
    }

    /// The role whose keys lie in a home, by the names of the files; a bank's if there are none.
    pub fn of(home: &Home) -> Self {
        let has = |purpose| home.key_file(purpose).exists();
        match (has(Purpose::RegulatorEscrow), has(Purpose::CompanyMaster)) {
            (true, _) => Self::Regulator,
            (_, true) => Self::Company,
            _ => Self::Bank,
        }
    }
}

/// What a regulator tells the banks of its keys, for the genesis.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegulatorKeys {
    /// Verifies what its custodian publishes.
    pub signing_key: PublicKey,
    /// Its half of an identity is sealed to this.
    pub hpke_key: HpkePublic,
}

/// A regulator's public keys, by the files' word; no passphrase is needed.
///
/// # Errors
/// Those of [`read_key_file`], or that the file names no sound key.
pub fn regulator_keys(home: &Home) -> Result<RegulatorKeys, KeysError> {
    let escrow = read_key_file(home, Purpose::RegulatorEscrow)?.public_key();
    let path = home.key_file(Purpose::RegulatorEscrow);
    let hpke_key = HpkePublic::new(escrow).map_err(|source| KeysError::UnsoundKey { path, source })?;
    Ok(RegulatorKeys { signing_key: signing_key(home)?, hpke_key })
}

/// The company's public keys of the [`EXPORT_DAYS`] days from `first` on. The master is opened for it.
///
/// # Errors
/// Those of [`read_key_file`], or that the passphrase does not fit.
pub fn company_keys(
    home: &Home,
    passphrase: &Passphrase,
    first: NetworkDay,
) -> Result<CompanyEntry, KeysError> {
    let master = open(home, Purpose::CompanyMaster, passphrase)?;
    let days = (first.0..=u32::MAX).take(EXPORT_DAYS);
    let day_keys = days.map(|day| company_day_key(&master, day).public()).collect();
    Ok(CompanyEntry { signing_key: signing_key(home)?, first_day: first, day_keys })
}

fn signing_key(home: &Home) -> Result<PublicKey, KeysError> {
    Ok(PublicKey(read_key_file(home, Purpose::Custodian)?.public_key()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::HomeError;
    use crate::keys::{generate, generate_for};
    use idx_crypto::KdfCost;

    const FIRST: NetworkDay = NetworkDay(20_000);

    fn phrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned()).unwrap()
    }

    fn made(role: Role) -> (tempfile::TempDir, Home) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(dir.path());
        generate_for(role, &home, &phrase("one"), KdfCost::testnet()).unwrap();
        (dir, home)
    }

    #[test]
    fn a_home_shows_whose_it_is_and_takes_no_second_role() {
        for role in Role::ALL {
            let (_dir, home) = made(role);
            assert_eq!(Role::of(&home), role);
            for other in Role::ALL {
                let again = generate_for(other, &home, &phrase("one"), KdfCost::testnet());
                assert!(
                    matches!(again, Err(KeysError::Home(HomeError::Exists { .. }))),
                    "{role:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn the_company_shows_a_key_for_each_of_400_days_that_its_master_opens() {
        let (_dir, home) = made(Role::Company);
        let entry = company_keys(&home, &phrase("one"), FIRST).unwrap();
        assert_eq!((entry.first_day, entry.day_keys.len()), (FIRST, 400));
        let master = open(&home, Purpose::CompanyMaster, &phrase("one")).unwrap();
        for (day, key) in entry.days() {
            assert_eq!(company_day_key(&master, day.0).public(), key);
        }
        let later = company_keys(&home, &phrase("one"), NetworkDay(FIRST.0 + 1)).unwrap();
        assert_eq!(later.day_keys[..399], entry.day_keys[1..], "a day has one key whenever it is shown");
        let error = company_keys(&home, &phrase("two"), FIRST).unwrap_err().to_string();
        assert!(error.contains("company_master.json: wrong passphrase"), "{error}");
    }

    #[test]
    fn a_regulator_shows_two_keys_and_a_bank_s_home_has_none_of_them() {
        let (_dir, home) = made(Role::Regulator);
        let keys = regulator_keys(&home).unwrap();
        assert_ne!(keys.signing_key.0, *keys.hpke_key.as_bytes());
        let dir = tempfile::tempdir().unwrap();
        let bank = Home::at(dir.path());
        generate(&bank, &phrase("one"), KdfCost::testnet()).unwrap();
        let error = regulator_keys(&bank).unwrap_err().to_string();
        assert!(error.contains("regulator_escrow.json does not exist"), "{error}");
    }
}
