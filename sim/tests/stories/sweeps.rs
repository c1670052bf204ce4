//! Many seeds: every kind of fault in some, a mix in most.

use idx_sim::{Lie, Plan, World, storm};

fn sweep(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut world = World::new(Plan::swarm(seed));
        if let Err(violation) = storm(&mut world) {
            panic!("{violation}\nreplay it with: idx-sim --seed {seed}");
        }
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
