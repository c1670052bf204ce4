//! What a story does to a world with its own hands, and what it looks at.

use crate::checks::{Checks, Violation};
use crate::disk::Disk;
use crate::liar::Lie;
use crate::network::Network;
use crate::setup::Identity;
use crate::stopwatch::Stopwatch;
use crate::world::{EPOCH_MS, World};
use idx_chain::State;
use idx_replica::{Gate, HaltReason, Insight, Policy};
use idx_types::wire::Gossip;
use idx_types::{BankId, EpochKeys, TimestampMs, TxId, TxKind};
use std::sync::Arc;

impl World {
    /// The wires, to cut by hand.
    pub const fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    /// A node's disk, to damage by hand. It may hold less afterwards.
    pub fn disk(&mut self, node: usize) -> &mut Disk {
        self.checks.holds(node, None);
        &mut self.nodes[node].disk
    }

    /// The bank lost its signed history, and its operator says so (`idx-node recover`).
    ///
    /// # Errors
    /// If there is no room for a new log.
    pub fn lose_journal(&mut self, node: usize) -> Result<(), Violation> {
        self.recover(node)
    }

    /// Minds that stopped themselves for good, and why.
    pub fn halted(&self) -> &[(usize, HaltReason)] {
        &self.halted
    }

    /// Whether two nodes run with this one's key.
    pub(crate) fn is_twin(&self, node: usize) -> bool {
        self.nodes[node].lie == Some(Lie::Twin)
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

    /// The state of a node that is up.
    pub fn state(&self, node: usize) -> Option<&State> {
        self.nodes[node].state()
    }

    /// The keys of the private chain that a node has, if it is up.
    pub fn chain_keys(&self, node: usize) -> Option<&EpochKeys> {
        self.nodes[node].chain_keys()
    }

    /// A look into the mind of a node that is up.
    pub fn insight(&self, node: usize) -> Option<Insight> {
        self.nodes[node].insight()
    }

    /// Times to finality of clients' transactions.
    pub const fn stopwatch(&self) -> &Stopwatch {
        &self.stopwatch
    }

    /// Makes a node lie from now on. Its mind stays honest: what it sends is altered on the way out.
    pub fn corrupt(&mut self, node: usize, lie: Lie) {
        self.nodes[node].lie = Some(lie);
        self.checks.one_more_lies();
    }

    /// Sets a node's clock so far ahead, milliseconds; negative is behind.
    pub fn set_clock(&mut self, node: usize, ahead_ms: i64) {
        self.clocks_right = false;
        self.nodes[node].clock.set(ahead_ms);
    }

    /// Gives a bank rules of its own and restarts it.
    ///
    /// # Errors
    /// A broken promise.
    pub fn set_policy(&mut self, node: usize, policy: Arc<dyn Policy>) -> Result<(), Violation> {
        self.nodes[node].policy = policy;
        self.crash(node);
        self.restart(node)
    }

    /// A bank submits a transaction of its own at its node, and again until it settles.
    ///
    /// # Errors
    /// A broken promise.
    pub fn submit_as(&mut self, node: usize, kind: TxKind) -> Result<TxId, Violation> {
        // Dated by the one who writes it; the node's own clock may be anywhere.
        let now = TimestampMs(self.now_ms);
        let tx = self.clients.body(now, kind).sign(&[&*self.nodes[node].identity.signer]);
        let id = tx.id();
        self.clients.hand_in(tx.clone(), node);
        self.submit(node, tx)?;
        Ok(id)
    }

    /// Who a node is.
    pub fn identity(&self, node: usize) -> &Identity {
        &self.nodes[node].identity
    }

    /// Keeps a copy of every gossiped message from now on.
    pub fn keep_messages(&mut self) {
        self.messages = Some(Vec::new());
    }

    /// The messages kept.
    pub fn messages(&self) -> &[Gossip] {
        self.messages.as_deref().unwrap_or_default()
    }

    /// The gate of a node, which must be up.
    pub fn gate(&self, node: usize) -> Gate {
        self.nodes[node].gate().expect("the node is up")
    }

    /// A copy of a node's disks, as a backup would hold it.
    pub fn backup(&self, node: usize) -> Disk {
        self.nodes[node].disk.clone()
    }

    /// The state that all began with.
    pub(crate) fn genesis(&self) -> State {
        crate::setup::Setup::new(&self.plan).genesis_state()
    }

    /// The disks of a node that was just set up.
    pub fn blank_disk(&self) -> Disk {
        Disk::new(&self.genesis(), self.plan.seed ^ self.now_ms)
    }
}
