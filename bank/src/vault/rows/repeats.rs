//! What asks that may come again were answered.

use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::Hash32;
use idx_types::TimestampMs;
use zeroize::Zeroizing;

/// The mark of an ask that may come again: whoever asks twice with one mark gets one answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Mark {
    /// Digest of who asks and of the key that he chose.
    pub key: Hash32,
    /// Digest of what he asks: a key comes with one request only.
    pub request: Hash32,
}

record! {
    /// An ask that was carried out, and its answer; kept so long that whoever did not hear it can ask again.
    pub Repeat in Repeats {
        /// Its mark.
        mark: Mark,
        /// The desk's answer, as borsh.
        answer: Vec<u8>,
        /// Until when it is kept.
        until: TimestampMs,
    }
    key(keys, me) {
        let mut key = me.until.0.to_be_bytes().to_vec();
        key.extend(keys.index("repeat", &[&me.mark.key.0]));
        key
    };
    names(me) vec![("key", Zeroizing::new(me.mark.key.0.to_vec()))];
}
