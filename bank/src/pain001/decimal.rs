//! Decimal numbers of the schema, exactly: at most 18 digits, at most 17 of them after the point.

use idx_types::Paise;

/// Digits in all, and after the point (the schema's `DecimalNumber`).
const DIGITS_MAX: usize = 18;
const PLACES_MAX: u32 = 17;

/// Parts of one of the minor unit.
const PER_MINOR: u128 = 10_u128.pow(PLACES_MAX - 2);

/// A number of 10^-17: 18 digits of it are below 10^35, so ten thousand of them have a sum in 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Decimal(u128);

impl Decimal {
    /// Reads digits with or without a point; no sign, no exponent, no blank, no NaN.
    pub fn read(text: &str) -> Option<Self> {
        let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let places_count = u32::try_from(places.len()).ok()?;
        if !is_digits(whole)
            || !is_digits(places)
            || whole.len() + places.len() > DIGITS_MAX + 1
            || places_count > PLACES_MAX
        {
            return None;
        }
        let digits: u128 = format!("{whole}{places}").parse().ok()?;
        digits.checked_mul(10_u128.pow(PLACES_MAX - places_count)).map(Self)
    }

    /// The sum, or `None` beyond 128 bits.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The amount in minor units, if it has at most two places and fits.
    pub fn minor(self) -> Option<Paise> {
        let is_whole = self.0.is_multiple_of(PER_MINOR);
        is_whole.then(|| u64::try_from(self.0 / PER_MINOR).ok().map(Paise)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        for (text, minor) in [
            ("0", Some(0)),
            ("99.99", Some(9_999)),
            ("99.9", Some(9_990)),
            ("0099.9900", Some(9_999)),
            ("123456789012345.67", Some(12_345_678_901_234_567)),
            ("0.001", None),
            ("999999999999999999", None),
        ] {
            assert_eq!(Decimal::read(text).unwrap().minor(), minor.map(Paise), "{text}");
        }
        for bad in ["", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", "INF", " 1", "1,0", "1.2.3", "१"] {
            assert_eq!(Decimal::read(bad), None, "{bad}");
        }
        assert_eq!(Decimal::read("1234567890123456789012"), None);
        assert_eq!(Decimal::read("0.123456789012345678"), None);
        let sum = Decimal::read("0.10").and_then(|tenth| tenth.plus(Decimal::read("0.2")?));
        assert_eq!(sum, Decimal::read("0.3"));
    }
}
