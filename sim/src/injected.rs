//! How often each kind of fault was injected, for reports: a run that injects nothing proves nothing.

use crate::plan::Plan;
use crate::trouble::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Counts by the name of the fault. What had no effect does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Injected {
    counts: BTreeMap<String, u64>,
    /// Faults that wait at a node for something that they can spoil.
    armed: BTreeSet<(usize, String)>,
}

impl Injected {
    /// A trouble began: it counts now, or when it is first felt.
    pub(crate) fn began(&mut self, kind: &Kind) {
        match kind.node().filter(|_| kind.is_felt_later()) {
            Some(node) => drop(self.armed.insert((node, name_of(kind)))),
            None => self.add(&name_of(kind), 1),
        }
    }

    /// A fault of this name was felt at a node.
    pub(crate) fn felt(&mut self, node: usize, name: &str) {
        if self.armed.remove(&(node, name.to_owned())) {
            self.add(name, 1);
        }
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
        *self.counts.entry(name.to_owned()).or_default() += count;
    }

    /// Adds the counts of another run.
    pub fn merge(&mut self, other: &Self) {
        other.counts.iter().for_each(|(name, count)| self.add(name, *count));
    }

    /// Name and count, by name.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(name, count)| (name.as_str(), *count))
    }
}

fn name_of(kind: &Kind) -> String {
    let text = format!("{kind:?}");
    text.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}
