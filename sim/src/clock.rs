//! A machine's clock: off by some, and now and then standing still.

use idx_types::TimestampMs;

/// How a machine's clock relates to the true time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    /// So far ahead, milliseconds; negative is behind.
    ahead_ms: i64,
    /// It has stood still since it showed this.
    stopped_at: Option<TimestampMs>,
}

impl Clock {
    pub(crate) fn ahead(ahead_ms: i64) -> Self {
        Self { ahead_ms, stopped_at: None }
    }

    /// What it shows at a true time.
    pub(crate) fn shows(&self, now_ms: u64) -> TimestampMs {
        self.stopped_at.unwrap_or(TimestampMs(now_ms.saturating_add_signed(self.ahead_ms)))
    }

    /// It stands still from now on.
    pub(crate) fn stop(&mut self, now_ms: u64) {
        self.stopped_at = Some(self.shows(now_ms));
    }

    /// It is set, and runs.
    pub(crate) const fn set(&mut self, ahead_ms: i64) {
        self.ahead_ms = ahead_ms;
        self.stopped_at = None;
    }
}
