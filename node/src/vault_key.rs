//! Turning the key of a bank's vault, while the node stands still: every row is sealed again under a new key, and
//! the old one is destroyed.
//!
//! ```text
//!   keys/vault.json  old      keys/vault.next.json  new, made first
//!        rows, batch by batch: sealed under old -----------> sealed under new
//!        files rewritten, so that none holds a row under the old key
//!   keys/vault.json  <------- vault.next.json takes its place
//! ```
//!
//! Cut short anywhere it goes on where it stopped when it is asked for again; until it has ended the node does
//! not start. Names of accounts on the ledger stay what they are: they are in the vault's rows.

use crate::home::{self, Home, HomeError};
use crate::keys::{self, KeysError};
use idx_bank::Entropy;
use idx_bank::vault::{Draft, RotationCursor, VaultError, VaultKeys, VaultStore, rotate};
use idx_crypto::{Passphrase, Purpose};
use idx_storage::{VaultDb, VaultOpenError};

/// Rows sealed again with one synced write.
const ROWS_PER_BATCH: usize = 1_000;

/// What a rotation came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turned {
    /// The version of the key that is in force.
    pub version: u16,
    /// Rows that this run sealed again.
    pub rows: usize,
}

/// Why a vault keeps its key.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The vault does not open.
    #[error(transparent)]
    Open(#[from] VaultOpenError),
    /// The vault does not turn; what was done stays done.
    #[error("{0}; ask for the rotation again when this is mended")]
    Vault(#[from] VaultError),
    /// There is nothing to turn.
    #[error("there is no vault: it is made when the node starts for the first time")]
    None,
}

/// Gives the vault of a home a new key, or ends a rotation that was cut short.
///
/// # Errors
/// [`TurnError`]; asked for again it goes on. [`HomeError::InUse`] if the node runs.
pub fn turn(home: &Home, passphrase: &Passphrase) -> Result<Turned, TurnError> {
    let _lock = home.lock()?;
    if !home.vault().exists() {
        return Err(TurnError::None);
    }
    let old = keys::open_at(&home.key_file(Purpose::Vault), Purpose::Vault, passphrase)?;
    let next = home.next_vault_key();
    if !next.exists() {
        let cost = keys::read_key_file(home, Purpose::Vault)?.kdf();
        keys::seal_at(&next, (Purpose::Vault, &*keys::random()?), passphrase, cost)?;
    }
    let new = keys::open_at(&next, Purpose::Vault, passphrase)?;
    let db = VaultDb::open(&home.vault())?;
    let keys = VaultKeys::open_turning(&new, &old, &db)?;
    let rows = seal_again(&keys, &db)?;
    db.scrub_all().map_err(VaultError::from)?;
    home::take_the_place(&next, &home.key_file(Purpose::Vault))?;
    Ok(Turned { version: keys.current().version(), rows })
}

fn seal_again(keys: &VaultKeys, db: &VaultDb) -> Result<usize, TurnError> {
    let (mut cursor, mut rows) = (Some(RotationCursor::start()), 0);
    while let Some(at) = cursor {
        let mut draft = Draft::new(keys, db, Entropy::new(*keys::random()?));
        cursor = rotate(&mut draft, at, ROWS_PER_BATCH)?;
        let batch = draft.into_batch();
        rows += batch.changes.len();
        db.commit(&batch).map_err(VaultError::from)?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
