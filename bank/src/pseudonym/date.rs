//! The calendar, in integers: dates as they are hashed, months as keys are kept by.

use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::NetworkDay;

/// A calendar month: months since January 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub struct Month(pub u32);

impl Month {
    /// The month of a day.
    pub const fn of(day: NetworkDay) -> Self {
        let (year, month, _) = civil(day);
        Self((year - 1970) * 12 + month - 1)
    }

    /// The month `months` before, at most back to the first there is.
    #[must_use]
    pub const fn earlier(self, months: u32) -> Self {
        Self(self.0.saturating_sub(months))
    }
}

/// A day as `YYYY-MM-DD`.
pub fn date_text(day: NetworkDay) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Year, month 1 to 12 and day 1 to 31 of the proleptic Gregorian calendar. Counts from 1 March of
/// year 0, so that the leap day is the last of its year and 400 years are always 146,097 days.
const fn civil(day: NetworkDay) -> (u32, u32, u32) {
    let days = day.0 as u64 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let january_or_february = (month <= 2) as u64;
    ((era * 400 + year + january_or_february) as u32, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_by_hand() {
        for (day, text) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (19_675, "2023-11-14"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date_text(NetworkDay(day)), text);
        }
        assert_eq!(date_text(NetworkDay(u32::MAX)), "11761191-01-20", "the last day there is has a date");
    }

    #[test]
    fn months_change_on_the_first() {
        assert_eq!(Month::of(NetworkDay(30)), Month(0));
        assert_eq!(Month::of(NetworkDay(31)), Month(1));
        assert_eq!(Month::of(NetworkDay(19_675)), Month(53 * 12 + 10));
        assert_eq!((Month(5).earlier(2), Month(1).earlier(2)), (Month(3), Month(0)));
    }

    proptest! {
        /// Against another implementation, to the last year it knows.
        #[test]
        fn agrees_with_the_time_crate(day in 0u32..2_932_896) {
            let date = time::OffsetDateTime::UNIX_EPOCH.date() + time::Duration::days(i64::from(day));
            prop_assert_eq!(date_text(NetworkDay(day)), date.to_string());
        }
    }
}
