//! How the node is doing. Reads of memory only.

use super::Queries;
use crate::engine::clock;
use idx_api::{Live, NotReady};
use idx_client::encoding::{Hex, Time};
use idx_client::views::{
    BankNames, BankStepView, ConsensusView, MempoolView, NodeInfoView, NodeRole, PeerView, StepName,
    SyncingView, VoteCast, WaitingView,
};
use idx_consensus::agreement::{AgreementStatus, Cast};
use idx_consensus::election;
use idx_p2p::{PeerInfo, PeerRole};
use idx_replica::{Abstention, Insight, Stage};
use idx_types::{BankId, Height, NetworkKey, Round, TimestampMs, ValidatorSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

/// A node this many heights behind the best peer is not ready.
const LAG_HEIGHTS_MAX: u64 = 4;

/// What a node says whose chain has forked.
const FORKED: &str = "the chain has forked; this node takes part no more, its log says why";

/// What does not change while the node runs, and what its peers look like.
pub struct LiveFacts {
    /// The bank this is.
    pub bank: BankId,
    /// Its libp2p identity.
    pub network_key: NetworkKey,
    /// Where it listens for other banks.
    pub listens_on: Vec<String>,
    /// When it was started.
    pub started_at: TimestampMs,
    /// Bounds of the pool.
    pub pool_transactions_max: usize,
    /// Bounds of the pool.
    pub pool_bytes_max: usize,
    /// Renewed every second by a task.
    pub peers: Arc<RwLock<Vec<PeerInfo>>>,
}

impl Live for Queries {
    fn node_info(&self) -> NodeInfoView {
        NodeInfoView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol_version: idx_types::params::PROTOCOL_VERSION,
            chain_id: Hex(self.chain_id.0),
            role: NodeRole::Bank,
            bank: Some(self.names.tag(self.facts.bank)),
            network_key: Hex(self.facts.network_key),
            listens_on: self.facts.listens_on.clone(),
            started_at: Time(self.facts.started_at),
            clock: Time(clock()),
        }
    }

    fn syncing(&self) -> SyncingView {
        let height = self.events.final_height();
        let highest_claimed = Height(self.shared.best_peer.load(Ordering::Acquire).max(height.0));
        let syncing = highest_claimed.0 > height.0 + 1;
        SyncingView { syncing, height, highest_claimed }
    }

    fn consensus(&self) -> ConsensusView {
        let insight = self.shared.insight();
        let status = insight.agreement.as_ref();
        let round = status.and_then(|status| status.round).unwrap_or(Round::ZERO);
        let gate = self.shared.gate();
        // Before round 0 begins the agreement names no proposer; the rule does.
        let elected = || election::miner(&gate.banks, insight.height, round);
        let proposer = status.and_then(|status| status.proposer).unwrap_or_else(elected);
        ConsensusView {
            height: insight.height,
            round,
            step: step_name(&insight, self.syncing().syncing),
            proposer: self.names.tag(proposer),
            quorum: status.map_or(0, |status| u16::try_from(status.quorum).unwrap_or(u16::MAX)),
            waiting: self.waiting(&insight),
            banks: self.bank_steps(&insight, &gate.banks),
        }
    }

    fn mempool(&self) -> MempoolView {
        let insight = self.shared.insight();
        MempoolView {
            transactions: insight.pool_transactions as u64,
            bytes: insight.pool_bytes as u64,
            transactions_max: self.facts.pool_transactions_max as u64,
            bytes_max: self.facts.pool_bytes_max as u64,
            banks: Vec::new(),
        }
    }

    fn peers(&self) -> Vec<PeerView> {
        let peers = self.facts.peers.read().unwrap_or_else(PoisonError::into_inner);
        peers.iter().map(|peer| self.peer_view(peer)).collect()
    }

    fn ready(&self) -> Result<(), NotReady> {
        let insight = self.shared.insight();
        if insight.stage == Stage::Forked {
            return Err(NotReady(FORKED.to_owned()));
        }
        let behind = self.syncing();
        if behind.highest_claimed.0 > behind.height.0 + LAG_HEIGHTS_MAX {
            return Err(NotReady(format!(
                "catching up: height {} of {}",
                behind.height, behind.highest_claimed
            )));
        }
        let connected = self.banks_up();
        let quorum = insight.agreement.as_ref().map_or(1, |status| status.quorum);
        if connected + 1 < quorum {
            return Err(NotReady(format!("{connected} peers are connected, {} are needed", quorum - 1)));
        }
        match insight.abstention {
            Abstention::HistoryLost => {
                Err(NotReady("waiting to hear where the other banks stand".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn metrics(&self) -> String {
        self.shared.metrics.render()
    }
}

impl Queries {
    /// Observers agree on nothing: they do not count.
    fn banks_up(&self) -> usize {
        let peers = self.facts.peers.read().unwrap_or_else(PoisonError::into_inner);
        peers.iter().filter(|peer| peer.up && peer.role == PeerRole::Bank).count()
    }

    fn waiting(&self, insight: &Insight) -> Option<WaitingView> {
        let (what, banks) = match (insight.stage, &insight.agreement) {
            (Stage::Quiet, _) => return None,
            (Stage::Mining, _) => ("the nonce search of this bank".to_owned(), Vec::new()),
            (Stage::Collecting, _) => ("verdicts".to_owned(), self.silent_about(insight)),
            (Stage::Proposal, Some(status)) => {
                ("a proposal".to_owned(), status.proposer.into_iter().collect())
            }
            (Stage::Prevotes, Some(status)) => ("prevotes".to_owned(), missing(status, |v| v.prevote)),
            (Stage::Precommits, Some(status)) => ("precommits".to_owned(), missing(status, |v| v.precommit)),
            (Stage::Storing, _) => ("the block store".to_owned(), Vec::new()),
            (Stage::Forked, _) => (FORKED.to_owned(), Vec::new()),
            (_, None) => return None,
        };
        let banks = banks.into_iter().map(|bank| self.names.tag(bank)).collect();
        Some(WaitingView { what, banks, since: Time(insight.since) })
    }

    fn silent_about(&self, insight: &Insight) -> Vec<BankId> {
        self.names.keys().copied().filter(|bank| !insight.spoken.contains(bank)).collect()
    }

    fn bank_steps(&self, insight: &Insight, banks: &ValidatorSet) -> Vec<BankStepView> {
        let votes = insight.agreement.as_ref().map(|status| status.votes.as_slice()).unwrap_or_default();
        let view = |votes: &idx_consensus::agreement::BankVotes| BankStepView {
            bank: self.names.tag(votes.bank),
            verdicts: insight.spoken.contains(&votes.bank),
            prevote: cast(votes.prevote),
            precommit: cast(votes.precommit),
            last_seen: self.last_seen(banks, votes.bank),
        };
        votes.iter().map(view).collect()
    }

    /// When a bank last told where it stands; this bank itself is always here.
    fn last_seen(&self, banks: &ValidatorSet, bank: BankId) -> Option<Time> {
        if bank == self.facts.bank {
            return Some(Time(clock()));
        }
        let (_, heard) = self.shared.peer_status(&banks.get(bank)?.network_key)?;
        Some(Time(heard))
    }

    fn peer_view(&self, peer: &PeerInfo) -> PeerView {
        let gate = self.shared.gate();
        let bank = gate.banks.by_network_key(&peer.key).map(|bank| self.names.tag(bank.id));
        let status = self.shared.peer_status(&peer.key);
        PeerView {
            network_key: Hex(peer.key),
            role: if peer.role == PeerRole::Bank { NodeRole::Bank } else { NodeRole::Observer },
            bank,
            connected: peer.connected,
            addresses: peer.address.iter().cloned().collect(),
            round_trip_ms: peer.rtt.map(|rtt| u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX)),
            height: status.map(|(status, _)| status.height),
            clock_skew_ms: status.map(|(status, heard)| skew(status.clock, heard)),
            last_seen: status.map(|(_, heard)| Time(heard)),
        }
    }
}

/// How far a peer's clock is ahead of ours, as far as one message can tell.
fn skew(theirs: TimestampMs, ours: TimestampMs) -> i64 {
    let ahead = i128::from(theirs.0) - i128::from(ours.0);
    i64::try_from(ahead).unwrap_or(i64::MAX)
}

fn missing(
    status: &AgreementStatus,
    vote: impl Fn(&idx_consensus::agreement::BankVotes) -> Cast,
) -> Vec<BankId> {
    status.votes.iter().filter(|votes| vote(votes) == Cast::Missing).map(|votes| votes.bank).collect()
}

const fn cast(cast: Cast) -> VoteCast {
    match cast {
        Cast::Missing => VoteCast::None,
        Cast::Nil => VoteCast::Nil,
        Cast::Value(value) => VoteCast::Value { private_hash: Hex(value) },
    }
}

const fn step_name(insight: &Insight, syncing: bool) -> StepName {
    match insight.stage {
        _ if syncing => StepName::Sync,
        Stage::Quiet | Stage::Forked => StepName::Idle,
        Stage::Mining => StepName::Mine,
        Stage::Collecting => StepName::Approve,
        Stage::Proposal => StepName::Propose,
        Stage::Prevotes => StepName::Prevote,
        Stage::Precommits => StepName::Precommit,
        Stage::Storing => StepName::Commit,
    }
}
