//! The keys of a vault: of rows by table and version, and of record keys.

use super::store::{Batch, Change, Table, VaultStore};
use super::{VaultError, record::Record, rows::IndexSecret, sealing};
use crate::entropy::Entropy;
use crate::pseudonym::HandleKey;
use idx_crypto::{hkdf_derive, hmac_sha256};
use zeroize::Zeroizing;

/// Under which key of the table `Meta` the index secret is.
const INDEX_ROW: &[u8] = b"index";

/// Bytes of one part of a record key.
pub(super) const INDEX_BYTES: usize = 16;

/// A vault key as the keystore holds it, with its version: 1 at first, one more at every rotation.
#[derive(Clone)]
pub struct VaultKey {
    version: u16,
    handle_key: HandleKey,
    tables: Vec<Zeroizing<[u8; 32]>>,
}

impl VaultKey {
    /// The keys of a 32-byte secret from the keystore.
    pub fn new(version: u16, secret: &[u8; 32]) -> Self {
        let of_table = |table: &Table| hkdf_derive(secret, "idx/vault/table-key/1", table.name().as_bytes());
        Self {
            version,
            handle_key: HandleKey::of_vault_key(secret),
            tables: Table::ALL.iter().map(of_table).collect(),
        }
    }

    /// Its version.
    pub const fn version(&self) -> u16 {
        self.version
    }

    /// The key of account handles that belongs to it.
    pub const fn handle_key(&self) -> &HandleKey {
        &self.handle_key
    }

    /// The key of one writing of one row.
    pub(super) fn row_key(&self, table: Table, salt: &[u8]) -> Zeroizing<[u8; 32]> {
        let table_key = &self.tables[table as usize];
        Zeroizing::new(hmac_sha256(table_key.as_slice(), "idx/vault/row-key/1", &[salt]).0)
    }
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VaultKey(**** version {})", self.version)
    }
}

/// All keys that an open vault works with: rows are written under the current vault key, and read
/// under it or, during a rotation, the one before.
#[derive(Debug, Clone)]
pub struct VaultKeys {
    current: VaultKey,
    previous: Option<VaultKey>,
    index: IndexSecret,
}

impl VaultKeys {
    /// Keys for a new vault, and the batch that makes it.
    pub fn create(current: VaultKey, entropy: &mut Entropy) -> (Self, Batch) {
        let index = IndexSecret { secret: entropy.draw().into() };
        let keys = Self { current, previous: None, index };
        let row = sealing::seal(&keys, Table::Meta, INDEX_ROW, &keys.index, entropy);
        (keys, Batch { changes: vec![Change::Put(Table::Meta, INDEX_ROW.to_vec(), row)] })
    }

    /// Keys of the vault that is in a store.
    ///
    /// # Errors
    /// [`VaultError::Empty`] if there is none, [`VaultError::KeyMissing`] if it needs another version of
    /// the key, [`VaultError::Damaged`] if the key is wrong or the record altered.
    pub fn open(
        current: VaultKey,
        previous: Option<VaultKey>,
        store: &dyn VaultStore,
    ) -> Result<Self, VaultError> {
        let row = store.get(Table::Meta, INDEX_ROW)?.ok_or(VaultError::Empty)?;
        let mut keys = Self { current, previous, index: IndexSecret { secret: [0; 32].into() } };
        keys.index = sealing::open(&keys, Table::Meta, INDEX_ROW, &row)?;
        Ok(keys)
    }

    /// The version of the key under which the first record of a vault is sealed: that of the vault, or
    /// during a rotation either that or the one before.
    ///
    /// # Errors
    /// [`VaultError::Empty`] if there is no vault, [`VaultError::Damaged`] if the record was altered.
    pub fn version_in(store: &dyn VaultStore) -> Result<u16, VaultError> {
        let row = store.get(Table::Meta, INDEX_ROW)?.ok_or(VaultError::Empty)?;
        sealing::version_of(Table::Meta, &row)
    }

    /// Keys of a vault that turns from an old secret to a new one, as far as the turn may be.
    ///
    /// # Errors
    /// Those of [`VaultKeys::open`], if neither secret is the vault's.
    pub fn open_turning(new: &[u8; 32], old: &[u8; 32], store: &dyn VaultStore) -> Result<Self, VaultError> {
        let found = Self::version_in(store)?;
        let between = |old_version: u16| {
            let previous = VaultKey::new(old_version, old);
            Self::open(VaultKey::new(old_version.saturating_add(1), new), Some(previous), store)
        };
        // The record that tells the version is among the first to turn.
        between(found).or_else(|_| between(found.saturating_sub(1)))
    }

    /// The key that rows are written under.
    pub const fn current(&self) -> &VaultKey {
        &self.current
    }

    /// The key of a version, if it is at hand.
    pub(super) fn of_version(&self, version: u16) -> Option<&VaultKey> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten().find(|k| k.version == version)
    }

    /// A part of a record key: what stands in the store for a value that may not be there.
    pub(super) fn index(&self, what: &'static str, parts: &[&[u8]]) -> [u8; INDEX_BYTES] {
        let all: Vec<&[u8]> = [what.as_bytes()].iter().chain(parts).copied().collect();
        let digest = hmac_sha256(self.index.secret.expose(), "idx/vault/index/1", &all);
        let mut index = [0; INDEX_BYTES];
        index.copy_from_slice(&digest.0[..INDEX_BYTES]);
        index
    }

    /// The key of the record that leads from another name to a record's key.
    pub(super) fn lookup<R: Record>(&self, what: &'static str, name: &[u8]) -> Vec<u8> {
        self.index("lookup", &[R::TABLE.name().as_bytes(), what.as_bytes(), name]).to_vec()
    }
}
