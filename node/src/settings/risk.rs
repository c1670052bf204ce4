//! The section of risk rules: everything is off until the bank switches it on.

use super::checks;
use idx_bank::risk::{RiskRules, Structuring, Velocity};
use idx_types::{Bps, Paise};
use serde::{Deserialize, Serialize};

/// What the bank finds remarkable. A rule that is not given is off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Risk {
    /// Rupees from which one transfer is remarkable.
    pub high_value: Option<Paise>,
    /// Most transfers that one customer sends, or receives, in an hour.
    pub hour_count: Option<u32>,
    /// Most rupees that one customer sends, or receives, in an hour.
    pub hour_total: Option<Paise>,
    /// The same in 24 hours.
    pub day_count: Option<u32>,
    /// The same in 24 hours.
    pub day_total: Option<Paise>,
    /// The same in seven days.
    pub week_count: Option<u32>,
    /// The same in seven days.
    pub week_total: Option<Paise>,
    /// Rupees that somebody must report; amounts just below it, again and again, are remarkable.
    pub structuring_threshold: Option<Paise>,
    /// How far below it is just below.
    #[serde(deserialize_with = "checks::margin")]
    pub structuring_margin_bps: u16,
    /// How many of them in 24 hours.
    #[serde(deserialize_with = "checks::structuring_count")]
    pub structuring_count: u32,
    /// Scores from here on are reported to the bank's compliance people.
    pub flag_from: u32,
    /// Scores from here on are refused; nothing is without it.
    pub reject_from: Option<u32>,
    /// Files of names that must not be served unseen: CSV, `PATH` or `PATH#COLUMN` with columns from 0.
    pub sanctions_lists: Vec<String>,
    /// How near to a listed name is near, in thousandths.
    #[serde(deserialize_with = "checks::nearness")]
    pub sanctions_permille: u32,
    /// Whether somebody with such a name is refused at registration instead of reported.
    pub refuse_listed: bool,
}

impl Default for Risk {
    fn default() -> Self {
        Self {
            high_value: None,
            hour_count: None,
            hour_total: None,
            day_count: None,
            day_total: None,
            week_count: None,
            week_total: None,
            structuring_threshold: None,
            structuring_margin_bps: 1_000,
            structuring_count: 3,
            flag_from: 30,
            reject_from: None,
            sanctions_lists: Vec::new(),
            sanctions_permille: 920,
            refuse_listed: false,
        }
    }
}

impl Risk {
    /// The rules that the desk works by.
    pub fn rules(&self) -> RiskRules {
        let pace = |count_max, total_max| Velocity { count_max, total_max };
        let structuring = |threshold| Structuring {
            threshold,
            margin: Bps(self.structuring_margin_bps),
            count: self.structuring_count,
        };
        RiskRules {
            high_value: self.high_value,
            velocity: [
                pace(self.hour_count, self.hour_total),
                pace(self.day_count, self.day_total),
                pace(self.week_count, self.week_total),
            ],
            structuring: self.structuring_threshold.map(structuring),
            flag_from: self.flag_from,
            reject_from: self.reject_from,
            refuse_listed: self.refuse_listed,
        }
    }
}
