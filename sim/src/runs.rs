//! Whole runs: a storm, then calm, and what must be true at the end.

use crate::checks::Violation;
use crate::world::{Plan, World};

/// How long faults rage, simulated milliseconds.
pub const STORM_MS: u64 = 40_000;

/// After the last fault every node must have reached a new height within this time, and every
/// transaction handed in must have settled: a few rounds at the cap of timeouts.
pub const CALM_MS: u64 = 60_000;

/// What a run saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Final heights.
    pub heights: u64,
    /// Settled transactions.
    pub transactions: u64,
    /// Things that happened.
    pub steps: u64,
}

/// A storm and the calm after it.
///
/// # Errors
/// The first broken promise, liveness after healing among them.
pub fn storm(world: &mut World) -> Result<Report, Violation> {
    world.run_ms(STORM_MS)?;
    world.calm()?;
    world.clients_on = false;
    let before = world.checks().heights();
    settle_all(world)?;
    everyone_beyond(world, before)?;
    Ok(report(world))
}

/// Runs a plan's storm from its start.
///
/// # Errors
/// The first broken promise.
pub fn run(plan: Plan) -> Result<Report, Violation> {
    storm(&mut World::new(plan))
}

fn settle_all(world: &mut World) -> Result<(), Violation> {
    let mut left = 0;
    for _ in 0..6 {
        left = world.resubmit()?;
        world.run_ms(CALM_MS / 6)?;
    }
    match world.resubmit()? {
        0 => Ok(()),
        still => {
            Err(Violation(format!("{still} transactions have not settled after the calm ({left} before)")))
        }
    }
}

fn everyone_beyond(world: &World, before: u64) -> Result<(), Violation> {
    let heights = world.heights();
    let best = heights.iter().flatten().max().copied().unwrap_or(0);
    let lagging = |height: &Option<u64>| height.is_none_or(|height| height <= before || height + 2 < best);
    if heights.iter().any(lagging) {
        return Err(Violation(format!(
            "not every bank moved on after the calm: {heights:?}, {before} before"
        )));
    }
    Ok(())
}

/// What a world saw so far.
pub fn report(world: &World) -> Report {
    let checks = world.checks();
    Report { heights: checks.heights(), transactions: checks.transactions(), steps: world.steps() }
}
