//! A custodian's secrets among three officers, each with a file and a passphrase of his own; any two bring the
//! secrets back, one alone knows nothing.
//!
//! ```text
//!   keys/custodian.json, keys/regulator_escrow.json  --split-->  officer-1.json  officer-2.json  officer-3.json
//!   an empty home  <--combine--  any two of them
//! ```
//!
//! Of a custodian with a token only the escrow secret is split: the signing key never leaves the token. That is
//! what must not be lost, because years of envelopes are sealed to it; another signing key can take the place of
//! a lost one.

use super::custodian::Role;
use super::{KeysError, random, read_key_file, refuse_used, seal_at, token};
use crate::home::{Home, create_folder};
use idx_crypto::{
    AeadError, AeadKey, Hash32, KdfCost, KeyFile, KeystoreError, OFFICERS, OfficerShare, Passphrase, Purpose,
    SealEntropy, ShareCommitments, ShareError, hash_borsh, hkdf_derive, split_key,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The format that this software writes and reads.
const VERSION: u16 = 1;

/// Nothing is sealed twice under one key: each file has its own, and each secret one that follows from it.
const NONCE: [u8; 12] = [0; 12];

/// One officer's file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficerFile {
    version: u16,
    /// `regulator` or `company`.
    custodian: String,
    /// 1 to 3.
    officer: u8,
    /// What the officer's passphrase opens.
    passphrase: KeyFile,
    secrets: Vec<SecretShare>,
}

/// An officer's share of one secret, sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretShare {
    purpose: Purpose,
    public_key: Hash32,
    commitments: ShareCommitments,
    sealed: String,
}

/// Why secrets are not split, or shares do not make them.
#[derive(Debug, thiserror::Error)]
pub enum OfficerError {
    /// The keys of the home.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The home holds other keys.
    #[error("this home holds no keys of a regulator or of the company")]
    NoCustodian,
    /// A file is none.
    #[error("file {place}: this is no officer's file: {reason}")]
    Malformed {
        /// Which of the files, from 1.
        place: usize,
        /// What is wrong.
        reason: String,
    },
    /// A passphrase does not open its file.
    #[error("file {place}, of officer {officer}: {source}")]
    Closed {
        /// Which of the files, from 1.
        place: usize,
        /// Whose it says it is.
        officer: u8,
        /// What is wrong.
        source: KeystoreError,
    },
    /// A share was altered.
    #[error("file {place}: {source}")]
    Altered {
        /// Which of the files, from 1.
        place: usize,
        /// What is wrong.
        source: AeadError,
    },
    /// The shares do not fit.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// The two files are of different splittings.
    #[error("the two files are not of one splitting: take two that were made together")]
    Strangers,
}

/// Splits the secrets of a custodian's home; gives the officers' files, in their order. The home keeps its keys.
///
/// # Errors
/// [`OfficerError`]; nothing is written here.
pub fn split(
    home: &Home,
    passphrase: &Passphrase,
    officers: &[Passphrase; OFFICERS as usize],
    cost: KdfCost,
) -> Result<[Zeroizing<String>; OFFICERS as usize], OfficerError> {
    let (role, secrets) = secrets_of(home, passphrase)?;
    let mut split = Vec::new();
    for (purpose, secret) in &secrets {
        let (commitments, shares) = split_key(secret, &*random()?);
        split.push((*purpose, Hash32(purpose.public_of(secret)), commitments, shares));
    }
    let mut files = Vec::new();
    for (place, passphrase) in officers.iter().enumerate() {
        let key = random::<32>()?;
        let seal =
            |(purpose, public_key, commitments, shares): &(_, _, ShareCommitments, [OfficerShare; 3])| {
                SecretShare::seal((*purpose, *public_key), commitments, &shares[place], &key)
            };
        let secrets = split.iter().map(seal).collect();
        files.push(OfficerFile::new(role, place, secrets, (&key, passphrase, cost))?.to_json());
    }
    Ok(files.try_into().unwrap_or_else(|_| unreachable!("one file an officer")))
}

/// Puts the secrets of two officers' files into a home without keys, sealed under its passphrase.
///
/// # Errors
/// [`OfficerError`] names the file that does not fit; then the home is left as it is.
pub fn combine(
    files: [(&str, &Passphrase); 2],
    home: &Home,
    passphrase: &Passphrase,
    cost: KdfCost,
) -> Result<Role, OfficerError> {
    refuse_used(home)?;
    let [one, other] = [OfficerFile::read(1, files[0].0)?, OfficerFile::read(2, files[1].0)?];
    let role = one.role().filter(|role| other.role() == Some(*role)).ok_or(OfficerError::Strangers)?;
    let (shares, more) = (one.open(1, files[0].1)?, other.open(2, files[1].1)?);
    if one.secrets.len() != other.secrets.len() {
        return Err(OfficerError::Strangers);
    }
    let mut whole = Vec::new();
    for (((mine, his), share), another) in one.secrets.iter().zip(&other.secrets).zip(&shares).zip(&more) {
        if (mine.purpose, mine.public_key, &mine.commitments)
            != (his.purpose, his.public_key, &his.commitments)
        {
            return Err(OfficerError::Strangers);
        }
        let secret = mine.commitments.join(share, another)?;
        if Hash32(mine.purpose.public_of(&secret)) != mine.public_key {
            return Err(OfficerError::Strangers);
        }
        whole.push((mine.purpose, secret));
    }
    create_folder(home.root()).map_err(KeysError::from)?;
    for (purpose, secret) in whole {
        seal_at(&home.key_file(purpose), (purpose, &secret), passphrase, cost)?;
    }
    Ok(role)
}

type Secret = (Purpose, Zeroizing<[u8; 32]>);

/// The secrets of a custodian's home that lie in files.
fn secrets_of(home: &Home, passphrase: &Passphrase) -> Result<(Role, Vec<Secret>), OfficerError> {
    let role = Role::of(home);
    if !matches!(role, Role::Regulator | Role::Company) {
        return Err(OfficerError::NoCustodian);
    }
    let in_token = token::is_used(home);
    let passphrase = match in_token {
        true => token::open(home, passphrase).map_err(KeysError::from)?.passphrase,
        false => passphrase.clone(),
    };
    let purposes = role.purposes().iter().filter(|purpose| !in_token || **purpose != Purpose::Custodian);
    let open = |purpose: &Purpose| {
        let file = read_key_file(home, *purpose)?;
        let path = home.key_file(*purpose);
        let secret = file.open(&passphrase).map_err(|source| KeysError::KeyFile { path, source })?;
        Ok::<_, OfficerError>((*purpose, secret))
    };
    Ok((role, purposes.map(open).collect::<Result<_, _>>()?))
}

impl OfficerFile {
    fn new(
        role: Role,
        place: usize,
        secrets: Vec<SecretShare>,
        (key, passphrase, cost): (&[u8; 32], &Passphrase, KdfCost),
    ) -> Result<Self, OfficerError> {
        let officer = u8::try_from(place + 1).unwrap_or(OFFICERS);
        let entropy = SealEntropy { salt: *random()?, nonce: *random()? };
        let sealed = KeyFile::seal(Purpose::OfficerShare, key, passphrase, cost, &entropy);
        let passphrase =
            sealed.map_err(|source| OfficerError::Closed { place: place + 1, officer, source })?;
        Ok(Self { version: VERSION, custodian: name_of(role).to_owned(), officer, passphrase, secrets })
    }

    fn to_json(&self) -> Zeroizing<String> {
        let text = serde_json::to_string_pretty(self).expect("the file is plain data");
        Zeroizing::new(text + "\n")
    }

    fn read(place: usize, text: &str) -> Result<Self, OfficerError> {
        let malformed = |reason: String| OfficerError::Malformed { place, reason };
        let file: Self = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        match file.version {
            VERSION => Ok(file),
            other => Err(malformed(format!("version {other} is unknown; this software reads {VERSION}"))),
        }
    }

    fn role(&self) -> Option<Role> {
        [Role::Regulator, Role::Company].into_iter().find(|role| name_of(*role) == self.custodian)
    }

    fn open(&self, place: usize, passphrase: &Passphrase) -> Result<Vec<OfficerShare>, OfficerError> {
        let officer = self.officer;
        let key = self.passphrase.open(passphrase);
        let key = key.map_err(|source| OfficerError::Closed { place, officer, source })?;
        self.secrets.iter().map(|secret| secret.open(place, officer, &key)).collect()
    }
}

impl SecretShare {
    fn seal(
        (purpose, public_key): (Purpose, Hash32),
        commitments: &ShareCommitments,
        share: &OfficerShare,
        key: &[u8; 32],
    ) -> Self {
        let own = hkdf_derive(key, "idx/officer-file/1", purpose.to_string().as_bytes());
        let bound = bound(purpose, public_key, share.officer());
        let sealed =
            hex::encode(AeadKey::new(&own).seal(&NONCE, bound.as_bytes(), share.to_bytes().as_slice()));
        Self { purpose, public_key, commitments: commitments.clone(), sealed }
    }

    fn open(&self, place: usize, officer: u8, key: &[u8; 32]) -> Result<OfficerShare, OfficerError> {
        let malformed = |reason: &str| OfficerError::Malformed { place, reason: reason.to_owned() };
        let own = hkdf_derive(key, "idx/officer-file/1", self.purpose.to_string().as_bytes());
        let sealed = hex::decode(&self.sealed).map_err(|_| malformed("a share is garbled"))?;
        let bound = bound(self.purpose, self.public_key, officer);
        let bytes = AeadKey::new(&own).open(&NONCE, bound.as_bytes(), &sealed);
        let bytes = bytes.map_err(|source| OfficerError::Altered { place, source })?;
        Ok(OfficerShare::from_bytes(&bytes)?)
    }
}

/// A share belongs to this officer and this key.
fn bound(purpose: Purpose, public_key: Hash32, officer: u8) -> Hash32 {
    hash_borsh("idx/officer-share/1", &(purpose, public_key, officer))
}

const fn name_of(role: Role) -> &'static str {
    match role {
        Role::Company => "company",
        _ => "regulator",
    }
}

#[cfg(test)]
mod tests;
