//! Risk rules: what a bank can switch on for transfers that its customers send or receive.
//!
//! ```text
//!   a movement, and those of seven days before it --RiskRules--> score with reasons --> pass, flag, reject
//!   a name, and a list of names -----------------Watchlist----> how near the nearest one is
//! ```
//!
//! A flag stops nothing and nobody: the transfer goes on, and the bank's compliance people find it in their
//! queue. Only where the bank sets a score for it is a transfer refused. Nothing here freezes an account.
//!
//! Scores are sums of fixed points, so that a clerk can tell from the reasons where a score comes from:
//! high value 40, structuring 50, too many or too much in an hour 30, in 24 hours 30, in seven days 20.

#[cfg(test)]
mod tests;
mod watchlist;

pub use watchlist::{Match, Watchlist};

use crate::vault::Side;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::money::BPS_ONE;
use idx_types::{Bps, Paise, TimestampMs};

/// Most movements of one customer that are remembered, for seven days; counts beyond it are not told apart.
pub const MOVEMENTS_MAX: usize = 1_000;

/// A span of time that rules look back over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Window {
    /// One hour.
    Hour,
    /// Twenty-four hours.
    Day,
    /// Seven days: the longest.
    Week,
}

impl Window {
    /// Every window, the shortest first.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// Its length, milliseconds.
    pub const fn ms(self) -> u64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
            Self::Week => 604_800_000,
        }
    }
}

/// How many, and how much, one customer may send, or receive, in a window before it is remarkable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Velocity {
    /// Transfers; at most [`MOVEMENTS_MAX`].
    pub count_max: Option<u32>,
    /// Rupees.
    pub total_max: Option<Paise>,
}

/// Amounts kept just below a threshold, again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Structuring {
    /// The amount from which somebody must report.
    pub threshold: Paise,
    /// How far below it is just below.
    pub margin: Bps,
    /// How many of them in 24 hours are remarkable; at least 2.
    pub count: u32,
}

/// What a bank has switched on; nothing by default.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RiskRules {
    /// An amount that is remarkable by itself.
    pub high_value: Option<Paise>,
    /// By [`Window::ALL`].
    pub velocity: [Velocity; 3],
    /// Amounts just below a threshold.
    pub structuring: Option<Structuring>,
    /// Scores from here on are flagged; 0 counts as 1.
    pub flag_from: u32,
    /// Scores from here on are refused; `None` refuses nothing.
    pub reject_from: Option<u32>,
    /// Whether somebody whose name is on a list is refused at registration; flagged otherwise.
    pub refuse_listed: bool,
}

/// Why something is remarkable. Codes are for ever; borsh of the vault: new ones go to the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
pub enum RiskReason {
    /// The amount by itself.
    HighValue,
    /// Too many or too much in an hour.
    VelocityHour,
    /// Too many or too much in 24 hours.
    VelocityDay,
    /// Too many or too much in seven days.
    VelocityWeek,
    /// Again and again just below a threshold.
    Structuring,
    /// The name is near one on a list.
    ListedName,
}

impl RiskReason {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HighValue => "HIGH_VALUE",
            Self::VelocityHour => "VELOCITY_1H",
            Self::VelocityDay => "VELOCITY_24H",
            Self::VelocityWeek => "VELOCITY_7D",
            Self::Structuring => "STRUCTURING",
            Self::ListedName => "SANCTIONS_LIST",
        }
    }

    /// What it adds to a score.
    pub const fn points(self) -> u32 {
        match self {
            Self::HighValue => 40,
            Self::VelocityHour | Self::VelocityDay => 30,
            Self::VelocityWeek => 20,
            Self::Structuring => 50,
            Self::ListedName => 100,
        }
    }

    const fn of_window(window: Window) -> Self {
        match window {
            Window::Hour => Self::VelocityHour,
            Window::Day => Self::VelocityDay,
            Window::Week => Self::VelocityWeek,
        }
    }
}

/// Money that one customer sent or received.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Movement {
    /// When.
    pub at: TimestampMs,
    /// Rupees; zero for foreign money, which is counted and not added.
    pub amount: Paise,
    /// Whether he sent or received it.
    pub side: Side,
}

/// What a movement comes to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Assessment {
    /// The sum of the reasons' points.
    pub score: u32,
    /// In the order of [`RiskReason`], each once.
    pub reasons: Vec<RiskReason>,
}

/// What the bank does about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Course {
    /// Nothing.
    Pass,
    /// It goes on and is reported.
    Flag,
    /// It is refused.
    Reject,
}

impl RiskRules {
    /// Whether any rule about transfers is on: without one nothing is remembered.
    pub fn watch_transfers(&self) -> bool {
        let paced = self.velocity.iter().any(|rule| *rule != Velocity::default());
        paced || self.high_value.is_some() || self.structuring.is_some()
    }

    /// Weighs a movement against the same customer's of the last seven days.
    pub fn assess(&self, before: &[Movement], now: Movement) -> Assessment {
        let mut reasons = Vec::new();
        if self.high_value.is_some_and(|limit| now.amount >= limit) {
            reasons.push(RiskReason::HighValue);
        }
        for (window, rule) in Window::ALL.into_iter().zip(&self.velocity) {
            if rule.is_exceeded(before, now, window) {
                reasons.push(RiskReason::of_window(window));
            }
        }
        if self.structuring.is_some_and(|rule| rule.is_seen(before, now)) {
            reasons.push(RiskReason::Structuring);
        }
        Assessment { score: reasons.iter().map(|reason| reason.points()).sum(), reasons }
    }

    /// What is done about a score.
    pub fn course(&self, score: u32) -> Course {
        match score {
            0 => Course::Pass,
            score if self.reject_from.is_some_and(|from| score >= from) => Course::Reject,
            score if score >= self.flag_from => Course::Flag,
            _ => Course::Pass,
        }
    }
}

/// The movements of one side that a window ending now covers, the present one among them.
fn within(before: &[Movement], now: Movement, window: Window) -> impl Iterator<Item = Movement> {
    let recent = move |known: &&Movement| known.side == now.side && now.at.since(known.at) < window.ms();
    before.iter().filter(recent).copied().chain([now])
}

impl Velocity {
    fn is_exceeded(&self, before: &[Movement], now: Movement, window: Window) -> bool {
        let (mut count, mut total) = (0_u32, 0_u128);
        for movement in within(before, now, window) {
            count = count.saturating_add(1);
            total += u128::from(movement.amount.0);
        }
        let too_many = self.count_max.is_some_and(|max| count > max);
        too_many || self.total_max.is_some_and(|max| total > u128::from(max.0))
    }
}

impl Structuring {
    /// The present movement must be one of them: others were weighed in their own time.
    fn is_seen(&self, before: &[Movement], now: Movement) -> bool {
        let near = within(before, now, Window::Day).filter(|movement| self.is_just_below(movement.amount));
        self.is_just_below(now.amount) && near.count() >= self.count.max(2) as usize
    }

    fn is_just_below(&self, amount: Paise) -> bool {
        let kept = BPS_ONE.saturating_sub(u64::from(self.margin.0));
        let floor = u128::from(self.threshold.0) * u128::from(kept);
        amount < self.threshold && u128::from(amount.0) * u128::from(BPS_ONE) >= floor
    }
}

/// Forgets what no rule looks back to, then the oldest, until there is room for one more.
pub fn remember(recent: &mut Vec<Movement>, now: Movement) {
    recent.retain(|known| now.at.since(known.at) < Window::Week.ms());
    let surplus = (recent.len() + 1).saturating_sub(MOVEMENTS_MAX);
    recent.drain(..surplus);
    recent.push(now);
}
