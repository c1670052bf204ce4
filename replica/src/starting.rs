//! Start and restart: replaying the journal, and when a bank must not sign (document 2.3).

use crate::book::BlockEntry;
use crate::effect::{Effect, TimerId, Unsigned};
use crate::input::{CheckedProposal, OwnMessage, Start};
use crate::journal::JournalEntry;
use crate::replica::{Phase, Replica};
use crate::room::key_of;
use idx_consensus::agreement;
use idx_types::planted::{self, Bug};
use idx_types::wire::{Announcement, Gossip, ProposalMessage};
use idx_types::{Height, PreparedTx, SignedVerdicts, SignedVote, TimestampMs, Transaction, Verified};

/// How often the mind looks after itself, milliseconds.
pub const HOUSEKEEPING_MS: u64 = 1_000;

/// Until when this bank signs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abstention {
    /// It signs.
    None,
    /// It signs from this height on: below, it may have signed things it no longer knows of.
    Below(Height),
    /// Its signed history is lost; the other banks will tell up to where it could have signed.
    HistoryLost,
}

impl Replica {
    /// The node starts: open the next height, then live through its journal again.
    pub(crate) fn start(&mut self, now: TimestampMs, start: Start, out: &mut Vec<Effect>) {
        if self.phase != Phase::Waiting {
            return;
        }
        let next = self.state.tip().height.next();
        let history_lost = start.history_lost && !planted::has(Bug::AbstentionForgotten);
        self.abstention = match (history_lost, start.journal_height > next) {
            (true, _) => Abstention::HistoryLost,
            (false, true) => Abstention::Below(start.journal_height.next()),
            (false, false) => Abstention::None,
        };
        self.recall(start.past);
        let journal = if start.journal_height == next { start.journal } else { Vec::new() };
        out.push(Effect::SetTimer(TimerId::Housekeeping, HOUSEKEEPING_MS));
        self.replay(now, journal, out);
    }

    fn replay(&mut self, now: TimestampMs, journal: Vec<JournalEntry>, out: &mut Vec<Effect>) {
        let mut wishes = Vec::new();
        self.replaying = true;
        self.enter_height(now, &mut wishes);
        for entry in journal {
            if self.is_running() {
                self.replay_entry(now, entry, &mut wishes);
            }
        }
        self.replaying = false;
        out.extend(wishes.into_iter().filter(|wish| self.survives_replay(wish)));
        if self.is_running() {
            self.resume_collecting(out);
            self.send_own_again(out);
            self.transactions_arrived(now, out);
            self.try_mine(now, out);
        }
    }

    /// A block mined before the crash still waits for its verdicts.
    fn resume_collecting(&self, out: &mut Vec<Effect>) {
        if let Some(wanted) = self.book.wanted.filter(|wanted| self.book.mined.contains_key(&wanted.round)) {
            self.await_verdicts(wanted.round, out);
        }
    }

    fn replay_entry(&mut self, now: TimestampMs, entry: JournalEntry, out: &mut Vec<Effect>) {
        match entry {
            JournalEntry::Started => self.begin_rounds(now, out),
            JournalEntry::Block { announcement, transactions, timely } => {
                self.replay_block(now, announcement, transactions, timely, out);
            }
            JournalEntry::OwnVerdicts(verdicts) => self.count_own_verdicts(now, verdicts, out),
            JournalEntry::Value(round, candidate) => {
                self.take_candidate(&candidate);
                self.book.wanted = None;
                let value = candidate.id();
                self.agree(now, agreement::Input::Value { round, value }, out);
            }
            JournalEntry::Proposal(message, valid) => self.replay_proposal(now, message, valid, out),
            JournalEntry::Vote(_) if planted::has(Bug::ReplaySkipsVotes) => {}
            JournalEntry::Vote(vote) => self.replay_vote(now, vote, out),
            JournalEntry::Timeout(id) => self.agree(now, agreement::Input::Timeout(id), out),
            JournalEntry::Fork(proof) => self.on_fork(proof, out),
        }
    }

    fn replay_block(
        &mut self,
        now: TimestampMs,
        announcement: Announcement,
        transactions: Vec<(Transaction, bool)>,
        timely: bool,
        out: &mut Vec<Effect>,
    ) {
        let hash = announcement.header.message.hash();
        self.remember_mined(&announcement.header.message);
        let txs: Vec<PreparedTx> =
            transactions.into_iter().map(|(tx, holds)| PreparedTx::recall(tx, holds)).collect();
        let mut entry = BlockEntry::new(announcement, timely);
        entry.fill(&|wanted| txs.iter().find(|tx| tx.hash == *wanted).cloned());
        self.book.blocks.insert(hash, entry);
        self.block_complete(now, hash, out);
    }

    fn replay_proposal(
        &mut self,
        now: TimestampMs,
        message: ProposalMessage,
        valid: bool,
        out: &mut Vec<Effect>,
    ) {
        if valid {
            self.take_candidate(&message.candidate);
        }
        self.book.proposals.insert(key_of(&message.proposal.message), valid);
        if Some(message.proposal.message.bank) == self.settings.bank {
            self.guard.note_proposal(&message.proposal.message);
            self.remember_own_proposal(message.clone());
        }
        let checked = CheckedProposal {
            proposal: Verified::vouch(message.proposal),
            candidate: message.candidate,
            announcement: Verified::vouch(message.announcement),
        };
        let proposal = checked.proposal;
        self.agree(now, agreement::Input::Proposal { proposal, valid }, out);
    }

    fn replay_vote(&mut self, now: TimestampMs, vote: SignedVote, out: &mut Vec<Effect>) {
        if Some(vote.message.bank) == self.settings.bank {
            self.guard.note_vote(&vote.message);
            self.remember_own_vote(vote);
        }
        self.book.votes.insert(vote.message);
        self.agree(now, agreement::Input::Vote(Verified::vouch(vote)), out);
    }

    /// Of what was wished for during the replay, what is still owed: timers, an unfinished store, and
    /// signatures that the journal does not hold yet.
    fn survives_replay(&self, wish: &Effect) -> bool {
        match wish {
            Effect::SetTimer(..) | Effect::Commit(_) | Effect::Recheck(..) => true,
            Effect::Gossip(Gossip::Fork(_)) | Effect::Warn(_) | Effect::Halt(_) => true,
            Effect::Sign(unsigned) => {
                self.is_running() && !self.is_signed(unsigned) && self.guard_permits(unsigned)
            }
            _ => false,
        }
    }

    /// Whether this bank must not sign at the height of the book.
    pub(crate) fn abstains(&self) -> bool {
        match self.abstention {
            Abstention::None => false,
            Abstention::Below(height) => self.book.height < height,
            Abstention::HistoryLost => true,
        }
    }

    /// What keeps this bank from signing, for `status`.
    pub const fn abstention(&self) -> Abstention {
        self.abstention
    }

    /// Ends the wait of a bank that lost its history once it has caught up with all who can show
    /// where they stand, and nearly all banks have told.
    ///
    /// Had this bank signed at height `h`, then `h - 1` was final for it: a quorum had precommitted
    /// that, of which `quorum - 1 - f` others are honest and stand at `h - 2` at least. One of them
    /// is among those who told, so the tip is no lower, and `h` is at most two above it. A claim
    /// that a peer cannot show does not count: one liar must not keep this bank silent for ever.
    pub(crate) fn review_abstention(&mut self, now: TimestampMs) {
        if self.abstention != Abstention::HistoryLost {
            return;
        }
        let quorums = self.agreement_quorums();
        let may_miss = quorums.quorum.saturating_sub(quorums.skip + 1);
        let others: Vec<_> = self.other_banks().collect();
        let (told, highest) = self.peers.told(&others, now);
        let tip = self.state.tip().height;
        if told + may_miss >= others.len() && highest <= tip {
            self.abstention = Abstention::Below(Height(tip.0.saturating_add(3)));
        }
    }

    /// A message came back signed: journal, send and count it by its kind.
    pub(crate) fn on_signed(&mut self, now: TimestampMs, message: OwnMessage, out: &mut Vec<Effect>) {
        let height = self.book.height;
        let current = self.is_running();
        match message {
            OwnMessage::Transaction(tx) => self.on_own_transaction(now, *tx, out),
            OwnMessage::Header(h) if current && h.message.height == height => {
                self.on_own_header(now, *h, out)
            }
            OwnMessage::Verdicts(v) if current && v.message.height == height => {
                self.on_own_verdicts(now, v, out)
            }
            OwnMessage::Proposal(p) if current && p.message.height == height => {
                self.on_own_proposal(now, p, out)
            }
            OwnMessage::Vote(v) if current && v.message.height == height => self.on_own_vote(now, v, out),
            _ => {}
        }
    }

    fn on_own_verdicts(&mut self, now: TimestampMs, verdicts: SignedVerdicts, out: &mut Vec<Effect>) {
        self.log(JournalEntry::OwnVerdicts(verdicts.clone()), out);
        out.push(Effect::SyncJournal);
        out.push(Effect::Gossip(Gossip::Verdicts(Box::new(verdicts.clone()))));
        self.count_own_verdicts(now, verdicts, out);
    }

    fn count_own_verdicts(&mut self, now: TimestampMs, verdicts: SignedVerdicts, out: &mut Vec<Effect>) {
        self.book.spoken.insert(verdicts.message.block);
        if let Some(entry) = self.book.blocks.get_mut(&verdicts.message.block) {
            entry.own_verdicts = Some(verdicts.clone());
        }
        self.on_verdicts(now, Verified::vouch(verdicts), out);
    }

    /// Whether signing this cannot contradict what this bank signed before.
    pub(crate) fn guard_permits(&self, unsigned: &Unsigned) -> bool {
        match unsigned {
            Unsigned::Proposal(proposal) => self.guard.permits_proposal(proposal),
            Unsigned::Vote(vote) => self.guard.permits_vote(vote),
            Unsigned::Header(_) | Unsigned::Verdicts(_) => !self.is_signed(unsigned),
            Unsigned::Transaction(_) => true,
        }
    }

    /// Whether this very message, or for headers and verdicts one in its place, is in the journal.
    fn is_signed(&self, unsigned: &Unsigned) -> bool {
        match unsigned {
            Unsigned::Header(header) => self.book.mined.contains_key(&header.round),
            Unsigned::Verdicts(verdicts) => self.book.spoken.contains(&verdicts.block),
            Unsigned::Proposal(proposal) => self.guard.has_signed_proposal(proposal),
            Unsigned::Vote(vote) => self.guard.has_signed_vote(vote),
            Unsigned::Transaction(_) => false,
        }
    }
}
