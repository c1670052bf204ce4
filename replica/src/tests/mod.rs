//! One mind alone, fed by hand: what liars can and cannot do to it.

mod forks;
mod gate;
mod height;
mod keys;
mod pool;
mod room;
mod sync;

use crate::{AcceptAll, Effect, Input, Past, Replica, ReplicaSettings, Start, Unsigned};
use idx_chain::pool::PoolLimits;
use idx_chain::{State, testing};
use idx_consensus::election;
use idx_crypto::{Ed25519, SecretKey};
use idx_types::block::tx_root;
use idx_types::testing::{chain_secrets, epoch_keys};
use idx_types::wire::{Announcement, CertifiedHeight};
use idx_types::{BankId, EpochKeys, Height, NetworkKey, PublicHeader, Round, Signed, TimestampMs, Verified};
use std::sync::Arc;

/// Bank 0's mind, its clock, and what it wished for last.
pub(crate) struct Rig {
    pub mind: Replica,
    pub now: TimestampMs,
}

pub(crate) fn key_of(bank: BankId) -> SecretKey {
    idx_types::testing::key(u8::try_from(bank.0 + 1).unwrap())
}

pub(crate) fn peer_of(bank: BankId) -> NetworkKey {
    testing::bank(bank.0).network_key
}

pub(crate) fn genesis() -> State {
    let mut spec = testing::spec(6);
    (spec.params.min_difficulty, spec.params.max_difficulty) = (0, 0);
    State::genesis(&spec).unwrap()
}

impl Rig {
    /// Just started, at height 1.
    pub(crate) fn new() -> Self {
        Self::started(Start::default())
    }

    pub(crate) fn started(start: Start) -> Self {
        Self::started_with(start).0
    }

    /// With what it wished for at its start.
    pub(crate) fn started_with(start: Start) -> (Self, Vec<Effect>) {
        let mut rig = Self::of(genesis(), None);
        let effects = rig.step(Input::Start(start));
        (rig, effects)
    }

    /// The state of another mind and this tip of it, as a process finds them that starts again.
    pub(crate) fn restarted(other: &Self, tip: CertifiedHeight) -> Self {
        let past = vec![Past::from(&tip)];
        let mut rig = Self::of(State::restore(other.mind.state().snapshot()).unwrap(), Some(Arc::new(tip)));
        rig.step(Input::Start(Start { past, ..Start::default() }));
        rig
    }

    /// Not started yet.
    fn of(state: State, tip: Option<Arc<CertifiedHeight>>) -> Self {
        Self::with_keys(state, tip, epoch_keys(BankId(0)).with(chain_secrets()))
    }

    /// Not started yet; the bank is the one whose keys these are.
    pub(crate) fn with_keys(state: State, tip: Option<Arc<CertifiedHeight>>, keys: EpochKeys) -> Self {
        let settings = ReplicaSettings {
            bank: Some(keys.bank()),
            network_key: peer_of(keys.bank()),
            pool: PoolLimits { transactions_max: 100, bytes_max: 1 << 20, per_bank_max: 100 },
            policy: Box::new(AcceptAll),
            verifier: Arc::new(Ed25519),
            protocol_known: idx_types::params::PROTOCOL_VERSION,
            chain_keys: Some(keys),
        };
        Self { mind: Replica::new(settings, state, tip), now: testing::START.plus(100) }
    }

    pub(crate) fn step(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.mind.step(self.now, input, &mut effects);
        effects
    }

    /// An empty block of a round, by whoever is elected; `mark` tells two of one round apart.
    pub(crate) fn block(&self, round: u32, mark: u64) -> Announcement {
        let (state, round) = (self.mind.state(), Round(round));
        let tip = state.tip();
        let height = tip.height.next();
        let miner = election::miner(state.validators(), height, round);
        let header = PublicHeader {
            height,
            round,
            miner,
            parent_public: tip.public_hash,
            parent_private: tip.private_hash,
            tx_root: tx_root(&[]),
            validator_set_hash: state.validators().hash(),
            timestamp: self.now,
            difficulty: state.difficulty(),
            nonce: mark,
            ..idx_types::testing::header()
        };
        Announcement { header: Signed::new(header, &key_of(miner)), transactions: Vec::new() }
    }

    pub(crate) fn announce(&mut self, block: Announcement) -> Vec<Effect> {
        self.step(Input::Announcement(Verified::vouch(block)))
    }

    /// The height it works on.
    pub(crate) fn height(&self) -> Height {
        self.mind.state().tip().height.next()
    }
}

pub(crate) fn signs_verdicts(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Sign(Unsigned::Verdicts(_))))
}

pub(crate) fn blamed(effects: &[Effect]) -> Vec<NetworkKey> {
    let peers = effects.iter().filter_map(|effect| match effect {
        Effect::Blame(peer, _) => Some(*peer),
        _ => None,
    });
    peers.collect()
}
