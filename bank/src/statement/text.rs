//! Amounts, times and names as the documents write them.

use super::model::{Flow, Line};
use idx_types::{NetworkDay, TimestampMs};

const HOUR_MS: u64 = 3_600_000;
const MINUTE_MS: u64 = 60_000;

/// A sum of minor units: `5075.00`.
pub(super) fn sum(minor: u128) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// A sum for people, grouped as in India: `12,34,567.00`.
pub(super) fn grouped(minor: u128) -> String {
    let whole = (minor / 100).to_string();
    let (head, tail) = whole.split_at(whole.len().saturating_sub(3));
    let mut groups: Vec<&str> = Vec::new();
    let mut rest = head;
    while !rest.is_empty() {
        let (before, pair) = rest.split_at(rest.len().saturating_sub(2));
        groups.push(pair);
        rest = before;
    }
    groups.reverse();
    groups.push(tail);
    format!("{}.{:02}", groups.join(","), minor % 100)
}

/// A time with milliseconds, in UTC: `2026-11-21T10:20:30.123Z`, as XML Schema and RFC 3339 write it.
pub(super) fn instant(time: TimestampMs) -> String {
    let (day, clock) = (NetworkDay::of(time), clock(time));
    format!("{day}T{clock}.{:03}Z", time.0 % 1_000)
}

/// The time of day in UTC: `10:20:30`.
pub(super) fn clock(time: TimestampMs) -> String {
    let ms = time.since(NetworkDay::of(time).start());
    format!("{:02}:{:02}:{:02}", ms / HOUR_MS, ms / MINUTE_MS % 60, ms / 1_000 % 60)
}

/// The other side as the owner may see it: his contact, a session, or the bank's counter.
pub(super) fn other_side(line: &Line) -> String {
    match &line.movement.flow {
        Flow::Deposit | Flow::Withdrawal => "Cash at the counter".to_owned(),
        Flow::Sent { contact: Some(name), .. } => name.expose().to_owned(),
        Flow::Sent { to, .. } => to.to_string(),
        Flow::Changed { with, .. } => with.to_string(),
        Flow::Received { from } => from.to_string(),
    }
}

/// What the owner wrote down of a transfer that he sent; empty of all else.
pub(super) fn memo(line: &Line) -> &str {
    match &line.movement.flow {
        Flow::Sent { memo: Some(memo), .. } => memo.expose(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_grouped_by_three_then_by_two() {
        for (minor, plain, shown) in [
            (0, "0.00", "0.00"),
            (99, "0.99", "0.99"),
            (99_999, "999.99", "999.99"),
            (100_000, "1000.00", "1,000.00"),
            (12_345_678_901, "123456789.01", "12,34,56,789.01"),
            (u128::from(u64::MAX), "184467440737095516.15", "18,44,67,44,07,37,09,55,16.15"),
        ] {
            assert_eq!((sum(minor).as_str(), plain), (plain, sum(minor).as_str()));
            if minor < 1_000_000_000_000 {
                assert_eq!(grouped(minor), shown);
            }
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        let time = TimestampMs(1_700_000_000_123);
        assert_eq!(instant(time), "2023-11-14T22:13:20.123Z");
        assert_eq!(clock(time), "22:13:20");
        assert_eq!(instant(TimestampMs(0)), "1970-01-01T00:00:00.000Z");
    }
}
