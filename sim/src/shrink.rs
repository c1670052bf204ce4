//! Makes a failing plan smaller: leaves out troubles, liars and faults of the wires as long as some
//! promise is still broken (delta debugging, Zeller and Hildebrandt 2002).

use crate::checks::Violation;
use crate::faults::Faults;
use crate::plan::Plan;
use crate::runs::run;

/// Most runs spent on one plan.
pub const SHRINK_RUNS_MAX: usize = 400;

/// A plan that still fails, and how.
#[derive(Debug, Clone)]
pub struct Shrunk {
    /// The smaller plan.
    pub plan: Plan,
    /// What it breaks; not always what the whole plan broke.
    pub violation: Violation,
    /// Runs spent.
    pub runs: usize,
}

/// The smallest failing plan that is found within [`SHRINK_RUNS_MAX`] runs.
pub fn shrink(plan: Plan, violation: Violation) -> Shrunk {
    let mut search = Search { best: Shrunk { plan, violation, runs: 0 } };
    loop {
        let before = search.best.plan.clone();
        search.fewer_troubles();
        search.simpler();
        if search.best.plan == before || search.is_spent() {
            return search.best;
        }
    }
}

struct Search {
    best: Shrunk,
}

impl Search {
    const fn is_spent(&self) -> bool {
        self.best.runs >= SHRINK_RUNS_MAX
    }

    /// Takes a smaller plan if it fails as well.
    fn attempt(&mut self, plan: Plan) -> bool {
        if plan == self.best.plan || self.is_spent() {
            return false;
        }
        self.best.runs += 1;
        match run(plan.clone()) {
            Ok(_) => false,
            Err(violation) => {
                (self.best.plan, self.best.violation) = (plan, violation);
                true
            }
        }
    }

    /// Leaves out parts of the list of troubles, halves first, then single ones.
    fn fewer_troubles(&mut self) {
        let mut part = self.best.plan.storm.len().div_ceil(2);
        while part > 0 && !self.is_spent() {
            let mut from = 0;
            while from < self.best.plan.storm.len() {
                let mut plan = self.best.plan.clone();
                let to = (from + part).min(plan.storm.len());
                plan.storm.drain(from..to);
                if !self.attempt(plan) {
                    from += part;
                }
            }
            part /= 2;
        }
    }

    /// Turns off what needs no list: liars, wires, clients, the length of the storm.
    fn simpler(&mut self) {
        let changes: [fn(&mut Plan); 11] = [
            |plan| plan.strict = None,
            |plan| plan.liars.clear(),
            |plan| plan.faults = Faults::NONE,
            |plan| plan.faults.loss_permille = 0,
            |plan| plan.faults.duplicate_permille = 0,
            |plan| plan.faults.late_permille = 0,
            |plan| plan.faults.delay_ms_max = 3,
            |plan| plan.faults.skew_ms_max = 0,
            |plan| plan.client_every_ms = 1_000,
            |plan| plan.spares = 0,
            |plan| plan.storm_ms /= 2,
        ];
        for change in changes {
            let mut plan = self.best.plan.clone();
            change(&mut plan);
            self.attempt(plan);
        }
    }
}
