//! One simulated machine: a mind while it is up, disks always.

use crate::disk::Disk;
use crate::liar::Lie;
use crate::setup::Identity;
use idx_chain::pool::PoolLimits;
use idx_chain::{RestoreError, State};
use idx_crypto::Verifier;
use idx_replica::{
    AcceptAll, Effect, Gate, Input, Insight, Policy, Replica, ReplicaSettings, Start, TimerId,
};
use idx_types::wire::Status;
use idx_types::{BankId, NetworkKey, PreparedTx, TimestampMs};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most open tickets of peers' requests.
const TICKETS_MAX: usize = 1_024;

/// A machine.
pub struct Node {
    pub(crate) identity: Identity,
    pub(crate) disk: Disk,
    /// How far its clock is ahead, milliseconds.
    pub(crate) skew_ms: u64,
    mind: Option<Replica>,
    incarnation: u64,
    timers: BTreeMap<TimerId, u64>,
    generation: u64,
    tickets: BTreeMap<u64, (usize, u64)>,
    pub(crate) search: u64,
    /// The bank's own rules, in force from the next start.
    pub(crate) policy: Arc<dyn Policy>,
    /// How it lies, if it does.
    pub(crate) lie: Option<Lie>,
    /// It crashes in the middle of its next step.
    pub(crate) doomed: bool,
}

/// A policy that outlives the minds that ask it.
struct Kept(Arc<dyn Policy>);

impl Policy for Kept {
    fn accepts(&self, state: &State, tx: &PreparedTx) -> bool {
        self.0.accepts(state, tx)
    }
}

impl Node {
    pub(crate) fn new(identity: Identity, disk: Disk, skew_ms: u64) -> Self {
        Self {
            identity,
            disk,
            skew_ms,
            mind: None,
            incarnation: 0,
            timers: BTreeMap::new(),
            generation: 0,
            tickets: BTreeMap::new(),
            search: 0,
            policy: Arc::new(AcceptAll),
            lie: None,
            doomed: false,
        }
    }

    pub(crate) const fn is_up(&self) -> bool {
        self.mind.is_some()
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

    pub(crate) fn status(&self, now: TimestampMs) -> Option<Status> {
        self.mind.as_ref().map(|mind| mind.status_now(now))
    }

    pub(crate) fn insight(&self) -> Option<Insight> {
        self.mind.as_ref().map(Replica::insight)
    }

    /// Loads the disks and makes a mind of them.
    pub(crate) fn boot(&mut self, verifier: Arc<dyn Verifier>) -> Result<Start, RestoreError> {
        let (state, start) = self.disk.load(verifier.clone())?;
        let settings = ReplicaSettings {
            bank: Some(self.identity.bank),
            network_key: self.identity.network_key,
            pool: PoolLimits { transactions_max: 10_000, bytes_max: 16 << 20, per_bank_max: 5_000 },
            policy: Box::new(Kept(self.policy.clone())),
            verifier,
            protocol_known: idx_types::params::PROTOCOL_VERSION,
        };
        self.mind = Some(Replica::new(settings, state, self.disk.tip().cloned()));
        self.incarnation += 1;
        Ok(start)
    }

    pub(crate) fn crash(&mut self, survivors: usize) {
        self.mind = None;
        self.doomed = false;
        self.timers.clear();
        self.tickets.clear();
        self.disk.crash(survivors);
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
