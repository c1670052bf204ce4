//! Who the customers are, which accounts they have and whom they pay.

use crate::secret::secret_bytes;
use crate::vault::keys::VaultKeys;
use crate::vault::record::{Record, record};
use crate::vault::store::Table;
use crate::{AccountNumber, FullName, Nickname, Pan, RbiNumber};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, KdfCost, PublicKey, pseudonym_hash};
use idx_types::{AccountHandle, Idx, TimestampMs};
use zeroize::Zeroizing;

record! {
    /// A person who is a customer of this bank.
    pub Customer in Customers {
        /// The permanent pseudonym.
        idx: Idx,
        /// The name.
        name: FullName,
        /// The PAN.
        pan: Pan,
        /// The RBI number.
        rbi: RbiNumber,
        /// How the customer proves to be himself.
        credential: Credential,
        /// Since when.
        registered: TimestampMs,
    }
    key(keys, me) Customer::key_of(keys, &me.idx);
    names(me) vec![("pan", Zeroizing::new(me.pan.expose().as_bytes().to_vec()))];
}

record! {
    /// An account of a customer at this bank.
    pub BankAccount in Accounts {
        /// Its name on the ledger.
        handle: AccountHandle,
        /// Its number at the bank.
        number: AccountNumber,
        /// Whose it is.
        owner: Idx,
        /// When its opening was asked for.
        opened: TimestampMs,
    }
    key(keys, me) {
        let mut key = BankAccount::prefix_of(keys, &me.owner);
        key.extend(keys.index("handle", &[&me.handle.0]));
        key
    };
    names(me) vec![
        ("handle", Zeroizing::new(me.handle.0.to_vec())),
        ("number", Zeroizing::new(me.number.expose().as_bytes().to_vec())),
    ];
}

record! {
    /// Somebody whom a customer pays.
    pub Contact in Contacts {
        /// Whose contact it is.
        owner: Idx,
        /// What the owner calls him; unique among the owner's contacts, in upper or lower case.
        nickname: Nickname,
        /// Who it is.
        idx: Idx,
    }
    key(keys, me) Contact::key_of(keys, &me.owner, &me.nickname);
}

impl Customer {
    pub(in crate::vault) fn key_of(keys: &VaultKeys, idx: &Idx) -> Vec<u8> {
        keys.index("customer", &[&idx.0]).to_vec()
    }
}

impl BankAccount {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, owner: &Idx) -> Vec<u8> {
        keys.index("accounts-of", &[&owner.0]).to_vec()
    }
}

impl Contact {
    pub(in crate::vault) fn prefix_of(keys: &VaultKeys, owner: &Idx) -> Vec<u8> {
        keys.index("contacts-of", &[&owner.0]).to_vec()
    }

    pub(in crate::vault) fn key_of(keys: &VaultKeys, owner: &Idx, nickname: &Nickname) -> Vec<u8> {
        let folded = Zeroizing::new(nickname.expose().to_lowercase());
        let mut key = Self::prefix_of(keys, owner);
        key.extend(keys.index("nickname", &[&owner.0, folded.as_bytes()]));
        key
    }
}

/// How a customer proves to be himself.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Credential {
    /// Nothing is set: the vault was rebuilt from the chain, or the credential was erased.
    Unset,
    /// By a password; the bank keeps the keys of his sessions.
    Password(PasswordHash),
    /// By an Ed25519 key of his own. He signs in his sessions too, with another key in each.
    OwnKey(PublicKey),
}

impl Credential {
    /// Its kind, by the word that interfaces use.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unset => "none",
            Self::Password(_) => "password",
            Self::OwnKey(_) => "own_key",
        }
    }
}

/// A password, as only the vault sees it: Argon2id under a random secret of its own.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PasswordHash {
    cost: KdfCost,
    salt: [u8; 32],
    hash: Hash32,
}

impl PasswordHash {
    /// The hash of a password under a fresh random salt. Takes the time and memory of `cost`, so it
    /// is made outside the desk; `None` if the cost is out of range.
    pub fn new(password: &str, salt: [u8; 32], cost: KdfCost) -> Option<Self> {
        Some(Self { cost, salt, hash: stretch(password, &salt, cost)? })
    }

    /// Whether this is the password. Takes the time and memory of the cost it was made with.
    pub fn is(&self, password: &str) -> bool {
        stretch(password, &self.salt, self.cost) == Some(self.hash)
    }
}

/// The label keeps passwords apart from the pseudonyms that the same function makes.
fn stretch(password: &str, salt: &[u8; 32], cost: KdfCost) -> Option<Hash32> {
    let labelled = Zeroizing::new(["idx/password/1\u{1f}", password].concat());
    pseudonym_hash(salt, labelled.as_bytes(), cost).ok()
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(****)")
    }
}
