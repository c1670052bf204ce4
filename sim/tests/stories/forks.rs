//! Two banks that run twice: at quorum 4 they can fork the chain, and it is found out; at quorum 5
//! they cannot (document 2.2; twins after Bano and others, 2021).

use crate::common::run;
use idx_replica::{HaltReason, Stage};
use idx_sim::{Kind, Plan, Trouble, World};
use idx_types::{BankId, Height};

/// One side of the cut: two honest banks, and one machine of each double bank.
const SIDE: u16 = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5;

/// Banks 4 and 5 and their twins, nodes 6 and 7, one of each pair on either side of a cut.
fn split(seed: u64, agreement_margin: u16) -> World {
    let kind = Kind::Partition { side: SIDE, one_way: false };
    let cut = Trouble { at_ms: 2_000, lasts_ms: 10_000, kind };
    let plan = Plan { twins: vec![4, 5], storm: vec![cut], agreement_margin, ..Plan::quiet(seed) };
    World::new(plan)
}

/// Honest banks: they have no twins.
const HONEST: std::ops::Range<usize> = 0..4;

/// Every honest bank stops within 15 seconds, in which none of them may go on past what it was at by
/// `final_ms`, and at the end of its farewell each has halted with the message. Answers the reasons.
fn all_stop(world: &mut World, seed: u64) -> Vec<HaltReason> {
    run(world, 15_000);
    let heights = world.heights()[HONEST].to_vec();
    for node in HONEST {
        let stage = world.insight(node).map(|insight| insight.stage);
        assert_eq!(stage, Some(Stage::Forked), "seed {seed}: bank {node} goes on");
    }
    run(world, 40_000);
    let halted: Vec<_> = world.halted().iter().filter(|(node, _)| HONEST.contains(node)).cloned().collect();
    assert_eq!(halted.len(), HONEST.len(), "seed {seed}: {halted:?}");
    let stored: Vec<_> = HONEST.map(|node| world.backup(node).heights().len() as u64).map(Some).collect();
    assert_eq!(stored, heights, "seed {seed}: none goes on");
    halted.into_iter().map(|(_, reason)| reason).collect()
}

/// Nobody is accused but the two double banks; whether both are.
fn accuses_both(reason: &HaltReason) -> bool {
    let HaltReason::Fork { evidence, liars_min, .. } = reason else { panic!("{reason}") };
    let guilty: Vec<BankId> = evidence.iter().map(|proof| proof.offence().unwrap().bank).collect();
    assert!(guilty.iter().all(|bank| [BankId(4), BankId(5)].contains(bank)), "{guilty:?}");
    assert_eq!(*liars_min, 2);
    let text = reason.to_string();
    assert!(text.contains("forked") && text.contains("Accuse nobody") == guilty.is_empty(), "{text}");
    guilty == [BankId(4), BankId(5)]
}

#[test]
fn two_double_banks_at_quorum_four_fork_the_chain_and_honest_banks_halt() {
    let mut proven = 0;
    for seed in 0..10 {
        let mut world = split(seed, 0);
        run(&mut world, 12_000);
        assert!(world.checks().forks().next().is_some(), "seed {seed}: both sides decided");
        let reasons = all_stop(&mut world, seed);
        proven += reasons.iter().filter(|reason| accuses_both(reason)).count();
    }
    assert!(proven > 0, "who compares two certificates of one round holds the proof");
}

/// The sides stay apart but for two honest banks, one on each, that reach each other: what these two
/// find out stops the banks behind them, too.
#[test]
fn a_fork_seen_over_a_single_link_stops_all_honest_banks() {
    for seed in 0..4 {
        let mut world = World::new(Plan { twins: vec![4, 5], ..Plan::quiet(seed) });
        run(&mut world, 2_000);
        world.network().partition(SIDE, false);
        run(&mut world, 10_000);
        let link = [(0, 2), (2, 0)];
        link.into_iter().for_each(|(from, to)| world.network().mend(from, to));
        for reason in all_stop(&mut world, seed) {
            accuses_both(&reason);
        }
    }
}

/// A bank of the one side is down while the fork is found out; when it comes up it is told.
#[test]
fn a_bank_that_was_down_is_told_of_the_fork_when_it_comes_up() {
    for seed in 0..4 {
        let mut world = World::new(Plan { twins: vec![4, 5], ..Plan::quiet(seed) });
        run(&mut world, 2_000);
        world.network().partition(SIDE, false);
        run(&mut world, 10_000);
        world.crash(1);
        world.network().heal();
        run(&mut world, 10_000);
        world.restart(1).unwrap();
        all_stop(&mut world, seed);
    }
}

#[test]
fn two_double_banks_at_quorum_five_decide_nothing_twice() {
    for seed in 0..4 {
        let mut world = split(seed, 1);
        run(&mut world, 2_500);
        let before = world.checks().heights();
        run(&mut world, 9_000);
        assert!(world.checks().heights() <= before + 1, "seed {seed}: four of six decide nothing");
        run(&mut world, 20_000);
        assert_eq!(world.checks().forks().next(), None::<Height>, "seed {seed}");
        assert_eq!(world.halted(), [], "seed {seed}");
        assert!(world.checks().heights() > before + 5, "seed {seed}: it goes on when the cut is over");
    }
}
