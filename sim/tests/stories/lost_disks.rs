//! Disks lost, emptied or set back: the bank signs nothing that it could have signed before.

use crate::common::{quiet, run, settles_within};
use idx_replica::Abstention;

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
