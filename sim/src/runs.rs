//! Whole runs: a storm, then calm, and what must be true at the end.

use crate::checks::Violation;
use crate::injected::Injected;
use crate::plan::Plan;
use crate::world::World;
use idx_types::Round;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// After the last fault every node must have reached a new height within this time, and every
/// transaction handed in must have settled: a few rounds at the cap of timeouts. Longer than gossip
/// remembers what was lost in the storm, so that handing it in again then helps.
pub const CALM_MS: u64 = 80_000;

/// The height that is open when the faults end may have seen many rounds. Each later one is decided
/// within so many: one turn of every bank, of which some may be silent or lying, and one more.
pub const CALM_ROUNDS_MAX: u32 = 7;

/// Within so long the height that is open when the faults end is decided: [`CALM_ROUNDS_MAX`] rounds at
/// the cap of all three timeouts. With a liar and a bank without its journal, four banks must agree, and
/// one that is locked may have to wait for its own turn.
pub const OPEN_HEIGHT_MS_MAX: u64 = CALM_ROUNDS_MAX as u64 * 30_000;

/// After the calm a key of the private chain that is due settles within so many heights: five turns, of
/// a liar, of a bank without its journal, of one that has just joined, one that is lost, and one more.
pub const KEY_HEIGHTS_MAX: u64 = 20;

/// What a run saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Final heights.
    pub heights: u64,
    /// Settled transactions.
    pub transactions: u64,
    /// Payments that completed, of those.
    pub payments: u64,
    /// Things that happened.
    pub steps: u64,
    /// Faults, by kind.
    pub injected: Injected,
}

/// A storm and the calm after it.
///
/// # Errors
/// The first broken promise, liveness after healing among them; a panic is one as well.
pub fn storm(world: &mut World) -> Result<Report, Violation> {
    let lived = catch_unwind(AssertUnwindSafe(|| live_through(world)));
    lived.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
        Err(Violation(format!("a panic: {words}")))
    })
}

fn live_through(world: &mut World) -> Result<Report, Violation> {
    world.run_ms(world.plan.storm_ms)?;
    world.calm()?;
    world.clients_on = false;
    let before = world.checks().heights();
    close_open_height(world, before)?;
    settle_all(world)?;
    everyone_beyond(world, before)?;
    few_rounds(world)?;
    key_renewed(world, before)?;
    Ok(report(world))
}

/// Runs a plan's storm from its start.
///
/// # Errors
/// The first broken promise.
pub fn run(plan: Plan) -> Result<Report, Violation> {
    storm(&mut World::new(plan))
}

/// The height that the storm left open is decided.
fn close_open_height(world: &mut World, before: u64) -> Result<(), Violation> {
    const STEP_MS: u64 = 5_000;
    for _ in 0..OPEN_HEIGHT_MS_MAX / STEP_MS {
        if world.checks().heights() > before {
            return Ok(());
        }
        world.resubmit()?;
        world.run_ms(STEP_MS)?;
    }
    Err(Violation(format!("height {} is still open {OPEN_HEIGHT_MS_MAX} ms after the storm", before + 1)))
}

/// Everything settles. Rounds are counted from the third part on, when also the last to catch up is past
/// the height that was open at the end of the storm.
fn settle_all(world: &mut World) -> Result<(), Violation> {
    const PARTS: u64 = 8;
    /// Three steps make a customer who can pay: account, session, money.
    const PROBES_AT: u64 = 3;
    let mut left = 0;
    for part in 0..PARTS {
        left = world.resubmit()?;
        if part < PROBES_AT {
            world.prepare_probes()?;
        }
        if part == 2 {
            world.checks.take_highest_round();
        }
        if part == PROBES_AT {
            world.hand_in_probes()?;
        }
        world.run_ms(CALM_MS / PARTS)?;
    }
    match world.resubmit()? {
        0 => world.probes_completed(),
        still => {
            let first = world.overdue().into_iter().next().unwrap_or_default();
            let text =
                format!("{still} transactions have not settled after the calm ({left} before), {first}");
            Err(Violation(text))
        }
    }
}

fn everyone_beyond(world: &World, before: u64) -> Result<(), Violation> {
    let honest = (0..world.plan.ledger_nodes()).filter(|node| world.nodes[*node].lie.is_none());
    let heights: Vec<_> = honest.map(|node| world.heights()[node]).collect();
    let best = heights.iter().flatten().max().copied().unwrap_or(0);
    let lagging = |height: &Option<u64>| height.is_none_or(|height| height <= before || height + 2 < best);
    if heights.iter().any(lagging) {
        return Err(Violation(format!(
            "not every bank moved on after the calm: {heights:?}, {before} before"
        )));
    }
    Ok(())
}

fn few_rounds(world: &mut World) -> Result<(), Violation> {
    let highest = world.checks.take_highest_round();
    if highest > Round(CALM_ROUNDS_MAX) {
        return Err(Violation(format!("a height after the calm needed {highest} rounds")));
    }
    Ok(())
}

/// A key of the private chain that is due has come: not everybody's turn was in vain.
fn key_renewed(world: &World, before: u64) -> Result<(), Violation> {
    let states = world.nodes.iter().filter(|node| node.lie.is_none()).filter_map(|node| node.state());
    let Some(state) = states.max_by_key(|state| state.tip().height) else { return Ok(()) };
    let (tip, due) = (state.tip().height.0, state.chain_keys().due_since());
    match due.map(|due| due.0.max(before)) {
        Some(due) if tip > due + KEY_HEIGHTS_MAX => {
            Err(Violation(format!("at height {tip} the private chain still has no new key, due since {due}")))
        }
        _ => Ok(()),
    }
}

/// What a world saw so far.
pub fn report(world: &World) -> Report {
    let checks = world.checks();
    Report {
        heights: checks.heights(),
        transactions: checks.transactions(),
        payments: checks.payments(),
        steps: world.steps(),
        injected: world.injected.clone(),
    }
}
