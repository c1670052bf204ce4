//! Banks that are cut off or down: two of six may be, three stop the chain and no money moves.

use crate::common::{quiet, run, settles_within};

#[test]
fn two_silent_banks_defer_only_what_involves_them() {
    let mut world = quiet(11, 40);
    run(&mut world, 3_000);
    let (height, settled) = (world.checks().heights(), world.checks().transactions());
    world.network().isolate(4);
    world.network().isolate(5);
    run(&mut world, 20_000);
    assert!(world.checks().heights() > height + 20, "four banks go on");
    assert!(world.checks().transactions() > settled + 50, "and settle what concerns them");
    assert!(world.resubmit().unwrap() > 0, "what involves the silent ones waits");
    settles_within(&mut world, 20_000);
}

#[test]
fn three_silent_banks_stop_the_chain_and_it_recovers_within_ten_seconds() {
    let mut world = quiet(12, 40);
    run(&mut world, 2_000);
    (3..6).for_each(|node| world.crash(node));
    run(&mut world, 500);
    let height = world.checks().heights();
    run(&mut world, 60_000);
    assert!(world.checks().heights() <= height + 1, "three of six decide nothing");
    (3..6).for_each(|node| world.restart(node).unwrap());
    let stuck = world.checks().heights();
    run(&mut world, 10_000);
    assert!(world.checks().heights() > stuck, "a height within ten seconds of their return");
    settles_within(&mut world, 20_000);
}

#[test]
fn a_bank_cut_off_for_long_catches_up() {
    let mut world = quiet(13, 40);
    world.network().isolate(2);
    run(&mut world, 30_000);
    let heights = world.heights();
    assert_eq!(heights[2], Some(0));
    assert!(heights[0] > Some(64), "it has more to fetch than one answer holds: {heights:?}");
    world.network().heal();
    run(&mut world, 6_000);
    let heights = world.heights();
    assert!(heights[2].unwrap() + 3 >= heights[0].unwrap(), "{heights:?}");
    settles_within(&mut world, 8_000);
}

/// Half a minute of loss must not feel like a standstill.
#[test]
fn a_lossy_network_still_makes_heights() {
    let mut world = idx_sim::World::new(idx_sim::Plan {
        faults: idx_sim::Faults { loss_permille: 130, ..idx_sim::Faults::NONE },
        ..idx_sim::Plan::quiet(14)
    });
    run(&mut world, 30_000);
    let heights = world.checks().heights();
    assert!(heights >= 25, "{heights} heights in 30 s with 13 % of messages lost");
    settles_within(&mut world, 12_000);
}
