//! The world: time, nodes, wires and disks, all driven from one seed. One step takes the next thing
//! that happens, lets it happen, and checks every promise.

use crate::checks::{Checks, Violation};
use crate::clients::Clients;
use crate::disk::Disk;
use crate::faults::Faults;
use crate::network::Network;
use crate::node::Node;
use crate::scheme::Scheme;
use crate::setup;
use idx_replica::{CheckedResponse, Input, Passed, TimerId};
use idx_types::wire::{Gossip, Request, Response};
use idx_types::{BankId, TimestampMs};
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
    /// Raises the agreement quorum.
    pub agreement_margin: u16,
    /// What goes wrong while faults are on.
    pub faults: Faults,
    /// Which signatures.
    pub scheme: Scheme,
    /// Time between two transactions of clients, milliseconds.
    pub client_every_ms: u64,
}

impl Plan {
    /// Six banks, a fault mix drawn from the seed; every sixteenth seed signs for real.
    pub fn swarm(seed: u64) -> Self {
        let scheme = if seed.is_multiple_of(16) { Scheme::Real } else { Scheme::StandIn };
        Self { seed, banks: 6, agreement_margin: 0, faults: Faults::swarm(seed), scheme, client_every_ms: 40 }
    }

    /// Six banks on a quiet network.
    pub const fn quiet(seed: u64) -> Self {
        Self {
            seed,
            banks: 6,
            agreement_margin: 0,
            faults: Faults::NONE,
            scheme: Scheme::StandIn,
            client_every_ms: 40,
        }
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
    queue: BTreeMap<(u64, u64), Happening>,
    sequence: u64,
    pub(crate) clients: Clients,
    /// Clients hand in new transactions.
    pub clients_on: bool,
    trace: Option<Vec<String>>,
    steps: u64,
}

impl World {
    /// A world at genesis, all nodes started.
    pub fn new(plan: Plan) -> Self {
        let network = setup::Setup::new(&plan);
        let genesis = network.genesis_state();
        let clients = Clients::new(genesis.chain_id(), network.signers(), 4, plan.scheme);
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
        let nodes = (0..usize::from(plan.banks))
            .map(|i| {
                let skew = rng.random_range(0..=plan.faults.skew_ms_max);
                Node::new(network.identity(i), Disk::new(&genesis), skew)
            })
            .collect();
        let mut world = Self {
            network: Network::new(usize::from(plan.banks)),
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

    fn schedule_faults(&mut self) {
        let (crash, partition) = (self.plan.faults.crash_every_ms, self.plan.faults.partition_every_ms);
        for (every, happening) in [(crash, Happening::Crash), (partition, Happening::Partition)] {
            if every > 0 {
                let after = self.rng.random_range(1..=2 * every);
                self.at(after, happening);
            }
        }
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

    fn deliver(&mut self, from: usize, to: usize, message: Gossip) -> Result<(), Violation> {
        let (peer, Some(gate)) = (self.nodes[from].network_key(), self.nodes[to].gate()) else {
            return Ok(());
        };
        match gate.check(peer, message) {
            Ok(Passed::Now(inputs)) => inputs.into_iter().try_for_each(|input| self.feed(to, input)),
            Ok(Passed::Stale) => Ok(()),
            Err(refusal) => {
                Err(Violation(format!("an honest message from {from} to {to} was refused: {refusal}")))
            }
        }
    }

    fn serve(&mut self, from: usize, to: usize, id: u64, request: Request) -> Result<(), Violation> {
        if !self.nodes[to].is_up() {
            return self.fail_request(from, to, id);
        }
        let now = self.clock(to);
        let peer = self.nodes[from].network_key();
        match request {
            Request::Heights { from: height, count } => {
                let heights = self.nodes[to].disk.range(height, count as usize);
                self.send_response(to, from, id, Response::Heights(heights));
                Ok(())
            }
            Request::Transactions { block, hashes } => {
                let ticket = self.nodes[to].ticket(from, id);
                self.feed(to, Input::TransactionsWanted(ticket, block, hashes))
            }
            Request::Status(status) => {
                let own = self.nodes[to].status(now);
                own.into_iter().for_each(|own| self.send_response(to, from, id, Response::Status(own)));
                self.feed(to, Input::Status(peer, status))
            }
        }
    }

    fn fail_request(&mut self, from: usize, to: usize, id: u64) -> Result<(), Violation> {
        let peer = self.nodes[to].network_key();
        self.feed(from, Input::RequestFailed(peer, id))
    }

    pub(crate) fn send_response(&mut self, from: usize, to: usize, id: u64, response: Response) {
        for delay in self.delays(from, to) {
            self.at(delay, Happening::Response { from, to, id, response: response.clone() });
        }
    }

    fn answer(&mut self, from: usize, to: usize, id: u64, response: Response) -> Result<(), Violation> {
        let peer = self.nodes[from].network_key();
        let checked = CheckedResponse::check(response, &*self.plan.scheme.verifier());
        self.feed(to, Input::Response(peer, id, checked))
    }

    /// When a message sent now arrives.
    pub(crate) fn delays(&mut self, from: usize, to: usize) -> Vec<u64> {
        let faults = if self.faults_on { &self.plan.faults } else { &Faults::NONE };
        self.network.arrivals(&mut self.rng, faults, from, to)
    }

    /// The time by a node's own clock.
    pub(crate) fn clock(&self, node: usize) -> TimestampMs {
        TimestampMs(self.now_ms + self.nodes[node].skew_ms)
    }

    fn client_turn(&mut self) -> Result<(), Violation> {
        self.at(self.plan.client_every_ms, Happening::Client);
        let bank = self.rng.random_range(0..self.nodes.len());
        let now = TimestampMs(self.now_ms);
        let Some(state) = self.nodes[bank].state().filter(|_| self.clients_on) else { return Ok(()) };
        let Some((tx, home)) = self.clients.next(&mut self.rng, state, now) else { return Ok(()) };
        if self.nodes[home].is_up() {
            self.clients.hand_in(tx.clone(), home);
            return self.submit(home, tx);
        }
        Ok(())
    }

    fn submit(&mut self, node: usize, tx: idx_types::Transaction) -> Result<(), Violation> {
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

    fn crash_someone(&mut self) -> Result<(), Violation> {
        self.at(self.plan.faults.crash_every_ms.max(1), Happening::Crash);
        let node = self.rng.random_range(0..self.nodes.len());
        if self.faults_on && self.nodes[node].is_up() {
            self.crash(node);
            let down = self.rng.random_range(1..=self.plan.faults.down_ms_max.max(1));
            self.at(down, Happening::Restart { node });
        }
        Ok(())
    }

    /// Kills a node: memory is gone, and of the unsynced journal a random part.
    pub fn crash(&mut self, node: usize) {
        let survivors = self.rng.random_range(0..=self.nodes[node].disk.unsynced());
        self.nodes[node].crash(survivors);
        self.note(|| format!("bank {node} crashes, {survivors} unsynced entries survive"));
    }

    fn partition(&mut self) -> Result<(), Violation> {
        self.at(self.plan.faults.partition_every_ms.max(1), Happening::Partition);
        if self.faults_on {
            self.network.partition(&mut self.rng);
            let lasts = self.rng.random_range(1..=self.plan.faults.partition_ms_max.max(1));
            self.at(lasts, Happening::Heal);
            self.note(|| "the network is cut".to_owned());
        }
        Ok(())
    }

    /// Starts a node from its disks, if it is down.
    ///
    /// # Errors
    /// A broken promise.
    pub fn restart(&mut self, node: usize) -> Result<(), Violation> {
        if self.nodes[node].is_up() {
            return Ok(());
        }
        let verifier = self.plan.scheme.verifier();
        let start = self.nodes[node].boot(verifier);
        self.note(|| format!("bank {node} starts with {} journal entries", start.journal.len()));
        self.feed(node, Input::Start(start))
    }

    /// Ends all faults: links whole, every node up.
    ///
    /// # Errors
    /// A broken promise.
    pub fn calm(&mut self) -> Result<(), Violation> {
        self.faults_on = false;
        self.network.heal();
        (0..self.nodes.len()).try_for_each(|node| self.restart(node))
    }

    /// The wires, to cut by hand.
    pub const fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    /// A node's disk, to damage by hand.
    pub fn disk(&mut self, node: usize) -> &mut Disk {
        &mut self.nodes[node].disk
    }

    /// What was seen so far.
    pub const fn checks(&self) -> &Checks {
        &self.checks
    }

    /// The final height of every node that is up.
    pub fn heights(&self) -> Vec<Option<u64>> {
        self.nodes.iter().map(|node| node.state().map(|state| state.tip().height.0)).collect()
    }

    /// Things that happened.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Simulated milliseconds since the start.
    pub const fn elapsed_ms(&self) -> u64 {
        self.now_ms - EPOCH_MS
    }

    /// The bank's number on the ledger.
    pub fn bank(&self, node: usize) -> BankId {
        self.nodes[node].bank()
    }
}
