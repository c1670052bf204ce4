//! Each kind of trouble by itself, again and again: nothing is lost, everybody goes on. And a power
//! cut at every single operation of a log.

use crate::common::{quiet, run, settles_within};
use idx_sim::{Kind, Motion, Plan, Scheme, Trouble, World, report, run as run_plan};

/// Ten of one kind, at another node each time.
fn ten(lasts_ms: u64, kind: impl Fn(usize) -> Kind) -> Vec<Trouble> {
    let one = |n: u64| Trouble { at_ms: 1_000 + n * 3_000, lasts_ms, kind: kind(n as usize % 6) };
    (0..10).map(one).collect()
}

fn holds(seed: u64, storm: Vec<Trouble>) {
    let plan = Plan { storm, storm_ms: 32_000, ..Plan::quiet(seed) };
    let report = run_plan(plan).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.heights > 20, "{} heights", report.heights);
    assert!(report.injected.counts().map(|(_, count)| count).sum::<u64>() >= 5, "{:?}", report.injected);
}

#[test]
fn power_cuts() {
    holds(101, ten(1_000, |node| Kind::PowerCut { node }));
    holds(102, ten(500, |node| Kind::CutInStep { node }));
    holds(103, ten(500, |node| Kind::CutInWrite { node, operations: node }));
}

#[test]
fn killed_and_paused_processes() {
    holds(104, ten(2_000, |node| Kind::Kill { node }));
    holds(105, ten(2_500, |node| Kind::Pause { node }));
}

#[test]
fn cut_and_slow_links() {
    holds(106, ten(2_500, |node| Kind::Partition { side: 0b011 << node, one_way: false }));
    holds(107, ten(2_500, |node| Kind::Partition { side: 1 << node, one_way: true }));
    holds(108, ten(2_500, |node| Kind::BlackHole { from: node, to: (node + 1) % 6 }));
    holds(109, ten(2_500, |node| Kind::SlowLink { from: node, to: (node + 2) % 6, delay_ms: 1_500 }));
}

#[test]
fn slow_and_full_disks() {
    holds(110, ten(2_500, |node| Kind::SlowDisk { node, sync_ms: 150 }));
    holds(111, ten(2_500, |node| Kind::FullDisk { node }));
}

#[test]
fn rotten_lost_and_old_disks() {
    holds(112, ten(200, |node| Kind::LogRot { node, place: 4_096 + 797 * node as u64 }));
    holds(113, ten(200, |node| Kind::StoreRot { node }));
    holds(114, ten(200, |node| Kind::LostDisks { node }));
    holds(115, ten(200, |node| Kind::OldStore { node }));
}

#[test]
fn wrong_clocks() {
    holds(
        116,
        ten(2_500, |node| Kind::ClockJump {
            node,
            ahead_ms: if node % 2 == 0 { 3_600_000 } else { -3_600_000 },
        }),
    );
    holds(117, ten(2_500, |node| Kind::ClockStop { node }));
}

/// Fault 67: every clock jumps two years ahead, one bank after the other.
#[test]
fn two_years_ahead() {
    let mut world = quiet(118, 40);
    run(&mut world, 2_000);
    for node in 0..6 {
        world.set_clock(node, 2 * 365 * 24 * 3_600_000);
        run(&mut world, 500);
    }
    let before = world.checks().heights();
    run(&mut world, 20_000);
    assert!(world.checks().heights() > before, "the banks agree on the new time");
}

/// A mixed network of two releases, then the new rules; a bank that was not upgraded stops with a
/// message, is upgraded, and follows.
#[test]
fn a_rolling_upgrade_one_bank_late() {
    let upgrade = |node: u64| Trouble {
        at_ms: 1_000 + 1_500 * node,
        lasts_ms: 400,
        kind: Kind::Upgrade { node: node as usize },
    };
    let mut storm: Vec<Trouble> = (0..5).map(upgrade).collect();
    storm.push(Trouble { at_ms: 9_000, lasts_ms: 1, kind: Kind::Govern(Motion::NextProtocol) });
    let mut world = World::new(Plan { storm, ..Plan::quiet(119) });
    run(&mut world, 30_000);
    assert!((0..6).all(|node| world.state(node).is_some_and(|state| state.params().protocol_version == 2)));
    settles_within(&mut world, 12_000);
}

/// Operations are counted over so much of a quiet run, milliseconds.
const COUNTED_MS: u64 = 3_000;

/// The power fails at one operation of bank 0's log after the other: every write, sync, growth and new
/// file of three seconds. Each cut is felt, the bank comes back, and all go on together.
#[test]
fn a_power_cut_at_every_operation_of_a_log() {
    let operations = {
        let mut world = quiet(120, 200);
        run(&mut world, 1);
        let before = world.backup(0).log().operations();
        run(&mut world, COUNTED_MS - 1);
        world.backup(0).log().operations() - before
    };
    assert!(operations > 100, "{operations} operations");
    for operations in 0..operations {
        let cut = Trouble { at_ms: 1, lasts_ms: 1, kind: Kind::CutInWrite { node: 0, operations } };
        let plan =
            Plan { storm: vec![cut], client_every_ms: 200, scheme: Scheme::StandIn, ..Plan::quiet(120) };
        let mut world = World::new(plan);
        run(&mut world, COUNTED_MS + 1_000);
        let injected = report(&world).injected;
        assert_eq!(injected.counts().collect::<Vec<_>>(), [("CutInWrite", 1)], "cut {operations}");
        world.calm().unwrap();
        let before = world.checks().heights();
        let beyond =
            |world: &World| world.heights().iter().all(|height| height.is_some_and(|height| height > before));
        for _ in 0..5 {
            if !beyond(&world) {
                run(&mut world, 1_000);
            }
        }
        assert!(beyond(&world), "cut {operations}: {:?}, {before} before", world.heights());
    }
}
