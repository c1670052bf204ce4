//! What happens to the bytes from each bank to each other.

use super::super::layout::BANKS;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::time::Duration;

/// Longest delay: beyond it no connection lives, and a cut says so more plainly.
pub const DELAY_MS_MAX: u32 = 60_000;

/// Whether bytes get through.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They do.
    #[default]
    Pass,
    /// They wait, and so does the news that a connection has ended: a cable that was pulled.
    Hold,
    /// Connections are ended, new ones at once: a firewall that says no.
    Refuse,
}

/// The bytes from one bank to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Whether they get through.
    pub mode: Mode,
    /// How much later than they were sent, in milliseconds.
    pub delay_ms: u32,
    /// How many each second, of one connection; `None` is as many as come.
    pub bytes_per_s: Option<NonZeroU32>,
}

impl Way {
    /// How much later bytes arrive.
    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.min(DELAY_MS_MAX).into())
    }

    /// How long so many bytes take.
    pub(super) fn time_of(&self, bytes: usize) -> Duration {
        let seconds = |rate: NonZeroU32| bytes as f64 / f64::from(rate.get());
        self.bytes_per_s.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(seconds(rate)))
    }
}

/// All ways, by the places of sender and receiver in [`BANKS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Links([[Way; BANKS.len()]; BANKS.len()]);

impl Links {
    /// The way from one bank to another, by their places in [`BANKS`].
    ///
    /// # Panics
    /// There is no such bank.
    pub const fn way(&self, from: usize, to: usize) -> Way {
        self.0[from][to]
    }

    /// Changes the way from one bank to another.
    ///
    /// # Panics
    /// There is no such bank.
    pub fn change(&mut self, from: usize, to: usize, change: impl FnOnce(&mut Way)) {
        change(&mut self.0[from][to]);
    }

    /// Changes every way for which `which(from, to)` holds.
    pub fn change_all(&mut self, which: impl Fn(usize, usize) -> bool, change: impl Fn(&mut Way)) {
        for (from, ways) in self.0.iter_mut().enumerate() {
            let chosen = ways.iter_mut().enumerate().filter(|(to, _)| *to != from && which(from, *to));
            chosen.for_each(|(_, way)| change(way));
        }
    }

    /// What is unusual about a bank's links, for people; `None` if nothing is.
    pub fn trouble_of(&self, bank: usize) -> Option<String> {
        let others = || (0..BANKS.len()).filter(|other| *other != bank);
        let open = |from: usize, to: usize| self.way(from, to).mode == Mode::Pass;
        let codes = |which: &dyn Fn(usize) -> bool| -> Vec<&str> {
            others().filter(|other| which(*other)).map(|other| BANKS[other]).collect()
        };
        let parts = [
            ("cut from", codes(&|other| !open(bank, other) && !open(other, bank))),
            ("not heard by", codes(&|other| !open(bank, other) && open(other, bank))),
            ("does not hear", codes(&|other| open(bank, other) && !open(other, bank))),
            ("slow to", codes(&|other| self.is_slow(bank, other))),
        ];
        let words = parts.iter().filter(|(_, banks)| !banks.is_empty());
        let words: Vec<_> = words.map(|(what, banks)| format!("{what} {}", banks.join(", "))).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// What is unusual about all links, a line a bank.
    pub fn to_text(&self) -> String {
        let trouble = |(bank, code): (usize, &&str)| Some(format!("{code} {}", self.trouble_of(bank)?));
        let lines: Vec<_> = BANKS.iter().enumerate().filter_map(trouble).collect();
        if lines.is_empty() { "every link is whole".to_owned() } else { lines.join("\n") }
    }

    fn is_slow(&self, from: usize, to: usize) -> bool {
        let way = self.way(from, to);
        way.delay_ms > 0 || way.bytes_per_s.is_some()
    }
}
