//! Many seeds: every kind of fault in some, a mix in most.

use idx_sim::{Lie, Plan, World, storm};

/// In the worst weather some payments complete: one for each bank but the strictest when all is calm.
const PAYMENTS_MIN: u64 = 5;

fn sweep(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut world = World::new(Plan::swarm(seed));
        let report = storm(&mut world)
            .unwrap_or_else(|violation| panic!("{violation}\nreplay it with: idx-sim --seed {seed}"));
        assert!(report.payments >= PAYMENTS_MIN, "seed {seed}: {} payments completed", report.payments);
    }
}

#[test]
fn seeds_0_to_19_hold() {
    sweep(0..20);
}

#[test]
fn seeds_20_to_39_hold() {
    sweep(20..40);
}

/// The same faults with one bank that lies as well, each kind of lie in one seed.
#[test]
fn seeds_with_a_liar_hold() {
    for (seed, lie) in (209..).zip(Lie::ALL) {
        let liars = vec![(seed as usize % 6, lie)];
        let mut world = World::new(Plan { liars, ..Plan::swarm(seed) });
        storm(&mut world).unwrap_or_else(|violation| panic!("seed {seed}, {lie:?}: {violation}"));
    }
}
