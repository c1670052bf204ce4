//! What a transfer costs and who gets it (document 3.1).

use idx_types::planted::{self, Bug};
use idx_types::{Paise, Params, Reason};

/// The fee of one transfer, or the sum of a block's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FeeQuote {
    /// The miner's part.
    pub miner: Paise,
    /// The part that the banks share.
    pub banks: Paise,
    /// Both.
    pub total: Paise,
}

impl FeeQuote {
    /// The fee that the parameters ask for a transfer of this amount: each part is rounded half to
    /// even by itself.
    ///
    /// # Errors
    /// [`Reason::AmountTooSmall`] or [`Reason::AmountTooLarge`] for an amount outside the limits.
    pub fn of(amount: Paise, params: &Params) -> Result<Self, Reason> {
        if amount < params.min_transfer {
            return Err(Reason::AmountTooSmall);
        }
        if amount > params.max_transfer {
            return Err(Reason::AmountTooLarge);
        }
        let miner = amount.portion(params.miner_fee).ok_or(Reason::Overflow)?;
        let banks = amount.portion(params.banks_fee).ok_or(Reason::Overflow)?;
        let total = miner.checked_add(banks).ok_or(Reason::Overflow)?;
        Ok(Self { miner, banks, total })
    }

    /// The sum of two, `None` beyond 64 bits.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            miner: self.miner.checked_add(other.miner)?,
            banks: self.banks.checked_add(other.banks)?,
            total: self.total.checked_add(other.total)?,
        })
    }
}

/// Divides an amount equally among `parts` in their order; what is left goes out one paisa at a time,
/// starting with the part at `first mod parts`. The shares add up to the amount; none if there is no part.
pub(crate) fn split(amount: Paise, parts: usize, first: u64) -> impl Iterator<Item = Paise> {
    let n = parts.max(1) as u64;
    let (share, mut rest, start) = (amount.0 / n, amount.0 % n, first % n);
    if planted::has(Bug::FeeRemainderDropped) {
        rest = 0;
    }
    (0..parts as u64).map(move |place| {
        let turn = (place + n - start) % n;
        Paise(share + u64::from(turn < rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked example of document 1.3: the fee of Rs 5,000.00.
    #[test]
    fn worked_example_fee() {
        let fee = FeeQuote::of(Paise(500_000), &Params::default()).unwrap();
        assert_eq!((fee.miner, fee.banks, fee.total), (Paise(2_500), Paise(5_000), Paise(7_500)));
    }

    /// Rs 50.00 among six: 8.33 each, and the last two paise start at `height mod 6`.
    #[test]
    fn the_last_two_paise_move_with_the_height() {
        let shares = |height| split(Paise(5_000), 6, height).map(|p| p.0).collect::<Vec<_>>();
        assert_eq!(shares(0), [834, 834, 833, 833, 833, 833]);
        assert_eq!(shares(3), [833, 833, 833, 834, 834, 833]);
        assert_eq!(shares(5), [834, 833, 833, 833, 833, 834]);
        assert_eq!(shares(6), shares(0));
        assert_eq!(shares(u64::MAX).iter().sum::<u64>(), 5_000);
    }

    #[test]
    fn shares_always_add_up() {
        for parts in 1..=16usize {
            for amount in [0, 1, 5, 16, 17, 5_000, u64::MAX] {
                for first in [0, 1, 15, u64::MAX] {
                    let sum: u128 = split(Paise(amount), parts, first).map(|p| u128::from(p.0)).sum();
                    assert_eq!(sum, u128::from(amount), "{amount} among {parts}");
                }
            }
        }
        assert_eq!(split(Paise(5), 0, 3).count(), 0);
    }

    #[test]
    fn amounts_outside_the_limits_have_no_fee() {
        let params = Params::default();
        assert_eq!(FeeQuote::of(Paise(99), &params), Err(Reason::AmountTooSmall));
        let above = Paise(params.max_transfer.0 + 1);
        assert_eq!(FeeQuote::of(above, &params), Err(Reason::AmountTooLarge));
    }
}
