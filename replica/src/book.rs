//! What this bank knows of the height being agreed on: mined blocks, verdicts, candidates. Thrown
//! away whole when the height is final.

use idx_chain::Execution;
use idx_consensus::approval::Collector;
use idx_types::wire::{Announcement, ProposalMessage};
use idx_types::{
    BankId, Candidate, Height, NetworkKey, Offence, PreparedTx, PrivateHash, PublicHash, Round,
    SignedVerdicts, SignedVote, TimestampMs, TxHash, Verified, Vote, VoteKind,
};
use std::collections::{BTreeMap, BTreeSet};

use crate::input::CheckedProposal;
use crate::room::ProposalKey;

/// A mined block and what was worked out about it.
pub(crate) struct BlockEntry {
    pub announcement: Announcement,
    /// One for each transaction; empty ones are still to be fetched.
    slots: Vec<Option<PreparedTx>>,
    missing: usize,
    /// Whether its timestamp was near this bank's clock when it came.
    pub timely: bool,
    /// Executed with every transaction passed; taken by the first candidate that passes them all.
    pub trial: Option<Execution>,
    /// Collects the banks' verdicts, once the block is complete.
    pub collector: Option<Collector>,
    /// This bank's word, once it is durable.
    pub own_verdicts: Option<SignedVerdicts>,
}

impl BlockEntry {
    pub(crate) fn new(announcement: Announcement, timely: bool) -> Self {
        let count = announcement.transactions.len();
        Self {
            announcement,
            slots: vec![None; count],
            missing: count,
            timely,
            trial: None,
            collector: None,
            own_verdicts: None,
        }
    }

    /// Puts a transaction where its hash belongs.
    pub(crate) fn fill(&mut self, find: &dyn Fn(&TxHash) -> Option<PreparedTx>) {
        for (slot, hash) in self.slots.iter_mut().zip(&self.announcement.transactions) {
            if slot.is_none()
                && let Some(tx) = find(hash)
            {
                *slot = Some(tx);
                self.missing -= 1;
            }
        }
    }

    /// The round it was mined in.
    pub(crate) const fn round(&self) -> Round {
        self.announcement.header.message.round
    }

    pub(crate) const fn is_complete(&self) -> bool {
        self.missing == 0
    }

    /// Hashes of the transactions still to be fetched.
    pub(crate) fn missing(&self) -> Vec<TxHash> {
        let pairs = self.slots.iter().zip(&self.announcement.transactions);
        pairs.filter(|(slot, _)| slot.is_none()).map(|(_, hash)| *hash).collect()
    }

    /// The transactions in block order; only those that are here.
    pub(crate) fn transactions(&self) -> Vec<PreparedTx> {
        self.slots.iter().flatten().cloned().collect()
    }

    /// The transaction with this hash, if it is here.
    pub(crate) fn transaction(&self, hash: &TxHash) -> Option<&PreparedTx> {
        self.slots.iter().flatten().find(|tx| tx.hash == *hash)
    }
}

/// A candidate and the execution that it rests on.
pub(crate) struct CandidateEntry {
    pub candidate: Candidate,
    pub block: PublicHash,
    /// Worked out when the candidate was checked; `None` if the candidate is refused.
    pub execution: Result<Execution, String>,
}

/// The notes of one height.
pub(crate) struct Book {
    pub height: Height,
    /// The round the agreement is in, once it began.
    pub round: Option<Round>,
    pub blocks: BTreeMap<PublicHash, BlockEntry>,
    pub candidates: BTreeMap<PrivateHash, CandidateEntry>,
    pub early_verdicts: Vec<Verified<SignedVerdicts>>,
    pub waiting: Vec<CheckedProposal>,
    /// The agreement waits for our candidate of this round.
    pub wanted: Option<Wanted>,
    /// What the search works on.
    pub mining: Option<MiningJob>,
    /// Milliseconds that our search took, by block.
    pub mining_ms: BTreeMap<PublicHash, u32>,
    /// The block we mined in a round.
    pub mined: BTreeMap<Round, PublicHash>,
    /// Our last proposal, sent again while the height is stuck.
    pub own_proposal: Option<ProposalMessage>,
    /// Our last votes, sent again with it.
    pub own_votes: BTreeMap<VoteKind, SignedVote>,
    /// Votes in the journal; each is logged once however often it comes.
    pub votes: BTreeSet<Vote>,
    /// Votes taken from each bank since this round began.
    pub fresh_votes: BTreeMap<BankId, usize>,
    /// Proposals that went to the agreement, and whether as valid.
    pub proposals: BTreeMap<ProposalKey, bool>,
    /// Blocks that this bank gave its verdicts on; never forgotten, so that it speaks once on each.
    pub spoken: BTreeSet<PublicHash>,
    /// Banks whose verdicts of this height have come.
    pub heard: BTreeSet<BankId>,
    /// Offences reported at this height.
    pub reported: BTreeSet<Offence>,
    /// How often this bank repeated itself in this round.
    pub repeats: u32,
    /// When round 0 began.
    pub began_at: Option<TimestampMs>,
    /// A peer that sent a message of a later height: it can show us this one.
    pub ahead: Option<NetworkKey>,
}

/// The agreement waits for our candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub round: Round,
    /// Since when.
    pub since: TimestampMs,
}

/// What the search works on.
pub(crate) struct MiningJob {
    pub round: Round,
    pub transactions: Vec<PreparedTx>,
}

impl Book {
    pub(crate) const fn new(height: Height) -> Self {
        Self {
            height,
            round: None,
            blocks: BTreeMap::new(),
            candidates: BTreeMap::new(),
            early_verdicts: Vec::new(),
            waiting: Vec::new(),
            wanted: None,
            mining: None,
            mining_ms: BTreeMap::new(),
            mined: BTreeMap::new(),
            own_proposal: None,
            own_votes: BTreeMap::new(),
            votes: BTreeSet::new(),
            fresh_votes: BTreeMap::new(),
            proposals: BTreeMap::new(),
            spoken: BTreeSet::new(),
            heard: BTreeSet::new(),
            reported: BTreeSet::new(),
            repeats: 0,
            began_at: None,
            ahead: None,
        }
    }

    /// A kept mined block of the same round and miner, but with another hash: a contradiction.
    pub(crate) fn twin_of(&self, announcement: &Announcement, hash: PublicHash) -> Option<&Announcement> {
        let header = &announcement.header.message;
        self.blocks.iter().find_map(|(other_hash, entry)| {
            let other = &entry.announcement.header.message;
            let same_turn = other.round == header.round && other.miner == header.miner;
            (same_turn && *other_hash != hash).then_some(&entry.announcement)
        })
    }
}
