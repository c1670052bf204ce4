//! The tags of a bank's own customers for the days whose intents can be open.

use super::{TagKey, TagKeys, date_text, receiver_tag, tag_of};
use idx_types::{Idx, NetworkDay, ReceiverTag};
use std::collections::{BTreeMap, HashMap};

/// The tags of one day, from tag to customer. Never iterated, so its order decides nothing.
#[derive(Default)]
pub struct TagDay(HashMap<ReceiverTag, Idx>);

impl TagDay {
    /// The tags of these customers on a day. A million take about a second of one core, so a desk has
    /// the next day's made elsewhere and ahead.
    pub fn of<'a>(keys: &TagKeys, day: NetworkDay, customers: impl Iterator<Item = &'a Idx> + Clone) -> Self {
        let date = date_text(day);
        let of_key = |key| customers.clone().map(move |idx| (key, idx));
        let pairs = keys.iter().flat_map(of_key);
        Self(pairs.map(|(key, idx)| (tag_of(key, idx, date.as_bytes()), *idx)).collect())
    }

    /// Whose tag it is, if a customer's of this bank.
    pub fn customer(&self, tag: &ReceiverTag) -> Option<Idx> {
        self.0.get(tag).copied()
    }
}

/// The tags of yesterday, today and, once they are made, tomorrow: an intent lives at most a day.
pub struct TagBook {
    keys: TagKeys,
    days: BTreeMap<NetworkDay, TagDay>,
    /// Who registered since the book was opened; days that are handed in later may lack them.
    newcomers: Vec<Idx>,
}

impl TagBook {
    /// The book of these customers, for a day and the one before.
    pub fn new(keys: TagKeys, today: NetworkDay, customers: &[Idx]) -> Self {
        let days = [NetworkDay(today.0.saturating_sub(1)), today];
        let days = days.map(|day| (day, TagDay::of(&keys, day, customers.iter())));
        Self { keys, days: days.into_iter().collect(), newcomers: Vec::new() }
    }

    /// The key that tags are made with.
    pub const fn key(&self) -> &TagKey {
        self.keys.newest()
    }

    /// All keys under which something may be on its way.
    pub const fn keys(&self) -> &TagKeys {
        &self.keys
    }

    /// The key has turned. The days' tags are to be made again, and serve as they are until then.
    pub fn rekey(&mut self, keys: TagKeys) {
        self.keys = keys;
    }

    /// Whether the tags of a day are there.
    pub fn has(&self, day: NetworkDay) -> bool {
        self.days.contains_key(&day)
    }

    /// Puts in the tags of a day, made with the same key.
    pub fn put(&mut self, day: NetworkDay, mut tags: TagDay) {
        for idx in &self.newcomers {
            for key in self.keys.iter() {
                tags.0.insert(receiver_tag(key, idx, day), *idx);
            }
        }
        self.days.insert(day, tags);
    }

    /// Forgets the days before the day before `today`.
    pub fn turn(&mut self, today: NetworkDay) {
        let yesterday = NetworkDay(today.0.saturating_sub(1));
        self.days = self.days.split_off(&yesterday);
    }

    /// Adds a customer who registers now.
    pub fn add(&mut self, idx: Idx) {
        for (day, tags) in &mut self.days {
            for key in self.keys.iter() {
                tags.0.insert(receiver_tag(key, &idx, *day), idx);
            }
        }
        self.newcomers.push(idx);
    }

    /// Whose tag it is: a customer of this bank, by a tag of the day the intent was made.
    pub fn customer(&self, tag: &ReceiverTag, made_on: NetworkDay) -> Option<Idx> {
        self.days.get(&made_on)?.customer(tag)
    }
}
