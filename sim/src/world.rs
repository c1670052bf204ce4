//! The world: time, nodes, wires and disks, all driven from one seed. One step takes the next thing
//! that happens, lets it happen, and checks every promise.

use crate::checks::{Checks, Violation};
use crate::chronicle::Chronicle;
use crate::clients::Clients;
use crate::clock::Clock;
use crate::disk::Disk;
use crate::govern::Motions;
use crate::injected::Injected;
use crate::liar::Lie;
use crate::mutant::Mutant;
use crate::network::Network;
use crate::node::{Node, Strict};
use crate::plan::Plan;
use crate::setup;
use crate::stopwatch::Stopwatch;
use idx_replica::{HaltReason, Input, TimerId};
use idx_types::wire::{Gossip, Request, Response};
use idx_types::{Reason, TimestampMs, TxId, TxKind};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Happening {
    Gossip { from: usize, to: usize, message: Gossip },
    Request { from: usize, to: usize, id: u64, request: Request },
    Response { from: usize, to: usize, id: u64, response: Response },
    Failed { to: usize, peer: usize, id: u64 },
    Input { to: usize, incarnation: u64, input: Input },
    Timer { to: usize, incarnation: u64, timer: TimerId, generation: u64 },
    GoOn { node: usize, incarnation: u64 },
    Client,
    Restart { node: usize },
    Recover { node: usize },
    Trouble(usize),
    Ends(usize),
    Backup,
    Motions,
}

/// Time starts here, milliseconds since 1970.
pub(crate) const EPOCH_MS: u64 = 1_700_000_000_000;

/// A copy of some node's store is made so often, milliseconds.
const BACKUP_EVERY_MS: u64 = 5_000;

/// Copies kept.
const BACKUPS_MAX: usize = 4;

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
    pub(crate) chronicle: Option<Chronicle>,
    pub(crate) steps: u64,
    /// Requests so far.
    pub(crate) requests: u64,
    /// When each client's transaction was handed in, and how long each took to be final.
    pub(crate) stopwatch: Stopwatch,
    pub(crate) messages: Option<Vec<Gossip>>,
    /// Nodes whose minds stopped themselves for good.
    pub(crate) halted: Vec<(usize, HaltReason)>,
    /// Nodes whose log was damaged by the plan.
    pub(crate) spoilt: Vec<bool>,
    /// No clock is wrong by more than the skew of the plan.
    pub(crate) clocks_right: bool,
    pub(crate) backups: Vec<Disk>,
    pub(crate) motions: Motions,
    pub(crate) injected: Injected,
    /// Payments handed in after the calm, which must complete.
    pub(crate) probes: Vec<TxId>,
    /// What liars have heard and may send again.
    pub(crate) overheard: Vec<Gossip>,
}

impl World {
    /// A world at genesis, all nodes started.
    pub fn new(plan: Plan) -> Self {
        crate::mutant::plant(plan.mutant);
        let network = setup::Setup::new(&plan);
        let genesis = network.genesis_state();
        let clients = Clients::new(genesis.chain_id(), network.signers(), 4, plan.scheme);
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
        let skew = i64::try_from(plan.faults.skew_ms_max).unwrap_or(0);
        let nodes: Vec<Node> = (0..plan.nodes())
            .map(|i| {
                let clock = Clock::ahead(rng.random_range(-skew..=skew));
                let disk = Disk::new(&genesis, plan.seed.wrapping_add(i as u64));
                let mut node = Node::new(network.identity(i), disk, clock, lie_of(&plan, i));
                if plan.strict == Some(i) {
                    node.policy = Arc::new(Strict);
                }
                node
            })
            .collect();
        let spoilt = vec![false; nodes.len()];
        let mut world = Self {
            network: Network::new(nodes.len()),
            checks: Checks::new(
                nodes.len(),
                plan.liars.len() + plan.twins.len(),
                &genesis,
                plan.scheme.verifier(),
            ),
            faults_on: true,
            now_ms: EPOCH_MS,
            rng,
            nodes,
            queue: BTreeMap::new(),
            sequence: 0,
            clients,
            clients_on: true,
            chronicle: None,
            steps: 0,
            requests: 0,
            stopwatch: Stopwatch::default(),
            messages: None,
            halted: Vec::new(),
            spoilt,
            clocks_right: !plan.has_wrong_clocks(),
            backups: Vec::new(),
            motions: Motions::default(),
            injected: Injected::default(),
            probes: Vec::new(),
            overheard: Vec::new(),
            plan,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        self.injected.count_wires(&self.plan);
        for node in 0..self.nodes.len() {
            self.restart(node).expect("a fresh start breaks no promise");
        }
        self.at(self.plan.client_every_ms, Happening::Client);
        if !self.plan.storm.is_empty() {
            self.at(BACKUP_EVERY_MS, Happening::Backup);
        }
        self.schedule_troubles();
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
            Happening::Failed { to, peer, id } => self.fail_request(to, peer, id),
            Happening::Input { to, incarnation, input } => self.feed_if(to, incarnation, input),
            Happening::Timer { to, incarnation, timer, generation } => {
                if self.nodes[to].timer_is_current(incarnation, timer, generation) {
                    self.feed(to, Input::Timer(timer))
                } else {
                    Ok(())
                }
            }
            Happening::GoOn { node, incarnation } => self.go_on(node, incarnation),
            Happening::Client => self.client_turn(),
            Happening::Restart { node } => self.restart(node),
            Happening::Recover { node } => self.recover(node),
            Happening::Trouble(index) => self.trouble(index),
            Happening::Ends(index) => self.trouble_ends(index),
            Happening::Backup => self.back_up(),
            Happening::Motions => self.pursue_motions(),
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
        self.nodes[node].clock.shows(self.now_ms)
    }

    fn back_up(&mut self) -> Result<(), Violation> {
        self.at(BACKUP_EVERY_MS, Happening::Backup);
        let node = self.rng.random_range(0..self.plan.ledger_nodes());
        if self.backups.len() < BACKUPS_MAX && self.nodes[node].lie.is_none() {
            self.backups.push(self.nodes[node].disk.clone());
        }
        Ok(())
    }

    fn client_turn(&mut self) -> Result<(), Violation> {
        self.at(self.plan.client_every_ms, Happening::Client);
        self.forge()?;
        let bank = self.rng.random_range(0..usize::from(self.plan.banks));
        let now = TimestampMs(self.now_ms);
        let Some(state) = self.nodes[bank].state().filter(|_| self.clients_on) else { return Ok(()) };
        for (tx, home) in self.clients.next(&mut self.rng, state, now) {
            if self.nodes[home].is_up() {
                self.clients.hand_in(tx.clone(), home);
                self.stopwatch.start(tx.id(), self.now_ms);
                self.submit(home, tx)?;
            }
        }
        Ok(())
    }

    pub(crate) fn submit(&mut self, node: usize, tx: idx_types::Transaction) -> Result<(), Violation> {
        if self.plan.mutant == Some(Mutant::DoorShut) && matches!(tx.body.kind, TxKind::Transfer(_)) {
            return self.door_refused(node, tx.body.nonce, Reason::InsufficientFunds);
        }
        let prepared = idx_types::PreparedTx::verify(tx, &*self.plan.scheme.verifier());
        self.feed(node, Input::Submit(prepared.tx.body.nonce, prepared))
    }

    /// Clients hand in again what has not settled (a crash empties a pool). Answers how many still
    /// wait that should have settled: what involves a lying bank, or was given to one, may wait for
    /// ever.
    ///
    /// # Errors
    /// A broken promise.
    pub fn resubmit(&mut self) -> Result<usize, Violation> {
        let checks = &self.checks;
        let waiting = self.clients.unsettled(|id| checks.is_settled(id)).to_vec();
        let mut due = 0;
        for (tx, home) in &waiting {
            due += usize::from(self.must_settle(tx, *home));
            self.submit(*home, tx.clone())?;
        }
        Ok(due)
    }
}

impl World {
    /// What waits and should have settled: its id, what it is, and where it was handed in.
    pub(crate) fn overdue(&self) -> Vec<String> {
        let due = self.clients.waiting().iter().filter(|(tx, home)| self.must_settle(tx, *home));
        due.map(|(tx, home)| format!("{} handed in at {home}: {:?}", tx.id(), tx.body.kind)).collect()
    }

    /// Whether a transaction that waits at a node settles in time: no lying bank, and none that has
    /// left, has a word in it.
    fn must_settle(&self, tx: &idx_types::Transaction, home: usize) -> bool {
        let honest = |bank| {
            let liar = self.plan.liars.iter().any(|(node, _)| self.bank(*node) == bank);
            let rules = self.nodes[home].state().is_none_or(|state| state.validators().get(bank).is_some());
            rules && !liar
        };
        self.nodes[home].lie.is_none() && tx.body.kind.involved_banks().iter().all(honest)
    }
}

fn lie_of(plan: &Plan, node: usize) -> Option<Lie> {
    let named = plan.liars.iter().find(|(liar, _)| *liar == node).map(|(_, lie)| *lie);
    let has_twin = node >= plan.ledger_nodes() || plan.twins.contains(&node);
    named.or(has_twin.then_some(Lie::Twin))
}
