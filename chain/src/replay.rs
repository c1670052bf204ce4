//! Which transactions have settled: the guard against paying twice (document 3.2, fault 43).
//!
//! Ids are kept by the hour of their `valid_until`. An expired transaction is refused by its time
//! alone, so a whole hour is dropped once it is past:
//!
//! ```text
//!  hour 10 (past, dropped)    hour 11: id -> id -> id      hour 12: id -> id
//!                                      chain of hashes              chain of hashes
//! ```
//!
//! A transaction lives at most a day, and one dated further than a day ahead is not recorded, so there
//! are never more than about 50 hours. The state root commits to each hour's chain.

use crate::index::KeyIndex;
use idx_crypto::{Hash32, Hasher, hash_borsh};
use idx_types::params::DAY_MS;
use idx_types::planted::{self, Bug};
use idx_types::{TimestampMs, TxId};
use std::collections::BTreeMap;

/// Milliseconds of valid_until that share a bucket.
pub const BUCKET_MS: u64 = 60 * 60 * 1000;

/// A settled id with the time until which it must be remembered.
pub type SettledId = (TimestampMs, TxId);

/// Hour, number of ids and head of the hash chain of one bucket.
pub type BucketHead = (u64, u64, Hash32);

/// All remembered ids.
#[derive(Default)]
pub(crate) struct ReplayWindow {
    buckets: BTreeMap<u64, Bucket>,
}

#[derive(Default)]
struct Bucket {
    /// In order of settling.
    order: Vec<SettledId>,
    /// Finds a place in `order`.
    ids: KeyIndex,
    /// Head of the hash chain over `order`.
    chain: Hash32,
}

/// Ids that a block settles and hours that it lets go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ReplayUpdate {
    pub added: Vec<SettledId>,
    pub expired_before: TimestampMs,
    heads: Vec<BucketHead>,
}

impl ReplayWindow {
    /// The window over ids in order of settling.
    pub fn from_settled(settled: &[SettledId]) -> Self {
        let mut window = Self::default();
        settled.iter().for_each(|id| window.insert(*id));
        window
    }

    /// Whether an id with this `valid_until` has settled.
    pub fn contains(&self, valid_until: TimestampMs, id: &TxId) -> bool {
        let settled = self.buckets.get(&hour(valid_until)).is_some_and(|bucket| bucket.contains(id));
        settled && !planted::has(Bug::ReplayAllowed)
    }

    /// Whether an id has settled, at whatever time it expires.
    pub fn contains_id(&self, id: &TxId) -> bool {
        self.buckets.values().any(|bucket| bucket.contains(id))
    }

    /// All remembered ids, by hour, then in order of settling.
    pub fn settled(&self) -> Vec<SettledId> {
        self.buckets.values().flat_map(|bucket| bucket.order.iter().copied()).collect()
    }

    pub fn heads(&self) -> Vec<BucketHead> {
        self.buckets.iter().map(|(hour, b)| (*hour, b.order.len() as u64, b.chain)).collect()
    }

    pub fn commitment(&self) -> Hash32 {
        commitment(&self.heads())
    }

    /// What the window becomes with these ids at this time; changes nothing yet.
    pub fn update(&self, added: Vec<SettledId>, now: TimestampMs) -> ReplayUpdate {
        let mut heads: BTreeMap<u64, (u64, Hash32)> =
            self.heads().into_iter().map(|(hour, count, chain)| (hour, (count, chain))).collect();
        for id in &added {
            let head = heads.entry(hour(id.0)).or_default();
            *head = (head.0 + 1, link(&head.1, id));
        }
        let heads = heads.split_off(&hour(now)).into_iter().map(|(hour, (n, chain))| (hour, n, chain));
        ReplayUpdate { added, expired_before: TimestampMs(hour(now) * BUCKET_MS), heads: heads.collect() }
    }

    /// Takes over an update of this very window.
    pub fn apply(&mut self, update: &ReplayUpdate) {
        for id in &update.added {
            self.insert_unlinked(*id);
        }
        self.buckets = self.buckets.split_off(&hour(update.expired_before));
        for (hour, _, chain) in &update.heads {
            if let Some(bucket) = self.buckets.get_mut(hour) {
                bucket.chain = *chain;
            }
        }
    }

    fn insert(&mut self, id: SettledId) {
        self.insert_unlinked(id);
        let bucket = self.buckets.entry(hour(id.0)).or_default();
        bucket.chain = link(&bucket.chain, &id);
    }

    fn insert_unlinked(&mut self, id: SettledId) {
        self.buckets.entry(hour(id.0)).or_default().push(id);
    }
}

impl Bucket {
    fn contains(&self, id: &TxId) -> bool {
        let id_at = |place| self.order.get(usize::try_from(place).ok()?).map(|(_, id)| &id.0);
        self.ids.find(&id.0, id_at).is_some()
    }

    fn push(&mut self, id: SettledId) {
        self.ids.insert(&id.1.0, self.order.len() as u64);
        self.order.push(id);
    }
}

impl ReplayUpdate {
    pub fn commitment(&self) -> Hash32 {
        commitment(&self.heads)
    }
}

/// Whether a transaction of these times must be remembered at `now`. Not if it has expired, not if it
/// lives longer than any rule allows, and not if it is dated more than a day ahead: the first two can
/// never settle, the last no honest pool takes, and remembering it could fill the memory.
pub(crate) fn must_remember(created_at: TimestampMs, valid_until: TimestampMs, now: TimestampMs) -> bool {
    valid_until >= now && valid_until <= created_at.plus(DAY_MS) && created_at <= now.plus(DAY_MS)
}

fn hour(time: TimestampMs) -> u64 {
    time.0 / BUCKET_MS
}

fn link(chain: &Hash32, (valid_until, id): &SettledId) -> Hash32 {
    let mut bytes = [0; 72];
    bytes[..32].copy_from_slice(chain.as_bytes());
    bytes[32..40].copy_from_slice(&valid_until.0.to_le_bytes());
    bytes[40..].copy_from_slice(&id.0);
    Hasher::new("idx/settled-link/1").part(&bytes).finish()
}

fn commitment(heads: &[BucketHead]) -> Hash32 {
    hash_borsh("idx/settled/1", heads)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8, hours: u64) -> SettledId {
        (TimestampMs(hours * BUCKET_MS + u64::from(n)), TxId([n; 32]))
    }

    #[test]
    fn an_hour_is_dropped_only_when_all_of_it_is_past() {
        let mut window = ReplayWindow::from_settled(&[id(1, 10), id(2, 11)]);
        let last_of_10 = TimestampMs(11 * BUCKET_MS - 1);
        let keep = window.update(vec![], last_of_10);
        window.apply(&keep);
        assert!(window.contains_id(&id(1, 10).1));
        let drop = window.update(vec![], TimestampMs(11 * BUCKET_MS));
        assert_eq!(drop.expired_before, TimestampMs(11 * BUCKET_MS));
        window.apply(&drop);
        assert!(!window.contains_id(&id(1, 10).1) && window.contains(id(2, 11).0, &id(2, 11).1));
    }

    #[test]
    fn an_update_foretells_the_commitment_and_the_list_rebuilds_it() {
        let mut window = ReplayWindow::from_settled(&[id(1, 10)]);
        let update = window.update(vec![id(2, 11), id(3, 10)], TimestampMs(10 * BUCKET_MS));
        let foretold = update.commitment();
        assert_ne!(foretold, window.commitment());
        window.apply(&update);
        assert_eq!(window.commitment(), foretold);
        assert_eq!(ReplayWindow::from_settled(&window.settled()).commitment(), foretold);
    }

    #[test]
    fn order_and_time_are_bound() {
        let forward = ReplayWindow::from_settled(&[id(1, 10), id(2, 10)]);
        let backward = ReplayWindow::from_settled(&[id(2, 10), id(1, 10)]);
        assert_ne!(forward.commitment(), backward.commitment());
        let later = ReplayWindow::from_settled(&[(TimestampMs(id(1, 10).0.0 + 1), id(1, 10).1)]);
        assert_ne!(later.commitment(), ReplayWindow::from_settled(&[id(1, 10)]).commitment());
    }

    #[test]
    fn what_can_never_settle_is_not_remembered() {
        let now = TimestampMs(10 * DAY_MS);
        let at = |created: u64, until: u64| must_remember(TimestampMs(created), TimestampMs(until), now);
        assert!(at(now.0, now.0) && at(now.0, now.0 + DAY_MS) && at(now.0 + DAY_MS, now.0 + 2 * DAY_MS));
        assert!(!at(now.0 - 2, now.0 - 1), "expired");
        assert!(!at(now.0, now.0 + DAY_MS + 1), "longer than a day");
        assert!(!at(now.0 + DAY_MS + 1, now.0 + DAY_MS + 2), "dated too far ahead");
        assert!(!at(0, u64::MAX));
    }
}
