//! Whether a signed message was in the journal, and durable, before it left (document 2.3): the
//! promise on which all else rests, checked at every message and not only when a crash shows it.

use idx_crypto::{Hash32, hash_borsh};
use idx_replica::{JournalEntry, Start};
use idx_types::wire::Gossip;
use idx_types::{BankId, Height};

/// Own signed messages of one height in a node's journal.
#[derive(Default)]
pub(crate) struct Promises {
    height: Height,
    written: Vec<Hash32>,
    durable: usize,
}

impl Promises {
    /// What a node finds in its journal at its start.
    pub(crate) fn found(start: &Start, bank: BankId) -> Self {
        let written: Vec<Hash32> = start.journal.iter().filter_map(|entry| own_entry(entry, bank)).collect();
        Self { height: start.journal_height, durable: written.len(), written }
    }

    /// An entry was appended.
    pub(crate) fn log(&mut self, height: Height, entry: &JournalEntry, bank: BankId) {
        if height > self.height {
            *self = Self { height, ..Self::default() };
        }
        if height == self.height {
            self.written.extend(own_entry(entry, bank));
        }
    }

    /// What was appended is durable.
    pub(crate) const fn sync(&mut self) {
        self.durable = self.written.len();
    }

    /// Whether this message may leave: it is not this bank's own, or it is durable.
    pub(crate) fn allow(&self, message: &Gossip, bank: BankId) -> bool {
        own_message(message, bank).is_none_or(|name| self.written[..self.durable].contains(&name))
    }
}

fn own_entry(entry: &JournalEntry, bank: BankId) -> Option<Hash32> {
    match entry {
        JournalEntry::Block { announcement, .. } if announcement.header.message.miner == bank => {
            Some(hash_borsh(LABEL, &announcement.header))
        }
        JournalEntry::OwnVerdicts(verdicts) => Some(hash_borsh(LABEL, verdicts)),
        JournalEntry::Proposal(message, _) if message.proposal.message.bank == bank => {
            Some(hash_borsh(LABEL, &message.proposal))
        }
        JournalEntry::Vote(vote) if vote.message.bank == bank => Some(hash_borsh(LABEL, vote)),
        _ => None,
    }
}

fn own_message(message: &Gossip, bank: BankId) -> Option<Hash32> {
    match message {
        Gossip::Mined(block) if block.header.message.miner == bank => Some(hash_borsh(LABEL, &block.header)),
        Gossip::Verdicts(verdicts) if verdicts.message.bank == bank => Some(hash_borsh(LABEL, &**verdicts)),
        Gossip::Proposal(message) if message.proposal.message.bank == bank => {
            Some(hash_borsh(LABEL, &message.proposal))
        }
        Gossip::Vote(vote) if vote.message.bank == bank => Some(hash_borsh(LABEL, vote)),
        _ => None,
    }
}

const LABEL: &str = "idx-sim/promise/1";
