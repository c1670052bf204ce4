//! How often each kind of fault was injected, for reports: a run that injects nothing proves nothing.

use crate::plan::Plan;
use crate::trouble::Kind;
use std::collections::BTreeMap;

/// Counts by the name of the fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Injected(BTreeMap<String, u64>);

impl Injected {
    /// A trouble began.
    pub(crate) fn count(&mut self, kind: &Kind) {
        let text = format!("{kind:?}");
        let name = text.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
        self.add(&name, 1);
    }

    /// Runs whose wires misbehave, and liars.
    pub(crate) fn count_wires(&mut self, plan: &Plan) {
        let faults = &plan.faults;
        let wires = [
            ("runs with loss", u64::from(faults.loss_permille)),
            ("runs with doubled messages", u64::from(faults.duplicate_permille)),
            ("runs with slow wires", faults.delay_ms_max.saturating_sub(3)),
            ("runs with late messages", u64::from(faults.late_permille)),
            ("runs with skewed clocks", faults.skew_ms_max),
        ];
        for (name, _) in wires.iter().filter(|(_, amount)| *amount > 0) {
            self.add(name, 1);
        }
        for (_, lie) in &plan.liars {
            self.add(&format!("liar: {lie:?}"), 1);
        }
    }

    fn add(&mut self, name: &str, count: u64) {
        *self.0.entry(name.to_owned()).or_default() += count;
    }

    /// Adds the counts of another run.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(name, count)| self.add(name, *count));
    }

    /// Name and count, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }
}
