//! What the stories share.

use idx_sim::{Faults, Kind, Plan, Trouble, Violation, World};

/// A quiet world with a client transaction every so many milliseconds.
pub fn quiet(seed: u64, client_every_ms: u64) -> World {
    World::new(Plan { client_every_ms, ..Plan::quiet(seed) })
}

/// Runs for a time; the story fails on a broken promise.
pub fn run(world: &mut World, ms: u64) {
    world.run_ms(ms).unwrap_or_else(|violation: Violation| panic!("{violation}"));
}

/// Faults end, clients stop, and within `ms` everything settles and everybody is up to date.
pub fn settles_within(world: &mut World, ms: u64) {
    world.calm().unwrap();
    world.clients_on = false;
    let before = world.checks().heights();
    for _ in 0..4 {
        world.resubmit().unwrap();
        run(world, ms / 4);
    }
    assert_eq!(world.resubmit().unwrap(), 0, "everything settles after the calm");
    let up: Vec<Option<u64>> = world.heights().into_iter().filter(Option::is_some).collect();
    assert_eq!(up.len() + world.halted().len(), world.heights().len(), "who has not halted is up");
    let heights: Vec<u64> = up.into_iter().flatten().collect();
    let best = heights.iter().max().unwrap();
    assert!(*best > before, "the chain moves on: {heights:?}, {before} before");
    assert!(heights.iter().all(|height| height + 2 >= *best), "everybody follows: {heights:?}");
}

/// A lossy, slow, doubling network.
pub fn rough() -> Faults {
    Faults { loss_permille: 30, duplicate_permille: 50, delay_ms_max: 40, ..Faults::NONE }
}

/// A crash of one bank after the other, every so many milliseconds, each down as long at most: power
/// cuts, cuts in the middle of a step and in the middle of a write in turn.
pub fn crashes(seed: u64, every_ms: u64, down_ms_max: u64, storm_ms: u64) -> Vec<Trouble> {
    let crash = |n: u64| {
        let node = ((n * 7 + seed) % 6) as usize;
        let kind = match n % 3 {
            0 => Kind::PowerCut { node },
            1 => Kind::CutInStep { node },
            _ => Kind::CutInWrite { node, operations: (n + seed) as usize % 5 },
        };
        Trouble { at_ms: n * every_ms + n * 37 % every_ms, lasts_ms: 1 + n * 131 % down_ms_max, kind }
    };
    (1..storm_ms / every_ms).map(crash).collect()
}
