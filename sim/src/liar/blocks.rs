//! Lies about mined blocks, their transactions, and proposals.

use super::{FLOOD, Lie};
use crate::checks::Violation;
use crate::world::World;
use idx_consensus::election;
use idx_consensus::mining::{self, Stop};
use idx_crypto::{Hash32, Signature, Signer};
use idx_replica::Input;
use idx_types::testing;
use idx_types::tx::TX_VERSION;
use idx_types::wire::{Announcement, Gossip, ProposalMessage};
use idx_types::{
    Candidate, Paise, PreparedTx, Proposal, PublicHash, PublicHeader, Round, Signed, TimestampMs,
    Transaction, TxBody, TxHash, TxKind,
};
use std::num::NonZeroUsize;

impl World {
    pub(super) fn proposal_lies(&self, from: usize, lie: Lie, message: &ProposalMessage) -> Vec<Gossip> {
        let signer = &*self.nodes[from].identity.signer;
        match lie {
            Lie::Proposals => vec![other_proposal(message, 1, signer)],
            Lie::Flood => (1..FLOOD).map(|n| other_proposal(message, n, signer)).collect(),
            Lie::WrongProposals => vec![wrong_proposal(message, signer)],
            _ if lie.replaces() => vec![Gossip::Proposal(Box::new(message.clone()))],
            _ => Vec::new(),
        }
    }

    pub(super) fn block_lies(&self, from: usize, lie: Lie, block: &Announcement) -> Vec<Gossip> {
        let signer = &*self.nodes[from].identity.signer;
        let round = block.header.message.round;
        match lie {
            Lie::Headers => vec![other_block(block, round, 1, signer)],
            Lie::Flood => self.many_blocks(from, block, signer),
            _ if lie.replaces() => vec![Gossip::Mined(Box::new(block.clone()))],
            _ => Vec::new(),
        }
    }

    /// What a node's own search finds; a liar believes in its wrong block itself.
    pub(crate) fn mined_by(&self, node: usize, header: PublicHeader) -> PublicHeader {
        if self.nodes[node].lie == Some(Lie::WrongBlocks) { wrong_header(header) } else { header }
    }

    /// Liars believe in transactions that nobody signed, and put them into their blocks.
    pub(crate) fn forge(&mut self) -> Result<(), Violation> {
        for node in 0..self.nodes.len() {
            if matches!(self.nodes[node].lie, Some(Lie::ForgedTransactions | Lie::HiddenTransactions)) {
                let forged = PreparedTx::vouch(self.forged_transaction(node, self.steps));
                self.feed(node, Input::Transactions(vec![forged]))?;
            }
        }
        Ok(())
    }

    fn many_blocks(&self, from: usize, block: &Announcement, signer: &dyn Signer) -> Vec<Gossip> {
        let header = &block.header.message;
        let Some(state) = self.nodes[from].state() else { return Vec::new() };
        let mine = |round: &Round| election::miner(state.validators(), header.height, *round) == header.miner;
        let rounds = (0..10 * FLOOD).map(Round).filter(mine).take(FLOOD as usize);
        rounds.flat_map(|round| (1..4).map(move |n| other_block(block, round, n, signer))).collect()
    }

    /// A deposit into another bank's account, with a signature that is none; `n` tells several apart.
    pub(super) fn forged_transaction(&self, node: usize, n: u64) -> Transaction {
        let (bank, handle) = self.clients.account_at((node + 1) % 6);
        let now = TimestampMs(self.now_ms);
        let body = TxBody {
            version: TX_VERSION,
            chain_id: self.clients.chain_id(),
            created_at: now,
            valid_until: now.plus(60 * 60 * 1_000),
            nonce: 1_000_000 + n,
            kind: TxKind::Deposit(testing::cash(bank, handle, Paise(1_000_000))),
        };
        let mut tx = body.sign(&[&*self.nodes[node].identity.signer]);
        for signed in &mut tx.signatures {
            signed.key = self.nodes[(node + 1) % 6].identity.signer.public_key();
            signed.signature = Signature([3; 64]);
        }
        tx
    }
}

fn other_proposal(message: &ProposalMessage, n: u32, signer: &dyn Signer) -> Gossip {
    let mut other = message.clone();
    other.candidate.header.mining_ms = other.candidate.header.mining_ms.wrapping_add(n);
    sign_proposal(other, signer)
}

/// A candidate that does not follow from its block; in what, depends on the height.
fn wrong_proposal(message: &ProposalMessage, signer: &dyn Signer) -> Gossip {
    let mut wrong = message.clone();
    let Candidate { header, certificate, .. } = &mut wrong.candidate;
    match header.height.0 % 5 {
        0 => header.state_root = Hash32([1; 32]),
        1 => header.outcomes_hash = Hash32([2; 32]),
        2 => {
            certificate.verdicts.pop();
            header.certificate_hash = certificate.hash();
        }
        3 => header.body_hash = Hash32([4; 32]),
        _ => header.public_hash = PublicHash([5; 32]),
    }
    sign_proposal(wrong, signer)
}

fn sign_proposal(mut message: ProposalMessage, signer: &dyn Signer) -> Gossip {
    let proposal = Proposal { value: message.candidate.id(), ..message.proposal.message };
    message.proposal = Signed::new(proposal, signer);
    Gossip::Proposal(Box::new(message))
}

fn other_block(block: &Announcement, round: Round, n: u64, signer: &dyn Signer) -> Gossip {
    let header = &block.header.message;
    let header = PublicHeader { round, timestamp: header.timestamp.plus(n), ..header.clone() };
    sealed(header, block.transactions.clone(), signer)
}

/// A header that breaks a rule; which, depends on the height.
fn wrong_header(mut header: PublicHeader) -> PublicHeader {
    match header.height.0 % 6 {
        0 => header.timestamp = header.timestamp.plus(3_600_000),
        1 => header.parent_public = PublicHash([1; 32]),
        2 => header.difficulty = 0,
        3 => header.tx_root = Hash32([2; 32]),
        4 => header.timestamp = TimestampMs(0),
        _ => {
            let fails = |nonce: &u64| !mining::work_holds(&PublicHeader { nonce: *nonce, ..header.clone() });
            header.nonce = (0..).find(fails).unwrap_or(0);
            return header;
        }
    }
    with_work(header)
}

fn with_work(header: PublicHeader) -> PublicHeader {
    let found = mining::search(&header, NonZeroUsize::MIN, &Stop::default());
    PublicHeader { nonce: found.map_or(0, |found| found.nonce), ..header }
}

fn sealed(header: PublicHeader, transactions: Vec<TxHash>, signer: &dyn Signer) -> Gossip {
    let header = Signed::new(with_work(header), signer);
    Gossip::Mined(Box::new(Announcement { header, transactions }))
}
