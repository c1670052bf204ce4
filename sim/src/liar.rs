//! Banks that lie. A liar's mind is an honest one; what it sends is altered on the way out, with its
//! own key. Every message goes to everybody, as gossip does, but to one half in another order.

use crate::scheme::Scheme;
use crate::world::World;
use idx_consensus::election;
use idx_consensus::mining::{self, Stop};
use idx_crypto::Signer;
use idx_types::wire::{Announcement, CertifiedHeight, Gossip, ProposalMessage, Response, Status};
use idx_types::{
    Height, Outcome, PrivateHash, PublicHeader, Reason, Round, Signed, SignedVerdicts, SignedVote, Verdict,
    Vote,
};
use std::num::NonZeroUsize;

/// How a bank lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Two votes in every place.
    Votes,
    /// Two proposals in every round of its own.
    Proposals,
    /// Two mined headers in every round of its own.
    Headers,
    /// Two different verdicts on every block.
    Verdicts,
    /// Votes, headers and proposals by the dozen, in every round it may speak in and some more.
    Flood,
    /// Heights that it does not have, and altered ones to whoever asks.
    Sync,
}

impl Lie {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Votes, Self::Proposals, Self::Headers, Self::Verdicts, Self::Flood, Self::Sync];
}

/// Messages that a flooding liar makes of one.
const FLOOD: u32 = 20;

/// The contradiction comes so much later, milliseconds.
const LATER_MS: u64 = 1;

impl World {
    /// What a node sends to another instead of a message, with extra delays in milliseconds.
    pub(crate) fn versions(&self, from: usize, to: usize, message: &Gossip) -> Vec<(u64, Gossip)> {
        let lies = self.nodes[from].lie.map_or_else(Vec::new, |lie| self.lies(from, lie, message));
        let truth = (0, message.clone());
        if to.is_multiple_of(2) || lies.is_empty() {
            return std::iter::once(truth).chain(lies.into_iter().map(|lie| (LATER_MS, lie))).collect();
        }
        let late = (LATER_MS, message.clone());
        lies.into_iter().map(|lie| (0, lie)).chain([late]).collect()
    }

    fn lies(&self, from: usize, lie: Lie, message: &Gossip) -> Vec<Gossip> {
        let signer = &*self.nodes[from].identity.signer;
        let bank = self.bank(from);
        match (lie, message) {
            (Lie::Votes, Gossip::Vote(vote)) if vote.message.bank == bank => vec![other_vote(vote, signer)],
            (Lie::Flood, Gossip::Vote(vote)) if vote.message.bank == bank => many_votes(vote, signer),
            (Lie::Proposals, Gossip::Proposal(message)) => vec![other_proposal(message, 1, signer)],
            (Lie::Flood, Gossip::Proposal(message)) => {
                (1..FLOOD).map(|n| other_proposal(message, n, signer)).collect()
            }
            (Lie::Headers, Gossip::Mined(block)) => {
                vec![other_block(block, block.header.message.round, 1, signer)]
            }
            (Lie::Flood, Gossip::Mined(block)) => self.many_blocks(from, block, signer),
            (Lie::Verdicts, Gossip::Verdicts(verdicts)) => vec![other_verdicts(verdicts, signer)],
            _ => Vec::new(),
        }
    }

    fn many_blocks(&self, from: usize, block: &Announcement, signer: &dyn Signer) -> Vec<Gossip> {
        let header = &block.header.message;
        let Some(state) = self.nodes[from].state() else { return Vec::new() };
        let mine = |round: &Round| election::miner(state.validators(), header.height, *round) == header.miner;
        let rounds = (0..10 * FLOOD).map(Round).filter(mine).take(FLOOD as usize);
        rounds.flat_map(|round| (1..4).map(move |n| other_block(block, round, n, signer))).collect()
    }

    /// What a node answers instead.
    pub(crate) fn response_of(&self, from: usize, response: Response) -> Response {
        match (self.nodes[from].lie, response) {
            (Some(Lie::Sync), Response::Heights(heights)) => {
                Response::Heights(heights.into_iter().map(altered).collect())
            }
            (Some(Lie::Sync), Response::Status(status)) => Response::Status(boast(status)),
            (_, response) => response,
        }
    }
}

/// A claim to stand much higher.
pub(crate) fn boast(status: Status) -> Status {
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

fn other_vote(vote: &SignedVote, signer: &dyn Signer) -> Gossip {
    let value = if vote.message.value.is_some() { None } else { Some(PrivateHash([9; 32])) };
    Gossip::Vote(Signed::new(Vote { value, ..vote.message }, signer))
}

fn many_votes(vote: &SignedVote, signer: &dyn Signer) -> Vec<Gossip> {
    let wild = |n: u32| {
        let round = Round(vote.message.round.0.wrapping_add(n % 7).wrapping_mul(1 + n % 3 * 1_000_003));
        let value = Some(PrivateHash([n as u8; 32]));
        Gossip::Vote(Signed::new(Vote { round, value, ..vote.message }, signer))
    };
    (1..FLOOD).map(wild).collect()
}

fn other_proposal(message: &ProposalMessage, n: u32, signer: &dyn Signer) -> Gossip {
    let mut other = message.clone();
    other.candidate.header.mining_ms = other.candidate.header.mining_ms.wrapping_add(n);
    let proposal = idx_types::Proposal { value: other.candidate.id(), ..message.proposal.message };
    other.proposal = Signed::new(proposal, signer);
    Gossip::Proposal(Box::new(other))
}

fn other_block(block: &Announcement, round: Round, n: u64, signer: &dyn Signer) -> Gossip {
    let header = &block.header.message;
    let header = PublicHeader { round, timestamp: header.timestamp.plus(n), ..header.clone() };
    let found = mining::search(&header, NonZeroUsize::MIN, &Stop::default());
    let header = PublicHeader { nonce: found.map_or(0, |found| found.nonce), ..header };
    let header = Signed::new(header, signer);
    Gossip::Mined(Box::new(Announcement { header, transactions: block.transactions.clone() }))
}

fn other_verdicts(verdicts: &SignedVerdicts, signer: &dyn Signer) -> Gossip {
    let mut other = verdicts.message.clone();
    for verdict in &mut other.verdicts {
        *verdict = match verdict {
            Verdict::Approve => Verdict::Reject(Reason::RejectedByPolicy),
            Verdict::Reject(_) => Verdict::Approve,
        };
    }
    Gossip::Verdicts(Box::new(Signed::new(other, signer)))
}

/// A vote of a bank for nil, or for something; what a shell that signs twice sends.
pub(crate) fn second_vote(vote: &SignedVote, scheme: Scheme, number: u64) -> Gossip {
    other_vote(vote, &*scheme.signer(number))
}
