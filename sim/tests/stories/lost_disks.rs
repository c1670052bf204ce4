//! Disks lost, emptied or set back: the bank signs nothing that it could have signed before.

use crate::common::{quiet, run, settles_within};
use idx_replica::Abstention;
use idx_sim::{Injected, Kind, Lie, Plan, Report, Trouble, run as run_plan};

#[test]
fn a_wiped_bank_abstains_catches_up_and_signs_again() {
    let mut world = quiet(31, 40);
    run(&mut world, 3_000);
    world.crash(1);
    *world.disk(1) = world.blank_disk();
    world.lose_journal(1).unwrap();
    world.restart(1).unwrap();
    assert_eq!(world.insight(1).unwrap().abstention, Abstention::HistoryLost);
    run(&mut world, 5_000);
    let Abstention::Below(signs_from) = world.insight(1).unwrap().abstention else {
        panic!("the others have told where they stand");
    };
    assert!(signs_from.0 <= world.heights()[1].unwrap(), "past it by now: {signs_from}");
    settles_within(&mut world, 8_000);
}

#[test]
fn a_bank_that_lost_its_journal_only_abstains_for_a_few_heights() {
    let mut world = quiet(32, 40);
    run(&mut world, 2_000);
    world.crash(0);
    world.lose_journal(0).unwrap();
    let before = world.checks().heights();
    world.restart(0).unwrap();
    run(&mut world, 4_000);
    let abstention = world.insight(0).unwrap().abstention;
    assert!(matches!(abstention, Abstention::Below(height) if height.0 > before), "{abstention:?}");
    settles_within(&mut world, 12_000);
}

/// The journal says up to where the bank has signed; an older store does not make it forget, and
/// neither does a second crash while it catches up.
#[test]
fn an_old_store_with_a_newer_journal_abstains_also_after_another_crash() {
    let mut world = quiet(33, 40);
    run(&mut world, 1_000);
    let old = world.backup(3);
    run(&mut world, 2_000);
    world.crash(3);
    let height = world.backup(3).tip().unwrap().height();
    world.disk(3).restore_store(&old);
    world.network().isolate(3);
    for _ in 0..3 {
        world.restart(3).unwrap();
        run(&mut world, 1_500);
        let abstention = world.insight(3).unwrap().abstention;
        assert!(matches!(abstention, Abstention::Below(from) if from > height), "{abstention:?}");
        world.crash(3);
    }
    world.network().heal();
    settles_within(&mut world, 12_000);
}

/// Lost journals one after the other, in a network that goes on signing: no contradiction. Each
/// signs again before the next is lost: of banks that abstain together no more may be than of
/// silent ones.
#[test]
fn lost_journals_under_load_never_lead_to_a_contradiction() {
    let mut world = quiet(34, 20);
    for turn in 0..12 {
        let node = turn % 6;
        run(&mut world, 6_000 + 7 * turn as u64);
        world.crash(node);
        world.lose_journal(node).unwrap();
        world.restart(node).unwrap();
    }
    settles_within(&mut world, 12_000);
}

/// Disks of honest banks are damaged one after the other, in all ways, while bank 2 lies.
fn damaged_beside(lie: Lie, seed: u64, agreement_margin: u16) -> Report {
    let damage = |n: u64| {
        let node = [0, 1, 3, 4, 5][n as usize % 5];
        let kinds = [
            Kind::LostDisks { node },
            Kind::StoreRot { node },
            Kind::LogRot { node, place: 4_096 + 797 * n },
            Kind::OldStore { node },
        ];
        Trouble { at_ms: 6_000 + n * 3_000, lasts_ms: 200, kind: kinds[n as usize % 4].clone() }
    };
    let (liars, storm) = (vec![(2, lie)], (0..8).map(damage).collect());
    let plan = Plan { storm, storm_ms: 32_000, liars, agreement_margin, ..Plan::quiet(seed) };
    run_plan(plan).unwrap_or_else(|violation| panic!("{lie:?}: {violation}"))
}

/// One bank lies and one abstains: two of six are out, and the other four are a quorum.
#[test]
fn disks_are_lost_beside_a_liar() {
    let lies = [Lie::Silent, Lie::Votes, Lie::Sync, Lie::ForgedCertificates, Lie::WrongVotes];
    for (seed, lie) in (350..).zip(lies) {
        let injected = damaged_beside(lie, seed, 0).injected;
        assert!(disks(&injected) >= 5, "{lie:?}: {injected:?}");
    }
    let injected = damaged_beside(Lie::Silent, 360, 1).injected;
    assert_eq!(disks(&injected), 0, "where five must sign, the network cannot spare two");
}

/// Disks that were damaged.
fn disks(injected: &Injected) -> u64 {
    let kinds = ["LostDisks", "StoreRot", "LogRot", "OldStore"];
    injected.counts().filter(|(name, _)| kinds.contains(name)).map(|(_, count)| count).sum()
}
