//! What customers are to be told: each turn of their transfers, the ends of what they do with travel accounts,
//! numbered, and how many there were.

use super::{Side, Status};
use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{Height, Idx, Paise, Reason, SessionId, TimestampMs, TxId};
use zeroize::Zeroizing;

/// News that are kept of a customer; the oldest give their place to new ones.
pub const NEWS_PER_CUSTOMER_MAX: u64 = 1_000;

/// What a turn is of, from its customer's side. Borsh of the vault: the first two are as in [`Side`], which
/// stood here before there were others; new ones go to the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Matter {
    /// A transfer that he sends.
    Sent,
    /// A transfer for him.
    Received,
    /// The opening of a travel account.
    TravelOpening,
    /// The closing of one that he asked for.
    TravelClosing,
    /// The closing of one by the bank, because its last day was over.
    TravelExpiry,
}

impl From<Side> for Matter {
    fn from(side: Side) -> Self {
        match side {
            Side::Sender => Self::Sent,
            Side::Receiver => Self::Received,
        }
    }
}

/// What a transfer has become for one of its two customers, or what came of opening or closing a travel
/// account. It holds what that customer may be shown, so that telling him needs no other record.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Turn {
    /// When the bank learned of it.
    pub at: TimestampMs,
    /// Which transaction.
    pub id: TxId,
    /// What it is.
    pub matter: Matter,
    /// What it was before; none at its beginning.
    pub before: Option<Status>,
    /// What it has become; none if the receiver has chosen another of his banks, so that nothing is left
    /// of it here.
    pub status: Option<Status>,
    /// Why it failed, if it did and the ledger says so.
    pub reason: Option<Reason>,
    /// The block in which this happened, if it happened in one.
    pub height: Option<Height>,
    /// What the receiver gets, in minor units of its currency; rupees that left for a travel account, or
    /// that came back from it.
    pub amount: Paise,
    /// The session that pays, or signs for the travel account: all that a receiver learns of the sender.
    /// Zeros for an expiry, which has none.
    pub session: SessionId,
}

/// Shows no transfer and nobody's amount.
impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Turn(**** {})", self.status.map_or("elsewhere", Status::name))
    }
}

record! {
    /// One of a customer's news. Its place in the store is one of [`NEWS_PER_CUSTOMER_MAX`], so there are
    /// never more, and no key tells how many there have been.
    pub News in News {
        /// Whose.
        customer: Idx,
        /// Its number among them, from 1, without gaps.
        sequence: u64,
        /// What he is told.
        turn: Turn,
    }
    key(keys, me) News::key_of(keys, &me.customer, me.sequence);
}

record! {
    /// How many news a customer has had.
    pub(in crate::vault) NewsHead in NewsHeads {
        /// Whose.
        customer: Idx,
        /// The number of the newest.
        last: u64,
    }
    key(keys, me) NewsHead::key_of(keys, &me.customer);
}

impl News {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, customer: &Idx) -> Vec<u8> {
        keys.index("news-of", &[&customer.0]).to_vec()
    }

    pub(in crate::vault) fn key_of(keys: &VaultKeys, customer: &Idx, sequence: u64) -> Vec<u8> {
        let mut key = Self::prefix_of(keys, customer);
        key.extend((sequence % NEWS_PER_CUSTOMER_MAX).to_be_bytes());
        key
    }
}

impl NewsHead {
    pub(in crate::vault) fn key_of(keys: &VaultKeys, customer: &Idx) -> Vec<u8> {
        keys.index("news-head", &[&customer.0]).to_vec()
    }
}
