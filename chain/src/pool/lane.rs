//! One set of involved banks' queue, and the merge of several queues into one.

use idx_types::tx::INVOLVED_BANKS_MAX;
use idx_types::{BankId, InvolvedBanks, PreparedTx, TimestampMs, TxId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, btree_map};
use std::iter::Peekable;

/// Number of a transaction in order of arrival. 64 bits never run out.
pub(super) type Arrival = u64;

/// Involved banks in order of their numbers: none, one or two; more for an order about a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct LaneKey([Option<BankId>; INVOLVED_BANKS_MAX]);

impl LaneKey {
    pub(super) fn of(involved: &InvolvedBanks) -> Self {
        let mut banks = involved.iter();
        let mut key = std::array::from_fn(|_| banks.next());
        key.sort_unstable();
        Self(key)
    }

    pub(super) fn banks(&self) -> impl Iterator<Item = BankId> {
        self.0.into_iter().flatten()
    }
}

/// Transactions of one set of involved banks.
#[derive(Clone, Default, Debug)]
pub(super) struct Lane {
    queue: BTreeMap<Arrival, PreparedTx>,
    expiries: BTreeSet<(TimestampMs, Arrival)>,
}

impl Lane {
    pub(super) fn insert(&mut self, arrival: Arrival, tx: PreparedTx) {
        self.expiries.insert((tx.tx.body.valid_until, arrival));
        self.queue.insert(arrival, tx);
    }

    pub(super) fn remove(&mut self, arrival: Arrival) -> Option<PreparedTx> {
        let tx = self.queue.remove(&arrival)?;
        self.expiries.remove(&(tx.tx.body.valid_until, arrival));
        Some(tx)
    }

    pub(super) fn get(&self, arrival: Arrival) -> Option<&PreparedTx> {
        self.queue.get(&arrival)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether one of its transactions is valid at this time.
    pub(super) fn outlives(&self, now: TimestampMs) -> bool {
        self.expiries.last().is_some_and(|(valid_until, _)| *valid_until >= now)
    }

    /// Those that are no longer valid at this time, by expiry, then arrival.
    pub(super) fn expired(&self, now: TimestampMs) -> impl Iterator<Item = (TimestampMs, Arrival, TxId)> {
        let over = self.expiries.range(..(now, Arrival::MIN));
        over.map(|(valid_until, arrival)| (*valid_until, *arrival, self.queue[arrival].id))
    }
}

/// Several lanes as one queue in order of arrival.
pub(super) struct Merge<'a> {
    lanes: Vec<Peekable<btree_map::Iter<'a, Arrival, PreparedTx>>>,
    /// The first arrival of each lane that is not yet at its end, least on top.
    heads: BinaryHeap<Reverse<(Arrival, usize)>>,
}

impl<'a> Merge<'a> {
    pub(super) fn of(lanes: impl Iterator<Item = &'a Lane>) -> Self {
        let lanes = lanes.map(|lane| lane.queue.iter().peekable()).collect();
        let mut merge = Self { lanes, heads: BinaryHeap::new() };
        (0..merge.lanes.len()).for_each(|lane| merge.line_up(lane));
        merge
    }

    fn line_up(&mut self, lane: usize) {
        if let Some((arrival, _)) = self.lanes[lane].peek() {
            self.heads.push(Reverse((**arrival, lane)));
        }
    }
}

impl<'a> Iterator for Merge<'a> {
    type Item = &'a PreparedTx;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((_, lane)) = self.heads.pop()?;
        let (_, tx) = self.lanes[lane].next()?;
        self.line_up(lane);
        Some(tx)
    }
}
