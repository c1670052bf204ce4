//! The genesis file on disk: read, judged, and every complaint with its path and what to do.

use crate::home::{self, HomeError};
use idx_crypto::Ed25519;
use idx_genesis::{BankEntry, FileError, GenesisError, GenesisFile, SoundGenesis};
use idx_types::BankCode;
use std::path::{Path, PathBuf};

/// Why a genesis file stops a start.
#[derive(Debug, thiserror::Error)]
pub enum GenesisFileError {
    /// It is missing or cannot be read.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// It is no genesis file.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: FileError,
    },
    /// It cannot found a network, or not yet.
    #[error("{path}: {source}\n  what to do: `idx-node genesis verify {path}` shows how it stands with every bank", path = .path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: GenesisError,
    },
    /// The bank of the settings is not in it.
    #[error("{path}: there is no bank {code}; the banks are {known}\n  what to do: correct `bank` in config.toml, or put the genesis of the right network there", path = .path.display())]
    NoSuchBank {
        /// The file.
        path: PathBuf,
        /// The bank looked for.
        code: BankCode,
        /// The banks it has.
        known: String,
    },
}

/// A sound genesis with the text it was read from.
#[derive(Debug)]
pub struct ReadGenesis {
    /// What all banks agreed on.
    pub sound: SoundGenesis,
    /// The file as it stands.
    pub text: String,
    path: PathBuf,
}

/// Reads a file, signed or not.
///
/// # Errors
/// That it is missing, or line and column of what is wrong.
pub fn read(path: &Path) -> Result<GenesisFile, GenesisFileError> {
    parse(path, &text_of(path)?)
}

/// Reads a file that every bank must have signed.
///
/// # Errors
/// [`GenesisFileError`]; if signatures are missing, whose.
pub fn read_sound(path: &Path) -> Result<ReadGenesis, GenesisFileError> {
    let text = text_of(path)?;
    let sound = parse(path, &text)?
        .verify(&Ed25519)
        .map_err(|source| GenesisFileError::Unsound { path: path.to_owned(), source })?;
    Ok(ReadGenesis { sound, text, path: path.to_owned() })
}

fn text_of(path: &Path) -> Result<String, GenesisFileError> {
    Ok(home::read_text(path, "put the genesis file that all banks signed there")?)
}

fn parse(path: &Path, text: &str) -> Result<GenesisFile, GenesisFileError> {
    GenesisFile::from_json(text).map_err(|source| GenesisFileError::File { path: path.to_owned(), source })
}

impl ReadGenesis {
    /// What genesis says of a bank.
    ///
    /// # Errors
    /// [`GenesisFileError::NoSuchBank`].
    pub fn bank(&self, code: &BankCode) -> Result<&BankEntry, GenesisFileError> {
        let known = || self.sound.body().banks.iter().map(|entry| entry.code.as_str()).collect::<Vec<_>>();
        match self.sound.bank(code.as_str()) {
            Some((_, entry)) => Ok(entry),
            None => Err(GenesisFileError::NoSuchBank {
                path: self.path.clone(),
                code: code.clone(),
                known: known().join(", "),
            }),
        }
    }
}
