//! What risk rules look back to, and what they report.

use super::Side;
use crate::risk::{Movement, RiskReason};
use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{Idx, Paise, TimestampMs, TxId};
use zeroize::Zeroizing;

record! {
    /// What a customer sent and received in the last seven days, oldest first, bounded.
    pub Pace in Paces {
        /// Whose.
        owner: Idx,
        /// The movements.
        recent: Vec<Movement>,
    }
    key(keys, me) Pace::key_of(keys, &me.owner);
}

impl Pace {
    pub(in crate::vault) fn key_of(keys: &VaultKeys, owner: &Idx) -> Vec<u8> {
        keys.index("pace-of", &[&owner.0]).to_vec()
    }
}

/// Which flag: random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub struct FlagId(pub [u8; 16]);

/// What is flagged. Borsh of the vault: new ones go to the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Flagged {
    /// A transfer.
    Transfer {
        /// Its id.
        id: TxId,
        /// Whether the customer sends or receives it.
        side: Side,
        /// What the receiver gets, in minor units of its currency.
        amount: Paise,
    },
    /// The customer himself, at his registration.
    Customer,
    /// Rupees that leave for a travel account.
    Travel {
        /// The transaction that opens it.
        id: TxId,
        /// Rupees, the fee included.
        amount: Paise,
    },
}

/// Who looked at a flag, and what he found.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Clearing {
    /// The clerk's name.
    pub by: String,
    /// When.
    pub at: TimestampMs,
    /// In his words.
    pub note: String,
}

impl std::fmt::Debug for Clearing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clearing(****)")
    }
}

record! {
    /// Something remarkable, for the bank's compliance people. It stops nothing.
    pub Flag in Flags {
        /// Which.
        id: FlagId,
        /// When it was seen.
        at: TimestampMs,
        /// Whose doing.
        customer: Idx,
        /// What.
        what: Flagged,
        /// How remarkable.
        score: u32,
        /// Why.
        reasons: Vec<RiskReason>,
        /// Who has looked at it.
        cleared: Option<Clearing>,
    }
    key(keys, me) {
        let mut key = Flag::prefix_of(me.cleared.is_some()).to_vec();
        key.extend(me.at.0.to_be_bytes());
        key.extend(keys.index("flag", &[&me.id.0]));
        key
    };
    names(me) vec![("id", Zeroizing::new(me.id.0.to_vec()))];
}

impl Flag {
    /// Open ones stand together, and so do those that were looked at.
    pub(in crate::vault) const fn prefix_of(is_cleared: bool) -> [u8; 1] {
        [is_cleared as u8]
    }
}
