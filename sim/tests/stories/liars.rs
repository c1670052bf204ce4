//! One bank lies, in every way a key allows: the others stay safe, go on, and take its stake.

use crate::common::{crashes, quiet, rough, run, settles_within};
use idx_replica::Policy;
use idx_sim::{Faults, Lie, Plan, World};
use idx_types::{Paise, PreparedTx};

const LIAR: usize = 2;

fn with_liar(seed: u64, lie: Lie, faults: Faults) -> World {
    let mut world = World::new(Plan { faults, ..Plan::quiet(seed) });
    world.corrupt(LIAR, lie);
    world
}

fn stake(world: &World) -> Paise {
    world.state(0).unwrap().validators().get(world.bank(LIAR)).unwrap().stake
}

#[test]
fn contradictions_are_proven_on_chain_and_cost_stake() {
    let table = [(Lie::Votes, 0), (Lie::Proposals, 1), (Lie::Headers, 2), (Lie::Verdicts, 3)];
    for (lie, kind) in table {
        let mut world = with_liar(41, lie, Faults::NONE);
        let before = stake(&world);
        run(&mut world, 8_000);
        let offences = world.state(0).unwrap().offences();
        assert!(offences.iter().all(|offence| offence.bank == world.bank(LIAR)), "nobody else: {offences:?}");
        assert!(offences.iter().any(|offence| offence.kind == kind), "{lie:?} is on record");
        assert!(stake(&world) < before, "{lie:?} costs stake");
        assert!(world.checks().heights() > 30, "{lie:?}: {} heights", world.checks().heights());
        settles_within(&mut world, 12_000);
    }
}

#[test]
fn a_liar_in_a_bad_network_forks_nobody() {
    for (seed, lie) in [(42, Lie::Votes), (43, Lie::Proposals), (44, Lie::Headers), (45, Lie::Verdicts)] {
        let storm = crashes(seed, 4_000, 1_000, 20_000);
        let mut world = World::new(Plan { storm, faults: rough(), ..Plan::quiet(seed) });
        world.corrupt(LIAR, lie);
        run(&mut world, 20_000);
        settles_within(&mut world, 24_000);
    }
}

/// Blocks, proposals and votes for rounds near and far: it fills its own room and nobody else's.
/// What it can cost is its own turns, a timeout each; all other heights are as quick as ever.
#[test]
fn a_flooding_liar_costs_its_own_turns_and_no_others() {
    let mut world = with_liar(46, Lie::Flood, Faults::NONE);
    run(&mut world, 10_000);
    let heights = world.backup(0).range(idx_types::Height(1), usize::MAX);
    let late = heights.iter().filter(|height| height.commit.round > idx_types::Round(0)).count();
    assert!(late * 10 < heights.len(), "{late} of {} heights needed a second round", heights.len());
    let quick_ms = (10_000 - 3_000 * late as u64) / (heights.len() - late) as u64;
    assert!(quick_ms < 150, "{quick_ms} ms for a height in its first round");
    assert_eq!(world.checks().miners().get(&world.bank(LIAR)), None, "none of its blocks is final");
    settles_within(&mut world, 12_000);
}

#[test]
fn a_liar_in_sync_delays_nobody_for_long() {
    let mut world = with_liar(47, Lie::Sync, Faults::NONE);
    world.network().isolate(5);
    run(&mut world, 10_000);
    world.network().heal();
    run(&mut world, 8_000);
    let heights = world.heights();
    assert!(heights[5].unwrap() + 3 >= heights[0].unwrap(), "caught up past the liar: {heights:?}");
    settles_within(&mut world, 12_000);
}

#[test]
fn a_wiped_bank_is_not_kept_silent_by_a_liar() {
    let mut world = with_liar(48, Lie::Sync, Faults::NONE);
    run(&mut world, 3_000);
    world.crash(1);
    *world.disk(1) = world.blank_disk();
    world.lose_journal(1).unwrap();
    world.restart(1).unwrap();
    run(&mut world, 15_000);
    let abstention = world.insight(1).unwrap().abstention;
    let tip = world.heights()[1].unwrap();
    assert!(
        matches!(abstention, idx_replica::Abstention::Below(from) if from.0 <= tip),
        "signs again: {abstention:?}, tip {tip}"
    );
}

/// With every vote it tells of a fork, by certificates that it signed for everybody.
#[test]
fn a_liar_that_makes_up_forks_stops_nobody() {
    let mut world = with_liar(50, Lie::ForgedCertificates, Faults::NONE);
    run(&mut world, 8_000);
    assert_eq!(world.halted(), []);
    assert!(world.checks().heights() > 30, "{} heights", world.checks().heights());
    settles_within(&mut world, 12_000);
}

/// Its blocks come from the future: untimely for all, passed over; its transactions still settle.
#[test]
fn a_clock_an_hour_ahead_costs_that_bank_its_turns_only() {
    let mut world = quiet(49, 40);
    world.set_clock(LIAR, 3_600_000);
    run(&mut world, 15_000);
    let skewed = world.bank(LIAR);
    assert_eq!(world.checks().miners().get(&skewed), None, "none of its blocks is final");
    assert!(world.checks().heights() > 50, "{} heights", world.checks().heights());
    let heights = world.heights();
    assert!(heights[LIAR].unwrap() + 5 >= heights[0].unwrap(), "it follows: {heights:?}");
}

struct Never;

impl Policy for Never {
    fn accepts(&self, _: &idx_chain::State, _: &PreparedTx) -> bool {
        false
    }
}

/// Checked after every height: nothing that involves the bank completes.
#[test]
fn a_bank_that_rejects_by_policy_is_never_overridden() {
    let mut world = quiet(50, 40);
    world.set_policy(LIAR, std::sync::Arc::new(Never)).unwrap();
    run(&mut world, 8_000);
    let state = world.state(0).unwrap();
    let here = |account: &&idx_types::Account| account.home_bank == world.bank(LIAR);
    let customers = state.accounts().iter().filter(here).count();
    let elsewhere = state.accounts().iter().filter(|a| a.home_bank == world.bank(0)).count();
    assert!(customers < elsewhere, "no customer account was opened at it: {customers} of {elsewhere}");
    settles_within(&mut world, 8_000);
}
