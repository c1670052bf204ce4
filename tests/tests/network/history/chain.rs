//! The final chain, and every balance at every height counted anew from it.
//!
//! The public chain names an account by a commitment. Stories conceal every handle under one known blind,
//! so that an account has one commitment and can be followed.

use super::Settlement;
use futures::StreamExt;
use futures::stream;
use idx_client::IdxClient;
use idx_client::encoding::BlockTag;
use idx_client::views::BlockView;
use idx_crypto::Hash32;
use idx_types::testing::concealed;
use idx_types::{
    AccountHandle, Height, Outcome, PrivateHash, SessionId, TimestampMs, Transaction, TxId, TxKind,
};
use std::collections::BTreeMap;

/// Blocks asked for at a time.
const BLOCKS_AT_ONCE: usize = 8;

/// One final block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The private block's hash.
    pub private_hash: PrivateHash,
    /// The time of the block, by its miner's clock.
    pub time: TimestampMs,
    /// Its transactions and what became of each.
    pub entries: Vec<(Transaction, Outcome)>,
}

/// The blocks from height 1, and what follows from them.
#[derive(Default, Debug)]
pub struct Chain {
    blocks: Vec<Block>,
    settled: BTreeMap<TxId, Vec<Settlement>>,
    /// The commitment to the account of each session.
    sessions: BTreeMap<SessionId, Hash32>,
    /// What settled in each session, and at which height.
    in_session: BTreeMap<SessionId, Vec<(u64, TxId)>>,
    /// Of each account, the heights at which its balance changed, and the balance from then on.
    balances: BTreeMap<Hash32, Vec<(u64, i128)>>,
}

impl Chain {
    /// The chain of a node that is quiet.
    pub async fn fetch(client: &IdxClient, tip: u64) -> Self {
        let fetch = |height| async move {
            let block = client.block(BlockTag::Number(Height(height)), true).await;
            Block::of(&block.expect("the node answers").expect("the node has the block"))
        };
        let blocks = stream::iter(1..=tip).map(fetch).buffered(BLOCKS_AT_ONCE);
        Self::of(blocks.collect().await)
    }

    /// The chain of these blocks, the first at height 1.
    pub fn of(blocks: Vec<Block>) -> Self {
        let mut chain = Self::default();
        for (block, height) in blocks.iter().zip(1..) {
            for ((transaction, outcome), index) in block.entries.iter().zip(0..) {
                chain.enter(
                    transaction,
                    Settlement { height, index, outcome: *outcome, private_hash: block.private_hash },
                );
            }
        }
        Self { blocks, ..chain }
    }

    fn enter(&mut self, transaction: &Transaction, settlement: Settlement) {
        if settlement.outcome.is_final() {
            self.settled.entry(transaction.id()).or_default().push(settlement);
            self.list(transaction, settlement.height);
        }
        if settlement.outcome == Outcome::Completed {
            self.carry_out(&transaction.body.kind, settlement.height);
        }
    }

    fn list(&mut self, transaction: &Transaction, height: u64) {
        let named = match &transaction.body.kind {
            TxKind::OpenSession(open) => vec![open.session],
            TxKind::Transfer(transfer) => {
                transfer.accepted.iter().map(|accepted| accepted.to).chain([transfer.from]).collect()
            }
            _ => Vec::new(),
        };
        for session in named {
            self.in_session.entry(session).or_default().push((height, transaction.id()));
        }
    }

    /// What a transaction does to customers' accounts: the rules of document 3, spelled out once more.
    fn carry_out(&mut self, kind: &TxKind, height: u64) {
        match kind {
            TxKind::OpenAccount(open) => self.add(open.handle.commitment(), height, 0),
            TxKind::OpenSession(open) => {
                self.sessions.insert(open.session, open.handle.commitment());
            }
            TxKind::Deposit(cash) => self.add(cash.handle.commitment(), height, cash.amount.0.into()),
            TxKind::Withdraw(cash) => self.add(cash.handle.commitment(), height, -i128::from(cash.amount.0)),
            TxKind::Transfer(transfer) => {
                let accepted = transfer.accepted.as_ref().expect("what completed was accepted");
                let (from, to) = (self.sessions[&transfer.from], self.sessions[&accepted.to]);
                let (amount, fee) = (i128::from(transfer.amount.0), i128::from(transfer.fee.0));
                self.add(from, height, -amount - fee);
                self.add(to, height, amount);
            }
            // What a test network publishes at its start; it moves no money.
            TxKind::ForexRate(_) => {}
            other => panic!("no story has {other:?}; teach the checker what it does"),
        }
    }

    fn add(&mut self, account: Hash32, height: u64, change: i128) {
        let series = self.balances.entry(account).or_default();
        let before = series.last().map_or(0, |(_, balance)| *balance);
        series.push((height, before + change));
    }

    /// The newest height.
    pub fn tip(&self) -> u64 {
        self.blocks.len() as u64
    }

    /// The block of a height.
    pub fn block(&self, height: u64) -> Option<&Block> {
        self.blocks.get(usize::try_from(height.checked_sub(1)?).ok()?)
    }

    /// What became of a transaction: nothing, one settlement, or more than there may be.
    pub fn settlements(&self, id: &TxId) -> &[Settlement] {
        self.settled.get(id).map_or(&[], Vec::as_slice)
    }

    /// Every transaction that settled.
    pub const fn settled(&self) -> &BTreeMap<TxId, Vec<Settlement>> {
        &self.settled
    }

    /// What settled in a session from a height on, each with its height, oldest first.
    pub fn in_session(&self, session: &SessionId, from: u64) -> &[(u64, TxId)] {
        let all = self.in_session.get(session).map_or(&[][..], Vec::as_slice);
        &all[all.partition_point(|(height, _)| *height < from)..]
    }

    /// What an account held after a height; `None` before it was opened.
    pub fn balance(&self, handle: &AccountHandle, height: u64) -> Option<i128> {
        let series = self.balances.get(&concealed(*handle).commitment())?;
        let known = series.partition_point(|(at, _)| *at <= height);
        Some(series[known.checked_sub(1)?].1)
    }

    /// The height at which an account was opened.
    pub fn opened_at(&self, handle: &AccountHandle) -> Option<u64> {
        self.balances.get(&concealed(*handle).commitment())?.first().map(|(height, _)| *height)
    }

    /// Accounts that the blocks overdraw, which no ledger may let happen.
    pub fn overdrawn(&self) -> impl Iterator<Item = (&Hash32, u64)> {
        let first =
            |series: &Vec<(u64, i128)>| series.iter().find(|(_, balance)| *balance < 0).map(|(at, _)| *at);
        self.balances.iter().filter_map(move |(account, series)| Some((account, first(series)?)))
    }
}

impl Block {
    fn of(view: &BlockView) -> Self {
        let transactions = view.full.as_ref().expect("asked for in full").iter();
        let decode = |raw: &[u8]| borsh::from_slice::<Transaction>(raw).expect("a final transaction decodes");
        let entries =
            transactions.map(|view| decode(&view.raw.0)).zip(view.outcomes.iter().map(|view| view.0));
        Self { private_hash: view.private_hash.0, time: view.header.timestamp.0, entries: entries.collect() }
    }
}
