//! Claims over hundreds of seeds: nothing is ever final twice, nobody contradicts himself, and when
//! the storm is over the banks agree within a bounded number of rounds.

use crate::plan::Plan;
use crate::world::World;
use idx_types::{BankId, Evidence, Height, Round};
use std::collections::BTreeMap;

/// Seeds of one run of the tests; `IDX_AGREEMENT_SEEDS` asks for more.
const SEEDS: u64 = 400;

fn seeds() -> u64 {
    std::env::var("IDX_AGREEMENT_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS)
}

/// Longest time from the end of a storm to the last final height, in simulated milliseconds.
const RECOVERY_MS: u64 = 300_000;

/// Rounds after the one that the storm ended in within which a height is decided: each bank has had
/// its turn, and four more for locks to be told.
fn rounds_to_decide(banks: usize) -> u32 {
    banks as u32 + 4
}

/// The highest round an honest bank is in, for each height.
fn rounds(world: &World) -> BTreeMap<Height, Round> {
    let mut rounds = BTreeMap::new();
    for node in world.honest() {
        let round = rounds.entry(node.height()).or_insert(Round::ZERO);
        *round = node.agreement.round().unwrap_or_default().max(*round);
    }
    rounds
}

/// Where every honest bank stands, for a failure's message.
fn standing(world: &World) -> String {
    let line = |node: &crate::node::Node| format!("{}: {:?}\n", node.id, node.agreement.status());
    world.honest().map(line).collect()
}

fn weather(seed: u64) -> World {
    let plan = Plan::of_seed(seed);
    let storm_ms = plan.storm_ms;
    let mut world = World::new(plan, seed);
    world.run(storm_ms);
    let before = rounds(&world);
    let finished = world.run(storm_ms + RECOVERY_MS);
    assert!(finished, "seed {seed}: stuck with {:?}\n{}", world.plan, standing(&world));
    check_rounds(&world, &before, seed);
    world
}

fn check_rounds(world: &World, before: &BTreeMap<Height, Round>, seed: u64) {
    for (at_ms, _, certificate) in world.finals.iter().filter(|(at, ..)| *at >= world.plan.storm_ms) {
        let from = before.get(&certificate.height).copied().unwrap_or_default();
        let used = certificate.round.0.saturating_sub(from.0);
        let bound = rounds_to_decide(world.plan.banks);
        assert!(
            used <= bound,
            "seed {seed}: {used} rounds, {} ms after the storm",
            at_ms - world.plan.storm_ms
        );
    }
}

fn accused(world: &World) -> Vec<&Evidence> {
    world.honest().flat_map(|node| &node.evidence).collect()
}

#[test]
fn storms_end_in_one_chain() {
    let mut with_proof = 0;
    for seed in 0..seeds() {
        let world = weather(seed);
        for evidence in accused(&world) {
            let offence = evidence.offence().expect("evidence proves something");
            assert_eq!(Some(offence.bank.0), world.plan.liar, "seed {seed}: proof against an honest bank");
        }
        assert!(world.honest().all(|node| node.contradictions == 0), "seed {seed}");
        with_proof += u64::from(!accused(&world).is_empty());
    }
    // The liar plays in about half of the seeds, and is mostly caught.
    assert!(with_proof > seeds() / 4, "the liar was proven in {with_proof} of {} runs", seeds());
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..12 {
        let (a, b) = (weather(seed), weather(seed));
        assert_eq!((a.trace(), a.now_ms, a.finals), (b.trace(), b.now_ms, b.finals), "seed {seed}");
    }
    assert_ne!(weather(0).trace(), weather(1).trace());
}

/// With gossip between the banks, whoever signs two things for one place is proven, whichever bank
/// it is. Not by every bank: one may have finished the height before the second message comes.
#[test]
fn a_bank_with_two_lives_is_always_proven() {
    for liar in 0..6 {
        let plan = Plan { liar: Some(liar), relays: true, heights: 8, ..Plan::calm(6) };
        let mut world = World::new(plan, u64::from(liar));
        assert!(world.run(RECOVERY_MS));
        let proves = |evidence: &Evidence| evidence.offence().is_some_and(|o| o.bank == BankId(liar));
        let aware = world.honest().filter(|node| node.evidence.iter().any(proves)).count();
        assert!(aware >= 3, "only {aware} banks have proof against bank {liar}");
    }
}
