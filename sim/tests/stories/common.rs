//! What the stories share.

use idx_sim::{Faults, Plan, Violation, World};

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
    let heights: Vec<u64> = world.heights().into_iter().flatten().collect();
    let best = heights.iter().max().unwrap();
    assert!(*best > before, "the chain moves on: {heights:?}, {before} before");
    assert!(heights.iter().all(|height| height + 2 >= *best), "everybody follows: {heights:?}");
}

/// A lossy, slow, doubling network.
pub fn rough() -> Faults {
    Faults { loss_permille: 30, duplicate_permille: 50, delay_ms_max: 40, ..Faults::NONE }
}
