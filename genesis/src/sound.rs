//! A genesis that every bank has signed: from here a node starts.

use crate::body::{BankEntry, Genesis};
use idx_chain::{GenesisBank, GenesisSpec};
use idx_types::{Bank, BankId, ChainId, NetworkKey};

/// A checked body under good signatures of all its banks. Made by
/// [`GenesisFile::verify`](crate::GenesisFile::verify) only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SoundGenesis {
    body: Genesis,
    chain_id: ChainId,
}

/// What a peer of this network may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PeerRole {
    /// It votes.
    Bank,
    /// It follows.
    Observer,
}

/// A node that belongs to the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer<'a> {
    /// Bank code or observer's name.
    pub name: &'a str,
    /// Its libp2p identity.
    pub key: NetworkKey,
    /// Where to dial it; none for an observer, who dials.
    pub addresses: &'a [String],
    /// What it may do.
    pub role: PeerRole,
}

impl SoundGenesis {
    pub(crate) fn of_verified(body: Genesis) -> Self {
        let chain_id = body.chain_id();
        Self { body, chain_id }
    }

    /// The network.
    pub const fn chain_id(&self) -> ChainId {
        self.chain_id
    }

    /// Everything that was agreed on.
    pub const fn body(&self) -> &Genesis {
        &self.body
    }

    /// A bank with its number.
    pub fn bank(&self, code: &str) -> Option<(BankId, &BankEntry)> {
        self.body.bank(code)
    }

    /// All nodes of the network, banks first in the order of their numbers.
    pub fn peers(&self) -> impl Iterator<Item = Peer<'_>> {
        let banks = self.body.banks.iter().map(|entry| Peer {
            name: entry.code.as_str(),
            key: entry.network_key,
            addresses: &entry.addresses,
            role: PeerRole::Bank,
        });
        let observers = self.body.observers.iter().map(|observer| Peer {
            name: &observer.name,
            key: observer.network_key,
            addresses: &[],
            role: PeerRole::Observer,
        });
        banks.chain(observers)
    }

    /// What the ledger starts from.
    pub fn to_spec(&self) -> GenesisSpec {
        GenesisSpec {
            chain_id: self.chain_id,
            time: self.body.time,
            params: self.body.params.clone(),
            banks: (0..).map(BankId).zip(&self.body.banks).map(founding_bank).collect(),
            escrow: self.body.escrow.to_escrow().expect("a checked body has a company"),
            chain_key: self
                .body
                .shared
                .as_ref()
                .expect("a checked body has shared secrets")
                .first_chain_key(),
            judges: self.body.judges.clone(),
            foreign_banks: self.body.founding_foreign().expect("a checked body has sound foreign banks"),
            rate_publisher: self.body.rate_publisher,
        }
    }
}

fn founding_bank((id, entry): (BankId, &BankEntry)) -> GenesisBank {
    let bank = Bank {
        id,
        code: entry.code.clone(),
        consensus_key: entry.consensus_key,
        network_key: entry.network_key,
        hpke_key: entry.hpke_key,
        stake: entry.stake,
    };
    GenesisBank { bank, reserve: entry.reserve }
}
