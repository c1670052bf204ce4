//! The tags of a bank's own customers for the days whose intents can still be open.

use super::{TagKey, date_text, tag_of};
use idx_types::{Idx, NetworkDay, ReceiverTag};
use std::collections::HashMap;

/// The tags of one day, from tag to customer. Never iterated, so its order decides nothing.
#[derive(Default)]
pub struct TagDay(HashMap<ReceiverTag, Idx>);

impl TagDay {
    /// The tags of these customers on a day. A million take about a second of one core.
    pub fn of<'a>(key: &TagKey, day: NetworkDay, customers: impl Iterator<Item = &'a Idx>) -> Self {
        let date = date_text(day);
        Self(customers.map(|idx| (tag_of(key, idx, date.as_bytes()), *idx)).collect())
    }

    /// Whose tag it is, if a customer's of this bank.
    pub fn customer(&self, tag: &ReceiverTag) -> Option<Idx> {
        self.0.get(tag).copied()
    }
}

/// Today's and yesterday's tags: an intent lives at most a day, so no other day's can be open.
pub struct TagBook {
    key: TagKey,
    today: NetworkDay,
    days: [TagDay; 2],
}

impl TagBook {
    /// The book of these customers on a day.
    pub fn new(key: TagKey, today: NetworkDay, customers: &[Idx]) -> Self {
        let yesterday = NetworkDay(today.0.saturating_sub(1));
        let days = [today, yesterday].map(|day| TagDay::of(&key, day, customers.iter()));
        Self { key, today, days }
    }

    /// The day whose tags are the newest.
    pub const fn today(&self) -> NetworkDay {
        self.today
    }

    /// The key in use.
    pub const fn key(&self) -> &TagKey {
        &self.key
    }

    /// Turns to a later day; what is older than its yesterday is forgotten.
    pub fn turn(&mut self, today: NetworkDay, customers: &[Idx]) {
        if today == self.today.next() {
            self.days.swap(0, 1);
            self.days[0] = TagDay::of(&self.key, today, customers.iter());
            self.today = today;
        } else if today > self.today {
            *self = Self::new(self.key.clone(), today, customers);
        }
    }

    /// Adds a customer who registered today.
    pub fn add(&mut self, idx: Idx) {
        let yesterday = NetworkDay(self.today.0.saturating_sub(1));
        for (tags, day) in self.days.iter_mut().zip([self.today, yesterday]) {
            tags.0.insert(super::receiver_tag(&self.key, &idx, day), idx);
        }
    }

    /// Whose tag it is: a customer of this bank, by a tag of the day the intent was made.
    pub fn customer(&self, tag: &ReceiverTag, made_on: NetworkDay) -> Option<Idx> {
        match self.today.0.checked_sub(made_on.0) {
            Some(0) => self.days[0].customer(tag),
            Some(1) => self.days[1].customer(tag),
            _ => None,
        }
    }
}
