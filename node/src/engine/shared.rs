//! What other threads may know of the mind without asking it: the gate for messages, where the node
//! stands, and the metrics.

use super::core::clock;
use super::metrics::Metrics;
use crate::desk::Rules;
use idx_replica::{Gate, Insight, Replica};
use idx_types::wire::{CertifiedHeight, Status};
use idx_types::{Height, NetworkKey, Outcome, TimestampMs};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Written by the mind's thread, read by all.
pub struct Shared {
    gate: RwLock<Gate>,
    gate_height: AtomicU64,
    status: RwLock<Status>,
    insight: RwLock<Arc<Insight>>,
    rules: RwLock<Arc<Rules>>,
    peers: RwLock<BTreeMap<NetworkKey, (Status, TimestampMs)>>,
    /// When the last height became final here, milliseconds since 1970; 0 before any.
    pub last_final_ms: AtomicU64,
    /// Highest tip that any peer told of.
    pub best_peer: AtomicU64,
    /// The metrics.
    pub metrics: Metrics,
}

impl Shared {
    /// The view of a mind before its first step.
    pub fn new(replica: &Replica) -> Self {
        let gate = replica.gate();
        Self {
            gate_height: AtomicU64::new(gate.height.0),
            gate: RwLock::new(gate),
            status: RwLock::new(replica.status_now(clock())),
            insight: RwLock::new(Arc::new(replica.insight())),
            rules: RwLock::new(Arc::new(Rules::of(replica))),
            peers: RwLock::default(),
            last_final_ms: AtomicU64::new(0),
            best_peer: AtomicU64::new(0),
            metrics: Metrics::new(),
        }
    }

    /// The checks for the height being agreed on.
    pub fn gate(&self) -> Gate {
        self.gate.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The height of that gate.
    pub fn gate_height(&self) -> Height {
        Height(self.gate_height.load(Ordering::Acquire))
    }

    /// The mind has moved to another height.
    pub fn set_gate(&self, gate: Gate) {
        self.gate_height.store(gate.height.0, Ordering::Release);
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = gate;
    }

    /// Where this node stands, by its clock of now.
    pub fn status(&self) -> Status {
        let status = *self.status.read().unwrap_or_else(PoisonError::into_inner);
        Status { clock: clock(), ..status }
    }

    /// What the mind was doing a moment ago.
    pub fn insight(&self) -> Arc<Insight> {
        self.insight.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The mind shows what it is doing.
    pub fn show(&self, insight: Insight) {
        let round = insight.agreement.as_ref().and_then(|status| status.round).map_or(0, |round| round.0);
        self.metrics.round.set(i64::from(round));
        self.metrics.pool.set(i64::try_from(insight.pool_transactions).unwrap_or(i64::MAX));
        self.metrics.pool_bytes.set(i64::try_from(insight.pool_bytes).unwrap_or(i64::MAX));
        *self.insight.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(insight);
    }

    /// The rules and registries after the last final height.
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a peer said of itself, and when.
    pub fn peer_status(&self, peer: &NetworkKey) -> Option<(Status, TimestampMs)> {
        self.peers.read().unwrap_or_else(PoisonError::into_inner).get(peer).copied()
    }

    /// A peer told where it stands.
    pub fn heard_of(&self, peer: NetworkKey, status: &Status) {
        self.peers.write().unwrap_or_else(PoisonError::into_inner).insert(peer, (*status, clock()));
        let best = self.best_peer.fetch_max(status.height.0, Ordering::AcqRel).max(status.height.0);
        let own = self.status().height.0;
        self.metrics.lag.set(i64::try_from(best.saturating_sub(own)).unwrap_or(i64::MAX));
    }

    /// A height is final and stored.
    pub fn finalised(&self, height: &CertifiedHeight, replica: &Replica) {
        let now = clock();
        *self.status.write().unwrap_or_else(PoisonError::into_inner) = replica.status_now(now);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Rules::of(replica));
        self.last_final_ms.store(now.0, Ordering::Release);
        self.count(height, now, replica);
    }

    fn count(&self, height: &CertifiedHeight, now: TimestampMs, replica: &Replica) {
        let (metrics, header, state) = (&self.metrics, &height.public.header, replica.state());
        metrics.height.set(i64::try_from(header.height.0).unwrap_or(i64::MAX));
        metrics.difficulty.set(i64::from(state.difficulty()));
        metrics.finality.observe(now.since(header.timestamp) as f64 / 1_000.0);
        metrics.mining.observe(f64::from(height.private.header.mining_ms) / 1_000.0);
        if height.commit.round.0 > 0 {
            metrics.late_heights.inc();
        }
        for outcome in &height.private.outcomes {
            let label = match outcome {
                Outcome::Completed => "completed",
                Outcome::Failed(_) => "failed",
                Outcome::Deferred => "deferred",
            };
            metrics.settled.with_label_values(&[label]).inc();
        }
        for bank in state.validators().banks() {
            if bank.id == header.miner {
                metrics.blocks.with_label_values(&[bank.code.as_str()]).inc();
            }
            if height.private.certificate.of(bank.id).is_none() {
                metrics.missed_verdicts.with_label_values(&[bank.code.as_str()]).inc();
            }
        }
    }
}
