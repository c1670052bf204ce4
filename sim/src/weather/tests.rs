//! What counts as a fault, whom damage excuses, and from what, and when a disk's failure is the plan's.

use crate::disk::DiskFailure;
use crate::plan::Plan;
use crate::runs::report;
use crate::trouble::{Kind, Motion, Trouble, draw_storm};
use crate::world::World;
use idx_wal::WalError;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::io;

/// A quiet second with one trouble in it.
fn lived(kind: Kind) -> World {
    let storm = vec![Trouble { at_ms: 500, lasts_ms: 100, kind }];
    let mut world = World::new(Plan { storm, ..Plan::quiet(6) });
    world.run_ms(1_000).unwrap();
    world
}

fn counted(kind: Kind) -> u64 {
    report(&lived(kind)).injected.counts().map(|(_, count)| count).sum()
}

#[test]
fn only_what_is_felt_counts() {
    let table = [
        (Kind::Partition { side: 0, one_way: false }, 0),
        (Kind::Partition { side: 0b111_111, one_way: true }, 0),
        (Kind::Partition { side: 0b1_000_000, one_way: false }, 0),
        (Kind::Partition { side: 0b000_001, one_way: false }, 1),
        (Kind::BlackHole { from: 2, to: 2 }, 0),
        (Kind::BlackHole { from: 2, to: 3 }, 1),
        (Kind::SlowLink { from: 1, to: 1, delay_ms: 100 }, 0),
        (Kind::CutInWrite { node: 0, operations: 1_000_000 }, 0),
        (Kind::CutInWrite { node: 0, operations: 1 }, 1),
        (Kind::CutInStep { node: 0 }, 1),
        (Kind::SlowDisk { node: 0, sync_ms: 10 }, 1),
        // No copy of a store has been made yet.
        (Kind::OldStore { node: 0 }, 0),
        (Kind::PowerCut { node: 9 }, 0),
    ];
    for (kind, count) in table {
        assert_eq!(counted(kind.clone()), count, "{kind:?}");
    }
}

#[test]
fn what_is_drawn_can_be_felt() {
    let storms = (0..500).map(|seed| draw_storm(&mut ChaCha8Rng::seed_from_u64(seed), 40_000, 6));
    for trouble in storms.flatten() {
        match trouble.kind {
            Kind::Partition { side, .. } => assert!((1..0b111_111).contains(&side), "{side:b}"),
            Kind::BlackHole { from, to } | Kind::SlowLink { from, to, .. } => assert_ne!(from, to),
            Kind::Govern(motion) => assert!(!matches!(motion, Motion::Join(_)), "six banks and no spare"),
            _ => {}
        }
    }
}

/// Rot in the log excuses nothing that the block store forgets.
#[test]
fn rot_in_the_log_excuses_no_lost_height() {
    let mut world = lived(Kind::LogRot { node: 0, place: 5_000 });
    world.crash(0);
    let blank = world.blank_disk();
    world.nodes[0].disk.restore_store(&blank);
    let broken = world.restart(0).unwrap_err();
    assert!(broken.0.contains("lost a final height"), "{broken}");
}

/// An older store excuses what came after it, and not what is in it.
#[test]
fn an_older_store_excuses_later_heights_only() {
    let mut world = lived(Kind::Kill { node: 5 });
    let old = world.backup(0);
    world.run_ms(500).unwrap();
    world.crash(0);
    world.nodes[0].disk.restore_store(&old);
    world.checks.holds(0, old.tip().map(|tip| &**tip));
    let blank = world.blank_disk();
    world.nodes[0].disk.restore_store(&blank);
    assert!(world.restart(0).is_err(), "the copy had heights");
}

#[test]
fn a_disk_fails_by_the_plan_or_the_log_is_to_blame() {
    let error = |kind: io::ErrorKind| WalError::Io { doing: "write", source: kind.into() };
    let (other, no_room) = (error(io::ErrorKind::Other), error(io::ErrorKind::StorageFull));
    let mut disk = lived(Kind::Kill { node: 5 }).backup(0);
    assert_eq!((disk.failure(&other), disk.failure(&no_room)), (None, None));
    disk.cut_after(1_000);
    assert_eq!((disk.failure(&other), disk.failure(&no_room)), (Some(DiskFailure::PowerCut), None));
    disk.never_mind();
    disk.set_full(true);
    assert_eq!((disk.failure(&other), disk.failure(&no_room)), (None, Some(DiskFailure::NoRoom)));
    assert_eq!(disk.failure(&WalError::Poisoned), None);
}
