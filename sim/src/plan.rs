//! What a run is made of: everything that a seed decides, in a form that can be written down, made
//! smaller, and run again.

use crate::faults::Faults;
use crate::liar::Lie;
use crate::mutant::Mutant;
use crate::scheme::Scheme;
use crate::trouble::{Kind, Trouble, draw_storm};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// How long faults rage in a swarm run, simulated milliseconds.
pub const STORM_MS: u64 = 40_000;

/// One run in so many signs with real keys.
const REAL_KEYS_EVERY: u64 = 64;

/// What a run is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Drives everything that the plan does not say.
    pub seed: u64,
    /// Banks, numbered from 0.
    pub banks: u16,
    /// Nodes after them that follow from the start and may be made banks.
    pub spares: u16,
    /// Second nodes with the key of a bank, numbered after the spares, one for each bank named here.
    pub twins: Vec<usize>,
    /// Raises the agreement quorum.
    pub agreement_margin: u16,
    /// How the wires misbehave while faults are on.
    pub faults: Faults,
    /// What befalls machines and links, and when.
    pub storm: Vec<Trouble>,
    /// How long faults are on, simulated milliseconds.
    pub storm_ms: u64,
    /// Nodes that lie from the start, and how.
    pub liars: Vec<(usize, Lie)>,
    /// A bank whose own rules reject a part of all transactions.
    pub strict: Option<usize>,
    /// Which signatures.
    pub scheme: Scheme,
    /// Time between two transactions of clients, milliseconds.
    pub client_every_ms: u64,
    /// A bug planted on purpose, to see that the checks find it.
    pub mutant: Option<Mutant>,
}

impl Plan {
    /// Six banks and a mix of faults drawn from the seed: each kind is on in a part of all seeds
    /// (swarm testing). In a quarter of them one bank lies; one in 64 signs with real keys.
    pub fn swarm(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5741_524d);
        let faults = Faults::draw(&mut rng);
        let liars = match rng.random_range(0..4) {
            0 => vec![(rng.random_range(0..6), Lie::ALL[rng.random_range(0..Lie::ALL.len())])],
            _ => Vec::new(),
        };
        let spares = u16::from(rng.random_range(0..4) == 0);
        let agreement_margin = u16::from(rng.random_range(0..8) == 0);
        let storm = draw_storm(&mut rng, STORM_MS, 6 + usize::from(spares));
        let strict = (rng.random_range(0..4) == 0).then(|| rng.random_range(0..6));
        let client_every_ms = [20, 40, 40, 100][rng.random_range(0..4)];
        let scheme = if seed.is_multiple_of(REAL_KEYS_EVERY) { Scheme::Real } else { Scheme::StandIn };
        Self {
            spares,
            agreement_margin,
            faults,
            storm,
            storm_ms: STORM_MS,
            liars,
            strict,
            scheme,
            client_every_ms,
            ..Self::quiet(seed)
        }
    }

    /// Six honest banks on a quiet network.
    pub const fn quiet(seed: u64) -> Self {
        Self {
            seed,
            banks: 6,
            spares: 0,
            twins: Vec::new(),
            agreement_margin: 0,
            faults: Faults::NONE,
            storm: Vec::new(),
            storm_ms: STORM_MS,
            liars: Vec::new(),
            strict: None,
            scheme: Scheme::StandIn,
            client_every_ms: 40,
            mutant: None,
        }
    }

    /// Some clock is set wrong by more than the wires' skew.
    pub(crate) fn has_wrong_clocks(&self) -> bool {
        let wrong =
            |trouble: &Trouble| matches!(trouble.kind, Kind::ClockJump { .. } | Kind::ClockStop { .. });
        self.storm.iter().any(wrong)
    }

    /// Nodes: banks, spares and twins.
    pub(crate) fn nodes(&self) -> usize {
        self.ledger_nodes() + self.twins.len()
    }

    /// Nodes with a name of their own: banks and spares.
    pub(crate) fn ledger_nodes(&self) -> usize {
        usize::from(self.banks + self.spares)
    }
}
