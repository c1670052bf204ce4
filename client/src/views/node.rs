//! How one node is doing: its place in the network, its agreement, its pool, its peers.

use super::BankTag;
use crate::encoding::{Hex, Time};
use idx_crypto::Hash32;
use idx_types::{Height, NetworkKey, PrivateHash, Round};
use serde::{Deserialize, Serialize};

/// What a node is in the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// A bank's node: it votes.
    Bank,
    /// It follows and verifies.
    Observer,
}

/// Who this node is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NodeInfoView {
    /// The software's version.
    pub version: String,
    /// Version of the rules that the software knows.
    pub protocol_version: u16,
    /// The network.
    pub chain_id: Hex<Hash32>,
    /// What it is.
    pub role: NodeRole,
    /// The bank whose node it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankTag>,
    /// Its libp2p identity.
    pub network_key: Hex<NetworkKey>,
    /// Where it listens for peers.
    pub listens_on: Vec<String>,
    /// When it started, by its own clock.
    pub started_at: Time,
    /// Its clock now.
    pub clock: Time,
}

/// Whether the node is catching up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SyncingView {
    /// Whether a peer is known to be ahead.
    pub syncing: bool,
    /// The newest final height here.
    pub height: Height,
    /// The newest height any peer claims; a claim, not a proof.
    pub highest_claimed: Height,
}

/// The step of agreement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// Nothing to agree on yet.
    Idle,
    /// The elected bank searches for a nonce.
    Mine,
    /// Banks check the mined block and give their verdicts.
    Approve,
    /// Waiting for the elected bank's proposal.
    Propose,
    /// Waiting for prevotes.
    Prevote,
    /// Waiting for precommits.
    Precommit,
    /// Writing the final height.
    Commit,
    /// Fetching heights that others have made final.
    Sync,
}

/// A vote as far as the node has seen it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "vote", rename_all = "snake_case")]
pub enum VoteCast {
    /// Not seen.
    None,
    /// For no value.
    Nil,
    /// For a value.
    Value {
        /// The private block.
        private_hash: Hex<PrivateHash>,
    },
}

/// What one bank has said in the current round.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BankStepView {
    /// The bank.
    pub bank: BankTag,
    /// Whether its verdicts on the mined block are here.
    pub verdicts: bool,
    /// Its first vote.
    pub prevote: VoteCast,
    /// Its second vote.
    pub precommit: VoteCast,
    /// When anything of it was last received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
}

/// The agreement at a glance: the answer to "why is it stuck".
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsensusView {
    /// The height being agreed on.
    pub height: Height,
    /// The round.
    pub round: Round,
    /// The step.
    pub step: StepName,
    /// The bank elected for this round.
    pub proposer: BankTag,
    /// Votes that decide.
    pub quorum: u16,
    /// What the node waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingView>,
    /// Every bank of the height, by number.
    pub banks: Vec<BankStepView>,
}

/// What a node waits for, and since when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WaitingView {
    /// In words.
    pub what: String,
    /// The banks that could end the wait.
    pub banks: Vec<BankTag>,
    /// Since when, by this node's clock.
    pub since: Time,
}

/// The transactions that wait to be ordered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MempoolView {
    /// How many.
    pub transactions: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Most transactions it holds.
    pub transactions_max: u64,
    /// Most bytes it holds.
    pub bytes_max: u64,
    /// How many touch each bank, by number.
    pub banks: Vec<BankWaitingView>,
}

/// How many waiting transactions touch a bank.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BankWaitingView {
    /// The bank.
    pub bank: BankTag,
    /// How many.
    pub transactions: u64,
}

/// Another node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PeerView {
    /// Its libp2p identity.
    pub network_key: Hex<NetworkKey>,
    /// What it is.
    pub role: NodeRole,
    /// The bank whose node it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankTag>,
    /// Whether a connection is open.
    pub connected: bool,
    /// Where it was reached or is looked for.
    pub addresses: Vec<String>,
    /// Its last ping, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_ms: Option<u32>,
    /// The last final height it claims.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<Height>,
    /// Its clock minus ours when it last told it, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew_ms: Option<i64>,
    /// When anything of it was last received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
}
