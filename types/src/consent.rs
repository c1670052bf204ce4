//! A person's word that another bank may be told what he has at this one: the document that stays.
//!
//! It is given at the bank that holds the accounts, by the person who is logged in there. That bank signs it
//! as the witness of this; a person with a key of his own signs as well ([`Consent::own_word`]).

use crate::day::NetworkDay;
use crate::ids::{BankId, ChainId, ConsentId, Idx, TimestampMs};
use crate::signed::Signable;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh};

/// Longest time for which a consent can be given, days.
pub const CONSENT_DAYS_MAX: u32 = 366;

/// One bank may ask another about one person, for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Consent {
    /// The network.
    pub chain_id: ChainId,
    /// Which: random, so that no two consents of one person look alike.
    pub id: ConsentId,
    /// The person, as the holder alone can check it: a digest of IDX and id under a key of its vault.
    pub person: Hash32,
    /// The bank that holds the accounts.
    pub holder: BankId,
    /// The bank that may ask.
    pub asker: BankId,
    /// When it was given.
    pub from: TimestampMs,
    /// At this time and later it is worth nothing.
    pub until: TimestampMs,
}

impl Consent {
    /// What a person with a key of his own signs: who lets whom be told by whom, the day on which he says so,
    /// and for how many days.
    pub fn own_word(
        chain_id: ChainId,
        person: &Idx,
        (holder, asker): (BankId, BankId),
        (given_on, days): (NetworkDay, u32),
    ) -> Hash32 {
        hash_borsh("idx/consent-own/1", &(chain_id, person, holder, asker, given_on, days))
    }
}

impl Signable for Consent {
    const DOMAIN: &'static str = "idx/consent/1";
    fn signer(&self) -> BankId {
        self.holder
    }
    fn chain_id(&self) -> ChainId {
        self.chain_id
    }
}
