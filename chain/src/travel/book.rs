//! The rates of one currency: which is in force, and which may follow.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{Quote, Rate, Reason, TimestampMs};

const HOUR_MS: u64 = 60 * 60 * 1000;

/// Most rates of a currency that wait for their time.
pub const RATES_AHEAD_MAX: usize = 16;

/// How far ahead of its block a rate may start, milliseconds.
pub const RATE_AHEAD_MS_MAX: u64 = 7 * 24 * HOUR_MS;

/// How long before its block a rate may have started: what publishing takes.
pub const RATE_LATE_MS_MAX: u64 = HOUR_MS / 6;

/// Shortest time after which a rate is stale.
pub const RATE_LIFE_MS_MIN: u64 = 60_000;

/// Longest time after which a rate is stale: no market is closed for so long.
pub const RATE_LIFE_MS_MAX: u64 = 7 * 24 * HOUR_MS;

/// Rates of one currency in order of their start: the one in force, if any, and those announced.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, BorshDeserialize)]
pub struct RateBook(Vec<Quote>);

impl RateBook {
    /// The newest rate that has started by this time, stale or not.
    pub fn in_force(&self, now: TimestampMs) -> Option<&Quote> {
        self.0.iter().rev().find(|quote| quote.valid_from <= now)
    }

    /// The rates that have not started by this time, in order of their start.
    pub fn announced(&self, now: TimestampMs) -> impl Iterator<Item = &Quote> {
        self.0.iter().filter(move |quote| quote.valid_from > now)
    }

    /// The book with one more rate, and without those that the one in force has replaced.
    ///
    /// # Errors
    /// [`Reason::BadRate`], [`Reason::BadRateTime`], [`Reason::RateExists`] or [`Reason::TooManyRates`].
    pub(crate) fn with(&self, quote: Quote, now: TimestampMs) -> Result<Self, Reason> {
        check_alone(&quote)?;
        self.check_time(&quote, now)?;
        let place = self.0.partition_point(|other| other.valid_from < quote.valid_from);
        if self.0.get(place).is_some_and(|other| other.valid_from == quote.valid_from) {
            return Err(Reason::RateExists);
        }
        let before = place.checked_sub(1).and_then(|before| self.0.get(before));
        let mut neighbours = before.into_iter().chain(self.0.get(place));
        if !neighbours.all(|other| are_near(other, &quote)) {
            return Err(Reason::BadRate);
        }
        let mut quotes = self.0.clone();
        quotes.insert(place, quote);
        let replaced = quotes.partition_point(|other| other.valid_from <= now).saturating_sub(1);
        quotes.drain(..replaced);
        let book = Self(quotes);
        if book.announced(now).count() > RATES_AHEAD_MAX { Err(Reason::TooManyRates) } else { Ok(book) }
    }

    /// Neither back-dated nor far ahead, and of use: a rate that starts before the one in force would never
    /// be in force itself.
    fn check_time(&self, quote: &Quote, now: TimestampMs) -> Result<(), Reason> {
        let late = quote.valid_from.plus(RATE_LATE_MS_MAX) < now;
        let early = quote.valid_from > now.plus(RATE_AHEAD_MS_MAX);
        let replaced = self.in_force(now).is_some_and(|other| quote.valid_from < other.valid_from);
        let lives = (RATE_LIFE_MS_MIN..=RATE_LIFE_MS_MAX).contains(&quote.stale_after_ms);
        if late || early || replaced || !lives { Err(Reason::BadRateTime) } else { Ok(()) }
    }
}

/// Both rates are in their range, and a customer who opens and closes at once gains nothing.
fn check_alone(quote: &Quote) -> Result<(), Reason> {
    let in_range = quote.buy >= Rate::LEAST && quote.sell <= Rate::GREATEST;
    let spread = is_within_half(quote.buy, quote.sell);
    if in_range && quote.buy <= quote.sell && spread { Ok(()) } else { Err(Reason::BadRate) }
}

/// Whether a rate is believed after, or before, another: a slip of the point is not.
fn are_near(one: &Quote, other: &Quote) -> bool {
    let pair = |a: Rate, b: Rate| is_within_half(a.min(b), a.max(b));
    pair(one.buy, other.buy) && pair(one.sell, other.sell)
}

/// Whether the greater is at most one and a half times the less.
fn is_within_half(less: Rate, greater: Rate) -> bool {
    u128::from(greater.0) * 2 <= u128::from(less.0) * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: TimestampMs = TimestampMs(1_700_000_000_000);
    const USD: u64 = 8_300_000_000;

    fn quote(from: TimestampMs, buy: u64, sell: u64) -> Quote {
        Quote { buy: Rate(buy), sell: Rate(sell), valid_from: from, stale_after_ms: HOUR_MS }
    }

    fn book() -> RateBook {
        RateBook::default().with(quote(NOW, USD, USD + 5), NOW).unwrap()
    }

    #[test]
    fn the_newest_that_has_started_is_in_force() {
        let book = book().with(quote(NOW.plus(1_000), USD + 1, USD + 2), NOW).unwrap();
        assert_eq!(book.in_force(TimestampMs(NOW.0 - 1)), None);
        assert_eq!(book.in_force(NOW.plus(999)).unwrap().buy, Rate(USD));
        assert_eq!(book.in_force(NOW.plus(1_000)).unwrap().buy, Rate(USD + 1));
        assert_eq!(book.announced(NOW).count(), 1);
        assert_eq!(book.announced(NOW.plus(1_000)).count(), 0);
    }

    #[test]
    fn replaced_rates_are_forgotten_and_announced_ones_bounded() {
        let mut book = book();
        for second in 1..=RATES_AHEAD_MAX as u64 {
            book = book.with(quote(NOW.plus(second), USD, USD), NOW).unwrap();
        }
        let one_more = quote(NOW.plus(500), USD, USD);
        assert_eq!(book.with(one_more, NOW), Err(Reason::TooManyRates));
        assert_eq!(book.0.len(), RATES_AHEAD_MAX + 1);
        let later = NOW.plus(10);
        let book = book.with(one_more, later).unwrap();
        assert_eq!(book.0[0].valid_from, later, "what the one in force replaced is gone");
        assert_eq!(book.0.len(), RATES_AHEAD_MAX + 1 - 10 + 1);
    }

    #[test]
    fn refusals() {
        type Spoil = fn(&mut Quote);
        let table: [(Spoil, Reason); 15] = [
            (|q| q.buy = Rate(0), Reason::BadRate),
            (|q| (q.buy, q.sell) = (Rate(999_999), Rate(999_999)), Reason::BadRate),
            (|q| q.sell = Rate(q.buy.0 - 1), Reason::BadRate),
            (|q| q.sell = Rate(q.buy.0 * 3 / 2 + 1), Reason::BadRate),
            (|q| (q.buy, q.sell) = (Rate(q.buy.0 * 10), Rate(q.sell.0 * 10)), Reason::BadRate),
            (|q| (q.buy, q.sell) = (Rate(q.buy.0 / 2), Rate(q.sell.0 / 2)), Reason::BadRate),
            (|q| (q.buy, q.sell) = (Rate(u64::MAX), Rate(u64::MAX)), Reason::BadRate),
            (|q| q.valid_from = NOW, Reason::RateExists),
            (|q| q.valid_from = TimestampMs(NOW.0 - 1), Reason::BadRateTime),
            (|q| q.valid_from = TimestampMs(0), Reason::BadRateTime),
            (|q| q.valid_from = NOW.plus(RATE_AHEAD_MS_MAX + 1), Reason::BadRateTime),
            (|q| q.valid_from = TimestampMs(u64::MAX), Reason::BadRateTime),
            (|q| q.stale_after_ms = RATE_LIFE_MS_MIN - 1, Reason::BadRateTime),
            (|q| q.stale_after_ms = RATE_LIFE_MS_MAX + 1, Reason::BadRateTime),
            (|q| q.stale_after_ms = u64::MAX, Reason::BadRateTime),
        ];
        for (place, (spoil, reason)) in table.into_iter().enumerate() {
            let mut spoilt = quote(NOW.plus(1), USD, USD + 5);
            spoil(&mut spoilt);
            assert_eq!(book().with(spoilt, NOW), Err(reason), "{place}");
        }
    }

    #[test]
    fn the_edges_are_accepted() {
        let empty = RateBook::default();
        for from in [TimestampMs(NOW.0 - RATE_LATE_MS_MAX), NOW.plus(RATE_AHEAD_MS_MAX)] {
            assert!(empty.with(quote(from, USD, USD * 3 / 2), NOW).is_ok());
        }
        assert!(book().with(quote(NOW.plus(1), USD * 3 / 2, USD * 3 / 2), NOW).is_ok());
    }

    /// A rate between two announced ones must fit both.
    #[test]
    fn both_neighbours_are_looked_at() {
        let book = book().with(quote(NOW.plus(100), USD * 4 / 3, USD * 4 / 3), NOW).unwrap();
        assert_eq!(book.with(quote(NOW.plus(50), USD * 3 / 4, USD), NOW), Err(Reason::BadRate));
        assert!(book.with(quote(NOW.plus(50), USD * 7 / 6, USD * 7 / 6), NOW).is_ok());
    }
}
