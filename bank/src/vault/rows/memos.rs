//! What customers wrote down for themselves with what they sent.

use crate::Memo;
use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use idx_types::{Idx, TxId};
use zeroize::Zeroizing;

record! {
    /// What a transfer was for, in its sender's words. Shown to him alone, and gone with his side of the
    /// transfer.
    pub SentMemo in Memos {
        /// The transfer.
        id: TxId,
        /// Who sent it.
        sender: Idx,
        /// His words.
        memo: Memo,
    }
    key(keys, me) SentMemo::key_of(keys, &me.sender, &me.id);
}

impl SentMemo {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, sender: &Idx) -> Vec<u8> {
        keys.index("memos-of", &[&sender.0]).to_vec()
    }

    pub(in crate::vault) fn key_of(keys: &VaultKeys, sender: &Idx, id: &TxId) -> Vec<u8> {
        let mut key = Self::prefix_of(keys, sender);
        key.extend(keys.index("memo", &[&id.0]));
        key
    }
}
