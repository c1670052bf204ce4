//! A small made sample of the same shape as the real file, with balances kept by plain arithmetic.

use crate::file::{Movement, Name};
use idx_types::Paise;
use std::collections::BTreeMap;

const BANKS: [&str; 6] = ["HDFC", "ICICI", "SBI", "AXIS", "KOTAK", "YES"];

/// A linear congruential generator (Knuth, MMIX), so that the sample is the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Movements of so many accounts over so many days, up to three a day each. Some rows of a day are
/// swapped, some balances rounded by 0.10, some accounts overdrawn.
pub fn movements(accounts: u64, days: u64) -> Vec<Movement> {
    let mut numbers = Numbers(42);
    let mut balances: BTreeMap<u64, i64> = BTreeMap::new();
    let mut movements = Vec::new();
    for day in 8_401..8_401 + days {
        for number in 0..accounts {
            let first = movements.len();
            for _ in 0..numbers.below(4) {
                let balance = balances.entry(number).or_default();
                movements.push(movement(&mut numbers, number, day, balance));
            }
            if movements.len() - first > 1 && numbers.below(2) == 0 {
                movements.swap(first, first + 1);
            }
        }
    }
    movements
}

fn movement(numbers: &mut Numbers, number: u64, day: u64, balance: &mut i64) -> Movement {
    let amount = (1 + numbers.below(50_000)) * 10;
    let credit = numbers.below(5) < 3;
    let change = if credit { amount as i64 } else { -(amount as i64) };
    let rounding = [0, 0, 0, 0, 0, 0, 0, 10, -10][numbers.below(9) as usize];
    *balance += change + rounding;
    let partner = (numbers.below(3) == 0).then(|| name('X', numbers.below(30)));
    Movement {
        account: name('A', number),
        day,
        credit,
        amount: Paise(amount),
        balance_after: *balance,
        partner,
    }
}

fn name(letter: char, number: u64) -> Name {
    (BANKS[(number % 6) as usize].to_owned(), format!("{letter}{number:05}"))
}
