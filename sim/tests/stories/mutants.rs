//! Planted bugs: each must break a promise within a few seeds, and no promise without them.

use crate::common::{crashes, rough};
use idx_sim::{Mutant, Plan, World};

const SEEDS: u64 = 12;

fn breaks(mutant: Option<Mutant>, seed: u64) -> Option<String> {
    let storm = crashes(seed, 250, 300, 15_000);
    let mut world = World::new(Plan { storm, faults: rough(), mutant, ..Plan::quiet(seed) });
    world.run_ms(15_000).err().map(|violation| violation.0)
}

#[test]
fn every_planted_bug_is_caught() {
    for mutant in Mutant::SHELL {
        let caught = (0..SEEDS).find_map(|seed| breaks(Some(mutant), seed));
        assert!(caught.is_some(), "{mutant:?} survives {SEEDS} seeds");
    }
}

#[test]
fn the_same_seeds_hold_without_them() {
    for seed in 0..3 {
        assert_eq!(breaks(None, seed), None, "seed {seed}");
    }
}
