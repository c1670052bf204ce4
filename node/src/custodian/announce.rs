//! When the company announces keys of days ahead, and of which days.

use idx_types::NetworkDay;

/// Days with a key that there shall always be ahead, unless told otherwise.
pub const ANNOUNCE_DAYS_MIN: u32 = 30;

/// How far ahead the company announces; the ledger keeps at most 400 days, some of them past.
const ANNOUNCE_DAYS: u32 = 370;

/// Most days of one announcement: fits into a transaction.
const BATCH_DAYS: usize = 300;

/// The days to announce, if fewer than `days_min` are left after today; `last` is the last one that has
/// a key. Days that passed without one cannot get one any more.
pub fn due(today: NetworkDay, last: NetworkDay, days_min: u32) -> Option<Vec<NetworkDay>> {
    if last.0 >= today.0.saturating_add(days_min) {
        return None;
    }
    let first = last.max(today).next();
    let days: Vec<NetworkDay> =
        (first.0..=today.0.saturating_add(ANNOUNCE_DAYS)).take(BATCH_DAYS).map(NetworkDay).collect();
    (!days.is_empty()).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::escrow::DAY_KEYS_MAX;

    #[test]
    fn keys_are_announced_before_they_run_out_and_not_before() {
        let today = NetworkDay(20_000);
        for (left, days_min, first, count) in [
            (399_i64, 30, None, 0),
            (30, 30, None, 0),
            (29, 30, Some(30), 300),
            (0, 30, Some(1), 300),
            (-5, 30, Some(1), 300),
            (200, 201, Some(201), 170),
            (399, 1_000, None, 0),
        ] {
            let last = NetworkDay(u32::try_from(i64::from(today.0) + left).unwrap());
            let due = due(today, last, days_min);
            let found = due.as_ref().map(|days| days[0].0 - today.0);
            assert_eq!((found, due.as_ref().map_or(0, Vec::len)), (first, count), "{left} days left");
            let fits = due.is_none_or(|days| (days.last().unwrap().0 - today.0) as usize <= DAY_KEYS_MAX - 8);
            assert!(fits, "days past are kept for a week: {left} days left");
        }
    }
}
