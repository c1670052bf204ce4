//! Everything that nodes ever told a client, and whether it was true.
//!
//! ```text
//!   clients --Witness--> six nodes          during a story, faults and all
//!              |
//!              v
//!           History: who answered what, when it was asked and when it was answered
//!              |
//!              v   at the end
//!   the chain that all six nodes have --> rules --> faults: none, or the story fails
//! ```
//!
//! What enters: answers. What leaves: a list of the wrong ones. The balances that answers are compared
//! with are counted anew from the blocks, by a plain scan that shares no code with the ledger.

mod chain;
mod forged;
mod rules;
mod witness;

pub use chain::Chain;
pub use witness::Witness;

use super::net::{Net, until};
use futures::StreamExt;
use futures::stream;
use idx_node::testnet::BANKS;
use idx_types::{AccountHandle, Outcome, Paise, PrivateHash, Reason, SessionId, Transaction, TxHash, TxId};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Questions under way at a time when everything is asked once more.
const QUESTIONS_AT_ONCE: usize = 8;

/// Most transactions that every node is asked about once more: all of a short story, the last of a long.
const ASKED_AGAIN_MAX: usize = 4_000;

/// What a node said when it was handed a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sending {
    /// It has it.
    Taken,
    /// It does not take it.
    Refused(Reason),
    /// Nothing: it may have it or not.
    Unheard,
}

/// What became of a transaction for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// The height at which it became final.
    pub height: u64,
    /// Its place in the block.
    pub index: u32,
    /// Completed, or failed and why.
    pub outcome: Outcome,
    /// The private block.
    pub private_hash: PrivateHash,
}

/// Where a node says that a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It never heard of it.
    Unknown,
    /// It waits.
    Pending,
    /// It is settled.
    Final(Settlement),
}

/// One answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// To a transaction handed in.
    Sent(TxId, Sending),
    /// To where a transaction stands.
    Receipt(TxId, Standing),
    /// To what a transaction says: the digest of its bytes, if the node knows it.
    Transaction(TxId, Option<TxHash>),
    /// To what an account holds: the height that the answer is of, and the balance.
    Account(AccountHandle, Option<(u64, Paise)>),
    /// To how high the chain is.
    Head(u64),
    /// To the block of a height.
    Block(u64, Option<PrivateHash>),
    /// To how many transactions wait.
    Pool(u64),
    /// To what settled in a session.
    Session(SessionPage),
}

/// A part of what settled in a session, oldest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionPage {
    /// The session.
    pub session: SessionId,
    /// The height from which on it was asked for.
    pub from: u64,
    /// The transactions.
    pub ids: Vec<TxId>,
    /// Whether the node says that there are no more.
    pub is_last: bool,
}

/// An answer with its circumstances. Times count from the beginning of the story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Place of the node in [`BANKS`].
    pub bank: usize,
    /// How often the node had lost everything when it was asked; what it said before does not bind it.
    pub life: u32,
    /// When it was asked.
    pub began: Duration,
    /// When it had answered.
    pub ended: Duration,
    /// What it said.
    pub answer: Answer,
}

/// All answers of a story.
pub struct History {
    start: Instant,
    records: Mutex<Vec<Record>>,
    sent: Mutex<Sent>,
    lives: [AtomicU32; BANKS.len()],
}

/// Every transaction that was ever handed in.
#[derive(Default)]
pub struct Sent {
    order: Vec<TxId>,
    by_id: BTreeMap<TxId, Transaction>,
}

/// How much was checked.
#[derive(Default, Debug)]
pub struct Report {
    /// Answers on record.
    pub answers: usize,
    /// Heights of the final chain.
    pub heights: u64,
    /// Transactions that were handed in.
    pub sent: usize,
    /// Of them: took effect.
    pub completed: usize,
    /// Failed in a block.
    pub failed: usize,
    /// Of those that never entered one: a node had taken them, and their time ran out.
    pub expired: usize,
    /// No node had, or none said so.
    pub refused: usize,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { answers, heights, sent, completed, failed, expired, refused } = self;
        write!(f, "{answers} answers against {heights} heights; of {sent} payments handed in ")?;
        write!(f, "{completed} completed, {failed} failed, {expired} expired, {refused} were not taken")
    }
}

impl Default for History {
    fn default() -> Self {
        let lives = std::array::from_fn(|_| AtomicU32::new(0));
        Self { start: Instant::now(), records: Mutex::default(), sent: Mutex::default(), lives }
    }
}

/// A story that failed has said why already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl History {
    /// Writes an answer down.
    pub fn add(&self, record: Record) {
        lock(&self.records).push(record);
    }

    /// A node has lost everything that it knew.
    pub fn wiped(&self, bank: usize) {
        self.lives[bank].fetch_add(1, Ordering::AcqRel);
    }

    /// How many answers there are.
    pub fn len(&self) -> usize {
        lock(&self.records).len()
    }

    fn life(&self, bank: usize) -> u32 {
        self.lives[bank].load(Ordering::Acquire)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn handed_in(&self, transaction: &Transaction) {
        let mut sent = lock(&self.sent);
        let id = transaction.id();
        if sent.by_id.insert(id, transaction.clone()).is_none() {
            sent.order.push(id);
        }
    }

    /// One of the last transactions that were handed in, by a number of any size.
    pub fn recent(&self, number: u64) -> Option<TxId> {
        const LOOKED_BACK: usize = 200;
        let sent = lock(&self.sent);
        let among = &sent.order[sent.order.len().saturating_sub(LOOKED_BACK)..];
        among.get(usize::try_from(number).ok()? % among.len().max(1)).copied()
    }

    /// Transactions that some node may hold and that no node was heard to settle.
    pub fn open(&self) -> Vec<Transaction> {
        let records = lock(&self.records);
        let mut open: BTreeMap<TxId, bool> = BTreeMap::new();
        for record in records.iter() {
            match &record.answer {
                Answer::Sent(id, Sending::Taken | Sending::Unheard) => {
                    open.entry(*id).or_insert(true);
                }
                Answer::Receipt(id, Standing::Final(_)) => {
                    open.insert(*id, false);
                }
                _ => {}
            }
        }
        let sent = lock(&self.sent);
        open.iter().filter(|(_, open)| **open).map(|(id, _)| sent.by_id[id].clone()).collect()
    }

    /// Asks every node once more about every transaction, and compares every answer ever got with the
    /// chain that all six have. Nothing may be under way any more.
    pub async fn judge(&self, net: &Net) -> Report {
        net.assert_one_history().await;
        self.ask_again(net).await;
        let tip = net.assert_one_history().await;
        let chain = Chain::fetch(&net.client(BANKS[0]), tip).await;
        let (records, sent) = (lock(&self.records), lock(&self.sent));
        let faults = rules::check(&chain, &records, &sent.by_id);
        let shown = faults.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(faults.is_empty(), "{} answers were wrong; the first are\n{shown}", faults.len());
        let report = rules::report(&chain, &records, &sent.by_id);
        println!("checked: {report}");
        report
    }

    async fn ask_again(&self, net: &Net) {
        let ids: Vec<TxId> = {
            let sent = lock(&self.sent);
            sent.order[sent.order.len().saturating_sub(ASKED_AGAIN_MAX)..].to_vec()
        };
        let (ids, witnesses) = (&ids, self.witnesses(net));
        let all = witnesses.iter().map(|witness| {
            stream::iter(ids).for_each_concurrent(QUESTIONS_AT_ONCE, |id| async {
                until("a node answers", || async { witness.receipt(*id).await.is_some() }).await;
                until("a node answers", || async { witness.transaction(*id).await.is_some() }).await;
            })
        });
        futures::future::join_all(all).await;
    }

    /// A client of each node.
    pub fn witnesses(&self, net: &Net) -> Vec<Witness<'_>> {
        (0..BANKS.len()).map(|bank| Witness::of(self, net, bank)).collect()
    }
}
