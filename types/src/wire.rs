//! What banks send each other. The network carries these as opaque bytes; every type has a bound.

pub use crate::observed::{NextRules, ObservedHeight};

use crate::balances::{BalanceQuestion, PaddedAnswer};
use crate::block::{Candidate, PrivateBlock, PublicBlock};
use crate::fork::ForkProof;
use crate::ids::{Height, PrivateHash, PublicHash, TimestampMs, TxHash};
use crate::notice::Notice;
use crate::tx::Transaction;
use crate::verdict::SignedVerdicts;
use crate::vote::{CommitCertificate, SignedHeader, SignedProposal, SignedVote, VoteBundle};
use borsh::{BorshDeserialize, BorshSerialize};

/// Version byte that leads every message; a node drops what it does not know.
pub const WIRE_VERSION: u8 = 1;

/// Most bytes of one gossiped message.
pub const GOSSIP_BYTES_MAX: usize = 2 << 20;

/// Most bytes of one request.
pub const REQUEST_BYTES_MAX: usize = 1 << 20;

/// Most bytes of one response.
pub const RESPONSE_BYTES_MAX: usize = 16 << 20;

/// Most transactions gossiped together.
pub const TX_BATCH_MAX: usize = 512;

/// Most certified heights in one response.
pub const SYNC_BATCH_MAX: u32 = 256;

/// What is gossiped to all.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Gossip {
    /// Transactions for the pool.
    Transactions(Vec<Transaction>),
    /// A mined block: header and the hashes of its transactions.
    Mined(Box<Announcement>),
    /// A bank's verdicts on a mined block.
    Verdicts(Box<SignedVerdicts>),
    /// A candidate with its proposal.
    Proposal(Box<ProposalMessage>),
    /// A vote.
    Vote(SignedVote),
    /// Votes that justify a round, sent again while a height is stuck.
    Bundle(VoteBundle),
    /// The proof that the chain has forked: who can check it stops.
    Fork(Box<ForkProof>),
}

/// What the banks' desks gossip among themselves about open intents, on a topic of their own that is
/// served to nobody else: an intent shows the receiver's tag.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum DeskGossip {
    /// A customer's intent, for the receiver's banks to recognise.
    Intent(Box<Transaction>),
    /// The end of one.
    Notice(Box<Notice>),
}

/// Most bytes of one message between desks.
pub const DESK_BYTES_MAX: usize = 16 << 10;

/// A mined block without its transactions (compact relay).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Announcement {
    /// The mined header, signed by the miner.
    pub header: SignedHeader,
    /// What it orders.
    pub transactions: Vec<TxHash>,
}

/// A proposal together with the candidate that it names.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ProposalMessage {
    /// Signed by the elected bank.
    pub proposal: SignedProposal,
    /// Its hash is the proposal's value.
    pub candidate: Candidate,
    /// The mined header, for a bank that missed the announcement.
    pub announcement: Announcement,
}

/// Where a node stands. Exchanged with each peer directly, so that nobody can speak for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Status {
    /// The last final height.
    pub height: Height,
    /// The private block of that height: two banks that differ here have forked.
    pub private_hash: PrivateHash,
    /// The sender's clock.
    pub clock: TimestampMs,
}

/// What one node asks another.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Request {
    /// Transactions of a mined block that the asker lacks.
    Transactions {
        /// The block.
        block: PublicHash,
        /// The missing ones.
        hashes: Vec<TxHash>,
    },
    /// Final heights with their certificates, from `from` upwards; answered to banks alone.
    Heights {
        /// The first one.
        from: Height,
        /// How many at most; never answered with more than [`SYNC_BATCH_MAX`].
        count: u32,
    },
    /// Where the asker stands; asks the same of the other.
    Status(Status),
    /// Final heights in public form, for whoever is no bank.
    Observed {
        /// The first one.
        from: Height,
        /// How many at most; never answered with more than [`SYNC_BATCH_MAX`].
        count: u32,
    },
    /// What a customer of both banks has at the asked one, if he allows it to be told; answered to banks alone.
    Balances(BalanceQuestion),
}

/// The answer to a [`Request`].
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub enum Response {
    /// Those that the node has, in any order.
    Transactions {
        /// The block asked about.
        block: PublicHash,
        /// What the node has of it.
        transactions: Vec<Transaction>,
    },
    /// Consecutive heights; empty if the node has none of them.
    Heights(Vec<CertifiedHeight>),
    /// Where the answering node stands.
    Status(Status),
    /// Consecutive heights; empty if the node has none of them.
    Observed(Vec<ObservedHeight>),
    /// What is told of a customer, or that there is nothing to tell.
    Balances(Box<PaddedAnswer>),
}

/// A final height with everything that proves it.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct CertifiedHeight {
    /// The mined block.
    pub public: PublicBlock,
    /// What became of it.
    pub private: PrivateBlock,
    /// At least four precommits.
    pub commit: CommitCertificate,
}

impl CertifiedHeight {
    /// Its number.
    pub const fn height(&self) -> Height {
        self.public.header.height
    }
}

/// Why bytes from a peer are refused.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// More bytes than the kind may have.
    #[error("{len} bytes, at most {max} are allowed")]
    TooLong {
        /// Bytes received.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// No or an unknown version byte.
    #[error("version {0:?} is not known here (this node speaks {WIRE_VERSION})")]
    Version(Option<u8>),
    /// Not the canonical encoding of anything.
    #[error("not a canonical encoding: {0}")]
    Encoding(#[from] std::io::Error),
}

/// Encodes a message with its version byte.
pub fn encode<T: BorshSerialize>(message: &T) -> Vec<u8> {
    let mut bytes = vec![WIRE_VERSION];
    message.serialize(&mut bytes).expect("writing borsh to memory cannot fail");
    bytes
}

/// Decodes a message: bounded, versioned, no trailing bytes.
///
/// # Errors
/// [`DecodeError`] names what is wrong.
pub fn decode<T: BorshDeserialize>(bytes: &[u8], max: usize) -> Result<T, DecodeError> {
    if bytes.len() > max {
        return Err(DecodeError::TooLong { len: bytes.len(), max });
    }
    match bytes.split_first() {
        Some((&WIRE_VERSION, rest)) => Ok(borsh::from_slice(rest)?),
        other => Err(DecodeError::Version(other.map(|(version, _)| *version))),
    }
}
