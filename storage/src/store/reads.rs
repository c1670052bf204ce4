//! Questions to the store: blocks, certificates, transactions, pages.

use super::columns::{Column, index_key, number_key, read_number};
use super::index::{Cursor, Order, Page, PageQuery, Subject, TxStatus};
use super::meta::decode;
use super::record::TxPlace;
use super::{Store, public_row};
use crate::error::StoreError;
use borsh::BorshDeserialize;
use idx_types::wire::{CertifiedHeight, SYNC_BATCH_MAX};
use idx_types::{
    Account, AccountHandle, CommitCertificate, Height, PrivateBlock, PrivateHash, PublicBlock, PublicHash,
    Session, SessionId, Transaction, TxId,
};
use rocksdb::Direction;
use std::ops::ControlFlow;

impl Store {
    /// The public block of a height; `None` for genesis, and outside what the store has.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Io`].
    pub fn public_block(&self, height: Height) -> Result<Option<PublicBlock>, StoreError> {
        let Some(row) = self.db.get(Column::Public, &number_key(height.0))? else { return Ok(None) };
        let block = public_row::decode(&row)?;
        check_height("a public block", height, block.header.height)?;
        Ok(Some(block))
    }

    /// An account after the newest stored height.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::Io`].
    pub fn account(&self, handle: &AccountHandle) -> Result<Option<Account>, StoreError> {
        self.row_named("an account", (Column::AccountNumbers, &handle.0), Column::Accounts)
    }

    /// A session after the newest stored height.
    ///
    /// # Errors
    /// As [`Store::account`].
    pub fn session(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        self.row_named("a session", (Column::SessionNumbers, &id.0), Column::Sessions)
    }

    fn row_named<T: BorshDeserialize>(
        &self,
        what: &'static str,
        (names, name): (Column, &[u8; 32]),
        rows: Column,
    ) -> Result<Option<T>, StoreError> {
        let Some(number) = self.db.get(names, name)? else { return Ok(None) };
        let row = self.db.get(rows, &number)?;
        let row = row.ok_or_else(|| StoreError::garbled(what, "it has a number and no row"))?;
        decode(what, &row).map(Some)
    }

    /// The private block of a height.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn private_block(&self, height: Height) -> Result<Option<PrivateBlock>, StoreError> {
        const WHAT: &str = "a private block";
        let Some(row) = self.db.get(Column::Private, &number_key(height.0))? else { return Ok(None) };
        let block: PrivateBlock = decode(WHAT, &row)?;
        check_height(WHAT, height, block.header.height)?;
        Ok(Some(block))
    }

    /// The certificate that makes a height final.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn commit_certificate(&self, height: Height) -> Result<Option<CommitCertificate>, StoreError> {
        const WHAT: &str = "a commit certificate";
        let Some(row) = self.db.get(Column::Commits, &number_key(height.0))? else { return Ok(None) };
        let commit: CommitCertificate = decode(WHAT, &row)?;
        check_height(WHAT, height, commit.height)?;
        Ok(Some(commit))
    }

    /// A final height with everything that proves it.
    ///
    /// # Errors
    /// As [`Store::public_block`]; a height of which a part is missing is [`StoreError::Corrupt`].
    pub fn certified(&self, height: Height) -> Result<Option<CertifiedHeight>, StoreError> {
        let Some(public) = self.public_block(height)? else { return Ok(None) };
        let missing = || StoreError::garbled("a height", format!("height {height} is not whole"));
        let private = self.private_block(height)?.ok_or_else(missing)?;
        let commit = self.commit_certificate(height)?.ok_or_else(missing)?;
        Ok(Some(CertifiedHeight { public, private, commit }))
    }

    /// Consecutive heights for a peer that catches up: from `from`, at most `count` (and never more
    /// than [`SYNC_BATCH_MAX`]), as many as fit into `bytes_max` encoded bytes but at least one if
    /// there is one.
    ///
    /// # Errors
    /// As [`Store::certified`].
    pub fn certified_range(
        &self,
        from: Height,
        count: u32,
        bytes_max: usize,
    ) -> Result<Vec<CertifiedHeight>, StoreError> {
        let (mut heights, mut bytes) = (Vec::new(), 0usize);
        for offset in 0..u64::from(count.min(SYNC_BATCH_MAX)) {
            let Some(height) = from.0.checked_add(offset).map(Height) else { break };
            bytes = bytes.saturating_add(self.encoded_len(height)?);
            if !heights.is_empty() && bytes > bytes_max {
                break;
            }
            let Some(certified) = self.certified(height)? else { break };
            heights.push(certified);
        }
        Ok(heights)
    }

    fn encoded_len(&self, height: Height) -> Result<usize, StoreError> {
        let key = number_key(height.0);
        let public = self.db.get(Column::Public, &key)?;
        let public = public.map_or(Ok(0), |row| public_row::block_len(&row))?;
        let private = self.db.get(Column::Private, &key)?.map_or(0, |row| row.len());
        let commit = self.db.get(Column::Commits, &key)?.map_or(0, |row| row.len());
        Ok(public + private + commit)
    }

    /// The height of a public block.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn height_by_public_hash(&self, hash: &PublicHash) -> Result<Option<Height>, StoreError> {
        self.height_of(Column::PublicHashes, &hash.0)
    }

    /// The height of a private block.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn height_by_private_hash(&self, hash: &PrivateHash) -> Result<Option<Height>, StoreError> {
        self.height_of(Column::PrivateHashes, &hash.0)
    }

    fn height_of(&self, column: Column, hash: &[u8; 32]) -> Result<Option<Height>, StoreError> {
        let row = self.db.get(column, hash)?;
        row.map(|bytes| read_number(&bytes, "the height of a block").map(Height)).transpose()
    }

    /// Where a transaction is and what became of it: its final outcome if it has one, else its
    /// latest deferral.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn tx_place(&self, id: &TxId) -> Result<Option<TxPlace>, StoreError> {
        let row = self.db.get(Column::Transactions, &id.0)?;
        row.map(|bytes| decode("the place of a transaction", &bytes)).transpose()
    }

    /// The transaction at a place, without decoding the rest of its block.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn tx_at(&self, height: Height, index: u32) -> Result<Option<Transaction>, StoreError> {
        let Some(row) = self.db.get(Column::Public, &number_key(height.0))? else { return Ok(None) };
        public_row::decode_one(&row, index)
    }

    /// A transaction with its place.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn tx(&self, id: &TxId) -> Result<Option<(TxPlace, Transaction)>, StoreError> {
        let Some(place) = self.tx_place(id)? else { return Ok(None) };
        let tx = self.tx_at(place.height, place.index)?.filter(|tx| tx.id() == *id);
        let missing = || StoreError::garbled("a transaction", format!("{id} is not where it should be"));
        Ok(Some((place, tx.ok_or_else(missing)?)))
    }

    /// A page of the final transactions of a subject. Each transaction is listed once, where it
    /// ended; a page sees a height whole or not at all.
    ///
    /// # Errors
    /// As [`Store::public_block`].
    pub fn txs(&self, subject: Subject, query: &PageQuery) -> Result<Page, StoreError> {
        let (column, key) = subject.column_and_key();
        let limit = query.limit();
        let mut entries: Vec<Cursor> = Vec::new();
        self.db.scan(column, &index_key(&key, query.first_height()), query.direction(), |row_key, row| {
            let Some(height) = row_key.strip_prefix(key.as_slice()) else {
                return Ok(ControlFlow::Break(()));
            };
            let height = Height(read_number(height, "an index")?);
            entries.extend(query.pick(height, row)?);
            Ok(if entries.len() > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().copied().filter(|_| more);
        Ok(Page { entries, next })
    }
}

impl PageQuery {
    fn first_height(&self) -> Height {
        match (self.order, self.after) {
            (_, Some(after)) => after.height,
            (Order::OldestFirst, None) => Height(0),
            (Order::NewestFirst, None) => Height(u64::MAX),
        }
    }

    fn direction(&self) -> Direction {
        match self.order {
            Order::OldestFirst => Direction::Forward,
            Order::NewestFirst => Direction::Reverse,
        }
    }
}

impl Subject {
    /// Where a subject is listed, and what its keys begin with; of fixed length in each family.
    pub(super) fn column_and_key(&self) -> (Column, Vec<u8>) {
        match self {
            Self::Session(id) => (Column::BySession, id.0.to_vec()),
            Self::Account(handle) => (Column::ByAccount, handle.0.to_vec()),
            Self::Bank(bank) => (Column::ByBank, bank.0.to_be_bytes().to_vec()),
            Self::Status(TxStatus::Completed) => (Column::ByStatus, vec![0]),
            Self::Status(TxStatus::Failed) => (Column::ByStatus, vec![1]),
        }
    }
}

fn check_height(what: &'static str, asked: Height, found: Height) -> Result<(), StoreError> {
    if asked == found {
        return Ok(());
    }
    Err(StoreError::garbled(what, format!("under height {asked} lies height {found}")))
}
