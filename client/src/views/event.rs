//! What a subscription delivers.
//!
//! Facts of final heights (`finalizedHeads`, `transactions`, `courtOrders`) have a [`Cursor`]; a client that was away
//! hands in the last one it saw and gets everything after it. What is only seen live (`newHeads`,
//! `votes`) has none; a customer's transfers have a sequence of their own. Every delivery is numbered from 0 without gaps, so that a loss on the way shows.

use super::block::{HeaderView, PrivateHeaderView};
use super::tx::ReceiptView;
use super::{BankTag, CourtOrderEventView, MissedView, TransferEventView, TxStatus};
use crate::encoding::Hex;
use idx_types::{BankId, Height, PrivateHash, PublicHash, Round, SessionId};
use serde::{Deserialize, Serialize};

/// A place in the order of all final facts: the height, and 0 for its block or `i + 1` for its
/// transaction of index `i`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The height.
    pub height: Height,
    /// The place within it.
    pub index: u32,
}

/// What a client can subscribe to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SubscribeTopic {
    /// Mined headers as they arrive, before they are approved. Live only.
    NewHeads,
    /// Final blocks.
    FinalizedHeads,
    /// Final transactions that pass the filter.
    Transactions,
    /// Votes and verdicts as they arrive. Live only.
    Votes,
    /// Steps of court orders, once they are final.
    CourtOrders,
    /// A customer's own transfers; needs the customer's token.
    Customer,
}

/// After what a client that was away goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Since {
    /// A final fact.
    Cursor(Cursor),
    /// A turn of the customer's transfers, by its sequence.
    Sequence(u64),
}

/// Which transactions a subscription delivers; every condition given must hold.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransactionFilter {
    /// Only those that involve this bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankId>,
    /// Only transfers from or to this session, and its opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Only those of this kind, by its stable name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only those with this outcome; `pending` are those that a silent bank put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TxStatus>,
}

/// One delivery of a subscription.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EventView {
    /// Number of this delivery in its subscription, from 0, without gaps.
    pub sequence: u64,
    /// Its place in the order of final facts; absent for what is only seen live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// What happened.
    pub event: EventBody,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// A block was mined.
    NewHead {
        /// Its header.
        header: Box<HeaderView>,
    },
    /// A height became final.
    FinalizedHead {
        /// The mined header.
        header: Box<HeaderView>,
        /// The header the banks agreed on.
        private_header: Box<PrivateHeaderView>,
    },
    /// A transaction became final, or was put back because a bank was silent.
    Transaction {
        /// What became of it.
        receipt: Box<ReceiptView>,
    },
    /// A bank voted.
    Vote {
        /// Its vote.
        vote: VoteView,
    },
    /// An order made a step.
    CourtOrder {
        /// Which.
        order: CourtOrderEventView,
    },
    /// One of the customer's transfers took a turn.
    Transfer {
        /// Which.
        transfer: TransferEventView,
    },
    /// Turns are not kept any more, or not by this stream.
    Missed {
        /// Which.
        missed: MissedView,
    },
    /// The last word of a subscription that was ended by the node.
    Ended {
        /// Why, and where to go on.
        notice: NoticeView,
    },
}

/// Why a node ended a subscription.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NoticeView {
    /// In words.
    pub why: String,
    /// Events that were missed, where they can be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<u64>,
    /// Subscribe again with this cursor as `since` and nothing is lost; absent for live topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Cursor>,
}

/// One message of a bank in the agreement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VoteView {
    /// Its verdicts on a mined block.
    Verdicts {
        /// The bank.
        bank: BankTag,
        /// Height of the block.
        height: Height,
        /// The mined block.
        block: Hex<PublicHash>,
        /// Transactions it approves.
        approved: u32,
        /// Transactions it rejects.
        rejected: u32,
    },
    /// A first vote.
    Prevote {
        /// The bank.
        bank: BankTag,
        /// The height.
        height: Height,
        /// The round.
        round: Round,
        /// The private block, absent for nil.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        private_hash: Option<Hex<PrivateHash>>,
    },
    /// A second vote.
    Precommit {
        /// The bank.
        bank: BankTag,
        /// The height.
        height: Height,
        /// The round.
        round: Round,
        /// The private block, absent for nil.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        private_hash: Option<Hex<PrivateHash>>,
    },
}
