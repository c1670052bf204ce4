//! Figures with their floors, as a table and as JSON, and how they stand to those of an earlier run.

use crate::machine::Machine;
use comfy_table::{CellAlignment, Table, presets};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the specification asks of a figure.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Floor {
    /// This much or more.
    AtLeast(f64),
    /// Less than this.
    Below(f64),
}

impl Floor {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::Below(bound) => value < bound,
        }
    }

    fn to_text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!(">= {}", number(bound)),
            Self::Below(bound) => format!("< {}", number(bound)),
        }
    }
}

/// One measured figure.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// Names the figure for ever: scenario, dot, what it is, unit last.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// What the specification asks, if it asks anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
    /// Whether it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
}

/// All that one run measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Where it was measured.
    pub machine: Machine,
    /// The commit of the sources, where it is known.
    pub commit: Option<String>,
    /// The figures, in the order in which they were measured.
    pub figures: Vec<Figure>,
    /// Transfers that did not complete, by scenario and reason.
    pub failed: BTreeMap<String, u64>,
}

impl Report {
    /// A report without figures.
    pub fn new(machine: Machine, commit: Option<String>) -> Self {
        Self { machine, commit, figures: Vec::new(), failed: BTreeMap::new() }
    }

    /// Adds a figure that nothing is asked of.
    pub fn note(&mut self, name: impl Into<String>, value: f64) {
        self.figures.push(Figure { name: name.into(), value, floor: None, met: None });
    }

    /// Adds a figure that the specification asks something of.
    pub fn judge(&mut self, name: impl Into<String>, value: f64, floor: Floor) {
        let met = Some(floor.is_met(value));
        self.figures.push(Figure { name: name.into(), value, floor: Some(floor), met });
    }

    /// Whether every floor is met.
    pub fn is_met(&self) -> bool {
        self.figures.iter().all(|figure| figure.met != Some(false))
    }

    /// The table; beside each figure its ratio to that of the earlier report, if there is one.
    pub fn to_text(&self, earlier: Option<&Self>) -> String {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_BORDERS_ONLY);
        table.set_header(["figure", "value", "asked", "met", "ratio to earlier"]);
        for figure in &self.figures {
            let met = figure.met.map_or("", |met| if met { "yes" } else { "MISSED" });
            table.add_row([
                figure.name.clone(),
                number(figure.value),
                figure.floor.map_or(String::new(), Floor::to_text),
                met.to_owned(),
                earlier.and_then(|report| report.ratio(figure)).unwrap_or_default(),
            ]);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let failed = self.failed.iter().map(|(reason, count)| format!("\nnot completed, {reason}: {count}"));
        format!("{}\n{table}{}", self.machine.to_text(), failed.collect::<String>())
    }

    /// How a newer figure stands to that of this report.
    fn ratio(&self, newer: &Figure) -> Option<String> {
        let own = self.figures.iter().find(|figure| figure.name == newer.name)?;
        (own.value != 0.0).then(|| format!("{:.2}", newer.value / own.value))
    }
}

/// A number with about four digits that tell something.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.3}"),
        _ => format!("{value:.6}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(value: f64) -> Report {
        let mut report = Report::new(Machine::default(), None);
        report.judge("network.completed_per_s", value, Floor::AtLeast(1_000.0));
        report.judge("idle.cpu_percent", 1.0, Floor::Below(2.0));
        report
    }

    #[test]
    fn a_floor_is_met_or_missed() {
        assert!(report(1_000.0).is_met());
        assert!(!report(999.9).is_met());
        let mut late = report(2_000.0);
        late.judge("latency.finality_ms_median", 150.0, Floor::Below(150.0));
        assert!(!late.is_met());
    }

    #[test]
    fn json_is_read_back_as_it_was_written() {
        let report = report(1_234.5);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn the_table_names_what_is_missed_and_the_ratio_to_an_earlier_run() {
        let text = report(500.0).to_text(Some(&report(2_000.0)));
        let line = text.lines().find(|line| line.contains("completed_per_s")).unwrap();
        for part in ["500", ">= 1000", "MISSED", "0.25"] {
            assert!(line.contains(part), "{line:?} lacks {part}");
        }
        assert!(!report(500.0).to_text(None).contains("0.25"));
    }

    #[test]
    fn numbers_keep_the_digits_that_tell_something() {
        for (value, text) in
            [(123_456.7, "123457"), (42.0, "42"), (42.26, "42.3"), (0.1234, "0.123"), (0.000_31, "0.000310")]
        {
            assert_eq!(number(value), text);
        }
    }
}
