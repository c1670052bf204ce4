//! The bytes of a row: which key, which salt, and every field sealed by itself.

use super::store::Table;
use super::{VaultError, keys::VaultKeys, record::Record};
use crate::entropy::Entropy;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::AeadKey;
use zeroize::Zeroizing;

/// Fields are padded to multiples of this, so that their lengths say little.
const PADDING: usize = 32;

/// A record as the store sees it.
#[derive(BorshSerialize, BorshDeserialize)]
struct SealedRow {
    version: u16,
    salt: [u8; 16],
    fields: Vec<Vec<u8>>,
}

/// Seals a record for its place.
pub(super) fn seal<R: Record>(
    keys: &VaultKeys,
    table: Table,
    key: &[u8],
    record: &R,
    entropy: &mut Entropy,
) -> Vec<u8> {
    let mut salt = [0; 16];
    salt.copy_from_slice(&entropy.draw()[..16]);
    let row_key = AeadKey::new(&keys.current().row_key(table, &salt));
    let fields = record.fields();
    let sealed = fields.iter().zip(R::FIELDS).enumerate().map(|(place, (plain, name))| {
        row_key.seal(&nonce(place), &associated(table, key, name), &padded(plain))
    });
    let row = SealedRow { version: keys.current().version(), salt, fields: sealed.collect() };
    borsh::to_vec(&row).expect("writing borsh to memory cannot fail")
}

/// Opens what [`seal`] made for this place, under the key it was made with.
pub(super) fn open<R: Record>(
    keys: &VaultKeys,
    table: Table,
    key: &[u8],
    bytes: &[u8],
) -> Result<R, VaultError> {
    let damaged = |field| VaultError::Damaged { table, field };
    let row: SealedRow = borsh::from_slice(bytes).map_err(|_| damaged("row"))?;
    let version = row.version;
    let vault_key = keys.of_version(version).ok_or(VaultError::KeyMissing { table, version })?;
    let row_key = AeadKey::new(&vault_key.row_key(table, &row.salt));
    if row.fields.len() != R::FIELDS.len() {
        return Err(damaged("row"));
    }
    let mut plain = Vec::with_capacity(row.fields.len());
    for (place, (sealed, name)) in row.fields.iter().zip(R::FIELDS).enumerate() {
        let opened = row_key.open(&nonce(place), &associated(table, key, name), sealed);
        plain.push(opened.ok().and_then(|bytes| unpadded(&bytes)).ok_or(damaged(name))?);
    }
    R::from_fields(&plain).map_err(damaged)
}

/// The version of the vault key a row is sealed under.
pub(super) fn version_of(table: Table, bytes: &[u8]) -> Result<u16, VaultError> {
    u16::deserialize(&mut &bytes[..]).map_err(|_| VaultError::Damaged { table, field: "row" })
}

/// Field numbers as nonces: a row key lives for one writing of one row.
fn nonce(place: usize) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&(place as u64).to_le_bytes());
    nonce
}

/// What a sealed field is bound to: moved to another table, record or field, it does not open.
fn associated(table: Table, key: &[u8], field: &str) -> Vec<u8> {
    borsh::to_vec(&(table.name(), key, field)).expect("writing borsh to memory cannot fail")
}

fn padded(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = u32::try_from(plain.len()).expect("fields are below 4 GiB").to_le_bytes();
    let whole = (length.len() + plain.len()).next_multiple_of(PADDING);
    let mut bytes = Zeroizing::new(Vec::with_capacity(whole));
    bytes.extend_from_slice(&length);
    bytes.extend_from_slice(plain);
    bytes.resize(whole, 0);
    bytes
}

fn unpadded(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let plain = rest.get(..length)?;
    rest[length..].iter().all(|byte| *byte == 0).then(|| Zeroizing::new(plain.to_vec()))
}
