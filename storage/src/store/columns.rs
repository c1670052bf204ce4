//! The column families, one a thing, and their keys.
//!
//! Numbers in keys are big-endian, so that RocksDB's order of bytes is the order of numbers.

use crate::error::StoreError;
use idx_types::Height;

/// A column family. The comment is `key -> value`; values are borsh unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    /// name -> see [`super::meta`]. RocksDB's own default family, which always exists.
    Meta,
    /// height -> public block with a table of its transactions, see [`super::public_row`]
    Public,
    /// height -> private block
    Private,
    /// height -> commit certificate
    Commits,
    /// height -> digests under its state root, and the rules of the next height if they change
    Roots,
    /// index -> account
    Accounts,
    /// index -> session
    Sessions,
    /// account handle -> its index
    AccountNumbers,
    /// session id -> its index
    SessionNumbers,
    /// session id -> account handle, for the index by account
    SessionAccounts,
    /// nothing -> what else the state consists of
    Core,
    /// height -> ids it settled, see [`super::settled`]
    Settled,
    /// transaction id -> where it is and what became of it
    Transactions,
    /// hash -> height
    PublicHashes,
    /// hash -> height
    PrivateHashes,
    /// session id, height -> places in the block, see [`super::index`]
    BySession,
    /// account handle, height -> places in the block
    ByAccount,
    /// bank, height -> places in the block
    ByBank,
    /// status, height -> places in the block
    ByStatus,
    /// account handle, height -> what a customer's account had then, see [`super::balances`]
    Balances,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Meta,
        Self::Public,
        Self::Private,
        Self::Commits,
        Self::Roots,
        Self::Accounts,
        Self::Sessions,
        Self::AccountNumbers,
        Self::SessionNumbers,
        Self::SessionAccounts,
        Self::Core,
        Self::Settled,
        Self::Transactions,
        Self::PublicHashes,
        Self::PrivateHashes,
        Self::BySession,
        Self::ByAccount,
        Self::ByBank,
        Self::ByStatus,
        Self::Balances,
    ];

    /// Its name on disk.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => rocksdb::DEFAULT_COLUMN_FAMILY_NAME,
            Self::Public => "public",
            Self::Private => "private",
            Self::Commits => "commits",
            Self::Roots => "roots",
            Self::Accounts => "accounts",
            Self::Sessions => "sessions",
            Self::AccountNumbers => "account_numbers",
            Self::SessionNumbers => "session_numbers",
            Self::SessionAccounts => "session_accounts",
            Self::Core => "core",
            Self::Settled => "settled",
            Self::Transactions => "transactions",
            Self::PublicHashes => "public_hashes",
            Self::PrivateHashes => "private_hashes",
            Self::BySession => "by_session",
            Self::ByAccount => "by_account",
            Self::ByBank => "by_bank",
            Self::ByStatus => "by_status",
            Self::Balances => "balances",
        }
    }

    /// Keys are digests, looked up one by one: a Bloom filter helps, compression does not.
    pub const fn is_keyed_by_digest(self) -> bool {
        matches!(
            self,
            Self::AccountNumbers
                | Self::SessionNumbers
                | Self::SessionAccounts
                | Self::Transactions
                | Self::PublicHashes
                | Self::PrivateHashes
        )
    }
}

/// The only key of [`Column::Core`].
pub(crate) const CORE_KEY: &[u8] = b"";

/// The key of a height or of an index.
pub(crate) const fn number_key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// The number in a key.
pub(crate) fn read_number(key: &[u8], what: &'static str) -> Result<u64, StoreError> {
    let bytes = key.try_into().map_err(|_| StoreError::garbled(what, "a key is not a number"))?;
    Ok(u64::from_be_bytes(bytes))
}

/// The key of a subject at a height in an index.
pub(crate) fn index_key(subject: &[u8], height: Height) -> Vec<u8> {
    [subject, &number_key(height.0)].concat()
}
