//! A custodian's keys in a PKCS#11 token.
//!
//! ```text
//!   token (PIN = the home's passphrase)            home
//!     Ed25519 key, never leaves it                   keys/token.json: which token, public key,
//!     AES-256 key, never leaves it -- seals -->        sealed passphrase
//!                                                    keys/regulator_escrow.json, or company_master.json:
//!                                                      sealed under that passphrase, as without a token
//! ```
//!
//! Signatures are made inside the token. The escrow secret is not: SoftHSM 2 and many tokens know no
//! X25519 key agreement as PKCS#11 3.0 has it, and none derives the company's key of a day. It is opened
//! into the memory of the process for its work, under a passphrase that nobody has ever seen and only the
//! token can give. Why: docs/decisions/0022-custodians-judges-audit.md.

use crate::home::{self, Home, HomeError};
use idx_crypto::{AEAD_TAG_BYTES, Hash32, KeystoreError, Passphrase, PublicKey, Signature, Signer};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

#[cfg(feature = "pkcs11")]
mod session;

/// Version of `token.json`.
const FORMAT: u16 = 1;

/// Bytes of the random passphrase: hex digits of 32 bytes.
const PASSPHRASE_BYTES: usize = 64;

/// Which token holds a home's keys, and what it sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFile {
    version: u16,
    /// The PKCS#11 library.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// What the token signs with.
    pub signing_key: PublicKey,
    nonce: String,
    sealed: String,
}

/// Why a token cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Built without.
    #[error(
        "this idx-node was built without PKCS#11\n  what to do: use one that was built with the feature pkcs11"
    )]
    NotBuilt,
    /// The file in the home is none.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The library, the token or the PIN.
    #[error(
        "PKCS#11, {what}: {reason}\n  what to do: check module, token label and PIN (the home's passphrase) with your token's own tool"
    )]
    Token {
        /// What was tried.
        what: &'static str,
        /// What the library said.
        reason: String,
    },
    /// The home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// What the token gave is no passphrase.
    #[error(transparent)]
    Passphrase(#[from] KeystoreError),
}

/// An open token: signs, and gave the passphrase of the other keys.
pub struct Token {
    /// Signs inside the token.
    pub signer: Box<dyn Signer>,
    /// Opens the key files beside `token.json`.
    pub passphrase: Passphrase,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token(signs with {}, ****)", self.signer.public_key())
    }
}

/// Where a home says which token holds its keys.
pub fn file(home: &Home) -> PathBuf {
    home.root().join("keys").join("token.json")
}

/// Whether a token holds a home's keys.
pub fn is_used(home: &Home) -> bool {
    file(home).exists()
}

/// Reads `token.json`; the token need not be there.
///
/// # Errors
/// [`TokenError::File`], or that it is missing.
pub fn read(home: &Home) -> Result<TokenFile, TokenError> {
    let path = file(home);
    let text = home::read_secret(&path, "put back your backup of keys/token.json")?;
    let wrong = |reason| TokenError::File { path: path.clone(), reason };
    let file: TokenFile = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    match file.version {
        FORMAT => Ok(file),
        other => Err(wrong(format!("version {other} is unknown; this software reads version {FORMAT}"))),
    }
}

/// Opens the token of a home; the passphrase is its PIN.
///
/// # Errors
/// [`TokenError`] says what does not fit.
pub fn open(home: &Home, pin: &Passphrase) -> Result<Token, TokenError> {
    let file = read(home)?;
    let garbled =
        |what: &str| TokenError::File { path: self::file(home), reason: format!("{what} is garbled") };
    let mut nonce = [0; 12];
    hex::decode_to_slice(&file.nonce, &mut nonce).map_err(|_| garbled("nonce"))?;
    let mut sealed = [0; PASSPHRASE_BYTES + AEAD_TAG_BYTES];
    hex::decode_to_slice(&file.sealed, &mut sealed).map_err(|_| garbled("sealed"))?;
    open_with(&file, pin, nonce, &sealed)
}

/// Makes keys in a token, writes `token.json`, and gives the passphrase for the keys that stay outside.
///
/// # Errors
/// [`TokenError`]; what was made in the token stays there.
pub fn create(
    home: &Home,
    module: &Path,
    token: &str,
    pin: &Passphrase,
    (secret, nonce): (&[u8; 32], [u8; 12]),
) -> Result<Passphrase, TokenError> {
    let text = zeroize::Zeroizing::new(hex::encode(secret));
    let (signing_key, sealed) = create_with(module, token, pin, nonce, text.as_bytes())?;
    let file = TokenFile {
        version: FORMAT,
        module: module.to_owned(),
        token: token.to_owned(),
        signing_key,
        nonce: hex::encode(nonce),
        sealed: hex::encode(sealed),
    };
    let json = serde_json::to_string_pretty(&file).expect("the file is plain data");
    home::write_new_secret(&self::file(home), &format!("{json}\n"))?;
    Ok(Passphrase::new(text)?)
}

#[cfg(not(feature = "pkcs11"))]
fn open_with(_: &TokenFile, _: &Passphrase, _: [u8; 12], _: &[u8]) -> Result<Token, TokenError> {
    Err(TokenError::NotBuilt)
}

#[cfg(not(feature = "pkcs11"))]
fn create_with(
    _: &Path,
    _: &str,
    _: &Passphrase,
    _: [u8; 12],
    _: &[u8],
) -> Result<(PublicKey, Vec<u8>), TokenError> {
    Err(TokenError::NotBuilt)
}

#[cfg(feature = "pkcs11")]
fn open_with(
    file: &TokenFile,
    pin: &Passphrase,
    nonce: [u8; 12],
    sealed: &[u8],
) -> Result<Token, TokenError> {
    let session = session::Open::login(&file.module, &file.token, pin)?;
    let bound = bound(file.signing_key);
    let plain = zeroize::Zeroizing::new(session.unseal(nonce, bound.as_bytes(), sealed)?);
    let text = std::str::from_utf8(&plain)
        .map_err(|error| TokenError::Token { what: "unsealing the passphrase", reason: error.to_string() })?;
    let passphrase = Passphrase::new(text.to_owned())?;
    let signer = Box::new(session.signer(file.signing_key)?);
    Ok(Token { signer, passphrase })
}

#[cfg(feature = "pkcs11")]
fn create_with(
    module: &Path,
    token: &str,
    pin: &Passphrase,
    nonce: [u8; 12],
    text: &[u8],
) -> Result<(PublicKey, Vec<u8>), TokenError> {
    let session = session::Open::login(module, token, pin)?;
    let signing_key = session.make_keys()?;
    let sealed = session.seal(nonce, bound(signing_key).as_bytes(), text)?;
    Ok((signing_key, sealed))
}

/// What is sealed belongs to this key: a file that names another key of the token does not open.
#[cfg(feature = "pkcs11")]
fn bound(signing_key: PublicKey) -> Hash32 {
    idx_crypto::hash_borsh("idx/token-passphrase/1", &signing_key.0)
}

/// A signature that no verifier takes: what a token gives that was pulled out.
pub(crate) const NO_SIGNATURE: Signature = Signature([0; 64]);
