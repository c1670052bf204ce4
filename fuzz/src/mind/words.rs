//! What the script knows of the height being agreed on, and who has said what of it: a bank that does
//! not lie says one thing in one place.

use super::Liars;
use super::shell::Shell;
use crate::cast::{Cast, prepared};
use crate::stage::banks;
use idx_types::wire::Announcement;
use idx_types::{
    BankId, Candidate, Height, PreparedTx, PrivateHash, PublicHash, Round, SignedVote, Vote, VoteKind,
};
use std::collections::BTreeMap;

/// Blocks and transactions of a height that the script can name.
const KNOWN_MAX: usize = 16;

/// A mined block, with what settles it.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) announcement: Announcement,
    pub(super) txs: Vec<PreparedTx>,
    pub(super) candidate: Candidate,
}

/// The words of a height.
#[derive(Default)]
pub(super) struct Words {
    pub(super) height: Height,
    pub(super) blocks: Vec<Known>,
    pub(super) votes: Vec<SignedVote>,
    pub(super) transactions: Vec<PreparedTx>,
    pub(super) number: u64,
    said: BTreeMap<(BankId, Round, VoteKind), Option<PrivateHash>>,
    turns: BTreeMap<(BankId, Round, u8), PrivateHash>,
}

impl Words {
    /// Forgets the words of a height that is over.
    pub(super) fn keep_up(&mut self, height: Height) {
        if height != self.height {
            let (transactions, number) = (std::mem::take(&mut self.transactions), self.number);
            *self = Self { height, transactions, number, ..Self::default() };
        }
    }

    /// The next transaction of a customer.
    pub(super) fn transaction(&mut self, shell: &Shell, which: u8) -> PreparedTx {
        self.number += 1;
        let number = self.number * 18 + u64::from(which % 18);
        let tx = prepared(Cast(shell.mind.state()).transaction(shell.now, number));
        if self.transactions.len() >= KNOWN_MAX {
            self.transactions.remove(0);
        }
        self.transactions.push(tx.clone());
        tx
    }

    /// Remembers a block whose header fits the chain, and works out what settles it.
    pub(super) fn note(&mut self, cast: Cast<'_>, block: &Announcement, txs: &[PreparedTx]) {
        if self.blocks.len() < KNOWN_MAX {
            let (candidate, _) = cast.candidate(&block.header.message, txs, banks());
            let (announcement, txs) = (block.clone(), txs.to_vec());
            self.blocks.push(Known { announcement, txs, candidate });
        }
    }

    /// The block of this name, if the script knows it.
    pub(super) fn block(&self, hash: PublicHash) -> Option<&Known> {
        self.blocks.iter().find(|known| known.announcement.header.message.hash() == hash)
    }

    /// A bank's turn in a round is taken: an honest bank takes it once.
    pub(super) fn takes_turn(&mut self, liars: Liars, bank: BankId, round: Round, what: u8) -> bool {
        let free = self.turns.insert((bank, round, what), PrivateHash::ZERO).is_none();
        free || liars.includes(bank)
    }

    /// A bank casts a vote, unless it keeps the rules and they forbid it.
    pub(super) fn may_vote(&mut self, liars: Liars, vote: &Vote) -> bool {
        if liars.includes(vote.bank) {
            return true;
        }
        let known = |value| self.blocks.iter().any(|known| known.candidate.id() == value);
        let sound = vote.height == self.height && vote.value.is_none_or(known);
        let place = (vote.bank, vote.round, vote.kind);
        sound && *self.said.entry(place).or_insert(vote.value) == vote.value
    }
}
