//! What the store says about itself: format, network, first and last height.

use super::columns::Column;
use super::db::{self, Db, OnDisk};
use super::options::StoreOptions;
use crate::error::StoreError;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_chain::Tip;
use idx_types::ChainId;
use rocksdb::WriteBatch;
use std::path::Path;

/// Version of the store's format. Rises with every change of what lies in a column family.
pub const STORE_FORMAT: u32 = 3;

const FORMAT_KEY: &[u8] = b"format";
const CHAIN_KEY: &[u8] = b"chain";
const BASE_KEY: &[u8] = b"base";
const TIP_KEY: &[u8] = b"tip";
const WHAT: &str = "the store's own description";

/// First and last height of a store that has a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    /// The height of the state that the store began with; blocks begin after it.
    pub base: u64,
    /// The last height.
    pub tip: Tip,
}

/// Opens the database if it is empty, or of this format and network.
pub(super) fn open(path: &Path, options: &StoreOptions) -> Result<(Db, Option<Span>), StoreError> {
    let on_disk = db::look(path)?;
    match on_disk {
        OnDisk::Foreign => return Err(foreign(path)?),
        // Opening makes the families that an older release did not have: not before its format is known.
        OnDisk::Known { complete: false } => check_older(path)?,
        OnDisk::Nothing | OnDisk::Known { complete: true } => {}
    }
    let db = Db::open(path, options)?;
    let Some(format) = read(&db, FORMAT_KEY)? else { return Ok((db, None)) };
    check_format(path, u32::from_be_bytes(format))?;
    if !matches!(on_disk, OnDisk::Known { complete: true }) {
        return Err(StoreError::garbled(WHAT, "a column family is missing"));
    }
    let found = ChainId(idx_crypto::Hash32(need(read(&db, CHAIN_KEY)?)?));
    if found != options.chain_id {
        return Err(StoreError::WrongChain { path: path.to_owned(), found, expected: options.chain_id });
    }
    let base = u64::from_be_bytes(need(read(&db, BASE_KEY)?)?);
    let tip = need(db.get(Column::Meta, TIP_KEY)?.map(|bytes| decode(WHAT, &bytes)).transpose()?)?;
    Ok((db, Some(Span { base, tip })))
}

/// Puts everything but the tip into the batch that ends the making of a store.
pub(super) fn describe(db: &Db, batch: &mut WriteBatch, chain_id: ChainId, tip: &Tip) {
    db.put(batch, Column::Meta, FORMAT_KEY, &STORE_FORMAT.to_be_bytes());
    db.put(batch, Column::Meta, CHAIN_KEY, chain_id.0.as_bytes());
    db.put(batch, Column::Meta, BASE_KEY, &tip.height.0.to_be_bytes());
    put_tip(db, batch, tip);
}

/// Puts the tip into a batch.
pub(super) fn put_tip(db: &Db, batch: &mut WriteBatch, tip: &Tip) {
    db.put(batch, Column::Meta, TIP_KEY, &encode(tip));
}

/// The borsh of a value.
pub(super) fn encode<T: BorshSerialize>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).expect("writing borsh to memory cannot fail")
}

/// A value from its borsh; strict: nothing unknown, nothing left over.
pub(super) fn decode<T: BorshDeserialize>(what: &'static str, bytes: &[u8]) -> Result<T, StoreError> {
    borsh::from_slice(bytes).map_err(|error| StoreError::garbled(what, error))
}

fn check_older(path: &Path) -> Result<(), StoreError> {
    let format = db::peek(path, FORMAT_KEY)?.and_then(|bytes| bytes.try_into().ok());
    format.map_or(Ok(()), |format| check_format(path, u32::from_be_bytes(format)))
}

fn foreign(path: &Path) -> Result<StoreError, StoreError> {
    let format = db::peek(path, FORMAT_KEY)?.and_then(|bytes| bytes.try_into().ok());
    let found = format.map_or(0, u32::from_be_bytes);
    Ok(StoreError::UnknownFormat { path: path.to_owned(), found, known: STORE_FORMAT })
}

fn check_format(path: &Path, found: u32) -> Result<(), StoreError> {
    if found == STORE_FORMAT {
        return Ok(());
    }
    Err(StoreError::UnknownFormat { path: path.to_owned(), found, known: STORE_FORMAT })
}

fn read<const N: usize>(db: &Db, key: &[u8]) -> Result<Option<[u8; N]>, StoreError> {
    let Some(bytes) = db.get(Column::Meta, key)? else { return Ok(None) };
    let bytes =
        bytes.as_ref().try_into().map_err(|_| StoreError::garbled(WHAT, "a value of wrong length"))?;
    Ok(Some(bytes))
}

fn need<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::garbled(WHAT, "a part of it is missing"))
}
