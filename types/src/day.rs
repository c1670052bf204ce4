//! Network days: what pseudonyms and daily keys change with (documents 3.2 and 4.1).

use crate::ids::TimestampMs;
use crate::params::DAY_MS;
use borsh::{BorshDeserialize, BorshSerialize};

/// A day of the network: days since 1970-01-01, from midnight to midnight UTC.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct NetworkDay(pub u32);

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
}
