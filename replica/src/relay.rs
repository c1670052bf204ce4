//! Mined blocks: header checks, compact relay, and the moment a block is complete (document 2.1).

use crate::book::BlockEntry;
use crate::effect::{Effect, Event, TimerId};
use crate::journal::JournalEntry;
use crate::replica::Replica;
use idx_light::header::Parent;
use idx_types::params::bounds::BLOCK_TRANSACTIONS_MAX;
use idx_types::planted::{self, Bug};
use idx_types::wire::{Announcement, RESPONSE_BYTES_MAX, Request, Response};
use idx_types::{
    Evidence, NetworkKey, PreparedTx, PublicHash, PublicHeader, TimestampMs, Transaction, TxHash, Verified,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Missing transactions are asked for again after so long, from another bank, milliseconds.
const FETCH_MS: u64 = 250;

/// Most bytes of transactions in one answer; leaves room for its frame.
const ANSWER_BYTES_MAX: usize = RESPONSE_BYTES_MAX / 2;

impl Replica {
    /// A peer's mined block.
    pub(crate) fn on_announcement(
        &mut self,
        now: TimestampMs,
        announcement: Verified<Announcement>,
        out: &mut Vec<Effect>,
    ) {
        if self.is_running() && announcement.header.message.height == self.book.height {
            let timely = self.is_timely(&announcement.header.message, now);
            self.take_block(now, announcement.into_inner(), timely, false, out);
        }
    }

    /// Keeps a mined block if its header fits the state and there is room: `backed` says that an
    /// honest bank has voted for it, which makes room. Answers whether the block is kept, now or from
    /// before.
    pub(crate) fn take_block(
        &mut self,
        now: TimestampMs,
        announcement: Announcement,
        timely: bool,
        backed: bool,
        out: &mut Vec<Effect>,
    ) -> bool {
        let header = &announcement.header.message;
        let (hash, miner) = (header.hash(), header.miner);
        if self.book.blocks.contains_key(&hash) {
            return true;
        }
        if self.check_header(header).is_err() {
            self.blame_bank(miner, "mined header that does not fit the chain", out);
            return false;
        }
        if !self.book.has_room_for_block(header.round, backed) {
            return false;
        }
        if let Some(twin) = self.book.twin_of(&announcement, hash) {
            let evidence = Evidence::Headers(twin.header.clone(), announcement.header.clone());
            self.report(now, evidence, out);
        }
        self.book.blocks.insert(hash, BlockEntry::new(announcement, timely));
        self.begin_rounds(now, out);
        self.assemble(now, hash, out);
        true
    }

    /// What a header must say at this point of the chain.
    pub(crate) fn check_header(&self, header: &PublicHeader) -> Result<(), &'static str> {
        let (tip, banks) = (self.state.tip(), self.state.validators());
        let parent = Parent {
            chain_id: self.state.chain_id(),
            height: tip.height,
            public_hash: tip.public_hash,
            private_hash: tip.private_hash,
            time: tip.timestamp,
            banks,
            params: self.state.params(),
        };
        parent.admits(header)?;
        let in_force = header.difficulty == self.state.difficulty();
        in_force.then_some(()).ok_or("its difficulty is not the one in force")
    }

    /// Whether a timestamp is near this bank's clock. Only a first sight is judged by it.
    pub(crate) fn is_timely(&self, header: &PublicHeader, now: TimestampMs) -> bool {
        let drift = self.state.params().max_clock_drift_ms;
        if planted::has(Bug::TimeUnchecked) {
            return true;
        }
        header.timestamp.since(now) <= drift && now.since(header.timestamp) <= drift
    }

    /// Fills a block from the pool; complete, or the rest is asked for.
    fn assemble(&mut self, now: TimestampMs, hash: PublicHash, out: &mut Vec<Effect>) {
        let Some(entry) = self.book.blocks.get_mut(&hash) else { return };
        let pool = &self.pool;
        entry.fill(&|wanted| pool.get(wanted).cloned());
        if entry.is_complete() {
            return self.block_complete(now, hash, out);
        }
        let miner = entry.announcement.header.message.miner;
        self.fetch(hash, self.peer_of(miner), out);
        out.push(Effect::SetTimer(TimerId::Fetch(self.book.height), FETCH_MS));
    }

    fn fetch(&mut self, hash: PublicHash, peer: Option<NetworkKey>, out: &mut Vec<Effect>) {
        let (Some(entry), Some(peer)) = (self.book.blocks.get(&hash), peer) else { return };
        let request = Request::Transactions { block: hash, hashes: entry.missing() };
        out.push(Effect::Request(peer, self.peers.request_id(), request));
    }

    /// Asks another bank for what is still missing; each time the next one in turn.
    pub(crate) fn fetch_again(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        let behind = self.fetch_height(now, out);
        let incomplete: Vec<PublicHash> = self
            .book
            .blocks
            .iter()
            .filter(|(_, entry)| !entry.is_complete())
            .map(|(hash, _)| *hash)
            .collect();
        if incomplete.is_empty() && !behind {
            return;
        }
        for hash in incomplete {
            let peer = self.next_bank();
            self.fetch(hash, peer, out);
        }
        out.push(Effect::SetTimer(TimerId::Fetch(self.book.height), FETCH_MS));
    }

    /// Another bank, each time the next one.
    pub(crate) fn next_bank(&mut self) -> Option<NetworkKey> {
        let turn = self.peers.request_id() as usize;
        let others: Vec<_> = self.other_banks().collect();
        others.get(turn % others.len().max(1)).copied()
    }

    /// Network keys of the other banks of this height.
    pub(crate) fn other_banks(&self) -> impl Iterator<Item = NetworkKey> + '_ {
        let mine = self.settings.network_key;
        self.state.validators().banks().iter().map(|bank| bank.network_key).filter(move |key| *key != mine)
    }

    /// Transactions that a peer sent for a block.
    pub(crate) fn on_fetched(
        &mut self,
        now: TimestampMs,
        block: PublicHash,
        txs: &[PreparedTx],
        out: &mut Vec<Effect>,
    ) {
        let Some(entry) = self.book.blocks.get_mut(&block) else { return };
        if !self.phase.eq(&crate::replica::Phase::Running) || entry.is_complete() {
            return;
        }
        entry.fill(&|wanted| txs.iter().find(|tx| tx.hash == *wanted).cloned());
        if entry.is_complete() {
            self.block_complete(now, block, out);
        }
    }

    /// A peer wants transactions of a block: from the book, else from the pool; each once, and no more
    /// than one answer holds. It asks again for the rest.
    pub(crate) fn on_wanted(&self, ticket: u64, block: PublicHash, hashes: &[TxHash], out: &mut Vec<Effect>) {
        let entry = self.book.blocks.get(&block);
        let find =
            |hash: &TxHash| entry.and_then(|entry| entry.transaction(hash)).or_else(|| self.pool.get(hash));
        let (mut seen, mut bytes) = (BTreeSet::new(), 0);
        let wanted = hashes.iter().take(BLOCK_TRANSACTIONS_MAX as usize).filter(|hash| seen.insert(**hash));
        let fits = |tx: &&PreparedTx| {
            bytes += tx.len;
            bytes <= ANSWER_BYTES_MAX
        };
        let found = wanted.filter_map(find).take_while(fits);
        let transactions: Vec<Transaction> = found.map(|tx| Transaction::clone(&tx.tx)).collect();
        out.push(Effect::Respond(ticket, Response::Transactions { block, transactions }));
    }

    /// Every transaction of a block is here: journal it, try it, judge the proposals that waited.
    pub(crate) fn block_complete(&mut self, now: TimestampMs, hash: PublicHash, out: &mut Vec<Effect>) {
        let Some(entry) = self.book.blocks.get(&hash) else { return };
        let txs = entry.transactions();
        let announcement = entry.announcement.clone();
        out.push(Effect::Publish(Event::Mined {
            header: Arc::new(announcement.header.clone()),
            hash,
            transactions: Arc::new(txs.iter().map(|tx| tx.id).collect()),
        }));
        let transactions = txs.iter().map(|tx| (Transaction::clone(&tx.tx), tx.signatures_hold())).collect();
        let own = Some(announcement.header.message.miner) == self.settings.bank;
        if !(own && planted::has(Bug::BlockNotJournaled)) {
            self.log(JournalEntry::Block { announcement, transactions, timely: entry.timely }, out);
        }
        self.try_block(now, hash, &txs, out);
        self.judge_waiting(now, hash, out);
    }
}
