//! Spans of time as people write them.

use std::str::FromStr;

/// A span in milliseconds, written as `24h`, `90m` or `30s`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span(pub u64);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no span: write for example 24h, 90m or 30s");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let unit_ms: u64 = match unit {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            _ => return Err(wrong()),
        };
        let digits = &text[..text.len() - 1];
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        count.checked_mul(unit_ms).map(Self).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_number_and_a_unit() {
        for (text, ms) in [("24h", 86_400_000), ("90m", 5_400_000), ("1s", 1_000), ("0s", 0)] {
            assert_eq!(text.parse(), Ok(Span(ms)));
        }
        for bad in
            ["", "h", "24", "1.5h", "-1h", "24d", "99999999999999999999h", "18446744073709551615h", "1é"]
        {
            assert!(bad.parse::<Span>().is_err(), "{bad:?}");
        }
    }
}
