//! The permanent account number of the Indian tax office: half of what a person's IDX is made of.

use crate::secret::secret_text;

secret_text!(
    /// A PAN: five letters, four digits, one letter, kept in upper case.
    Pan,
    "the PAN",
    "five letters, four digits and a letter",
    normalise
);

/// The shape of a PAN: which of its ten places are digits.
const DIGITS: std::ops::Range<usize> = 5..9;

fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = |(place, byte): (usize, u8)| {
        if DIGITS.contains(&place) { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() }
    };
    (text.len() == 10 && text.bytes().enumerate().all(fits)).then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blanks_and_lower_case_are_forgiven_and_nothing_else() {
        for good in ["ABCDE1234F", "abcde1234f", "\tAbcDe1234F \n"] {
            assert_eq!(good.parse::<Pan>().unwrap().expose(), "ABCDE1234F");
        }
        for bad in ["", "ABCDE1234", "ABCDE12345", "ABCD11234F", "ABCDE1234FF", "ABCDE 1234F", "ÄBCDE1234F"]
        {
            assert!(bad.parse::<Pan>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_input() {
        let refusal = "ABCDE1234FF".parse::<Pan>().unwrap_err();
        assert_eq!(refusal.to_string(), "the PAN must be five letters, four digits and a letter");
        assert!(!format!("{refusal:?}").contains("1234"));
    }

    proptest! {
        #[test]
        fn what_is_taken_has_the_shape(text in "[ A-Za-z0-9]{8,12}") {
            let shape = |pan: &str| {
                let (head, rest) = pan.split_at(5);
                let (digits, last) = rest.split_at(4);
                head.bytes().chain(last.bytes()).all(|b| b.is_ascii_uppercase())
                    && digits.bytes().all(|b| b.is_ascii_digit())
            };
            if let Ok(pan) = text.parse::<Pan>() {
                prop_assert_eq!(pan.expose(), text.trim().to_uppercase());
                prop_assert!(pan.expose().len() == 10 && shape(pan.expose()));
            }
        }
    }
}
