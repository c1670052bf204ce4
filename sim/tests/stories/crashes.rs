//! Crashes and restarts: nothing announced is lost, nobody contradicts himself, all go on.

use crate::common::{crashes, quiet, rough, run, settles_within};
use idx_sim::{Plan, STORM_MS, World, storm};

#[test]
fn each_bank_in_turn_crashes_and_comes_back() {
    let mut world = quiet(21, 40);
    for node in 0..6 {
        run(&mut world, 700 + 37 * node as u64);
        world.crash(node);
        run(&mut world, 900);
        world.restart(node).unwrap();
    }
    settles_within(&mut world, 12_000);
}

#[test]
fn all_six_crash_at_the_same_instant_again_and_again() {
    let mut world = quiet(22, 40);
    for round in 0..12 {
        run(&mut world, 200 + 13 * round);
        (0..6).for_each(|node| world.crash(node));
        run(&mut world, 50);
        (0..6).for_each(|node| world.restart(node).unwrap());
    }
    settles_within(&mut world, 20_000);
}

/// Crashes every 0.4 s, most of them in the middle of a step or a write, on a bad network.
#[test]
fn crashes_in_the_middle_of_steps_break_nothing() {
    for seed in 0..4 {
        let storm_of = crashes(seed, 400, 600, STORM_MS);
        let mut world = World::new(Plan { faults: rough(), storm: storm_of, ..Plan::quiet(seed) });
        storm(&mut world).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
    }
}
