//! The genesis file: a body, the banks' signatures over it, and its JSON form.

use crate::body::{BankEntry, Genesis, Observer};
use crate::error::{BodyError, FileError, GenesisError};
use crate::escrow::CompanyEntry;
use crate::shared::{SharedEntry, SharedError};
use crate::sound::SoundGenesis;
use crate::travel::ForeignBankEntry;
use idx_crypto::{KdfCost, PublicKey, Signature, Signer, Verifier};
use idx_types::{BankCode, BankId, Judge, Regulator};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format that this software writes and reads.
pub const GENESIS_FORMAT: u16 = 1;

/// Most bytes of a genesis file; one of six banks and 400 day keys has about 40,000.
pub const GENESIS_BYTES_MAX: usize = 1 << 20;

/// A body with the signatures gathered so far. Can be changed only through methods that void the
/// signatures.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisFile {
    format: u16,
    body: Genesis,
    #[serde(default)]
    signatures: BTreeMap<BankCode, Signature>,
}

/// How it stands with one bank's signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignatureState {
    /// Over this body, by this bank.
    Good,
    /// There is none.
    Missing,
    /// There is one, but not over this body or not by this bank.
    Bad,
}

impl GenesisFile {
    /// A file that nobody has signed yet.
    pub const fn new(body: Genesis) -> Self {
        Self { format: GENESIS_FORMAT, body, signatures: BTreeMap::new() }
    }

    /// The body.
    pub const fn body(&self) -> &Genesis {
        &self.body
    }

    /// The signatures gathered so far, good or bad.
    pub const fn signatures(&self) -> &BTreeMap<BankCode, Signature> {
        &self.signatures
    }

    /// Adds a bank and voids all signatures.
    ///
    /// # Errors
    /// As [`Genesis::add_bank`]; then nothing has changed.
    pub fn add_bank(&mut self, entry: BankEntry, verifier: &dyn Verifier) -> Result<BankId, BodyError> {
        let id = self.body.add_bank(entry, verifier)?;
        self.signatures.clear();
        Ok(id)
    }

    /// Adds an observer and voids all signatures.
    ///
    /// # Errors
    /// As [`Genesis::add_observer`]; then nothing has changed.
    pub fn add_observer(&mut self, observer: Observer) -> Result<(), BodyError> {
        self.body.add_observer(observer)?;
        self.signatures.clear();
        Ok(())
    }

    /// Adds a regulator and voids all signatures.
    ///
    /// # Errors
    /// As [`Genesis::add_regulator`]; then nothing has changed.
    pub fn add_regulator(&mut self, regulator: Regulator, verifier: &dyn Verifier) -> Result<(), BodyError> {
        self.body.add_regulator(regulator, verifier)?;
        self.signatures.clear();
        Ok(())
    }

    /// Sets the company and voids all signatures.
    ///
    /// # Errors
    /// As [`Genesis::set_company`]; then nothing has changed.
    pub fn set_company(&mut self, company: CompanyEntry, verifier: &dyn Verifier) -> Result<(), BodyError> {
        self.body.set_company(company, verifier)?;
        self.signatures.clear();
        Ok(())
    }

    /// Adds a judge and voids all signatures.
    ///
    /// # Errors
    /// As [`Genesis::add_judge`]; then nothing has changed.
    pub fn add_judge(&mut self, judge: Judge, verifier: &dyn Verifier) -> Result<(), BodyError> {
        self.body.add_judge(judge, verifier)?;
        self.signatures.clear();
        Ok(())
    }

    /// Adds a foreign bank and voids all signatures.
    ///
    /// # Errors
    /// As [`Genesis::add_foreign_bank`]; then nothing has changed.
    pub fn add_foreign_bank(&mut self, entry: ForeignBankEntry) -> Result<(), BodyError> {
        self.body.add_foreign_bank(entry)?;
        self.signatures.clear();
        Ok(())
    }

    /// Sets the rate publisher's key and voids all signatures.
    ///
    /// # Errors
    /// As [`Genesis::set_rate_publisher`]; then nothing has changed.
    pub fn set_rate_publisher(&mut self, key: PublicKey, verifier: &dyn Verifier) -> Result<(), BodyError> {
        self.body.set_rate_publisher(key, verifier)?;
        self.signatures.clear();
        Ok(())
    }

    /// Makes what the banks share from 32 bytes of fresh entropy, wraps it for each bank of the body, and
    /// voids all signatures. `pseudonym_cost` is what it shall cost to make, or to guess, one pseudonym.
    ///
    /// # Errors
    /// [`SharedError`] if a bank's HPKE key is not sound; then nothing has changed.
    pub fn seal_shared(&mut self, entropy: &[u8; 32], pseudonym_cost: KdfCost) -> Result<(), SharedError> {
        self.body.shared = Some(SharedEntry::seal(&self.body.banks, entropy, pseudonym_cost)?);
        self.signatures.clear();
        Ok(())
    }

    /// Signs the body for a bank. Nobody signs a body that could not become a network.
    ///
    /// # Errors
    /// [`GenesisError`] if the body is wrong, the bank is not in it, or has another key there.
    pub fn sign(
        &mut self,
        code: &BankCode,
        signer: &dyn Signer,
        verifier: &dyn Verifier,
    ) -> Result<(), GenesisError> {
        self.body.check(verifier)?;
        let no_such_bank = || GenesisError::NoSuchBank { code: code.clone() };
        let (_, entry) = self.body.bank(code.as_str()).ok_or_else(no_such_bank)?;
        let (expected, found) = (entry.consensus_key, signer.public_key());
        if expected != found {
            return Err(GenesisError::OtherKey { code: code.clone(), expected, found });
        }
        self.signatures.insert(code.clone(), signer.sign(&self.body.digest()));
        Ok(())
    }

    /// Takes over good signatures from another copy of the same body, so that banks can sign at the
    /// same time. Returns how many were new.
    ///
    /// # Errors
    /// [`GenesisError::OtherBody`] if the copies differ; then nothing has changed.
    pub fn merge(&mut self, other: &Self, verifier: &dyn Verifier) -> Result<usize, GenesisError> {
        let (ours, theirs) = (self.body.chain_id(), other.body.chain_id());
        if ours != theirs {
            return Err(GenesisError::OtherBody { ours, theirs });
        }
        let before = self.states(verifier);
        let gained = other.states(verifier).into_iter().zip(before).filter_map(|((code, new), (_, old))| {
            (new == SignatureState::Good && old != SignatureState::Good).then_some(code)
        });
        let gained: Vec<(BankCode, Signature)> =
            gained.map(|code| (code.clone(), other.signatures[code])).collect();
        let count = gained.len();
        self.signatures.extend(gained);
        Ok(count)
    }

    /// How it stands with every bank's signature, in the order of the file.
    pub fn states(&self, verifier: &dyn Verifier) -> Vec<(&BankCode, SignatureState)> {
        let digest = self.body.digest();
        let state = |entry: &BankEntry| match self.signatures.get(&entry.code) {
            None => SignatureState::Missing,
            Some(signature) if verifier.verify(&entry.consensus_key, &digest, signature).is_ok() => {
                SignatureState::Good
            }
            Some(_) => SignatureState::Bad,
        };
        self.body.banks.iter().map(|entry| (&entry.code, state(entry))).collect()
    }

    /// Checks body and signatures; the only way to a [`SoundGenesis`].
    ///
    /// # Errors
    /// [`GenesisError`]: what is wrong with the body, or every bank whose signature is missing or bad.
    pub fn verify(&self, verifier: &dyn Verifier) -> Result<SoundGenesis, GenesisError> {
        self.body.check(verifier)?;
        if let Some(code) = self.signatures.keys().find(|code| self.body.bank(code.as_str()).is_none()) {
            return Err(GenesisError::NoSuchBank { code: code.clone() });
        }
        let states = self.states(verifier);
        let of = |wanted: SignatureState| -> Vec<BankCode> {
            states.iter().filter(|(_, state)| *state == wanted).map(|(code, _)| (*code).clone()).collect()
        };
        let (missing, bad) = (of(SignatureState::Missing), of(SignatureState::Bad));
        if missing.is_empty() && bad.is_empty() {
            return Ok(SoundGenesis::of_verified(self.body.clone()));
        }
        Err(GenesisError::Unsigned { missing, bad })
    }

    /// The file's text, with a line break at its end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a genesis file is plain data");
        text.push('\n');
        text
    }

    /// Reads a file's text. What it says is checked by [`GenesisFile::verify`] only.
    ///
    /// # Errors
    /// [`FileError`] with the place of the mistake.
    pub fn from_json(text: &str) -> Result<Self, FileError> {
        if text.len() > GENESIS_BYTES_MAX {
            return Err(FileError::TooLong { found: text.len() });
        }
        let Format { format } = serde_json::from_str(text).map_err(json_error)?;
        if format != GENESIS_FORMAT {
            return Err(FileError::Format { found: format });
        }
        serde_json::from_str(text).map_err(json_error)
    }
}

/// The one field that every format has; read first, so that a later format is named as such.
#[derive(Deserialize)]
struct Format {
    format: u16,
}

fn json_error(error: serde_json::Error) -> FileError {
    let (line, column) = (error.line(), error.column());
    let place = format!(" at line {line} column {column}");
    FileError::Json { reason: error.to_string().replace(&place, ""), line, column }
}
