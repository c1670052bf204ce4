//! Network days: what pseudonyms and daily keys change with (documents 3.2 and 4.1).

use crate::ids::TimestampMs;
use crate::params::DAY_MS;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A day of the network: days since 1970-01-01, from midnight to midnight UTC. Written as `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub struct NetworkDay(pub u32);

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no day: write YYYY-MM-DD, from 1970-01-01 to 9999-12-31")]
pub struct DayError {
    /// The text, cut.
    found: String,
}

/// Days of 400 years, after which the calendar repeats.
const CYCLE_DAYS: u32 = 146_097;

/// Days from 0000-03-01 to 1970-01-01. Years that begin in March have their leap day last, so the
/// months' lengths follow one rule (Hinnant, "chrono-compatible low-level date algorithms").
const MARCH_YEAR_0: u32 = 719_468;

impl NetworkDay {
    /// The day of a time; the last day there is for times beyond it.
    pub fn of(time: TimestampMs) -> Self {
        Self(u32::try_from(time.0 / DAY_MS).unwrap_or(u32::MAX))
    }

    /// Its first millisecond.
    pub fn start(self) -> TimestampMs {
        TimestampMs(u64::from(self.0) * DAY_MS)
    }

    /// The first millisecond after it: when its sessions end.
    pub fn end(self) -> TimestampMs {
        self.start().plus(DAY_MS)
    }

    /// The day after; the last day there is stays.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Year, month from 1 and day from 1 of the Gregorian calendar.
    fn civil(self) -> (u32, u32, u32) {
        let days = u64::from(self.0) + u64::from(MARCH_YEAR_0);
        let cycle = u64::from(CYCLE_DAYS);
        let (cycles, rest) = ((days / cycle) as u32, (days % cycle) as u32);
        let year = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365;
        let day_of_year = rest - (365 * year + year / 4 - year / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        (400 * cycles + year + u32::from(month <= 2), month, day)
    }

    /// The day of a date of the years 1970 to 9999; a day beyond its month's end becomes one of the next.
    fn of_civil(year: u32, month: u32, day: u32) -> Option<Self> {
        let march_year = year.checked_sub(u32::from(month <= 2))?;
        let (cycles, of_cycle) = (march_year / 400, march_year % 400);
        let march_month = (month + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + day.checked_sub(1)?;
        let of_cycle = 365 * of_cycle + of_cycle / 4 - of_cycle / 100 + day_of_year;
        (cycles * CYCLE_DAYS + of_cycle).checked_sub(MARCH_YEAR_0).map(Self)
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = |from: usize, to: usize| {
            let part = text.get(from..to)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok())?
        };
        let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
        // Only the one spelling of a date that exists is written back as it was read.
        Self::of_civil(year, month, day).filter(|found| found.to_string() == text)
    }
}

impl fmt::Display for NetworkDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for NetworkDay {
    type Err = DayError;
    fn from_str(text: &str) -> Result<Self, DayError> {
        Self::parse(text).ok_or_else(|| DayError { found: text.chars().take(20).collect() })
    }
}

impl Serialize for NetworkDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NetworkDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <String as Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_from_midnight_to_midnight() {
        let noon = TimestampMs(1_700_000_000_000);
        let day = NetworkDay::of(noon);
        assert_eq!(day, NetworkDay(19_675));
        assert!(day.start() <= noon && noon < day.end());
        assert_eq!(NetworkDay::of(day.start()), day);
        assert_eq!(NetworkDay::of(day.end()), day.next());
        assert_eq!(NetworkDay::of(TimestampMs(u64::MAX)).next(), NetworkDay(u32::MAX));
    }

    #[test]
    fn days_are_written_as_dates_and_read_back() {
        for (text, day) in [
            ("1970-01-01", 0),
            ("1972-02-29", 789),
            ("2000-02-29", 11_016),
            ("2000-03-01", 11_017),
            ("2023-11-14", 19_675),
            ("2100-03-01", 47_541),
            ("9999-12-31", 2_932_896),
        ] {
            assert_eq!((NetworkDay(day).to_string().as_str(), text.parse()), (text, Ok(NetworkDay(day))));
        }
        for day in (0..=2_932_896).step_by(29).map(NetworkDay) {
            assert_eq!(day.to_string().parse(), Ok(day));
        }
        assert!(NetworkDay(u32::MAX).to_string().starts_with("11761191-"));
        let json = serde_json::to_string(&NetworkDay(19_675)).unwrap();
        assert_eq!(
            (json.as_str(), serde_json::from_str(&json).unwrap()),
            ("\"2023-11-14\"", NetworkDay(19_675))
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "today",
            "1969-12-31",
            "2023-02-29",
            "2100-02-29",
            "2023-13-01",
            "2023-00-10",
            "2023-04-31",
            "2023-4-3",
            "2023-01-00",
            "10000-01-01",
            "2023/01/01",
            "2023-01-01 ",
            "+023-01-01",
            "२०२३-01-01",
        ] {
            assert!(text.parse::<NetworkDay>().is_err(), "{text}");
        }
    }
}
