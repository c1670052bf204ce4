//! Turns by table, by an oracle that sorts all turns of a cycle, and by law.

use super::*;
use idx_crypto::{Hash32, PublicKey};
use idx_types::{Bank, NetworkKey, Paise};
use proptest::prelude::*;

/// Banks 10, 11, 12 ... with these stakes.
fn banks(stakes: &[u64]) -> ValidatorSet {
    let bank = |(i, stake): (usize, &u64)| Bank {
        id: BankId(10 + i as u16),
        code: format!("BANK{i}").parse().unwrap(),
        consensus_key: PublicKey([i as u8; 32]),
        network_key: NetworkKey([i as u8; 32]),
        hpke_key: Hash32::ZERO,
        stake: Paise(*stake),
    };
    ValidatorSet::new(stakes.iter().enumerate().map(bank).collect()).unwrap()
}

/// Places of the miners of round 0 of heights 0 to `heights - 1`.
fn miners(stakes: &[u64], heights: u64) -> Vec<usize> {
    let set = banks(stakes);
    (0..heights).map(|h| set.position(miner(&set, Height(h), Round::ZERO)).unwrap()).collect()
}

#[test]
fn sequences_by_table() {
    let table: [(&[u64], &[usize]); 7] = [
        (&[5], &[0, 0, 0]),
        (&[1, 1, 1], &[0, 1, 2, 0, 1, 2]),
        (&[2, 1], &[0, 1, 0, 0, 1, 0]),
        (&[200, 100], &[0, 1, 0, 0, 1, 0]),
        (&[1, 3], &[1, 0, 1, 1, 1, 0, 1, 1]),
        (&[4, 0, 4], &[0, 2, 0, 2]),
        (&[0, 0], &[0, 1, 0, 1]),
    ];
    for (stakes, expected) in table {
        assert_eq!(miners(stakes, expected.len() as u64), expected, "{stakes:?}");
    }
}

#[test]
fn equal_stakes_are_plain_turns() {
    for stake in [0, 1, 7, 1 << 40, u64::MAX] {
        let set = banks(&[stake; 6]);
        for height in (0..50).chain([u64::from(u32::MAX), 1 << 50]) {
            for round in [0, 1, 5, 6, 1000, u32::MAX] {
                let turn = (u128::from(height) + u128::from(round)) % 6;
                let expected = BankId(10 + turn as u16);
                assert_eq!(miner(&set, Height(height), Round(round)), expected, "{stake} {height} {round}");
            }
        }
    }
}

/// The definition, by brute force: all turns of a cycle sorted by time, then number.
fn sorted_turns(weights: &[u64]) -> Vec<usize> {
    let common: u64 = 2 * weights.iter().filter(|w| **w > 0).product::<u64>();
    let of_bank = |(i, w): (usize, &u64)| {
        let w = *w;
        (0..w).map(move |k| ((2 * k + 1) * (common / (2 * w)), i)).collect::<Vec<_>>()
    };
    let mut turns: Vec<(u64, usize)> = weights.iter().enumerate().flat_map(of_bank).collect();
    turns.sort_unstable();
    turns.into_iter().map(|(_, bank)| bank).collect()
}

#[test]
fn shares_over_ten_thousand_heights() {
    for stakes in [
        vec![100_000_000; 6],
        vec![90_000_000, 100_000_000, 100_000_000, 81_000_000, 100_000_000, 100_000_000],
        vec![u64::MAX, u64::MAX, 1, 1 << 62, 1 << 33, 0],
        vec![1, 2, 3, 4, 5, 6],
        vec![999_983, 7, 1, 1, 1, 1],
    ] {
        let total: u128 = stakes.iter().map(|s| u128::from(*s)).sum();
        let mut turns = vec![0u128; stakes.len()];
        for (heights, miner) in (1u128..).zip(miners(&stakes, 10_000)) {
            turns[miner] += 1;
            for (had, stake) in turns.iter().zip(&stakes) {
                // |had - heights * share| <= 1/2 + n/2 * share, times 2 * total; one part in 2^31 of
                // the stakes is lost by scaling, far below one turn in 10,000.
                let (stake, n) = (u128::from(*stake), stakes.len() as u128);
                let gap = (2 * had * total).abs_diff(2 * heights * stake);
                let lost = total / 10_000;
                assert!(gap <= total + n * stake + lost, "{stakes:?} after {heights}: {turns:?}");
            }
        }
        assert!(stakes.iter().zip(&turns).all(|(stake, had)| *stake > 0 || *had == 0));
    }
}

#[test]
fn every_extreme_has_a_miner() {
    let extremes: [&[u64]; 5] =
        [&[u64::MAX; 64], &[u64::MAX, 1], &[1], &[0; 64], &[1, u64::MAX, 0, 1 << 32, (1 << 32) - 1]];
    for stakes in extremes {
        let set = banks(stakes);
        for height in [0, 1, u64::MAX - 1, u64::MAX] {
            for round in [0, 1, u32::MAX - 1, u32::MAX] {
                let elected = miner(&set, Height(height), Round(round));
                let stake = set.get(elected).unwrap().stake.0;
                assert!(stake > 0 || stakes.iter().all(|s| *s == 0));
            }
        }
    }
}

/// A small stake beside a giant one keeps its turns: the scaled weight never falls to zero.
#[test]
fn the_smallest_stake_is_elected_in_a_later_round_of_every_height() {
    let set = banks(&[u64::MAX, 1]);
    for height in 0..100 {
        assert_ne!(miner(&set, Height(height), Round(0)), miner(&set, Height(height), Round(1)));
    }
}

fn stakes() -> impl Strategy<Value = Vec<u64>> {
    let stake = prop_oneof![1 => Just(0u64), 3 => 1..20u64, 1 => any::<u64>()];
    proptest::collection::vec(stake, 1..12)
}

proptest! {
    /// Three cycles agree with the definition.
    #[test]
    fn turns_are_the_sorted_turns_of_a_cycle(weights in proptest::collection::vec(1..12u64, 1..6)) {
        let cycle = sorted_turns(&weights);
        prop_assert_eq!(miners(&weights, 3 * cycle.len() as u64), cycle.repeat(3));
    }

    /// Failover: as many rounds in a row as there are banks with stake, wherever they begin, elect
    /// each of them once; so no bank is elected twice in a row if there are two.
    #[test]
    fn rounds_elect_everybody_in_turn(stakes in stakes(), height: u64, from in 0..=u32::MAX - 12) {
        let set = banks(&stakes);
        let all_zero = stakes.iter().all(|s| *s == 0);
        let eligible: Vec<BankId> =
            set.banks().iter().filter(|b| all_zero || b.stake.0 > 0).map(|b| b.id).collect();
        let rounds = from..from + eligible.len() as u32;
        let mut elected: Vec<BankId> = rounds.map(|r| miner(&set, Height(height), Round(r))).collect();
        elected.sort_unstable();
        prop_assert_eq!(elected, eligible);
    }
}
