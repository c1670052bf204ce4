//! The pool: transactions that wait for a block, in order of arrival.
//!
//! What enters is transactions whose signatures this node verified; what leaves is the next block's
//! worth of them, and those that settled or expired. The pool knows no balances: whether a
//! transaction can settle is for the state to say, at the door and again in the block. A deferred
//! transaction simply stays.
//!
//! ```text
//! insert --> lane HDFC+ICICI   1  4  7 ...  \
//!            lane SBI          2  3  9 ...   } select: the lanes merged by arrival, without those
//!            lane (no bank)    5  6  8 ...  /          of a skipped bank
//! ```
//!
//! A lane holds the transactions of one set of involved banks. So a silent bank, however much of it
//! waits, costs a selection nothing and holds up nobody else's payments. Payments of six banks have at
//! most 22 lanes; court orders about a person add one for each set of banks asked. Every number of arrival is used once, so the order is that of arrival for ever.
//!
//! Bounds: [`PoolLimits`]. Inserting and removing take time in the logarithm of what waits.

mod lane;
#[cfg(test)]
mod tests;

use idx_types::{BankId, PreparedTx, Reason, TimestampMs, TxHash, TxId, TxKind};
use lane::{Arrival, Lane, LaneKey, Merge};
use std::collections::BTreeMap;

/// How much may wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolLimits {
    /// Most transactions.
    pub transactions_max: usize,
    /// Most bytes of encoded transactions.
    pub bytes_max: usize,
    /// Most transactions of one bank: the payer's bank of a transfer, else the bank that signs.
    pub per_bank_max: usize,
}

/// Transactions that wait for a block. Each id is in it at most once.
#[derive(Clone, Debug)]
pub struct Pool {
    limits: PoolLimits,
    lanes: BTreeMap<LaneKey, Lane>,
    by_id: BTreeMap<TxId, (LaneKey, Arrival)>,
    by_hash: BTreeMap<TxHash, TxId>,
    per_bank: BTreeMap<Option<BankId>, usize>,
    bytes: usize,
    arrivals: Arrival,
}

impl Pool {
    /// An empty pool.
    pub const fn new(limits: PoolLimits) -> Self {
        Self {
            limits,
            lanes: BTreeMap::new(),
            by_id: BTreeMap::new(),
            by_hash: BTreeMap::new(),
            per_bank: BTreeMap::new(),
            bytes: 0,
            arrivals: 0,
        }
    }

    /// Puts a transaction at the end of the queue.
    ///
    /// # Errors
    /// The first of these that holds, and nothing is changed: [`Reason::BadSignature`];
    /// [`Reason::PoolDuplicate`], if its id waits already, under whatever signatures;
    /// [`Reason::BankPoolFull`]; [`Reason::PoolFull`], by number or bytes.
    pub fn insert(&mut self, tx: PreparedTx) -> Result<(), Reason> {
        self.admits(&tx)?;
        let key = LaneKey::of(&tx.tx.body.kind.involved_banks());
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.bytes += tx.len;
        *self.per_bank.entry(answerable_bank(&tx.tx.body.kind)).or_default() += 1;
        self.by_hash.insert(tx.hash, tx.id);
        self.by_id.insert(tx.id, (key, arrival));
        self.lanes.entry(key).or_default().insert(arrival, tx);
        Ok(())
    }

    fn admits(&self, tx: &PreparedTx) -> Result<(), Reason> {
        let of_bank = self.per_bank.get(&answerable_bank(&tx.tx.body.kind)).copied().unwrap_or(0);
        let bytes_left = self.limits.bytes_max - self.bytes;
        if !tx.signatures_hold() {
            Err(Reason::BadSignature)
        } else if self.contains(&tx.id) {
            Err(Reason::PoolDuplicate)
        } else if of_bank >= self.limits.per_bank_max {
            Err(Reason::BankPoolFull)
        } else if self.len() >= self.limits.transactions_max || tx.len > bytes_left {
            Err(Reason::PoolFull)
        } else {
            Ok(())
        }
    }

    /// The waiting transaction of exactly these bytes.
    pub fn get(&self, hash: &TxHash) -> Option<&PreparedTx> {
        self.find(self.by_hash.get(hash)?)
    }

    /// The waiting transaction of this id, whatever its signatures.
    pub fn find(&self, id: &TxId) -> Option<&PreparedTx> {
        let (key, arrival) = self.by_id.get(id)?;
        self.lanes.get(key)?.get(*arrival)
    }

    /// Whether a transaction of this id waits.
    pub fn contains(&self, id: &TxId) -> bool {
        self.by_id.contains_key(id)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Bytes of all that wait, encoded.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// What the next block may hold: unexpired transactions none of whose involved banks is to be
    /// skipped, by arrival, at most `count_max` of at most `bytes_max` bytes together.
    ///
    /// It ends at the first transaction that does not fit any more, so that nothing overtakes what
    /// it may depend on; one that would not fit an empty block is passed over. `skip` is asked at
    /// most twice a lane. Looks at what it takes, at those that expired since the last
    /// [`Self::expire`], and at no other.
    pub fn select(
        &self,
        now: TimestampMs,
        count_max: usize,
        bytes_max: usize,
        skip: &dyn Fn(BankId) -> bool,
    ) -> Vec<PreparedTx> {
        let mut room = bytes_max;
        Merge::of(self.open_lanes(skip))
            .filter(|tx| !is_expired(tx, now) && tx.len <= bytes_max)
            .map_while(|tx| {
                room = room.checked_sub(tx.len)?;
                Some(tx.clone())
            })
            .take(count_max)
            .collect()
    }

    /// Whether [`Self::select`] would find a transaction, given room for it. Looks once at each lane.
    pub fn has_ready(&self, now: TimestampMs, skip: &dyn Fn(BankId) -> bool) -> bool {
        self.open_lanes(skip).any(|lane| lane.outlives(now))
    }

    fn open_lanes(&self, skip: &dyn Fn(BankId) -> bool) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().filter(move |(key, _)| !key.banks().any(skip)).map(|(_, lane)| lane)
    }

    /// Takes out the transaction of this id: it settled, or will never.
    pub fn remove(&mut self, id: &TxId) -> Option<PreparedTx> {
        let (key, arrival) = self.by_id.remove(id)?;
        let lane = self.lanes.get_mut(&key).expect("an indexed transaction has a lane");
        let tx = lane.remove(arrival).expect("an indexed transaction is in its lane");
        if lane.is_empty() {
            self.lanes.remove(&key);
        }
        self.by_hash.remove(&tx.hash);
        self.bytes -= tx.len;
        self.release(answerable_bank(&tx.tx.body.kind));
        Some(tx)
    }

    fn release(&mut self, bank: Option<BankId>) {
        let count = self.per_bank.get_mut(&bank).expect("a waiting transaction is counted");
        *count -= 1;
        if *count == 0 {
            self.per_bank.remove(&bank);
        }
    }

    /// Takes out all that are no longer valid, and names them in order of their expiry, then arrival.
    pub fn expire(&mut self, now: TimestampMs) -> Vec<TxId> {
        let mut expired: Vec<_> = self.lanes.values().flat_map(|lane| lane.expired(now)).collect();
        expired.sort_unstable();
        let ids: Vec<TxId> = expired.into_iter().map(|(_, _, id)| id).collect();
        for id in &ids {
            self.remove(id);
        }
        ids
    }
}

/// A transaction may settle up to its last millisecond, and in it.
fn is_expired(tx: &PreparedTx, now: TimestampMs) -> bool {
    tx.tx.body.valid_until < now
}

/// The bank on whose account a transaction waits: the payer's, or the one that signs; none for judges,
/// custodians and the rate publisher, who have a share of the pool like a bank's together.
fn answerable_bank(kind: &TxKind) -> Option<BankId> {
    Some(match kind {
        TxKind::OpenAccount(tx) => tx.bank,
        TxKind::CloseAccount(tx) | TxKind::Unfreeze(tx) => tx.bank,
        TxKind::OpenSession(tx) => tx.bank,
        TxKind::Deposit(tx) | TxKind::Withdraw(tx) => tx.bank,
        TxKind::Transfer(tx) => tx.from_bank,
        TxKind::Freeze(tx) => tx.bank,
        TxKind::Propose(tx) => tx.bank,
        TxKind::Ballot(tx) => tx.bank,
        TxKind::Evidence(tx) => tx.bank,
        TxKind::AnswerOrder(tx) => tx.bank,
        TxKind::RotateChainKey(tx) => tx.bank,
        TxKind::OpenTravel(tx) => tx.bank,
        TxKind::CloseTravel(tx) => tx.bank,
        TxKind::CourtOrder(_) | TxKind::ReleaseOrder(_) | TxKind::ConfirmOpening(_) => return None,
        TxKind::OrderShare(_) | TxKind::RefuseOrder(_) | TxKind::AnnounceKeys(_) => return None,
        TxKind::ForexRate(_) => return None,
    })
}
