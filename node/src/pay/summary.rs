//! What came of a run of payments, for people and for programs.

use super::row::RefusedLine;
use comfy_table::{Table, presets};
use idx_types::Reason;
use serde::Serialize;
use std::collections::BTreeMap;

/// Most failures that are listed one by one; all are counted.
pub const LISTED_MAX: usize = 20;

/// A payment that did not settle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FailedPayment {
    /// Line of the file, from 1.
    pub line: u64,
    /// Its id in the file.
    pub payment_id: String,
    /// The stable code of the reason.
    pub reason: String,
}

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Summary {
    /// Sound lines of the file.
    pub payments: usize,
    /// Payments that settled.
    pub settled: usize,
    /// Payments that did not.
    pub failed: Vec<FailedPayment>,
    /// Lines that are no payments.
    pub refused: Vec<RefusedLine>,
    /// Transactions that prepared the run and did not settle, counted by reason.
    pub setup_failed: BTreeMap<String, usize>,
    /// Accounts opened for the run.
    pub accounts_opened: usize,
    /// Sessions opened for the run.
    pub sessions_opened: usize,
    /// Deposits made for the run.
    pub deposits: usize,
    /// Half of the settled payments were final within this, in milliseconds after their first hand-in.
    pub finality_ms_median: Option<u64>,
    /// 95 of 100 were.
    pub finality_ms_p95: Option<u64>,
    /// How long the payments took, without the preparation, in milliseconds.
    pub payments_ms: u64,
    /// Money of all accounts before the run, in rupees with two places.
    pub total_before: String,
    /// And after it.
    pub total_after: String,
}

/// `paise` as rupees with two places.
pub fn rupees(paise: u128) -> String {
    format!("{}.{:02}", paise / 100, paise % 100)
}

/// The value that `percent` of 100 do not exceed (nearest rank); `None` of nothing.
pub fn quantile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

impl Summary {
    /// Sets the figures of time.
    pub fn set_times(&mut self, mut finality_ms: Vec<u64>) {
        finality_ms.sort_unstable();
        self.finality_ms_median = quantile(&finality_ms, 50);
        self.finality_ms_p95 = quantile(&finality_ms, 95);
    }

    /// Whether every sound line settled and no paisa was lost or made.
    pub fn is_good(&self) -> bool {
        self.failed.is_empty() && self.setup_failed.is_empty() && self.money_kept()
    }

    /// Whether the money of all accounts together is what it was.
    pub fn money_kept(&self) -> bool {
        self.total_before == self.total_after
    }

    /// The summary as a table, with the refused lines and failed payments below it.
    pub fn to_text(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        for (name, value) in self.figures() {
            table.add_row([name.to_owned(), value]);
        }
        [table.to_string(), self.refused_text(), self.failed_text()].concat()
    }

    fn figures(&self) -> Vec<(&'static str, String)> {
        let ms = |value: Option<u64>| value.map_or("-".to_owned(), |ms| format!("{ms} ms"));
        let kept = if self.money_kept() { "equal to the paisa" } else { "NOT EQUAL" };
        vec![
            ("payments settled", format!("{} of {}", self.settled, self.payments)),
            ("payments failed", counted(&self.reasons())),
            ("lines refused", self.refused.len().to_string()),
            ("accounts opened", self.accounts_opened.to_string()),
            ("sessions opened", self.sessions_opened.to_string()),
            ("deposits made", self.deposits.to_string()),
            ("preparation failed", counted(&self.setup_failed)),
            ("time to finality, median", ms(self.finality_ms_median)),
            ("time to finality, p95", ms(self.finality_ms_p95)),
            ("payments took", format!("{} ms ({} each second)", self.payments_ms, self.rate())),
            ("total money before", format!("{} INR", self.total_before)),
            ("total money after", format!("{} INR, {kept}", self.total_after)),
        ]
    }

    fn rate(&self) -> u64 {
        (self.settled as u64 * 1_000).checked_div(self.payments_ms).unwrap_or(0)
    }

    fn reasons(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        self.failed.iter().for_each(|failed| *counts.entry(failed.reason.clone()).or_default() += 1);
        counts
    }

    fn refused_text(&self) -> String {
        let lines = self.refused.iter().map(|refused| format!("line {}: {}", refused.line, refused.reason));
        listed("lines refused", lines, self.refused.len())
    }

    fn failed_text(&self) -> String {
        let lines = self.failed.iter().map(|failed| {
            format!("line {}: payment {}: {}", failed.line, failed.payment_id, sentence(&failed.reason))
        });
        listed("payments failed", lines, self.failed.len())
    }
}

fn listed(title: &str, lines: impl Iterator<Item = String>, count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    let shown: Vec<String> = lines.take(LISTED_MAX).collect();
    let rest = match count - shown.len() {
        0 => String::new(),
        more => format!("\n  and {more} more; --output json lists all"),
    };
    format!("\n{title}:\n  {}{rest}", shown.join("\n  "))
}

fn counted(counts: &BTreeMap<String, usize>) -> String {
    let total: usize = counts.values().sum();
    let parts: Vec<String> = counts.iter().map(|(code, count)| format!("{count} {code}")).collect();
    if parts.is_empty() { "0".to_owned() } else { format!("{total}: {}", parts.join(", ")) }
}

/// A reason's code with its sentence.
fn sentence(code: &str) -> String {
    match Reason::ALL.iter().find(|reason| reason.code() == code) {
        Some(reason) => reason.to_string(),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_by_nearest_rank() {
        let hundred: Vec<u64> = (1..=100).collect();
        for (values, percent, expected) in [
            (&hundred[..], 50, Some(50)),
            (&hundred[..], 95, Some(95)),
            (&[7][..], 95, Some(7)),
            (&[1, 2, 3][..], 50, Some(2)),
            (&[][..], 50, None),
        ] {
            assert_eq!(quantile(values, percent), expected);
        }
    }

    #[test]
    fn the_text_names_reasons_lines_and_lost_money() {
        let mut summary = Summary {
            payments: 3,
            settled: 2,
            failed: vec![FailedPayment {
                line: 4,
                payment_id: "x".into(),
                reason: "INSUFFICIENT_FUNDS".into(),
            }],
            refused: vec![RefusedLine { line: 3, reason: "amount_inr is zero".into() }],
            total_before: rupees(100),
            total_after: rupees(100),
            ..Summary::default()
        };
        summary.set_times(vec![30, 10]);
        let text = summary.to_text();
        for part in [
            "2 of 3",
            "1: 1 INSUFFICIENT_FUNDS",
            "line 3: amount_inr is zero",
            "line 4: payment x: INSUFFICIENT_FUNDS: The account",
            "10 ms",
            "1.00 INR, equal to the paisa",
        ] {
            assert!(text.contains(part), "{text}\nlacks {part:?}");
        }
        assert!(!summary.is_good());
        summary.total_after = rupees(99);
        assert!(summary.to_text().contains("0.99 INR, NOT EQUAL"));
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let refused = (0..25).map(|line| RefusedLine { line, reason: "bad".into() }).collect();
        let text = Summary { refused, ..Summary::default() }.to_text();
        assert!(text.contains("line 19: bad") && !text.contains("line 20: bad"), "{text}");
        assert!(text.contains("and 5 more"), "{text}");
    }
}
