//! The elected miner's turn: when to make a block, what to put in, and what becomes of the find
//! (document 2.1). The search itself is the shell's.

use crate::book::{BlockEntry, MiningJob, Wanted};
use crate::effect::{Effect, TimerId, Unsigned};
use crate::replica::Replica;
use idx_types::block::{BLOCK_VERSION, tx_root};
use idx_types::private::OPENINGS_BYTES_MAX;
use idx_types::wire::{Announcement, Gossip};
use idx_types::{BankId, PreparedTx, PublicHeader, Round, SignedHeader, TimestampMs, TxHash, TxKind};

/// In round 0 a miner without transactions waits so long for some before it makes an empty block,
/// milliseconds. Others may know transactions that are still on their way here.
const EMPTY_GRACE_MS: u64 = 100;

impl Replica {
    /// The agreement asks for our candidate of a round.
    pub(crate) fn on_value_wanted(&mut self, now: TimestampMs, round: Round, out: &mut Vec<Effect>) {
        self.book.wanted = Some(Wanted { round, since: now });
        if let Some(block) = self.book.mined.get(&round).copied() {
            // Mined before a restart: its verdicts are asked for again instead of a second block.
            self.await_verdicts(round, out);
            return self.announce(block, out);
        }
        self.try_mine(now, out);
    }

    /// Starts the search when the time has come and there is something to order.
    pub(crate) fn try_mine(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        let Some(wanted) = self.book.wanted.filter(|_| self.book.mining.is_none()) else { return };
        let (Some(me), false) = (self.me(), self.abstains() || self.replaying) else { return };
        if self.book.mined.contains_key(&wanted.round) {
            return;
        }
        let wait_ms = self.wait_before_mining(now, wanted);
        if wait_ms > 0 {
            return out.push(Effect::SetTimer(TimerId::MineAgain(self.book.height), wait_ms));
        }
        let transactions = self.select(now);
        let header = self.template(now, me, wanted.round, &transactions);
        self.book.mining = Some(MiningJob { round: wanted.round, transactions });
        out.push(Effect::Mine(Box::new(header)));
    }

    /// Milliseconds until a block may be made: the least interval, and in round 0 a grace for
    /// transactions to arrive.
    fn wait_before_mining(&self, now: TimestampMs, wanted: Wanted) -> u64 {
        let params = self.state.params();
        let interval = params.min_block_interval_ms;
        let earliest = self.state.tip().timestamp.plus(interval).min(self.entered_at.plus(interval));
        let quiet_over = self.entered_at.plus(self.quiet_ms(self.entered_at)) <= now;
        let patient = wanted.round == Round::ZERO && !quiet_over && !self.has_ready(now);
        let grace = if patient { wanted.since.plus(EMPTY_GRACE_MS) } else { now };
        earliest.max(grace).since(now)
    }

    /// Milliseconds of quiet left after `now` before an empty block is due.
    pub(crate) fn quiet_ms(&self, now: TimestampMs) -> u64 {
        let interval = self.state.params().max_block_interval_ms;
        self.state.tip().timestamp.plus(interval).since(now).min(interval)
    }

    /// What goes into a block of this time. A transaction from a door whose clock is ahead waits until
    /// its time has come: in a block it would fail for good.
    pub(crate) fn select(&self, now: TimestampMs) -> Vec<PreparedTx> {
        let params = self.state.params();
        let (count, bytes) = (params.max_block_transactions as usize, params.max_block_bytes as usize);
        let mut chosen = self.pool.select(now, count, bytes, &|bank| self.silence.skips(bank, now));
        let latest = now.plus(params.max_clock_drift_ms);
        // Without the key the body cannot be made, and others would refuse the block.
        let mut room = if self.key_in_force().is_some() { OPENINGS_BYTES_MAX } else { 0 };
        chosen.retain(|tx| tx.tx.body.created_at <= latest && fits_private_body(tx, &mut room));
        chosen
    }

    fn template(&self, now: TimestampMs, miner: BankId, round: Round, txs: &[PreparedTx]) -> PublicHeader {
        let (tip, banks) = (self.state.tip(), self.state.validators());
        let hashes: Vec<TxHash> = txs.iter().map(|tx| tx.hash).collect();
        PublicHeader {
            version: BLOCK_VERSION,
            chain_id: self.state.chain_id(),
            height: self.book.height,
            round,
            miner,
            parent_public: tip.public_hash,
            parent_private: tip.private_hash,
            tx_root: tx_root(&hashes),
            validator_set_hash: banks.hash(),
            timestamp: now.max(tip.timestamp.plus(self.state.params().min_block_interval_ms)),
            difficulty: self.state.difficulty(),
            nonce: 0,
        }
    }

    /// The search found a nonce.
    pub(crate) fn on_mined(&mut self, _: TimestampMs, header: PublicHeader, ms: u32, out: &mut Vec<Effect>) {
        let current = self.book.mining.as_ref().is_some_and(|job| job.round == header.round);
        if self.is_running() && header.height == self.book.height && current {
            self.book.mining_ms.insert(header.hash(), ms);
            self.request_signature(Unsigned::Header(Box::new(header)), out);
        }
    }

    /// Our mined header is signed: keep the block, journal it, show it to all.
    pub(crate) fn on_own_header(&mut self, now: TimestampMs, header: SignedHeader, out: &mut Vec<Effect>) {
        // A signature may come late, when the search for a later round runs already.
        let Some(job) = self.book.mining.take_if(|job| job.round == header.message.round) else { return };
        let hash = header.message.hash();
        let transactions: Vec<TxHash> = job.transactions.iter().map(|tx| tx.hash).collect();
        self.book.mined.insert(job.round, hash);
        let mut entry = BlockEntry::new(Announcement { header, transactions }, true);
        entry.fill(&|wanted| job.transactions.iter().find(|tx| tx.hash == *wanted).cloned());
        self.book.blocks.insert(hash, entry);
        self.await_verdicts(job.round, out);
        self.block_complete(now, hash, out);
        out.push(Effect::SyncJournal);
        self.announce(hash, out);
    }

    /// Gossips the announcement of a block we hold.
    pub(crate) fn announce(&self, block: idx_types::PublicHash, out: &mut Vec<Effect>) {
        if let Some(entry) = self.book.blocks.get(&block) {
            out.push(Effect::Gossip(Gossip::Mined(Box::new(entry.announcement.clone()))));
        }
    }

    /// The block is in the journal as ours.
    pub(crate) fn remember_mined(&mut self, header: &PublicHeader) {
        if Some(header.miner) == self.settings.bank {
            self.book.mined.insert(header.round, header.hash());
        }
    }

    /// The bank is no longer the miner of the round it searched for.
    pub(crate) fn stop_mining_before(&mut self, round: Round, out: &mut Vec<Effect>) {
        self.book.wanted = self.book.wanted.filter(|wanted| wanted.round >= round);
        if self.book.mining.as_ref().is_some_and(|job| job.round < round) {
            self.book.mining = None;
            out.push(Effect::CancelMining);
        }
    }
}

/// Whether what a transaction conceals still fits into the private body; takes the room if so.
fn fits_private_body(tx: &PreparedTx, room: &mut usize) -> bool {
    let kind = &tx.tx.body.kind;
    let needed = if matches!(kind, TxKind::Transfer(_)) || kind.is_all_public() { 0 } else { tx.len };
    room.checked_sub(needed).map(|left| *room = left).is_some()
}
