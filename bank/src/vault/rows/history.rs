//! The order of a customer's transfers, and payments that were ordered by a file.

use super::{Mark, Side};
use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use idx_types::{Idx, TimestampMs, TxId};
use zeroize::Zeroizing;

record! {
    /// A line of a customer's history: which transfer came when. Keys hold the number and not the time:
    /// times would tell a thief of the store which sessions on the public chain are one customer's.
    pub HistoryLine in History {
        /// Whose.
        owner: Idx,
        /// Its number among his, from 1; the newest has the greatest.
        number: u64,
        /// When the bank learned of it; never less than that of the line before.
        at: TimestampMs,
        /// The transfer.
        id: TxId,
        /// Whether he sends or receives it.
        side: Side,
    }
    key(keys, me) HistoryLine::key_of(keys, &me.owner, me.number);
    names(me) vec![("transfer", Zeroizing::new(HistoryLine::name_of(&me.id, me.side)))];
}

impl HistoryLine {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, owner: &Idx) -> Vec<u8> {
        keys.index("history-of", &[&owner.0]).to_vec()
    }

    /// The newest come first.
    pub(in crate::vault) fn key_of(keys: &VaultKeys, owner: &Idx, number: u64) -> Vec<u8> {
        let mut key = Self::prefix_of(keys, owner);
        key.extend((u64::MAX - number).to_be_bytes());
        key
    }

    pub(in crate::vault) fn name_of(id: &TxId, side: Side) -> Vec<u8> {
        [id.0.as_slice(), &[side as u8]].concat()
    }
}

/// Under which key of the table `Meta` it stands that histories are whole.
pub(in crate::vault) const HISTORY_ROW: &[u8] = b"history";

record! {
    /// Every transfer of the vault has its line.
    pub(in crate::vault) HistoryBuilt in Meta {
        /// Customers that had transfers when the lines were made.
        customers: u64,
    }
    key(_keys, _me) HISTORY_ROW.to_vec();
}

record! {
    /// A payment that a customer's file ordered: the same order never pays again.
    pub Instruction in Instructions {
        /// Who ordered it.
        owner: Idx,
        /// Digests of which order it is, and of what it orders.
        mark: Mark,
        /// The transfer.
        id: TxId,
        /// When it was made.
        at: TimestampMs,
    }
    key(keys, me) Instruction::key_of(keys, &me.owner, &me.mark);
}

impl Instruction {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, owner: &Idx) -> Vec<u8> {
        keys.index("instructions-of", &[&owner.0]).to_vec()
    }

    pub(in crate::vault) fn key_of(keys: &VaultKeys, owner: &Idx, mark: &Mark) -> Vec<u8> {
        let mut key = Self::prefix_of(keys, owner);
        key.extend(keys.index("instruction", &[&mark.key.0]));
        key
    }
}
