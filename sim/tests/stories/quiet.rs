//! Nothing goes wrong: fairness, speed, and the same run from the same seed.

use crate::common::{quiet, run, settles_within};
use idx_sim::{Plan, Scheme, World};

#[test]
fn turns_are_fair_and_payments_quick() {
    let mut world = quiet(1, 10);
    run(&mut world, 20_000);
    let heights = world.checks().heights();
    assert!(heights > 200, "{heights} heights in 20 s");
    let turns: Vec<u64> = world.checks().miners().values().copied().collect();
    assert_eq!(turns.len(), 6);
    assert!(
        turns.iter().max().unwrap() - turns.iter().min().unwrap() <= 1,
        "equal stakes, equal turns: {turns:?}"
    );
    let (median, slow) = (world.stopwatch().percentile_ms(50), world.stopwatch().percentile_ms(95));
    assert!((1..150).contains(&median), "median {median} ms to finality at 100 transactions a second");
    assert!(slow < 300, "p95 {slow} ms");
    assert!(world.checks().transactions() > 1_500);
}

#[test]
fn without_payments_the_chain_stays_visibly_alive_and_otherwise_silent() {
    let mut world = quiet(2, 40);
    world.clients_on = false;
    run(&mut world, 61_000);
    let heights = world.checks().heights();
    assert!((5..=7).contains(&heights), "an empty block every ten seconds, not {heights} in a minute");
}

#[test]
fn any_number_of_banks_from_four_to_seven_agrees_with_either_margin() {
    for banks in 4..=7 {
        for agreement_margin in 0..=1 {
            let mut world = World::new(Plan { banks, agreement_margin, ..Plan::quiet(u64::from(banks)) });
            run(&mut world, 3_000);
            assert!(world.checks().heights() > 20, "{banks} banks, margin {agreement_margin}");
        }
    }
}

#[test]
fn real_signatures_give_the_same_story() {
    let mut world = World::new(Plan { scheme: Scheme::Real, ..Plan::quiet(3) });
    run(&mut world, 2_000);
    settles_within(&mut world, 2_000);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let trace = |seed| {
        let mut world = World::new(Plan::swarm(seed));
        world.keep_trace();
        run(&mut world, 15_000);
        (world.steps(), world.trace(usize::MAX))
    };
    assert_eq!(trace(7), trace(7));
    assert_ne!(trace(7), trace(8));
}
