//! Planted bugs: each must break a promise within a few seeds, and the same seed must hold without it.

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
        let caught = (0..SEEDS).find(|seed| breaks(Some(mutant), *seed).is_some());
        let Some(seed) = caught else { panic!("{mutant:?} survives {SEEDS} seeds") };
        assert_eq!(breaks(None, seed), None, "{mutant:?}: seed {seed} fails without the bug as well");
    }
}
