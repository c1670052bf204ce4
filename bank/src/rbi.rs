//! The number under which the Reserve Bank knows a person: the other half of an IDX.

use crate::secret::secret_text;

secret_text!(
    /// An RBI number: six letters or digits, kept in upper case.
    RbiNumber,
    "the RBI number",
    "six letters or digits",
    normalise
);

fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_letters_or_digits() {
        for (good, kept) in [("100001", "100001"), (" r0n1x2 ", "R0N1X2"), ("ABCDEF", "ABCDEF")] {
            assert_eq!(good.parse::<RbiNumber>().unwrap().expose(), kept);
        }
        for bad in ["", "12345", "1234567", "12 456", "12-456", "١٢٣٤٥٦"] {
            assert!(bad.parse::<RbiNumber>().is_err(), "{bad:?}");
        }
    }
}
