//! Many seeds: every kind of fault in some, a mix in most.

use idx_sim::{Plan, World, storm};

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
