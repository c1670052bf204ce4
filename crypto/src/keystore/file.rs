//! The key file: its JSON form, sealing and opening.

use super::{KdfCost, Passphrase};
use crate::aead::{AEAD_TAG_BYTES, AeadKey};
use crate::derive::{hkdf_derive, x25519_public};
use crate::hash::{Hash32, hash_borsh, parse_hex};
use crate::sign::{SecretKey, Signer};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use zeroize::Zeroizing;

/// The format that this software writes and reads.
pub const KEY_FILE_VERSION: u16 = 1;

/// Most bytes of a key file; a real one has about 600.
pub const KEY_FILE_BYTES_MAX: usize = 4096;

/// What a key is for. A key opened for one purpose cannot be passed off as one for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A bank's votes, verdicts, headers and bank transactions (Ed25519).
    Consensus,
    /// A node's libp2p identity (Ed25519).
    Network,
    /// A bank's HPKE key (X25519).
    Hpke,
    /// A customer's session or a tool's own key (Ed25519).
    Wallet,
    /// What a custodian of the escrow publishes (Ed25519).
    Custodian,
    /// A regulator's half of every identity (X25519).
    RegulatorEscrow,
    /// From it the company's key of every day follows, see [`crate::company_day_key`].
    CompanyMaster,
    /// Seals a bank's vault; what the file shows as public key is a digest that names it.
    Vault,
    /// What a judge orders (Ed25519).
    JudgeSigning,
    /// What is sealed to a judge: halves, answers, envelopes (X25519).
    JudgeReading,
    /// What foreign money costs (Ed25519).
    RatePublisher,
    /// Seals an officer's share of a custodian's secrets; what the file shows as public key is a digest.
    OfficerShare,
}

impl Purpose {
    /// The public key that a secret has in this use; a master, which has none, gets a one-way name.
    pub fn public_of(self, secret: &[u8; 32]) -> [u8; 32] {
        match self {
            Self::Vault => *hkdf_derive(secret, "idx/vault-key-name/1", &[]),
            Self::OfficerShare => *hkdf_derive(secret, "idx/officer-share-name/1", &[]),
            Self::Hpke | Self::RegulatorEscrow | Self::JudgeReading => x25519_public(secret),
            Self::CompanyMaster => *hkdf_derive(secret, "idx/company-master-name/1", &[]),
            Self::Consensus | Self::Network | Self::Wallet => SecretKey::from_seed(secret).public_key().0,
            Self::Custodian | Self::JudgeSigning | Self::RatePublisher => {
                SecretKey::from_seed(secret).public_key().0
            }
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Consensus => "consensus",
            Self::Network => "network",
            Self::Hpke => "hpke",
            Self::Wallet => "wallet",
            Self::Custodian => "custodian",
            Self::RegulatorEscrow => "regulator_escrow",
            Self::CompanyMaster => "company_master",
            Self::Vault => "vault",
            Self::JudgeSigning => "judge_signing",
            Self::JudgeReading => "judge_reading",
            Self::RatePublisher => "rate_publisher",
            Self::OfficerShare => "officer_share",
        })
    }
}

/// Fresh random bytes for one sealing, drawn by the caller; never to be used again.
#[derive(Clone, Copy, Debug)]
pub struct SealEntropy {
    /// Makes equal passphrases unequal keys.
    pub salt: [u8; 32],
    /// The nonce of AES-GCM.
    pub nonce: [u8; 12],
}

/// One sealed secret with what may be known about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    version: u16,
    purpose: Purpose,
    public_key: Hash32,
    kdf: KdfCost,
    salt: Hex<32>,
    nonce: Hex<12>,
    sealed: Hex<{ 32 + AEAD_TAG_BYTES }>,
}

/// Why a key file cannot be made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeystoreError {
    /// A passphrase without a character.
    #[error("the passphrase is empty: give at least one character, better a sentence")]
    EmptyPassphrase,
    /// The file says that a try costs too much, or less than Argon2id can do.
    #[error(
        "the key file's cost ({cost}) is out of range: 8 KiB a lane to {} KiB, 1 to {} passes, 1 to {} lanes",
        KdfCost::MEMORY_KIB_MAX,
        KdfCost::PASSES_MAX,
        KdfCost::LANES_MAX
    )]
    CostOutOfRange {
        /// The cost it names.
        cost: KdfCost,
    },
    /// Another format.
    #[error("key file version {found} is unknown; this software reads version {KEY_FILE_VERSION}")]
    UnknownVersion {
        /// The version it names.
        found: u16,
    },
    /// The secret does not open.
    #[error("wrong passphrase for the {purpose} key {public_key}, or the key file was altered")]
    WrongPassphrase {
        /// What the file says the key is for.
        purpose: Purpose,
        /// Which key the file says it is.
        public_key: Hash32,
    },
    /// The sealed secret has another public key than the file says.
    #[error("the key file names public key {named}, but its secret belongs to {derived}")]
    PublicKeyMismatch {
        /// The key in the file.
        named: Hash32,
        /// The secret's key.
        derived: Hash32,
    },
    /// Not a key file.
    #[error("this is no key file: {reason} (line {line}, column {column})")]
    Malformed {
        /// What is wrong.
        reason: String,
        /// Line, from 1; 0 if the whole text is meant.
        line: usize,
        /// Column, from 1; 0 if the whole line is meant.
        column: usize,
    },
}

impl KeyFile {
    /// Seals a secret. The public key follows from secret and purpose.
    ///
    /// # Errors
    /// [`KeystoreError::CostOutOfRange`].
    pub fn seal(
        purpose: Purpose,
        secret: &[u8; 32],
        passphrase: &Passphrase,
        kdf: KdfCost,
        entropy: &SealEntropy,
    ) -> Result<Self, KeystoreError> {
        let key = passphrase.stretch(&entropy.salt, kdf)?;
        let mut file = Self {
            version: KEY_FILE_VERSION,
            purpose,
            public_key: Hash32(purpose.public_of(secret)),
            kdf,
            salt: Hex(entropy.salt),
            nonce: Hex(entropy.nonce),
            sealed: Hex([0; 32 + AEAD_TAG_BYTES]),
        };
        let sealed = AeadKey::new(&key).seal(&entropy.nonce, file.associated().as_bytes(), secret);
        file.sealed.0.copy_from_slice(&sealed);
        Ok(file)
    }

    /// Opens the secret.
    ///
    /// # Errors
    /// [`KeystoreError`]: unknown version, cost out of range (before any memory is taken), wrong
    /// passphrase or altered file, public key of another secret.
    pub fn open(&self, passphrase: &Passphrase) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
        self.check_version()?;
        let (purpose, public_key) = (self.purpose, self.public_key);
        let key = passphrase.stretch(&self.salt.0, self.kdf)?;
        let plain = AeadKey::new(&key)
            .open(&self.nonce.0, self.associated().as_bytes(), &self.sealed.0)
            .map_err(|_| KeystoreError::WrongPassphrase { purpose, public_key })?;
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(&plain);
        let derived = Hash32(purpose.public_of(&secret));
        if derived != public_key {
            return Err(KeystoreError::PublicKeyMismatch { named: public_key, derived });
        }
        Ok(secret)
    }

    /// What the key is for, by the file's word until it is opened.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The public key, by the file's word until it is opened.
    pub const fn public_key(&self) -> [u8; 32] {
        self.public_key.0
    }

    /// What a try of a passphrase costs.
    pub const fn kdf(&self) -> KdfCost {
        self.kdf
    }

    /// The file's text, with a line break at its end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a key file is plain data");
        text.push('\n');
        text
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`KeystoreError::UnknownVersion`], [`KeystoreError::CostOutOfRange`], or
    /// [`KeystoreError::Malformed`] with the place of the mistake.
    pub fn from_json(text: &str) -> Result<Self, KeystoreError> {
        if text.len() > KEY_FILE_BYTES_MAX {
            let reason = format!("{} bytes, at most {KEY_FILE_BYTES_MAX} are allowed", text.len());
            return Err(KeystoreError::Malformed { reason, line: 0, column: 0 });
        }
        let Version { version } = serde_json::from_str(text).map_err(malformed)?;
        check_version(version)?;
        let file: Self = serde_json::from_str(text).map_err(malformed)?;
        if file.kdf.is_in_range() { Ok(file) } else { Err(KeystoreError::CostOutOfRange { cost: file.kdf }) }
    }

    fn check_version(&self) -> Result<(), KeystoreError> {
        check_version(self.version)
    }

    /// What is bound to the secret although it is in clear; salt and nonce are bound by their use.
    fn associated(&self) -> Hash32 {
        hash_borsh("idx/key-file/1", &(self.version, self.purpose, self.public_key, self.kdf))
    }
}

/// The one field that every version has; read first, so that a file of a later version is named as
/// such and not as malformed.
#[derive(Deserialize)]
struct Version {
    version: u16,
}

fn check_version(found: u16) -> Result<(), KeystoreError> {
    if found == KEY_FILE_VERSION { Ok(()) } else { Err(KeystoreError::UnknownVersion { found }) }
}

fn malformed(error: serde_json::Error) -> KeystoreError {
    let (line, column) = (error.line(), error.column());
    let place = format!(" at line {line} column {column}");
    KeystoreError::Malformed { reason: error.to_string().replace(&place, ""), line, column }
}

/// Bytes as hex text of exactly their length.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        parse_hex(&text).map(Self).map_err(serde::de::Error::custom)
    }
}
