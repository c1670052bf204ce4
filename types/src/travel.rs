//! Travel accounts and foreign money: rates, foreign banks, what a travel account remembers.
//!
//! ```text
//!   open    rupees of the source account -- fee --> home bank;  the rest / sell = foreign minor units
//!   close   foreign minor units * buy = rupees -- fee --> home bank;  the rest to the source account
//! ```

use crate::authority::is_printable;
use crate::bank::MAX_BANKS;
use crate::day::NetworkDay;
use crate::ids::{AccountHandle, BankCode, BankId, TimestampMs};
use crate::money::{Currency, Paise, divided_half_even};
use borsh::{BorshDeserialize, BorshSerialize};
use std::{fmt, str::FromStr};

/// Most foreign banks of a network.
pub const FOREIGN_BANKS_MAX: usize = 2 * MAX_BANKS;

/// Most open travel accounts that return to one account.
pub const TRAVELS_PER_ACCOUNT_MAX: u16 = 16;

/// Longest life of a travel account, in days from the block that opens it.
pub const TRAVEL_DAYS_MAX: u32 = 366;

/// Most bytes of a foreign bank's name or country.
pub const FOREIGN_NAME_BYTES_MAX: usize = 64;

/// Digits behind the point of a rate.
const RATE_PLACES: usize = 8;

/// Rupees for one unit of a foreign currency, with 8 decimals: 83.33333333 is 8,333,333,333.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, BorshSerialize, BorshDeserialize)]
pub struct Rate(pub u64);

impl Rate {
    /// One rupee for one unit.
    pub const ONE: Self = Self(100_000_000);

    /// The least rate that is believed: one paisa for a unit.
    pub const LEAST: Self = Self(1_000_000);

    /// The greatest rate that is believed: 100,000 rupees for a unit.
    pub const GREATEST: Self = Self(10_000_000_000_000);

    /// What so much foreign money is in rupees, rounded half to even. `None` beyond 64 bits.
    pub fn to_rupees(self, foreign: Paise) -> Option<Paise> {
        divided_half_even(u128::from(foreign.0) * u128::from(self.0), u128::from(Self::ONE.0)).map(Paise)
    }

    /// What so many rupees are in foreign money, rounded half to even. `None` beyond 64 bits, or at a rate
    /// of zero.
    pub fn to_foreign(self, rupees: Paise) -> Option<Paise> {
        divided_half_even(u128::from(rupees.0) * u128::from(Self::ONE.0), u128::from(self.0)).map(Paise)
    }

    fn parse(text: &str) -> Option<Self> {
        let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits_only(whole) || !digits_only(places) || places.len() > RATE_PLACES {
            return None;
        }
        let fraction: u64 = format!("{places:0<RATE_PLACES$}").parse().ok()?;
        whole.parse::<u64>().ok()?.checked_mul(Self::ONE.0)?.checked_add(fraction).map(Self)
    }
}

impl fmt::Display for Rate {
    /// With all eight decimals: `83.33333333`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:08}", self.0 / Self::ONE.0, self.0 % Self::ONE.0)
    }
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no rate: write rupees for one unit with at most eight decimals, such as 83.25")]
pub struct RateError {
    /// The text, cut.
    text: String,
}

impl FromStr for Rate {
    type Err = RateError;
    fn from_str(text: &str) -> Result<Self, RateError> {
        Self::parse(text).ok_or_else(|| RateError { text: text.chars().take(40).collect() })
    }
}

impl serde::Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Rate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Both rates of a currency from a time on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Quote {
    /// What a customer gets who sells foreign money: at the close of a travel account.
    pub buy: Rate,
    /// What a customer pays who buys foreign money: at the opening. Not below `buy`.
    pub sell: Rate,
    /// Its first millisecond.
    pub valid_from: TimestampMs,
    /// How long after `valid_from` it can be used, if no newer one comes.
    pub stale_after_ms: u64,
}

impl Quote {
    /// Whether it is too old to be used at this time.
    pub fn is_stale(&self, now: TimestampMs) -> bool {
        now > self.valid_from.plus(self.stale_after_ms)
    }
}

/// A bank abroad, with which rupees are changed into travel accounts. It is no validator.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ForeignBank {
    /// Its short name, which no bank of the network has.
    pub code: BankCode,
    /// Its name: 1 to 64 printable ASCII characters.
    pub name: String,
    /// Where it is: 1 to 64 printable ASCII characters.
    pub country: String,
    /// The same by ISO 3166-1: two letters.
    pub country_code: String,
    /// Its own currency; not rupees.
    pub currency: Currency,
    /// The bank that keeps its two accounts. It need not approve of what moves on them.
    pub correspondent: BankId,
}

impl ForeignBank {
    /// Whether texts and currency are within their bounds.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        let two_letters =
            self.country_code.len() == 2 && self.country_code.bytes().all(|b| b.is_ascii_uppercase());
        if !is_printable(&self.name, FOREIGN_NAME_BYTES_MAX) {
            Err("a name is 1 to 64 printable ASCII characters".to_owned())
        } else if !is_printable(&self.country, FOREIGN_NAME_BYTES_MAX) {
            Err("a country is 1 to 64 printable ASCII characters".to_owned())
        } else if !two_letters {
            Err("a country code is two letters of A-Z".to_owned())
        } else if self.currency == Currency::Inr {
            Err("its own currency is not INR".to_owned())
        } else {
            Ok(())
        }
    }
}

/// Rupees changed into foreign money, or back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Conversion {
    /// At which rate.
    pub rate: Rate,
    /// What the source account paid, fee included; at the close what it got, fee deducted.
    pub rupees: Paise,
    /// The home bank's fee, in rupees.
    pub fee: Paise,
    /// Minor units of the foreign currency.
    pub foreign: Paise,
}

impl Conversion {
    /// So many rupees, of which this fee goes off, into foreign money.
    pub fn opening(rate: Rate, rupees: Paise, fee: Paise) -> Option<Self> {
        let foreign = rate.to_foreign(rupees.checked_sub(fee)?)?;
        Some(Self { rate, rupees, fee, foreign })
    }

    /// Foreign money into rupees, of which the fee that `fee_of` names goes off.
    pub fn closing(rate: Rate, foreign: Paise, fee_of: impl FnOnce(Paise) -> Option<Paise>) -> Option<Self> {
        let gross = rate.to_rupees(foreign)?;
        let fee = fee_of(gross)?;
        Some(Self { rate, rupees: gross.checked_sub(fee)?, fee, foreign })
    }
}

/// What a travel account remembers of its making and, once it is closed, of its end.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct TravelTerms {
    /// The account of the same home bank from which the rupees came and to which they return.
    pub source: AccountHandle,
    /// With whom they were changed.
    pub foreign_bank: BankCode,
    /// Its last day: from the next on it neither sends nor receives, and its home bank may close it.
    pub expires_on: NetworkDay,
    /// What opened it.
    pub opening: Conversion,
    /// What closed it.
    pub closing: Option<Conversion>,
}

impl TravelTerms {
    /// Whether its last day is over.
    pub fn is_expired(&self, now: TimestampMs) -> bool {
        NetworkDay::of(now) > self.expires_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Bps;

    /// The conversion of the reference contract: 10,000.00 INR -> 119.82 USD -> 9,970.02 INR.
    #[test]
    fn the_reference_conversion() {
        let rate: Rate = "83.33333333".parse().unwrap();
        let fee = |rupees: Paise| rupees.portion(Bps(15));
        let opening = Conversion::opening(rate, Paise(1_000_000), fee(Paise(1_000_000)).unwrap()).unwrap();
        assert_eq!((opening.fee, opening.foreign), (Paise(1_500), Paise(11_982)));
        let closing = Conversion::closing(rate, opening.foreign, fee).unwrap();
        assert_eq!((closing.fee, closing.rupees), (Paise(1_498), Paise(997_002)));
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let half = Rate(50_000_000);
        for (foreign, rupees) in [(1, 0), (3, 2), (5, 2), (7, 4)] {
            assert_eq!(half.to_rupees(Paise(foreign)), Some(Paise(rupees)), "{foreign}");
        }
        let two = Rate(2 * Rate::ONE.0);
        for (rupees, foreign) in [(1, 0), (3, 2), (5, 2), (7, 4)] {
            assert_eq!(two.to_foreign(Paise(rupees)), Some(Paise(foreign)), "{rupees}");
        }
    }

    #[test]
    fn nothing_leaves_its_range() {
        assert_eq!(Rate::GREATEST.to_rupees(Paise(u64::MAX)), None);
        assert_eq!(Rate::LEAST.to_foreign(Paise(u64::MAX)), None);
        assert_eq!(Rate(0).to_foreign(Paise(1)), None);
        assert_eq!(Conversion::opening(Rate::ONE, Paise(1), Paise(2)), None);
        assert_eq!(Conversion::closing(Rate::ONE, Paise(1), |_| Some(Paise(2))), None);
    }

    #[test]
    fn rates_read_and_print() {
        for (text, rate) in [("83.33333333", 8_333_333_333), ("83", 8_300_000_000), ("0.5", 50_000_000)] {
            assert_eq!(text.parse(), Ok(Rate(rate)));
        }
        assert_eq!(Rate(8_333_333_333).to_string(), "83.33333333");
        assert_eq!(Rate(1).to_string(), "0.00000001");
        for bad in ["", ".", "1.", ".5", "-1", "1.123456789", "1e2", "NaN", "184467440738"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn stale_and_expired_one_moment_after_the_last() {
        let quote =
            Quote { buy: Rate(1), sell: Rate(1), valid_from: TimestampMs(1_000), stale_after_ms: 500 };
        assert!(!quote.is_stale(TimestampMs(1_500)) && quote.is_stale(TimestampMs(1_501)));
        let opening = Conversion::opening(Rate::ONE, Paise(5), Paise(0)).unwrap();
        let terms = TravelTerms {
            source: AccountHandle([1; 32]),
            foreign_bank: "CITI_USA".parse().unwrap(),
            expires_on: NetworkDay(10),
            opening,
            closing: None,
        };
        let next = NetworkDay(11).start();
        assert!(!terms.is_expired(TimestampMs(next.0 - 1)) && terms.is_expired(next));
    }

    #[test]
    fn foreign_banks_make_sense_or_are_refused() {
        type Spoil = fn(&mut ForeignBank);
        let sound = crate::testing::foreign_bank(0);
        assert_eq!(sound.check(), Ok(()));
        let table: [Spoil; 5] = [
            |b| b.name.clear(),
            |b| b.country = "a\nb".into(),
            |b| b.country_code = "us".into(),
            |b| b.country_code = "USA".into(),
            |b| b.currency = Currency::Inr,
        ];
        for spoil in table {
            let mut bank = sound.clone();
            spoil(&mut bank);
            assert!(bank.check().is_err(), "{bank:?}");
        }
    }
}
