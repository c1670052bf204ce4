//! Travel accounts: what is on its way to open or close one, and when each ends.

use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{AccountHandle, Idx, NetworkDay, Transaction, TxId};
use zeroize::Zeroizing;

/// What a journey's transaction does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Leg {
    /// Opens the travel account.
    Out,
    /// Closes it.
    Home,
}

record! {
    /// A travel account that is being opened or closed; deleted when that has come to an end.
    pub Journey in Journeys {
        /// The transaction's id.
        id: TxId,
        /// Whose account.
        owner: Idx,
        /// The travel account.
        handle: AccountHandle,
        /// The account on which money is held for it: the source, or the travel account itself.
        held_on: AccountHandle,
        /// Opening or closing.
        leg: Leg,
        /// What is submitted; without a signature as long as its customer has not signed.
        tx: Transaction,
    }
    key(keys, me) Journey::key_of(keys, &me.id);
}

record! {
    /// The last day of a travel account that is not known to be closed.
    pub TravelEnd in TravelEnds {
        /// The day.
        expires_on: NetworkDay,
        /// The account.
        handle: AccountHandle,
    }
    key(keys, me) {
        let mut key = me.expires_on.0.to_be_bytes().to_vec();
        key.extend(keys.index("travel-end", &[&me.handle.0]));
        key
    };
}

impl Journey {
    pub(in crate::vault) fn key_of(keys: &VaultKeys, id: &TxId) -> Vec<u8> {
        keys.index("journey", &[&id.0]).to_vec()
    }
}
