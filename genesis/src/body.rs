//! What the banks agree on: the body of the genesis file.

use crate::check::{check_body, check_entry};
use crate::error::BodyError;
use crate::escrow::EscrowEntry;
use crate::shared::SharedEntry;
use crate::travel::ForeignBankEntry;
use borsh::BorshSerialize;
use idx_crypto::{Hash32, Hasher, PublicKey, Verifier, hash_borsh};
use idx_types::{BankCode, BankId, ChainId, Judge, NetworkKey, Paise, Params, TimestampMs};
use serde::{Deserialize, Serialize};

/// Everything that makes a network this one and no other. A draft, until all its banks have signed.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// A name for people: 1 to 32 of `a-z`, `0-9` and `-`, starting with a letter.
    pub network: String,
    /// When the network starts; the first block is later.
    pub time: TimestampMs,
    /// Parameters of the first height.
    pub params: Params,
    /// The founding banks; a bank's place in this list, from 0, is its [`BankId`].
    pub banks: Vec<BankEntry>,
    /// Who can open identities together.
    #[serde(default)]
    pub escrow: EscrowEntry,
    /// Who may order that they do; governance can register judges later.
    #[serde(default)]
    pub judges: Vec<Judge>,
    /// What only the banks know, wrapped for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<SharedEntry>,
    /// Nodes that may listen but not vote.
    #[serde(default)]
    pub observers: Vec<Observer>,
    /// With whom rupees can be changed for travel accounts.
    #[serde(default)]
    pub foreign_banks: Vec<ForeignBankEntry>,
    /// Verifies what foreign money costs; governance can name another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_publisher: Option<PublicKey>,
}

/// A founding bank: what it brings to the ceremony.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankEntry {
    /// Its short name.
    pub code: BankCode,
    /// Verifies its votes, verdicts, headers and bank transactions, and its signature of this file.
    pub consensus_key: PublicKey,
    /// Its libp2p identity.
    pub network_key: NetworkKey,
    /// Its HPKE (X25519) public key.
    pub hpke_key: Hash32,
    /// What it stands to lose; at least one rupee.
    pub stake: Paise,
    /// Rupees in its reserve account before the first block; at least one rupee.
    pub reserve: Paise,
    /// Where the other banks reach it, as multiaddresses such as `/dns4/idx.bank.example/tcp/7000`.
    pub addresses: Vec<String>,
    /// Where clients reach it, if it says so: `http://` or `https://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_url: Option<String>,
}

/// A node that may follow the chain without being a bank.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observer {
    /// A name for people, formed as the network's.
    pub name: String,
    /// Its libp2p identity.
    pub network_key: NetworkKey,
}

impl Genesis {
    /// A network without banks and escrow yet.
    pub fn new(network: impl Into<String>, time: TimestampMs, params: Params) -> Self {
        Self {
            network: network.into(),
            time,
            params,
            banks: Vec::new(),
            escrow: EscrowEntry::default(),
            judges: Vec::new(),
            shared: None,
            observers: Vec::new(),
            foreign_banks: Vec::new(),
            rate_publisher: None,
        }
    }

    /// Adds a bank; it gets the next number.
    ///
    /// # Errors
    /// [`BodyError`] if the entry has no sense in itself or clashes with an earlier one; the body stays
    /// as it was.
    pub fn add_bank(&mut self, entry: BankEntry, verifier: &dyn Verifier) -> Result<BankId, BodyError> {
        check_entry(&entry, verifier)?;
        let id = bank_id(self.banks.len()).ok_or(BodyError::BankCount { found: self.banks.len() })?;
        self.banks.push(entry);
        self.check_unique().inspect_err(|_| drop(self.banks.pop()))?;
        Ok(id)
    }

    /// Adds an observer.
    ///
    /// # Errors
    /// [`BodyError`] if its name or key is used already; the body stays as it was.
    pub fn add_observer(&mut self, observer: Observer) -> Result<(), BodyError> {
        self.observers.push(observer);
        self.check_unique().inspect_err(|_| drop(self.observers.pop()))
    }

    /// Checks everything that needs no signature.
    ///
    /// # Errors
    /// [`BodyError`] names the first thing that is wrong.
    pub fn check(&self, verifier: &dyn Verifier) -> Result<(), BodyError> {
        check_body(self, verifier)
    }

    /// The network's name for machines: the digest of the whole body.
    pub fn chain_id(&self) -> ChainId {
        ChainId(hash_borsh("idx/genesis/1", self))
    }

    /// What the banks sign; another digest than the chain id, so that no message that carries the
    /// chain id can pass for a signature of this file.
    pub fn digest(&self) -> Hash32 {
        Hasher::new("idx/genesis-signature/1").part(self.chain_id().0.as_bytes()).finish()
    }

    /// A bank with its number.
    pub fn bank(&self, code: &str) -> Option<(BankId, &BankEntry)> {
        let place = self.banks.iter().position(|entry| entry.code.as_str() == code)?;
        Some((bank_id(place)?, &self.banks[place]))
    }
}

/// The number of the bank at a place of the list; `None` far beyond what a checked body has.
pub(crate) fn bank_id(place: usize) -> Option<BankId> {
    u16::try_from(place).ok().map(BankId)
}
