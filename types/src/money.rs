//! Money: integers of minor units, checked in every operation (document 3.1).

use borsh::{BorshDeserialize, BorshSerialize};
use std::{fmt, str::FromStr};

/// Parts of one whole in basis points.
pub const BPS_ONE: u64 = 10_000;

/// An amount in minor units (1/100) of its currency: paise for INR, cents for USD. 0 to 2^64 - 1.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, BorshSerialize, BorshDeserialize,
)]
pub struct Paise(pub u64);

impl Paise {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// One rupee, the least transfer at genesis.
    pub const ONE_RUPEE: Self = Self(100);

    /// The sum, or `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` below zero.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `self * bps / 10_000`, rounded half to even. `None` if the result leaves 64 bits.
    pub fn portion(self, bps: Bps) -> Option<Self> {
        divided_half_even(u128::from(self.0) * u128::from(bps.0), u128::from(BPS_ONE)).map(Self)
    }
}

/// The quotient rounded half to even; `None` if it leaves 64 bits or the divisor is zero. The divisor is
/// below 2^127.
pub(crate) fn divided_half_even(dividend: u128, divisor: u128) -> Option<u64> {
    let floor = dividend.checked_div(divisor)?;
    let round_up = match ((dividend % divisor) * 2).cmp(&divisor) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => floor % 2 == 1,
        std::cmp::Ordering::Greater => true,
    };
    u64::try_from(floor.checked_add(u128::from(round_up))?).ok()
}

impl fmt::Display for Paise {
    /// Whole units and two places: `5075.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not an amount: write digits with at most two places, such as 5075.00, below 184467440737095516.16"
)]
pub struct AmountError {
    /// The offending text, cut to 40 characters.
    pub text: String,
}

impl FromStr for Paise {
    type Err = AmountError;

    /// Reads `5075`, `5075.5` or `5075.50`; no sign, no exponent, no grouping.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        parse_minor_units(text).map(Self).ok_or_else(|| AmountError { text: text.chars().take(40).collect() })
    }
}

fn parse_minor_units(text: &str) -> Option<u64> {
    let (whole, places) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, places)) => (whole, places),
        None => (text, ""),
    };
    let digits_only = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits_only(whole) || !digits_only(places) || places.len() > 2 {
        return None;
    }
    let minor: u64 = format!("{places:0<2}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(minor)
}

/// A rate in basis points (1/100 of a percent), 0 to 10,000.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Bps(pub u16);

/// The currencies the ledger keeps, by ISO 4217 code; all have two places.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    BorshSerialize,
    BorshDeserialize,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Indian rupee.
    Inr,
    /// US dollar.
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Singapore dollar.
    Sgd,
}

impl Currency {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Inr, Self::Usd, Self::Eur, Self::Gbp, Self::Sgd];

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inr => "INR",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Sgd => "SGD",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text that is no currency of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no currency of this ledger: INR, USD, EUR, GBP or SGD")]
pub struct CurrencyError {
    /// The text, cut.
    found: String,
}

impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let found = || CurrencyError { found: text.chars().take(10).collect() };
        Self::ALL.into_iter().find(|currency| currency.code() == text).ok_or_else(found)
    }
}

impl serde::Serialize for Paise {
    /// A decimal string with two places, as every interface shows amounts.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Paise {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portion_rounds_half_to_even() {
        for (amount, bps, expected) in [
            (500_000, 50, 2_500),
            (500_000, 100, 5_000),
            (100, 50, 0),
            (300, 50, 2),
            (500, 50, 2),
            (101, 50, 1),
        ] {
            assert_eq!(Paise(amount).portion(Bps(bps)), Some(Paise(expected)), "{amount} at {bps} bps");
        }
        assert_eq!(Paise(u64::MAX).portion(Bps(10_000)), Some(Paise(u64::MAX)));
        assert_eq!(Paise(u64::MAX).portion(Bps(u16::MAX)), None);
    }

    #[test]
    fn amounts_read_and_print() {
        for (text, paise) in [("5075.00", 507_500), ("0.01", 1), ("7", 700), ("3372.7", 337_270)] {
            assert_eq!(text.parse(), Ok(Paise(paise)));
        }
        assert_eq!(Paise(507_500).to_string(), "5075.00");
        assert_eq!(Paise(5).to_string(), "0.05");
        for bad in ["", "-1", "+1", "1.", ".5", "1.234", "1e3", "NaN", "1,000", " 1", "184467440737095516.16"]
        {
            assert!(bad.parse::<Paise>().is_err(), "{bad:?} must be refused");
        }
    }
}
