//! The world: time, nodes, wires and disks, all driven from one seed. One step takes the next thing
//! that happens, lets it happen, and checks every promise.

use crate::checks::{Checks, Violation};
use crate::clients::Clients;
use crate::disk::Disk;
use crate::faults::Faults;
use crate::mutant::Mutant;
use crate::network::Network;
use crate::node::Node;
use crate::scheme::Scheme;
use crate::setup;
use crate::stopwatch::Stopwatch;
use idx_replica::{Input, TimerId};
use idx_types::TimestampMs;
use idx_types::wire::{Gossip, Request, Response};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// What a run is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Drives everything.
    pub seed: u64,
    /// Banks, numbered from 0.
    pub banks: u16,
    /// Nodes after them that follow from the start and may be made banks.
    pub spares: u16,
    /// Raises the agreement quorum.
    pub agreement_margin: u16,
    /// What goes wrong while faults are on.
    pub faults: Faults,
    /// Which signatures.
    pub scheme: Scheme,
    /// Time between two transactions of clients, milliseconds.
    pub client_every_ms: u64,
    /// A bug planted in the shells, to see that the checks find it.
    pub mutant: Option<Mutant>,
}

impl Plan {
    /// Six banks, a fault mix drawn from the seed; every sixteenth seed signs for real.
    pub fn swarm(seed: u64) -> Self {
        let scheme = if seed.is_multiple_of(16) { Scheme::Real } else { Scheme::StandIn };
        Self { faults: Faults::swarm(seed), scheme, ..Self::quiet(seed) }
    }

    /// Six banks on a quiet network.
    pub const fn quiet(seed: u64) -> Self {
        Self {
            seed,
            banks: 6,
            spares: 0,
            agreement_margin: 0,
            faults: Faults::NONE,
            scheme: Scheme::StandIn,
            client_every_ms: 40,
            mutant: None,
        }
    }

    /// Nodes: banks and spares.
    pub(crate) fn nodes(&self) -> usize {
        usize::from(self.banks + self.spares)
    }
}

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Happening {
    Gossip { from: usize, to: usize, message: Gossip },
    Request { from: usize, to: usize, id: u64, request: Request },
    Response { from: usize, to: usize, id: u64, response: Response },
    Input { to: usize, incarnation: u64, input: Input },
    Timer { to: usize, incarnation: u64, timer: TimerId, generation: u64 },
    Client,
    Crash,
    Restart { node: usize },
    Partition,
    Heal,
    Failed { to: usize, peer: usize, id: u64 },
}

/// Time starts here, milliseconds since 1970.
pub(crate) const EPOCH_MS: u64 = 1_700_000_000_000;

/// Six minds in a storm.
pub struct World {
    pub(crate) plan: Plan,
    pub(crate) faults_on: bool,
    pub(crate) now_ms: u64,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) nodes: Vec<Node>,
    pub(crate) network: Network,
    pub(crate) checks: Checks,
    pub(crate) queue: BTreeMap<(u64, u64), Happening>,
    sequence: u64,
    pub(crate) clients: Clients,
    /// Clients hand in new transactions.
    pub clients_on: bool,
    pub(crate) trace: Option<Vec<String>>,
    pub(crate) steps: u64,
    /// When each client's transaction was handed in, and how long each took to be final.
    pub(crate) stopwatch: Stopwatch,
    pub(crate) messages: Option<Vec<Gossip>>,
}

impl World {
    /// A world at genesis, all nodes started.
    pub fn new(plan: Plan) -> Self {
        let network = setup::Setup::new(&plan);
        let genesis = network.genesis_state();
        let clients = Clients::new(genesis.chain_id(), network.signers(), 4, plan.scheme);
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
        let nodes = (0..plan.nodes())
            .map(|i| {
                let skew = rng.random_range(0..=plan.faults.skew_ms_max);
                Node::new(network.identity(i), Disk::new(&genesis), skew)
            })
            .collect();
        let mut world = Self {
            network: Network::new(plan.nodes()),
            plan,
            faults_on: true,
            now_ms: EPOCH_MS,
            rng,
            nodes,
            checks: Checks::default(),
            queue: BTreeMap::new(),
            sequence: 0,
            clients,
            clients_on: true,
            trace: None,
            steps: 0,
            stopwatch: Stopwatch::default(),
            messages: None,
        };
        world.begin();
        world
    }

    /// Keeps a readable trace of everything from now on.
    pub fn keep_trace(&mut self) {
        self.trace = Some(Vec::new());
    }

    /// The trace so far.
    pub fn trace(&self) -> &[String] {
        self.trace.as_deref().unwrap_or_default()
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        let elapsed = self.now_ms - EPOCH_MS;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{elapsed:>8} ms  {}", line()));
        }
    }

    fn begin(&mut self) {
        for node in 0..self.nodes.len() {
            self.restart(node).expect("a fresh start breaks no promise");
        }
        self.at(self.plan.client_every_ms, Happening::Client);
        self.schedule_faults();
    }

    /// Schedules something so many milliseconds from now.
    pub(crate) fn at(&mut self, after_ms: u64, happening: Happening) {
        self.sequence += 1;
        self.queue.insert((self.now_ms + after_ms, self.sequence), happening);
    }

    /// Lets the next thing happen.
    ///
    /// # Errors
    /// The promise that it broke.
    pub fn step(&mut self) -> Result<(), Violation> {
        let Some(((time, _), happening)) = self.queue.pop_first() else { return Ok(()) };
        self.now_ms = time;
        self.steps += 1;
        match happening {
            Happening::Gossip { from, to, message } => self.deliver(from, to, message),
            Happening::Request { from, to, id, request } => self.serve(from, to, id, request),
            Happening::Response { from, to, id, response } => self.answer(from, to, id, response),
            Happening::Input { to, incarnation, input } => self.feed_if(to, incarnation, input),
            Happening::Timer { to, incarnation, timer, generation } => {
                if self.nodes[to].timer_is_current(incarnation, timer, generation) {
                    self.feed(to, Input::Timer(timer))
                } else {
                    Ok(())
                }
            }
            Happening::Client => self.client_turn(),
            Happening::Crash => self.crash_someone(),
            Happening::Restart { node } => self.restart(node),
            Happening::Partition => self.partition(),
            Happening::Heal => {
                self.network.heal();
                Ok(())
            }
            Happening::Failed { to, peer, id } => self.fail_request(to, peer, id),
        }
    }

    /// Steps until the time is over.
    ///
    /// # Errors
    /// The first broken promise.
    pub fn run_ms(&mut self, ms: u64) -> Result<(), Violation> {
        let end = self.now_ms + ms;
        while self.queue.first_key_value().is_some_and(|((time, _), _)| *time <= end) {
            self.step()?;
        }
        self.now_ms = end;
        Ok(())
    }

    /// The time by a node's own clock.
    pub(crate) fn clock(&self, node: usize) -> TimestampMs {
        TimestampMs(self.now_ms + self.nodes[node].skew_ms)
    }

    fn client_turn(&mut self) -> Result<(), Violation> {
        self.at(self.plan.client_every_ms, Happening::Client);
        let bank = self.rng.random_range(0..usize::from(self.plan.banks));
        let now = TimestampMs(self.now_ms);
        let Some(state) = self.nodes[bank].state().filter(|_| self.clients_on) else { return Ok(()) };
        let Some((tx, home)) = self.clients.next(&mut self.rng, state, now) else { return Ok(()) };
        if self.nodes[home].is_up() {
            self.clients.hand_in(tx.clone(), home);
            self.stopwatch.start(tx.id(), self.now_ms);
            return self.submit(home, tx);
        }
        Ok(())
    }

    pub(crate) fn submit(&mut self, node: usize, tx: idx_types::Transaction) -> Result<(), Violation> {
        let prepared = idx_types::PreparedTx::verify(tx, &*self.plan.scheme.verifier());
        self.feed(node, Input::Submit(prepared.tx.body.nonce, prepared))
    }

    /// Clients hand in again what has not settled (a crash empties a pool).
    ///
    /// # Errors
    /// A broken promise.
    pub fn resubmit(&mut self) -> Result<usize, Violation> {
        let checks = &self.checks;
        let waiting = self.clients.unsettled(|id| checks.is_settled(id)).to_vec();
        for (tx, home) in &waiting {
            self.submit(*home, tx.clone())?;
        }
        Ok(waiting.len())
    }
}
