//! How an observer is doing. Reads of memory only.

use super::queries::Queries;
use crate::engine::clock;
use idx_api::{Live, NotReady};
use idx_client::encoding::{Hex, Time};
use idx_client::views::{
    BankNames, ConsensusView, MempoolView, NodeInfoView, NodeRole, PeerView, StepName, SyncingView,
};
use idx_light::election;
use idx_p2p::PeerInfo;
use idx_types::{NetworkKey, Round, TimestampMs};
use std::sync::{Arc, PoisonError, RwLock};

/// An observer this many heights behind what a bank claims is not ready.
const LAG_HEIGHTS_MAX: u64 = 16;

/// What does not change while an observer runs, and what its peers look like.
pub struct Facts {
    /// Its libp2p identity.
    pub network_key: NetworkKey,
    /// Where it listens.
    pub listens_on: Vec<String>,
    /// When it was started.
    pub started_at: TimestampMs,
    /// Renewed every second by a task.
    pub peers: Arc<RwLock<Vec<PeerInfo>>>,
}

impl Live for Queries {
    fn node_info(&self) -> NodeInfoView {
        NodeInfoView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol_version: idx_types::params::PROTOCOL_VERSION,
            chain_id: Hex(self.kept.checkpoint().chain_id.0),
            role: NodeRole::Observer,
            bank: None,
            network_key: Hex(self.facts.network_key),
            listens_on: self.facts.listens_on.clone(),
            started_at: Time(self.facts.started_at),
            clock: Time(clock()),
        }
    }

    fn syncing(&self) -> SyncingView {
        let height = self.kept.events.final_height();
        let highest_claimed = self.kept.claimed().max(height);
        SyncingView { syncing: highest_claimed.0 > height.0 + 1, height, highest_claimed }
    }

    /// An observer takes no part and keeps no votes; who is elected it knows.
    fn consensus(&self) -> ConsensusView {
        let at = self.kept.checkpoint();
        let (height, round) = (at.height.next(), Round::ZERO);
        let quorum = at.banks.quorums(at.params.agreement_margin).quorum;
        ConsensusView {
            height,
            round,
            step: if self.syncing().syncing { StepName::Sync } else { StepName::Idle },
            proposer: self.kept.names().tag(election::miner(&at.banks, height, round)),
            quorum: u16::try_from(quorum).unwrap_or(u16::MAX),
            waiting: None,
            banks: Vec::new(),
        }
    }

    fn mempool(&self) -> MempoolView {
        MempoolView { transactions: 0, bytes: 0, transactions_max: 0, bytes_max: 0, banks: Vec::new() }
    }

    fn peers(&self) -> Vec<PeerView> {
        let banks = self.kept.checkpoint().banks;
        let view = |peer: &PeerInfo| PeerView {
            network_key: Hex(peer.key),
            role: NodeRole::Bank,
            bank: banks.by_network_key(&peer.key).map(|bank| self.kept.names().tag(bank.id)),
            connected: peer.connected,
            addresses: peer.address.iter().cloned().collect(),
            round_trip_ms: peer.rtt.map(|rtt| u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX)),
            height: None,
            clock_skew_ms: None,
            last_seen: None,
        };
        self.facts.peers.read().unwrap_or_else(PoisonError::into_inner).iter().map(view).collect()
    }

    fn ready(&self) -> Result<(), NotReady> {
        if self.kept.metrics.peers.get() == 0 {
            return Err(NotReady("no bank is connected".to_owned()));
        }
        let SyncingView { height, highest_claimed, .. } = self.syncing();
        match highest_claimed.0 > height.0 + LAG_HEIGHTS_MAX {
            true => Err(NotReady(format!("catching up: height {height} of {highest_claimed}"))),
            false => Ok(()),
        }
    }

    fn metrics(&self) -> String {
        self.kept.metrics.render()
    }
}
