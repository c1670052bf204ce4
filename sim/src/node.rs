//! One simulated machine: a mind and an open journal while it is up, disks always.

use crate::checks::keys_of;
use crate::clock::Clock;
use crate::disk::{Disk, LoadError};
use crate::liar::Lie;
use crate::memory::GossipMemory;
use crate::promises::Promises;
use crate::setup::Identity;
use idx_chain::State;
use idx_chain::pool::PoolLimits;
use idx_crypto::Verifier;
use idx_replica::{
    AcceptAll, Effect, Gate, Input, Insight, Journal, Policy, Replica, ReplicaSettings, Start, TimerId,
};
use idx_types::params::PROTOCOL_VERSION;
use idx_types::wire::Status;
use idx_types::{BankId, EpochKeys, NetworkKey, PreparedTx, TimestampMs, TxId};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Most open tickets of peers' requests.
const TICKETS_MAX: usize = 1_024;

/// Most inputs that wait for a machine that stands still; what does not fit is lost, as in sockets.
const WAITING_MAX: usize = 4_096;

/// A machine.
pub(crate) struct Node {
    pub(crate) identity: Identity,
    pub(crate) disk: Disk,
    pub(crate) clock: Clock,
    /// How long a sync or a store write takes, milliseconds.
    pub(crate) sync_ms: u64,
    /// The newest protocol version that the installed release knows.
    pub(crate) release: u16,
    /// The bank's own rules, in force from the next start.
    pub(crate) policy: Arc<dyn Policy>,
    /// How it lies, if it does.
    pub(crate) lie: Option<Lie>,
    /// The power fails after so many effects of its next step.
    pub(crate) doomed: bool,
    /// Its process stands still.
    pub(crate) paused: bool,
    pub(crate) search: u64,
    pub(crate) journal: Option<Journal>,
    /// What its gossip has seen.
    pub(crate) memory: GossipMemory,
    /// What it has signed and made durable.
    pub(crate) promises: Promises,
    pub(crate) work: Work,
    mind: Option<Replica>,
    incarnation: u64,
    timers: BTreeMap<TimerId, u64>,
    generation: u64,
    tickets: BTreeMap<u64, (usize, u64)>,
    /// Requests of this process by their number on the wire, with the mind's own: an answer to a
    /// process that has ended reaches nobody.
    asked: BTreeMap<u64, u64>,
}

/// What the shell of a machine has yet to do.
#[derive(Default)]
pub(crate) struct Work {
    /// Effects wished for and not performed yet.
    pub(crate) effects: VecDeque<Effect>,
    /// Inputs that came meanwhile.
    pub(crate) inputs: VecDeque<Input>,
    /// The first of the effects waits for the disk.
    pub(crate) on_disk: bool,
    /// The disk has had its time.
    pub(crate) disk_done: bool,
}

/// A bank that rejects a part of all transactions, by rules of its own.
pub(crate) struct Strict;

impl Policy for Strict {
    fn accepts(&self, _: &State, tx: &PreparedTx) -> bool {
        Self::takes(&tx.id)
    }
}

impl Strict {
    /// Its rule.
    pub(crate) const fn takes(id: &TxId) -> bool {
        !id.0[0].is_multiple_of(STRICT_EVERY)
    }
}

/// A strict bank rejects one transaction in so many.
const STRICT_EVERY: u8 = 5;

/// A policy that outlives the minds that ask it.
struct Kept(Arc<dyn Policy>);

impl Policy for Kept {
    fn accepts(&self, state: &State, tx: &PreparedTx) -> bool {
        self.0.accepts(state, tx)
    }
}

impl Node {
    pub(crate) fn new(identity: Identity, disk: Disk, clock: Clock, lie: Option<Lie>) -> Self {
        Self {
            identity,
            disk,
            clock,
            sync_ms: 0,
            release: PROTOCOL_VERSION,
            policy: Arc::new(AcceptAll),
            lie,
            doomed: false,
            paused: false,
            search: 0,
            journal: None,
            memory: GossipMemory::default(),
            promises: Promises::default(),
            work: Work::default(),
            mind: None,
            incarnation: 0,
            timers: BTreeMap::new(),
            generation: 0,
            tickets: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    pub(crate) const fn is_up(&self) -> bool {
        self.mind.is_some()
    }

    /// It takes nothing in: it stands still, or waits for its disk.
    pub(crate) const fn is_busy(&self) -> bool {
        self.paused || self.work.on_disk
    }

    /// An input that finds it busy.
    pub(crate) fn wait(&mut self, input: Input) {
        if self.work.inputs.len() < WAITING_MAX {
            self.work.inputs.push_back(input);
        }
    }

    pub(crate) const fn bank(&self) -> BankId {
        self.identity.bank
    }

    pub(crate) const fn network_key(&self) -> NetworkKey {
        self.identity.network_key
    }

    pub(crate) const fn incarnation(&self) -> u64 {
        self.incarnation
    }

    pub(crate) fn gate(&self) -> Option<Gate> {
        self.mind.as_ref().map(Replica::gate)
    }

    pub(crate) fn state(&self) -> Option<&State> {
        self.mind.as_ref().map(Replica::state)
    }

    pub(crate) fn chain_keys(&self) -> Option<&EpochKeys> {
        self.mind.as_ref().and_then(Replica::chain_keys)
    }

    pub(crate) fn status(&self, now: TimestampMs) -> Option<Status> {
        self.mind.as_ref().map(|mind| mind.status_now(now))
    }

    pub(crate) fn insight(&self) -> Option<Insight> {
        self.mind.as_ref().map(Replica::insight)
    }

    /// Loads the disks and makes a mind of them.
    pub(crate) fn boot(&mut self, verifier: Arc<dyn Verifier>) -> Result<Start, LoadError> {
        let (state, journal, start) = self.disk.load(verifier.clone())?;
        let settings = ReplicaSettings {
            bank: Some(self.identity.bank),
            network_key: self.identity.network_key,
            pool: PoolLimits { transactions_max: 10_000, bytes_max: 16 << 20, per_bank_max: 5_000 },
            policy: Box::new(Kept(self.policy.clone())),
            verifier,
            protocol_known: self.release,
            chain_keys: Some(keys_of(self.identity.bank, self.identity.is_founder)),
        };
        self.mind = Some(Replica::new(settings, state, self.disk.tip().cloned()));
        self.promises = Promises::found(&start, self.identity.bank);
        self.journal = Some(journal);
        self.incarnation += 1;
        Ok(start)
    }

    /// The process ends; its disks stay as they are.
    pub(crate) fn stop(&mut self) {
        self.mind = None;
        self.journal = None;
        self.doomed = false;
        self.paused = false;
        self.timers.clear();
        self.tickets.clear();
        self.asked.clear();
        self.memory = GossipMemory::default();
        self.work = Work::default();
    }

    pub(crate) fn step(&mut self, now: TimestampMs, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(mind) = &mut self.mind {
            mind.step(now, input, &mut effects);
        }
        effects
    }

    /// Remembers that this timer was set (again); answers its generation.
    pub(crate) fn set_timer(&mut self, timer: TimerId) -> u64 {
        self.generation += 1;
        self.timers.insert(timer, self.generation);
        self.generation
    }

    pub(crate) fn timer_is_current(&mut self, incarnation: u64, timer: TimerId, generation: u64) -> bool {
        let current = incarnation == self.incarnation && self.timers.get(&timer) == Some(&generation);
        if current {
            self.timers.remove(&timer);
        }
        current
    }

    /// A request leaves under this number.
    pub(crate) fn ask(&mut self, on_wire: u64, id: u64) {
        if self.asked.len() >= TICKETS_MAX {
            self.asked.pop_first();
        }
        self.asked.insert(on_wire, id);
    }

    /// The mind's own number of a request, if this process made it.
    pub(crate) fn asked(&self, on_wire: u64) -> Option<u64> {
        self.asked.get(&on_wire).copied()
    }

    pub(crate) fn ticket(&mut self, from: usize, id: u64) -> u64 {
        if self.tickets.len() >= TICKETS_MAX {
            self.tickets.pop_first();
        }
        self.generation += 1;
        self.tickets.insert(self.generation, (from, id));
        self.generation
    }

    pub(crate) fn take_ticket(&mut self, ticket: u64) -> Option<(usize, u64)> {
        self.tickets.remove(&ticket)
    }
}
