//! News of customers: written with what they tell of, read from any number on.
//!
//! ```text
//!   sequence   1 2 3 ... 998 999 1000 1001      1001 has taken the place of 1
//!              ^ first kept: 2                  the newest: what the head counts
//! ```

use super::rows::{NEWS_PER_CUSTOMER_MAX, News, NewsHead, Turn};
use super::{Draft, Shelf, VaultError};
use idx_types::Idx;

/// Some of a customer's news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsPage {
    /// The number of the oldest that may still be kept; at least 1.
    pub oldest: u64,
    /// The number of the newest; 0 if there never were any.
    pub last: u64,
    /// In order of their numbers. One that was erased, or written over while it was read, is left out.
    pub items: Vec<News>,
}

impl Shelf<'_> {
    /// A customer's news with numbers above `after`, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`VaultError`] if a record is damaged or the machine fails.
    pub fn news(&self, customer: &Idx, after: u64, limit: usize) -> Result<NewsPage, VaultError> {
        let last = self.last_news(customer)?;
        let oldest = (last.saturating_sub(NEWS_PER_CUSTOMER_MAX) + 1).max(1);
        let from = after.saturating_add(1).max(oldest);
        let mut items = Vec::new();
        for sequence in (from..=last).take(limit) {
            let found: Option<News> = self.get(&News::key_of(self.keys, customer, sequence))?;
            items.extend(found.filter(|news| news.sequence == sequence));
        }
        Ok(NewsPage { oldest, last, items })
    }

    fn last_news(&self, customer: &Idx) -> Result<u64, VaultError> {
        let head: Option<NewsHead> = self.get(&NewsHead::key_of(self.keys, customer))?;
        Ok(head.map_or(0, |head| head.last))
    }

    /// All news of a customer that are kept, in order of their numbers.
    pub(super) fn kept_news(&self, customer: &Idx) -> Result<Vec<News>, VaultError> {
        let mut all: Vec<News> = self.all(&News::prefix_of(self.keys, customer))?;
        all.sort_by_key(|news| news.sequence);
        Ok(all)
    }
}

impl Draft<'_> {
    /// Adds to a customer's news, under the next number; tells which.
    ///
    /// # Errors
    /// [`VaultError`] if a record is damaged or the machine fails.
    pub fn add_news(&mut self, customer: Idx, turn: Turn) -> Result<u64, VaultError> {
        let sequence = self.last_news(&customer)?.saturating_add(1);
        self.put(&News { customer, sequence, turn });
        self.put(&NewsHead { customer, last: sequence });
        Ok(sequence)
    }
}
