//! The network that a run starts with.

use crate::plan::Plan;
use crate::scheme::Scheme;
use crate::world::EPOCH_MS;
use idx_chain::{GenesisBank, GenesisSpec, State};
use idx_crypto::{Hasher, Signer};
use idx_types::testing::{escrow, hpke_key_of};
use idx_types::{Bank, BankId, ChainId, NetworkKey, Paise, Params, TimestampMs};
use std::sync::Arc;

/// Who a node is.
#[derive(Clone)]
pub struct Identity {
    /// Its number.
    pub bank: BankId,
    /// It was there at genesis.
    pub is_founder: bool,
    /// Its libp2p identity; in here only a name.
    pub network_key: NetworkKey,
    /// Signs for it.
    pub signer: Arc<dyn Signer>,
}

impl Identity {
    /// The node as a bank with this stake.
    pub fn as_bank(&self, stake: Paise) -> Bank {
        Bank {
            id: self.bank,
            code: format!("BANK{}", self.bank.0).parse().expect("letters and digits"),
            consensus_key: self.signer.public_key(),
            network_key: self.network_key,
            hpke_key: hpke_key_of(self.bank),
            stake,
        }
    }
}

/// Identities and parameters of a run.
pub(crate) struct Setup {
    identities: Vec<Identity>,
    banks: usize,
    params: Params,
    scheme: Scheme,
}

/// Numbers of the keys that name nodes to each other.
const PEER_KEYS: u64 = 1 << 32;

/// Low enough that a simulated search takes microseconds.
const DIFFICULTY: u8 = 2;

impl Setup {
    pub(crate) fn new(plan: &Plan) -> Self {
        let identity = |number: u16| Identity {
            bank: BankId(number),
            is_founder: number < plan.banks,
            network_key: NetworkKey(Scheme::Real.signer(PEER_KEYS + u64::from(number)).public_key().0),
            signer: plan.scheme.signer(u64::from(number)),
        };
        let params = Params {
            min_difficulty: DIFFICULTY,
            max_difficulty: DIFFICULTY + 2,
            agreement_margin: plan.agreement_margin,
            ..Params::default()
        };
        let twins = plan.twins.iter().filter_map(|bank| u16::try_from(*bank).ok());
        let identities = (0..plan.banks + plan.spares).chain(twins).map(identity).collect();
        Self { identities, banks: usize::from(plan.banks), params, scheme: plan.scheme }
    }

    pub(crate) fn identity(&self, index: usize) -> Identity {
        self.identities[index].clone()
    }

    pub(crate) fn signers(&self) -> Vec<(BankId, Arc<dyn Signer>)> {
        let banks = self.identities.iter().take(self.banks);
        banks.map(|identity| (identity.bank, identity.signer.clone())).collect()
    }

    pub(crate) fn genesis_state(&self) -> State {
        let bank = |identity: &Identity| GenesisBank {
            bank: identity.as_bank(Paise(100_000_000)),
            reserve: Paise(100_000_000_000),
        };
        let spec = GenesisSpec {
            chain_id: ChainId(Hasher::new("idx-sim/chain/1").finish()),
            time: TimestampMs(EPOCH_MS - 1_000),
            params: self.params.clone(),
            banks: self.identities.iter().take(self.banks).map(bank).collect(),
            escrow: escrow(),
            chain_key: idx_chain::testing::first_chain_key(),
            judges: Vec::new(),
            foreign_banks: crate::clients::foreign(),
            rate_publisher: Some(crate::clients::publisher(self.scheme).public_key()),
        };
        State::genesis_with(&spec, self.scheme.verifier()).expect("the simulated genesis is sound")
    }
}
