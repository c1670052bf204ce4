//! Every subset of six banks stops: two are not missed, three stop the chain and, when they return,
//! start it again within a bound (faults 23, 24, 28; document 2.4).

use crate::plan::Plan;
use crate::world::World;
use idx_types::{BankId, Round};

const HOUR_MS: u64 = 3_600_000;

fn subsets(size: u32) -> impl Iterator<Item = Vec<u16>> {
    let members = |mask: u32| (0..6).filter(move |bank| mask >> bank & 1 == 1).collect();
    (0u32..64).filter(move |mask| mask.count_ones() == size).map(members)
}

fn silent(banks: &[u16]) -> Plan {
    Plan { silent: banks.iter().copied().collect(), ..Plan::calm(6) }
}

#[test]
fn any_two_silent_banks_are_not_missed() {
    for size in 0..=2 {
        for banks in subsets(size) {
            let mut world = World::new(Plan { heights: 3, ..silent(&banks) }, 7);
            // At most two silent proposers follow each other, 2.0 and 2.5 s each with votes.
            assert!(world.run(30_000), "without {banks:?}");
            let latest = world.finals.iter().map(|(_, _, certificate)| certificate.round).max();
            assert!(latest <= Some(Round(2)), "without {banks:?}: {latest:?}");
        }
    }
}

#[test]
fn without_a_fault_round_zero_decides_in_three_message_delays() {
    let mut world = World::new(Plan::calm(6), 1);
    assert!(world.run(HOUR_MS));
    assert!(world.finals.iter().all(|(_, _, certificate)| certificate.round == Round(0)));
    // The value, three delays, three signatures.
    assert!(world.now_ms <= 30 + 3 * 40 + 3 * 3, "{} ms", world.now_ms);
}

#[test]
fn a_silent_leader_is_skipped_by_one_timeout() {
    let leader = idx_consensus::election::miner(&crate::common::banks(6), idx_types::Height(1), Round(0));
    let mut world = World::new(silent(&[leader.0]), 1);
    assert!(world.run(10_000));
    assert!(world.finals.iter().all(|(_, _, certificate)| certificate.round == Round(1)));
}

#[test]
fn three_silent_banks_stop_the_chain_and_return_to_it() {
    for banks in subsets(3) {
        let mut world = World::new(silent(&banks), 3);
        assert!(!world.run(60_000), "three of six cannot decide");
        assert!(world.finals.is_empty());
        for bank in &banks {
            world.awake(BankId(*bank));
        }
        // The returned ones reach the quorum in the round in which the others wait, or the next.
        assert!(world.run(60_000 + 15_000), "{banks:?} returned");
    }
}

/// Stopped in the middle of a height, for an hour, with their logs.
#[test]
fn three_stopped_for_an_hour_go_on_where_they_were() {
    for (seed, banks) in subsets(3).enumerate() {
        let mut world = World::new(Plan { heights: 3, ..Plan::calm(6) }, seed as u64);
        let stopped_at = 20 + 9 * seed as u64;
        assert!(!world.run(stopped_at));
        banks.iter().for_each(|bank| world.stop(BankId(*bank)));
        world.run(HOUR_MS);
        // What was under way when they stopped may still decide, and nothing after it.
        assert!(world.finals.iter().all(|(at, ..)| *at < stopped_at + 1_000), "{banks:?} are missed");
        banks.iter().for_each(|bank| world.restart(BankId(*bank)));
        assert!(world.run(HOUR_MS + 20_000), "{banks:?} returned");
    }
}
