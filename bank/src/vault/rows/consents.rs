//! Whom a bank may tell of a customer, because he said so.

use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use idx_crypto::{Hash32, Signature, hmac_sha256};
use idx_types::{BankCode, BankId, ChainId, Consent, ConsentId, Idx, TimestampMs};
use zeroize::Zeroizing;

record! {
    /// A customer's consent that another bank is told what he has here. There is one for each asking bank: a
    /// new one takes the place of the old.
    pub Consented in Consents {
        /// Whose.
        owner: Idx,
        /// The document.
        consent: Consent,
        /// The asking bank's name when it was given.
        asker: BankCode,
        /// Of a customer with a key of his own, over [`Consent::own_word`].
        own_signature: Option<Signature>,
        /// When that bank was last told.
        last_used: Option<TimestampMs>,
        /// How often it was told.
        times_used: u64,
    }
    key(keys, me) Consented::key_of(keys, &me.owner, me.consent.asker);
}

impl Consented {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, owner: &Idx) -> Vec<u8> {
        keys.index("consents-of", &[&owner.0]).to_vec()
    }

    pub(in crate::vault) fn key_of(keys: &VaultKeys, owner: &Idx, asker: BankId) -> Vec<u8> {
        let mut key = Self::prefix_of(keys, owner);
        key.extend(keys.index("consent-to", &[&owner.0, &asker.0.to_be_bytes()]));
        key
    }

    /// The person of a document, as this vault alone can make and check it.
    pub fn person(keys: &VaultKeys, owner: &Idx, id: &ConsentId) -> Hash32 {
        let mark = keys.index("consent-person", &[&owner.0, &id.0]);
        // Of the 16 bytes an index has, to the length of a digest.
        hmac_sha256(&mark, "idx/consent-person/1", &[])
    }

    /// Whether this lets a bank be told by that one, now: the document is of this network, person and holder,
    /// names the asking bank, and its time is not over.
    pub fn allows(
        &self,
        keys: &VaultKeys,
        (chain_id, holder): (ChainId, BankId),
        asker: BankId,
        now: TimestampMs,
    ) -> bool {
        let Consent { id, person, from, until, .. } = self.consent;
        self.consent.chain_id == chain_id
            && self.consent.holder == holder
            && self.consent.asker == asker
            && person == Self::person(keys, &self.owner, &id)
            && (from..until).contains(&now)
    }
}
