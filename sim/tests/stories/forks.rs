//! Two banks that run twice: at quorum 4 they can fork the chain, and it is found out; at quorum 5
//! they cannot (document 2.2; twins after Bano and others, 2021).

use crate::common::run;
use idx_replica::HaltReason;
use idx_sim::{Kind, Plan, Trouble, World};
use idx_types::{BankId, Height};

/// Banks 4 and 5 and their twins, nodes 6 and 7, one of each pair on either side of a cut.
fn split(seed: u64, agreement_margin: u16) -> World {
    let side = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 5;
    let cut = Trouble { at_ms: 2_000, lasts_ms: 10_000, kind: Kind::Partition { side, one_way: false } };
    let plan = Plan { twins: vec![4, 5], storm: vec![cut], agreement_margin, ..Plan::quiet(seed) };
    World::new(plan)
}

#[test]
fn two_double_banks_at_quorum_four_fork_the_chain_and_honest_banks_halt() {
    let mut proven = 0;
    for seed in 0..10 {
        let mut world = split(seed, 0);
        run(&mut world, 12_000);
        assert!(world.checks().forks().next().is_some(), "seed {seed}: both sides decided");
        run(&mut world, 20_000);
        // Who is shown the other chain stops at once, and falls silent: the other side may go on until
        // its operators are told (the message says so).
        let honest_halted = world.halted().iter().filter(|(node, _)| *node < 4).count();
        assert!(honest_halted > 0, "seed {seed}: {:?}", world.halted());
        for (node, reason) in world.halted() {
            let HaltReason::Fork { signers, evidence, .. } = reason else { panic!("bank {node}: {reason}") };
            let guilty: Vec<BankId> = evidence.iter().map(|proof| proof.offence().unwrap().bank).collect();
            assert!(guilty.iter().all(|bank| [BankId(4), BankId(5)].contains(bank)), "{guilty:?}");
            proven += usize::from(guilty == [BankId(4), BankId(5)]);
            assert!(
                signers.contains(&BankId(4)) && signers.contains(&BankId(5)),
                "seed {seed}, bank {node}: {signers:?} signed both"
            );
            assert!(reason.to_string().contains("forked"), "{reason}");
        }
    }
    assert!(proven > 0, "who compares two certificates of one round holds the proof");
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
