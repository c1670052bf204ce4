//! Banks that lie. A liar's mind is an honest one; what it sends is altered on the way out, with its
//! own key. Every message goes to everybody, as gossip does, but to one half in another order.

mod blocks;
mod votes;

use crate::scheme::Scheme;
use crate::world::World;
use idx_types::wire::{CertifiedHeight, GOSSIP_BYTES_MAX, Gossip, Request, Response, Status, decode, encode};
use idx_types::{Height, Outcome, PrivateHash, Reason, SignedVote};
use serde::{Deserialize, Serialize};

pub(crate) use votes::second_vote;

/// How a bank lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lie {
    /// Two votes in every place, told to everybody.
    Votes,
    /// One vote to one half of the banks, another to the other half.
    TwoFaces,
    /// Two proposals in every round of its own.
    Proposals,
    /// Two mined headers in every round of its own.
    Headers,
    /// Two different verdicts on every block.
    Verdicts,
    /// It approves what it should reject and rejects what it should approve.
    WrongVerdicts,
    /// It votes for what it should not: for a value where its mind votes for none, and the reverse.
    WrongVotes,
    /// Its proposals do not follow from the block they settle.
    WrongProposals,
    /// Its blocks break a rule: work, time, parent, root, difficulty.
    WrongBlocks,
    /// Its blocks hold transactions that nobody signed.
    ForgedTransactions,
    /// Its blocks name transactions that it never shows.
    HiddenTransactions,
    /// Votes, headers and proposals by the dozen, in every round it may speak in and some more.
    Flood,
    /// Ten useless transactions with every vote.
    Spam,
    /// It sends again what it once heard from others.
    Replay,
    /// Bytes of its messages change on the way out.
    Garbled,
    /// Heights that it does not have, and altered ones to whoever asks.
    Sync,
    /// Certificates, and proofs of forks, that it signed for everybody.
    ForgedCertificates,
    /// It takes part and says nothing.
    Silent,
    /// Some of the banks hear nothing of it.
    Withhold,
    /// Everything it sends is seconds late.
    Drip,
    /// Two machines run with its key.
    Twin,
}

impl Lie {
    /// All that one machine can do by itself.
    pub const ALL: [Self; 20] = [
        Self::Votes,
        Self::TwoFaces,
        Self::Proposals,
        Self::Headers,
        Self::Verdicts,
        Self::WrongVerdicts,
        Self::WrongVotes,
        Self::WrongProposals,
        Self::WrongBlocks,
        Self::ForgedTransactions,
        Self::HiddenTransactions,
        Self::Flood,
        Self::Spam,
        Self::Replay,
        Self::Garbled,
        Self::Sync,
        Self::ForgedCertificates,
        Self::Silent,
        Self::Withhold,
        Self::Drip,
    ];
}

/// Messages that a flooding liar makes of one.
const FLOOD: u32 = 20;

/// The contradiction comes so much later, milliseconds.
const LATER_MS: u64 = 1;

/// A dripping liar's messages are so late, milliseconds.
const DRIP_MS: u64 = 3_000;

/// Messages that a replaying liar remembers.
const OVERHEARD_MAX: usize = 400;

/// One message in so many is remembered.
const OVERHEARD_EVERY: usize = 7;

impl World {
    /// What a node sends to another instead of a message, with extra delays in milliseconds.
    pub(crate) fn versions(&mut self, from: usize, to: usize, message: &Gossip) -> Vec<(u64, Gossip)> {
        let truth = || (0, message.clone());
        let Some(lie) = self.nodes[from].lie else { return vec![truth()] };
        match lie {
            Lie::Twin | Lie::WrongBlocks | Lie::ForgedTransactions | Lie::HiddenTransactions => vec![truth()],
            Lie::Silent => Vec::new(),
            Lie::Withhold if (from + to).is_multiple_of(3) => Vec::new(),
            Lie::Drip => vec![(DRIP_MS + 100 * to as u64, message.clone())],
            Lie::Garbled => self.garbled(message).into_iter().map(|message| (0, message)).collect(),
            Lie::Replay => {
                let again = self.overheard.get((self.steps as usize * 31 + to) % OVERHEARD_MAX).cloned();
                [message.clone()].into_iter().chain(again).map(|message| (0, message)).collect()
            }
            _ if lie.replaces() => {
                self.lies(from, to, lie, message).into_iter().map(|lie| (0, lie)).collect()
            }
            _ => in_two_orders(to, message, self.lies(from, to, lie, message)),
        }
    }

    fn lies(&self, from: usize, to: usize, lie: Lie, message: &Gossip) -> Vec<Gossip> {
        match message {
            Gossip::Vote(vote) if vote.message.bank == self.bank(from) => self.vote_lies(from, to, lie, vote),
            Gossip::Proposal(message) => self.proposal_lies(from, lie, message),
            Gossip::Mined(block) => self.block_lies(from, lie, block),
            Gossip::Verdicts(verdicts) => self.verdict_lies(from, lie, verdicts),
            other => {
                if lie.replaces() {
                    vec![other.clone()]
                } else {
                    Vec::new()
                }
            }
        }
    }

    /// What a node asks instead.
    pub(crate) fn request_of(&self, from: usize, request: Request) -> Request {
        match (self.nodes[from].lie, request) {
            (Some(Lie::Sync), Request::Status(status)) => Request::Status(boast(status)),
            (_, request) => request,
        }
    }

    /// What a node answers instead.
    pub(crate) fn response_of(&self, from: usize, response: Response) -> Response {
        match (self.nodes[from].lie, response) {
            (Some(Lie::Sync), Response::Heights(heights)) => {
                Response::Heights(heights.into_iter().map(altered).collect())
            }
            (Some(Lie::ForgedCertificates), Response::Heights(heights)) => Response::Heights(
                heights.into_iter().map(|height| self.forged_height(from, height)).collect(),
            ),
            (Some(Lie::Sync | Lie::ForgedCertificates), Response::Status(status)) => {
                Response::Status(boast(status))
            }
            (_, response) => response,
        }
    }

    /// What a liar answers without asking its mind.
    pub(crate) fn forged_answer(&self, node: usize, request: &Request) -> Option<Response> {
        match (self.nodes[node].lie?, request) {
            (Lie::HiddenTransactions, Request::Transactions { block, .. }) => {
                Some(Response::Transactions { block: *block, transactions: Vec::new() })
            }
            _ => None,
        }
    }

    /// Honest messages that somebody could send again.
    pub(crate) fn overhear(&mut self, message: &Gossip) {
        let listens = self.nodes.iter().any(|node| node.lie == Some(Lie::Replay));
        if listens && (self.steps as usize).is_multiple_of(OVERHEARD_EVERY) {
            if self.overheard.len() < OVERHEARD_MAX {
                self.overheard.push(message.clone());
            } else {
                let place = self.steps as usize / OVERHEARD_EVERY % OVERHEARD_MAX;
                self.overheard[place] = message.clone();
            }
        }
    }

    /// The message with a byte changed, if it still decodes; now and then far too long.
    fn garbled(&mut self, message: &Gossip) -> Option<Gossip> {
        use rand::RngExt;
        let mut bytes = encode(message);
        let place = self.rng.random_range(0..bytes.len());
        bytes[place] ^= self.rng.random_range(1..=255);
        if self.rng.random_range(0..50) == 0 {
            bytes.resize(GOSSIP_BYTES_MAX + 1, 0);
        }
        decode(&bytes, GOSSIP_BYTES_MAX).ok()
    }
}

impl Lie {
    /// The lie takes the truth's place; other liars tell both.
    const fn replaces(self) -> bool {
        matches!(self, Self::TwoFaces | Self::WrongVerdicts | Self::WrongVotes | Self::WrongProposals)
    }
}

/// Truth and lies to everybody; to one half the truth first, to the other the lies.
fn in_two_orders(to: usize, truth: &Gossip, lies: Vec<Gossip>) -> Vec<(u64, Gossip)> {
    let truth_first = to.is_multiple_of(2) || lies.is_empty();
    let (truth_ms, lies_ms) = if truth_first { (0, LATER_MS) } else { (LATER_MS, 0) };
    let lies = lies.into_iter().map(|lie| (lies_ms, lie));
    lies.chain([(truth_ms, truth.clone())]).collect()
}

/// A claim to stand much higher.
fn boast(status: Status) -> Status {
    Status { height: Height(status.height.0 + 1_000), ..status }
}

/// A certified height with one part exchanged; which, depends on the height.
fn altered(mut height: CertifiedHeight) -> CertifiedHeight {
    match height.height().0 % 6 {
        0 => height.private.body.push(7),
        1 => height.private.outcomes.push(Outcome::Failed(Reason::Overflow)),
        2 => height.commit.signatures.truncate(3),
        3 => height.public.transactions.truncate(0),
        4 => height.private.header.mining_ms += 1,
        _ => height.private.certificate.verdicts.truncate(1),
    }
    height
}

/// Which of two lies a bank hears.
const fn hears_the_lie(to: usize) -> bool {
    to % 2 == 1
}

/// A value that nobody proposed.
fn nonsense(scheme: Scheme, vote: &SignedVote) -> PrivateHash {
    let mut bytes = [9; 32];
    bytes[0] = vote.message.round.0 as u8;
    bytes[1] = u8::from(scheme == Scheme::Real);
    PrivateHash(bytes)
}
