//! A made stream of payments of like shape as real interbank payments, from one seed.
//!
//! Integers only, so that the same seed gives the same file on every machine. An amount is a median
//! multiplied by many small random ratios, which makes it log-normal-like: many small payments, few
//! large ones. About one payment in six stays inside one bank, and accounts come again and again.

use super::row::HEADER;
use idx_types::{BankCode, Paise};
use std::fmt::Write;

/// Payments that `testnet up` makes when it is given no file.
pub const COUNT_DEFAULT: usize = 600;

/// Their seed.
pub const SEED_DEFAULT: u64 = 1;

/// Share of payments inside one bank, per thousand.
const INSIDE_PER_MILLE: u64 = 175;

/// An account appears this many times on average, as sender or receiver together.
const PAYMENTS_PER_ACCOUNT: usize = 5;

/// Middle of the amounts, in paise.
const MEDIAN: u64 = 368_800;

/// Amounts stay within one and 75,000 rupees.
const AMOUNTS: std::ops::RangeInclusive<u64> = 100..=7_500_000;

/// Ratios, in thousandths, of which [`STEPS`] are multiplied; each has its inverse beside it.
const RATIOS: [u64; 8] = [500, 2_000, 625, 1_600, 714, 1_400, 833, 1_200];

/// How many ratios make an amount.
const STEPS: usize = 9;

const PURPOSES: [&str; 6] = ["", "", "household", "household", "old-age pension", "insurance payment"];

/// The text of a file of `count` payments between `banks`.
///
/// # Panics
/// Never for two banks or more; one bank has nobody to pay to.
pub fn file(seed: u64, count: usize, banks: &[BankCode]) -> String {
    assert!(banks.len() > 1, "payments between banks need two of them");
    let mut dice = Dice(seed);
    let accounts = (2 * count / PAYMENTS_PER_ACCOUNT).max(2 * banks.len());
    let mut text = format!("{HEADER}\n");
    for number in 0..count {
        let line = line(&mut dice, number, count, accounts, banks);
        writeln!(text, "{line}").expect("writing to a string cannot fail");
    }
    text
}

fn line(dice: &mut Dice, number: usize, count: usize, accounts: usize, banks: &[BankCode]) -> String {
    let (sender, receiver) = pair(dice, accounts, banks.len());
    let bank = |account: usize| banks[account % banks.len()].as_str();
    let day = number * 360 / count;
    let purpose = PURPOSES[dice.below(PURPOSES.len() as u64) as usize];
    format!(
        "M{number:06},2025-{:02}-{:02},M{sender:06},{},M{receiver:06},{},{},{purpose}",
        day / 30 + 1,
        day % 28 + 1,
        bank(sender),
        bank(receiver),
        amount(dice),
    )
}

/// Sender and receiver by number; an account's bank is its number modulo the banks.
fn pair(dice: &mut Dice, accounts: usize, banks: usize) -> (usize, usize) {
    let inside = dice.below(1_000) < INSIDE_PER_MILLE;
    let sender = dice.below(accounts as u64) as usize;
    loop {
        let receiver = dice.below(accounts as u64) as usize;
        let same_bank = sender % banks == receiver % banks;
        if sender != receiver && same_bank == inside {
            return (sender, receiver);
        }
    }
}

fn amount(dice: &mut Dice) -> Paise {
    let mut amount = MEDIAN;
    for _ in 0..STEPS {
        amount = amount * RATIOS[dice.below(RATIOS.len() as u64) as usize] / 1_000;
    }
    let amount = amount.clamp(*AMOUNTS.start(), *AMOUNTS.end());
    // Most amounts are whole rupees, one in eight has paise.
    let whole = amount / 100 * 100;
    Paise(if dice.below(8) == 0 { amount } else { whole.max(*AMOUNTS.start()) })
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough for made payments, never for secrets.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, with a bias below `bound` / 2^64.
    fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        (product >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::{Payments, read};
    use super::*;

    fn banks() -> Vec<BankCode> {
        ["HDFC", "ICICI", "SBI", "AXIS", "KOTAK", "YES"].map(|code| code.parse().unwrap()).to_vec()
    }

    fn made(seed: u64, count: usize) -> Payments {
        read(file(seed, count, &banks()).as_bytes(), &banks(), usize::MAX).unwrap()
    }

    #[test]
    fn one_seed_one_file() {
        assert_eq!(file(7, 100, &banks()), file(7, 100, &banks()));
        assert_ne!(file(7, 100, &banks()), file(8, 100, &banks()));
    }

    #[test]
    fn every_line_is_a_sound_payment_even_of_short_files() {
        for count in [1, 2, 13, COUNT_DEFAULT] {
            let payments = made(1, count);
            assert_eq!((payments.rows.len(), payments.refused.len()), (count, 0));
        }
    }

    /// The real file: 17.5 % inside one bank, quartiles 1,599, 3,688 and 6,869, 95 % below 39,338.
    #[test]
    fn the_shape_is_that_of_the_real_payments() {
        let rows = made(1, 12_000).rows;
        let inside = rows.iter().filter(|row| row.sender.bank == row.receiver.bank).count();
        assert!((1_900..2_300).contains(&inside), "{inside} of 12000 inside one bank");

        let mut amounts: Vec<u64> = rows.iter().map(|row| row.amount.0 / 100).collect();
        amounts.sort_unstable();
        let quantile = |percent: usize| amounts[amounts.len() * percent / 100];
        for (percent, range) in
            [(5, 100..700), (25, 1_000..2_400), (50, 3_000..4_500), (75, 6_000..12_000), (95, 20_000..60_000)]
        {
            assert!(range.contains(&quantile(percent)), "{percent} %: {}", quantile(percent));
        }

        for bank in banks() {
            let sent = rows.iter().filter(|row| row.sender.bank == bank).count();
            assert!((1_700..2_300).contains(&sent), "{bank} sent {sent} of 12000");
        }
    }
}
