//! Transfers on their way: what was sent, what came in, what is held for them and when they end.

use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{AccountHandle, Idx, Paise, TimestampMs, Transaction, TxId};
use zeroize::Zeroizing;

/// What has become of a transfer, as its two customers see it (document 1.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Status {
    /// The receiver has not chosen.
    AwaitingReceiver,
    /// Accepted, on its way into a block.
    Pending,
    /// In a mined block.
    PublicConfirmed,
    /// Settled.
    Completed,
    /// Refused by the banks or the ledger.
    Failed,
    /// The receiver said no.
    Rejected,
    /// The sender took it back.
    Cancelled,
    /// Its time is over.
    Expired,
}

impl Status {
    /// Every one, in the order of a transfer's life.
    pub const ALL: [Self; 8] = [
        Self::AwaitingReceiver,
        Self::Pending,
        Self::PublicConfirmed,
        Self::Completed,
        Self::Failed,
        Self::Rejected,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Stable name, as every interface shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwaitingReceiver => "AWAITING_RECEIVER",
            Self::Pending => "PENDING",
            Self::PublicConfirmed => "PUBLIC_CONFIRMED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Rejected => "REJECTED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Whether nothing more will become of it.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::AwaitingReceiver | Self::Pending | Self::PublicConfirmed)
    }
}

record! {
    /// A transfer that a customer sends.
    pub Outgoing in Outgoing {
        /// Its id, from intent to settlement.
        id: TxId,
        /// Who sends.
        sender: Idx,
        /// From which account.
        handle: AccountHandle,
        /// To whom.
        receiver: Idx,
        /// The signed intent.
        intent: Transaction,
        /// Whether the intent was shown to the other banks.
        gossiped: bool,
        /// Every status it had, with its time; the last is the present one. Never empty.
        history: Vec<(Status, TimestampMs)>,
    }
    key(keys, me) {
        let mut key = Outgoing::prefix_of(keys, &me.sender);
        key.extend(keys.index("sent", &[&me.id.0]));
        key
    };
    names(me) vec![("id", Zeroizing::new(me.id.0.to_vec()))];
}

record! {
    /// A transfer for a customer. Its key depends on its status, so it is deleted before a record with
    /// another status is put in its place.
    pub Incoming in Incoming {
        /// Its id, from intent to settlement.
        id: TxId,
        /// For whom.
        receiver: Idx,
        /// The signed intent; with acceptance once the receiver has accepted here.
        intent: Transaction,
        /// The account that shall receive, once chosen here.
        handle: Option<AccountHandle>,
        /// Whether the acceptance was submitted to the network.
        submitted: bool,
        /// Every status it had, with its time; the last is the present one. Never empty.
        history: Vec<(Status, TimestampMs)>,
    }
    key(keys, me) {
        let mut key = Incoming::prefix_of(keys, &me.receiver);
        key.push(u8::from(me.status() != Status::AwaitingReceiver));
        key.extend(keys.index("received", &[&me.id.0]));
        key
    };
    names(me) vec![("id", Zeroizing::new(me.id.0.to_vec()))];
}

record! {
    /// Money of an account that an open intent will need.
    pub Hold in Holds {
        /// The account.
        handle: AccountHandle,
        /// The intent.
        id: TxId,
        /// Amount and fee.
        amount: Paise,
    }
    key(keys, me) Hold::key_of(keys, &me.handle, &me.id);
}

record! {
    /// What is held on an account in all. There is none where nothing is held.
    pub HoldTotal in HoldTotals {
        /// The account.
        handle: AccountHandle,
        /// Holds.
        count: u64,
        /// What they come to.
        amount: Paise,
    }
    key(keys, me) HoldTotal::key_of(keys, &me.handle);
}

/// Which end of a transfer is at this bank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub enum Side {
    /// The sender is a customer.
    Sender,
    /// The receiver is a customer.
    Receiver,
}

record! {
    /// When a transfer ends if nothing becomes of it.
    pub Deadline in Deadlines {
        /// The end of its validity.
        valid_until: TimestampMs,
        /// The transfer.
        id: TxId,
        /// Which end is here.
        side: Side,
    }
    key(keys, me) Deadline::key_of(keys, me.valid_until, &me.id, me.side);
}

impl Outgoing {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, sender: &Idx) -> Vec<u8> {
        keys.index("sent-by", &[&sender.0]).to_vec()
    }

    /// The present status.
    pub fn status(&self) -> Status {
        self.history.last().map_or(Status::AwaitingReceiver, |(status, _)| *status)
    }
}

impl Incoming {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, receiver: &Idx) -> Vec<u8> {
        keys.index("received-by", &[&receiver.0]).to_vec()
    }

    /// Those that the receiver has not chosen about come first, apart from the long history.
    pub(in crate::vault) fn waiting_prefix_of(keys: &VaultKeys, receiver: &Idx) -> Vec<u8> {
        let mut prefix = Self::prefix_of(keys, receiver);
        prefix.push(0);
        prefix
    }

    /// The present status.
    pub fn status(&self) -> Status {
        self.history.last().map_or(Status::AwaitingReceiver, |(status, _)| *status)
    }
}

impl Hold {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, handle: &AccountHandle) -> Vec<u8> {
        keys.index("holds-of", &[&handle.0]).to_vec()
    }

    pub(in crate::vault) fn key_of(keys: &VaultKeys, handle: &AccountHandle, id: &TxId) -> Vec<u8> {
        let mut key = Self::prefix_of(keys, handle);
        key.extend(keys.index("hold", &[&id.0]));
        key
    }
}

impl HoldTotal {
    pub(in crate::vault) fn key_of(keys: &VaultKeys, handle: &AccountHandle) -> Vec<u8> {
        keys.index("hold-total", &[&handle.0]).to_vec()
    }
}

impl Deadline {
    pub(in crate::vault) fn key_of(
        keys: &VaultKeys,
        valid_until: TimestampMs,
        id: &TxId,
        side: Side,
    ) -> Vec<u8> {
        let mut key = valid_until.0.to_be_bytes().to_vec();
        key.extend(keys.index("deadline", &[&id.0, &[side as u8]]));
        key
    }
}
