//! The keys of those who open identities together: a regulator, and the company.
//!
//! ```text
//! regulator:  keys/custodian.json  keys/regulator_escrow.json  -- opens nothing -->   RegulatorKeys
//! company:    keys/custodian.json  keys/company_master.json    -- a passphrase  -->   CompanyEntry:
//!                                                                 signing key, a key each day
//! ```

use super::{KeysError, open, random, read_key_file, refuse_used, seal_new, token};
use crate::home::Home;
use idx_crypto::{
    HpkePublic, HpkeSecret, KdfCost, Passphrase, PublicKey, Purpose, SecretKey, Signer, company_day_key,
};
use idx_genesis::CompanyEntry;
use idx_types::escrow::DAY_KEYS_MAX;
use idx_types::{NetworkDay, NetworkKey};
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::Zeroizing;

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
    /// An observer's node: a network key, and nothing that signs.
    Observer,
    /// A judge: signing key, and the key to which answers are sealed.
    Judge,
    /// Who says what foreign money costs: signing key.
    Publisher,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::Bank, Self::Regulator, Self::Company, Self::Observer, Self::Judge, Self::Publisher];

    /// The keys that it has.
    pub const fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::Bank => &[Purpose::Consensus, Purpose::Network, Purpose::Hpke, Purpose::Vault],
            Self::Regulator => &[Purpose::Custodian, Purpose::RegulatorEscrow],
            Self::Company => &[Purpose::Custodian, Purpose::CompanyMaster],
            Self::Observer => &[Purpose::Network],
            Self::Judge => &[Purpose::JudgeSigning, Purpose::JudgeReading],
            Self::Publisher => &[Purpose::RatePublisher],
        }
    }

    /// The role whose keys lie in a home, by the names of the files; a bank's if there are none.
    pub fn of(home: &Home) -> Self {
        let has = |purpose| home.key_file(purpose).exists();
        let marks = [
            (Purpose::RegulatorEscrow, Self::Regulator),
            (Purpose::CompanyMaster, Self::Company),
            (Purpose::JudgeReading, Self::Judge),
            (Purpose::RatePublisher, Self::Publisher),
        ];
        let by_file = marks.into_iter().find(|(mark, _)| has(*mark)).map(|(_, role)| role);
        let is_observer = has(Purpose::Network) && !has(Purpose::Consensus);
        by_file.unwrap_or(if is_observer { Self::Observer } else { Self::Bank })
    }
}

/// What an observer tells the banks that let it connect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObserverKeys {
    /// Its libp2p identity.
    pub network_key: NetworkKey,
}

/// An observer's public key, by the file's word; no passphrase is needed.
///
/// # Errors
/// Those of [`read_key_file`].
pub fn observer_keys(home: &Home) -> Result<ObserverKeys, KeysError> {
    Ok(ObserverKeys { network_key: NetworkKey(read_key_file(home, Purpose::Network)?.public_key()) })
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
    let passphrase = match token::is_used(home) {
        true => token::open(home, passphrase)?.passphrase,
        false => passphrase.clone(),
    };
    let master = open(home, Purpose::CompanyMaster, &passphrase)?;
    let days = (first.0..=u32::MAX).take(EXPORT_DAYS);
    let day_keys = days.map(|day| company_day_key(&master, day).public()).collect();
    Ok(CompanyEntry { signing_key: signing_key(home)?, first_day: first, day_keys })
}

/// A custodian's opened keys.
pub struct CustodianKeys {
    /// Signs what it publishes; perhaps inside a token.
    pub signing: Box<dyn Signer>,
    /// Opens its half.
    pub escrow: EscrowSecret,
}

/// What opens a custodian's half.
pub enum EscrowSecret {
    /// A regulator's key.
    Regulator(HpkeSecret),
    /// The company's master, from which the key of every day follows.
    Company(Zeroizing<[u8; 32]>),
}

impl std::fmt::Debug for EscrowSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Regulator(_) => "EscrowSecret(**** of a regulator)",
            Self::Company(_) => "EscrowSecret(**** of the company)",
        })
    }
}

impl EscrowSecret {
    /// Hands out the key of a day: a regulator has one for all days.
    pub fn with_key<T>(&self, day: NetworkDay, open: impl FnOnce(&HpkeSecret) -> T) -> T {
        match self {
            Self::Regulator(secret) => open(secret),
            Self::Company(master) => open(&company_day_key(master, day.0)),
        }
    }
}

impl CustodianKeys {
    /// Opens the keys of a regulator's or the company's home.
    ///
    /// # Errors
    /// Names the file that is missing or does not open, and why.
    pub fn open(home: &Home, passphrase: &Passphrase) -> Result<Self, KeysError> {
        let (signing, passphrase) = signer(home, passphrase)?;
        let escrow = match Role::of(home) {
            Role::Company => EscrowSecret::Company(open(home, Purpose::CompanyMaster, &passphrase)?),
            _ => {
                let secret = open(home, Purpose::RegulatorEscrow, &passphrase)?;
                EscrowSecret::Regulator(HpkeSecret::from_bytes(&secret))
            }
        };
        Ok(Self { signing, escrow })
    }
}

impl std::fmt::Debug for CustodianKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CustodianKeys(signs with {}, {:?})", self.signing.public_key(), self.escrow)
    }
}

/// What signs for a custodian, and the passphrase of its escrow secret: the home's own, or what the token
/// gives for it.
fn signer(home: &Home, passphrase: &Passphrase) -> Result<(Box<dyn Signer>, Passphrase), KeysError> {
    if token::is_used(home) {
        let token = token::open(home, passphrase)?;
        return Ok((token.signer, token.passphrase));
    }
    let signing = SecretKey::from_seed(&*open(home, Purpose::Custodian, passphrase)?);
    Ok((Box::new(signing), passphrase.clone()))
}

/// Makes a custodian's keys in a PKCS#11 token, whose PIN is the passphrase, and the escrow secret beside
/// it, sealed under what only the token can give.
///
/// # Errors
/// There is a key of any role already, or the token does not do what it must.
pub fn generate_in_token(
    role: Role,
    home: &Home,
    pin: &Passphrase,
    cost: KdfCost,
    (module, label): (&Path, &str),
) -> Result<(), KeysError> {
    refuse_used(home)?;
    let secret = match role {
        Role::Company => Purpose::CompanyMaster,
        _ => Purpose::RegulatorEscrow,
    };
    let passphrase = token::create(home, module, label, pin, (&*random()?, *random()?))?;
    seal_new(home, secret, &passphrase, cost)
}

fn signing_key(home: &Home) -> Result<PublicKey, KeysError> {
    if token::is_used(home) {
        return Ok(token::read(home)?.signing_key);
    }
    Ok(PublicKey(read_key_file(home, Purpose::Custodian)?.public_key()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::HomeError;
    use crate::keys::{generate, generate_for};

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
