//! A node's four keys: made, sealed, opened, and held against what genesis says of the bank. Those of
//! the escrow's custodians are in [`custodian`], a judge's in [`judge`], the rate publisher's in [`publisher`].

pub mod custodian;
pub mod judge;
pub mod officers;
pub mod publisher;
mod shared;
pub mod token;

use crate::home::{self, Home, HomeError};
use custodian::Role;
use idx_crypto::{
    Hash32, KdfCost, KeyFile, KeystoreError, Passphrase, PublicKey, Purpose, SealEntropy, SecretKey,
    UnsoundKey,
};
use idx_genesis::BankEntry;
use idx_types::NetworkKey;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Environment variable with the passphrase.
pub const PASSPHRASE_VARIABLE: &str = "IDX_PASSPHRASE";

/// A node's opened keys.
#[derive(Debug)]
pub struct NodeKeys {
    /// Signs votes, verdicts, headers and the bank's transactions.
    pub consensus: SecretKey,
    /// Seed of the libp2p identity.
    pub network_seed: Zeroizing<[u8; 32]>,
    /// Secret of the HPKE key.
    pub hpke_secret: Zeroizing<[u8; 32]>,
    /// Seals the bank's vault.
    pub vault_secret: Zeroizing<[u8; 32]>,
    /// What others may know of them.
    pub public: PublicKeys,
}

/// What a bank tells the others of its keys, for the genesis.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKeys {
    /// Verifies its votes.
    pub consensus_key: PublicKey,
    /// Its libp2p identity.
    pub network_key: NetworkKey,
    /// Its HPKE key.
    pub hpke_key: Hash32,
}

/// Why keys cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file is missing, exposed or in the way.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The file is there and does not open.
    #[error("{path}: {source}\n  what to do: give the passphrase it was sealed with, or put the right key file in its place", path = .path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: KeystoreError,
    },
    /// The file holds a key of another kind.
    #[error("{path} holds a {found} key, not a {wanted} key\n  what to do: the files of keys/ were mixed up; put the {wanted} key there", path = .path.display())]
    WrongPurpose {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: Purpose,
        /// What it should hold.
        wanted: Purpose,
    },
    /// The file names a key to which nothing may be sealed.
    #[error("{path}: {source}\n  what to do: the file was altered; put back your backup", path = .path.display())]
    UnsoundKey {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: UnsoundKey,
    },
    /// There is no passphrase, or an empty one.
    #[error("{place}: {reason}\n  what to do: set {PASSPHRASE_VARIABLE}, name a file with passphrase_file in config.toml, or put it into {path}", path = .path.display())]
    NoPassphrase {
        /// Where it was looked for last.
        place: String,
        /// What was found.
        reason: String,
        /// The file in the home.
        path: PathBuf,
    },
    /// Genesis knows the bank by another key.
    #[error("{path}: this {purpose} key is {here}, but genesis says that {bank} has {there}\n  what to do: use the key files that {bank} registered, or set `bank` to the bank whose keys these are", path = .path.display())]
    NotInGenesis {
        /// The key file.
        path: PathBuf,
        /// Which key.
        purpose: Purpose,
        /// The bank.
        bank: String,
        /// The key in the file.
        here: Hash32,
        /// The key in genesis.
        there: Hash32,
    },
    /// The keys are in a token that cannot be used.
    #[error(transparent)]
    Token(#[from] token::TokenError),
    /// The machine gives no random bytes.
    #[error("no random bytes from the operating system: {0}")]
    NoEntropy(String),
}

/// Random bytes of the operating system.
///
/// # Errors
/// [`KeysError::NoEntropy`].
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeysError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(|error| KeysError::NoEntropy(error.to_string()))?;
    Ok(bytes)
}

/// Finds the passphrase: `variable` (the environment's) before the file that the settings name before
/// the file in the home.
///
/// # Errors
/// [`KeysError::NoPassphrase`], or that a file is missing or exposed.
pub fn passphrase(
    home: &Home,
    variable: Option<String>,
    file: Option<&Path>,
) -> Result<Passphrase, KeysError> {
    let own = home.passphrase_file();
    let none = |place: String, reason: String| KeysError::NoPassphrase { place, reason, path: own.clone() };
    let (place, text) = match (variable, file) {
        (Some(text), _) => (PASSPHRASE_VARIABLE.to_owned(), Zeroizing::new(text)),
        (None, Some(file)) => (
            file.display().to_string(),
            home::read_secret(file, "correct passphrase_file, or put the passphrase there")?,
        ),
        (None, None) if own.exists() => (own.display().to_string(), home::read_secret(&own, "")?),
        (None, None) => return Err(none(own.display().to_string(), "there is no passphrase".to_owned())),
    };
    Passphrase::new(text).map_err(|error| none(place, error.to_string()))
}

/// Makes a bank's keys and seals them into its home.
///
/// # Errors
/// [`HomeError::Exists`] if there is a key already; keys are never overwritten.
pub fn generate(home: &Home, passphrase: &Passphrase, cost: KdfCost) -> Result<PublicKeys, KeysError> {
    generate_for(Role::Bank, home, passphrase, cost)?;
    public_keys(home)
}

/// Makes the keys of a role and seals them into a home.
///
/// # Errors
/// [`HomeError::Exists`] if there is a key of any role already; keys are never overwritten.
pub fn generate_for(
    role: Role,
    home: &Home,
    passphrase: &Passphrase,
    cost: KdfCost,
) -> Result<(), KeysError> {
    refuse_used(home)?;
    role.purposes().iter().try_for_each(|purpose| seal_new(home, *purpose, passphrase, cost))
}

/// Whether a home has a key of any role.
fn refuse_used(home: &Home) -> Result<(), KeysError> {
    let all = Role::ALL.iter().flat_map(|role| role.purposes());
    let files = all.map(|purpose| home.key_file(*purpose)).chain([token::file(home)]);
    match files.into_iter().find(|path| path.exists()) {
        Some(path) => Err(HomeError::Exists { path }.into()),
        None => Ok(()),
    }
}

/// Makes one key and seals it into a home.
fn seal_new(home: &Home, purpose: Purpose, passphrase: &Passphrase, cost: KdfCost) -> Result<(), KeysError> {
    seal_at(&home.key_file(purpose), (purpose, &*random()?), passphrase, cost)
}

/// Seals a secret into a new file.
pub(crate) fn seal_at(
    path: &Path,
    (purpose, secret): (Purpose, &[u8; 32]),
    passphrase: &Passphrase,
    cost: KdfCost,
) -> Result<(), KeysError> {
    let entropy = SealEntropy { salt: *random()?, nonce: *random()? };
    let file = KeyFile::seal(purpose, secret, passphrase, cost, &entropy);
    let file = file.map_err(|source| KeysError::KeyFile { path: path.to_owned(), source })?;
    Ok(home::write_new_secret(path, &file.to_json())?)
}

/// Reads a key file without opening it.
///
/// # Errors
/// That it is missing, no key file, or of another kind.
pub fn read_key_file(home: &Home, purpose: Purpose) -> Result<KeyFile, KeysError> {
    read_at(&home.key_file(purpose), purpose)
}

fn read_at(path: &Path, purpose: Purpose) -> Result<KeyFile, KeysError> {
    let path = path.to_owned();
    let text = home::read_secret(&path, "make keys with `idx-node keys generate`, or put back your backup")?;
    let file =
        KeyFile::from_json(&text).map_err(|source| KeysError::KeyFile { path: path.clone(), source })?;
    if file.purpose() != purpose {
        return Err(KeysError::WrongPurpose { path, found: file.purpose(), wanted: purpose });
    }
    Ok(file)
}

/// Opens the secret of a purpose.
fn open(home: &Home, purpose: Purpose, passphrase: &Passphrase) -> Result<Zeroizing<[u8; 32]>, KeysError> {
    open_at(&home.key_file(purpose), purpose, passphrase)
}

/// Opens the secret of a purpose that lies in this file.
pub(crate) fn open_at(
    path: &Path,
    purpose: Purpose,
    passphrase: &Passphrase,
) -> Result<Zeroizing<[u8; 32]>, KeysError> {
    let file = read_at(path, purpose)?;
    file.open(passphrase).map_err(|source| KeysError::KeyFile { path: path.to_owned(), source })
}

/// The public keys, by the files' word; no passphrase is needed.
///
/// # Errors
/// Those of [`read_key_file`].
pub fn public_keys(home: &Home) -> Result<PublicKeys, KeysError> {
    let public = |purpose| read_key_file(home, purpose).map(|file| file.public_key());
    Ok(PublicKeys {
        consensus_key: PublicKey(public(Purpose::Consensus)?),
        network_key: NetworkKey(public(Purpose::Network)?),
        hpke_key: Hash32(public(Purpose::Hpke)?),
    })
}

/// Opens the seed of a node's libp2p identity alone: all that an observer has.
///
/// # Errors
/// That the file does not open, and why.
pub fn open_network_seed(home: &Home, passphrase: &Passphrase) -> Result<Zeroizing<[u8; 32]>, KeysError> {
    open(home, Purpose::Network, passphrase)
}

impl NodeKeys {
    /// Opens all four.
    ///
    /// # Errors
    /// Names the file that does not open and why.
    pub fn open(home: &Home, passphrase: &Passphrase) -> Result<Self, KeysError> {
        let open = |purpose| open(home, purpose, passphrase);
        Ok(Self {
            consensus: SecretKey::from_seed(&*open(Purpose::Consensus)?),
            network_seed: open(Purpose::Network)?,
            hpke_secret: open(Purpose::Hpke)?,
            vault_secret: open(Purpose::Vault)?,
            public: public_keys(home)?,
        })
    }
}

impl PublicKeys {
    /// Each key with its purpose.
    pub fn each(&self) -> [(Purpose, Hash32); 3] {
        [
            (Purpose::Consensus, Hash32(self.consensus_key.0)),
            (Purpose::Network, Hash32(self.network_key.0)),
            (Purpose::Hpke, self.hpke_key),
        ]
    }

    /// Checks that genesis knows the bank by these keys.
    ///
    /// # Errors
    /// [`KeysError::NotInGenesis`] names the first key that differs.
    pub fn check(&self, home: &Home, bank: &BankEntry) -> Result<(), KeysError> {
        let registered = Self {
            consensus_key: bank.consensus_key,
            network_key: bank.network_key,
            hpke_key: bank.hpke_key,
        };
        let pairs = self.each().into_iter().zip(registered.each());
        match pairs.into_iter().find(|((_, here), (_, there))| here != there) {
            None => Ok(()),
            Some(((purpose, here), (_, there))) => Err(KeysError::NotInGenesis {
                path: home.key_file(purpose),
                purpose,
                bank: bank.code.to_string(),
                here,
                there,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
