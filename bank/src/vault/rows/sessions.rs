//! Sessions, the keys their ids are made with, and the vault's own index.

use crate::secret::{Secret32, secret_bytes};
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use idx_crypto::{PublicKey, SecretKey};
use idx_types::{AccountHandle, Idx, NetworkDay, SessionId};
use zeroize::Zeroizing;

record! {
    /// The session of an account on a day.
    pub OpenedSession in Sessions {
        /// Its day.
        day: NetworkDay,
        /// Its account.
        handle: AccountHandle,
        /// Whose account.
        owner: Idx,
        /// Its public name.
        id: SessionId,
        /// Verifies what is signed in it.
        key: PublicKey,
        /// The seed of its signing key; none if the customer signs himself.
        secret: Option<Secret32>,
    }
    key(keys, me) OpenedSession::key_of(keys, me.day, &me.handle);
    names(me) {
        let mut names = vec![("id", Zeroizing::new(me.id.0.to_vec()))];
        if me.secret.is_none() {
            names.push(("own-key", Zeroizing::new(OpenedSession::own_key_name(&me.owner, &me.key))));
        }
        names
    };
}

record! {
    /// The key of a month's session ids.
    pub(in crate::vault) MonthSecret in Months {
        /// Months since January 1970.
        month: u32,
        /// The key.
        secret: Secret32,
    }
    key(_keys, me) me.month.to_be_bytes().to_vec();
}

record! {
    /// From another name of a record to its key.
    pub(in crate::vault) Lookup in Lookups {
        /// Digest of table, kind of name and name: the key of this record.
        name: Vec<u8>,
        /// The key of the record it leads to.
        leads_to: Vec<u8>,
    }
    key(_keys, me) me.name.clone();
}

record! {
    /// What record keys are made with.
    pub(in crate::vault) IndexSecret in Meta {
        /// Random, and the same as long as the vault lives.
        secret: Secret32,
    }
    key(_keys, _me) b"index".to_vec();
}

impl OpenedSession {
    pub(in crate::vault) fn key_of(keys: &VaultKeys, day: NetworkDay, handle: &AccountHandle) -> Vec<u8> {
        let mut key = day.0.to_be_bytes().to_vec();
        key.extend(keys.index("session-of", &[&handle.0]));
        key
    }

    pub(in crate::vault) fn own_key_name(owner: &Idx, key: &PublicKey) -> Vec<u8> {
        [owner.0.as_slice(), &key.0].concat()
    }

    /// The key that signs in it, if the bank holds it.
    pub fn signer(&self) -> Option<SecretKey> {
        self.secret.as_ref().map(|seed| SecretKey::from_seed(seed.expose()))
    }
}
