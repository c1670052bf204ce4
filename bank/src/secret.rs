//! Texts that nobody may see by accident: they show `****`, are wiped when dropped, and are read only
//! where somebody writes `expose()`.

use borsh::{BorshDeserialize, BorshSerialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A text was refused. Says what was asked for, never what was given: refusals reach logs and screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct BadInput {
    /// What the text was to be.
    pub what: &'static str,
    /// How it must look.
    pub rule: &'static str,
}

/// Declares a secret text: its name, what it is called, the rule in words, and the function that
/// brings a text into the one form it is kept in, or refuses it.
macro_rules! secret_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $normalise:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, borsh::BorshSerialize)]
        #[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        pub struct $name(String);

        impl $name {
            /// The text itself. Who calls this must not let it reach a log, an error or a metric.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::BadInput;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $normalise(text).map(Self).ok_or($crate::BadInput { what: $what, rule: $rule })
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(****)"))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("****")
            }
        }

        impl borsh::BorshDeserialize for $name {
            /// Takes the one form it is kept in, and no other.
            fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
                let text = <String as borsh::BorshDeserialize>::deserialize_reader(reader)?;
                let text = zeroize::Zeroizing::new(text);
                let value: Self = text.parse().map_err(std::io::Error::other)?;
                if value.0 != *text {
                    let what = concat!(stringify!($name), " is not in its normal form");
                    return Err(std::io::Error::other(what));
                }
                Ok(value)
            }
        }
    };
}
pub(crate) use secret_text;

secret_text!(
    /// A person's full name: 1 to 120 characters without control characters, trimmed.
    FullName,
    "the name",
    "1 to 120 characters without control characters",
    full_name
);
secret_text!(
    /// The number of an account at its bank: 9 to 18 digits, without blanks.
    AccountNumber,
    "the account number",
    "9 to 18 digits",
    account_number
);
secret_text!(
    /// What a customer calls a contact: 1 to 40 characters without control characters, trimmed.
    Nickname,
    "the nickname",
    "1 to 40 characters without control characters",
    nickname
);
secret_text!(
    /// What a payment was for, in its sender's words: 1 to 140 characters without control characters, trimmed.
    /// As long as a line of remittance information in ISO 20022.
    Memo,
    "the memo",
    "1 to 140 characters without control characters",
    memo
);
secret_text!(
    /// A password: 12 to 128 characters without control characters, kept as it is typed.
    Password,
    "the password",
    "12 to 128 characters without control characters, not all the same",
    password
);

fn password(text: &str) -> Option<String> {
    let fits = (12..=128).contains(&text.chars().count());
    let varied = text.chars().any(|c| !text.starts_with(c));
    (fits && varied && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

fn full_name(text: &str) -> Option<String> {
    readable(text, 120)
}

fn nickname(text: &str) -> Option<String> {
    readable(text, 40)
}

fn memo(text: &str) -> Option<String> {
    readable(text, 140)
}

fn readable(text: &str, characters_max: usize) -> Option<String> {
    let (kept, has_control) = (text.trim(), text.chars().any(char::is_control));
    let fits = (1..=characters_max).contains(&kept.chars().count());
    (fits && !has_control).then(|| kept.to_owned())
}

fn account_number(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (9..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.to_owned())
}

/// Thirty-two secret bytes in a record: the seed of a session's key, the key of a month.
#[derive(Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Zeroize, ZeroizeOnDrop)]
pub struct Secret32([u8; 32]);

impl Secret32 {
    /// The bytes.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Secret32 {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret32(****)")
    }
}

/// The borsh bytes of a value that is or may hold a secret: wiped when dropped.
pub(crate) fn secret_bytes<T: BorshSerialize + ?Sized>(value: &T) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(borsh::to_vec(value).expect("writing borsh to memory cannot fail"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_and_what_is_refused() {
        let name = " Asha Rao ".parse::<FullName>().unwrap();
        assert_eq!(name.expose(), "Asha Rao");
        assert_eq!("आशा राव".parse::<FullName>().unwrap().expose(), "आशा राव");
        for bad in ["", "  ", "Asha\nRao", "\nAsha", "Asha\t", &"a".repeat(121)] {
            assert!(bad.parse::<FullName>().is_err(), "{bad:?}");
        }
        assert!("123456789".parse::<AccountNumber>().is_ok());
        for bad in ["12345678", "1234567890123456789", "12345678A", "1234 56789", "१२३४५६७८९"]
        {
            assert!(bad.parse::<AccountNumber>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nothing_shows_what_it_holds() {
        let name: FullName = "Asha Rao".parse().unwrap();
        let shown = format!("{name:?} {name}");
        assert_eq!(shown, "FullName(****) ****");
        let refusal = "hidden\u{7}".parse::<Nickname>().unwrap_err();
        assert!(!format!("{refusal} {refusal:?}").contains("hidden"));
    }

    #[test]
    fn only_the_normal_form_is_read_back() {
        let name: FullName = "Asha Rao".parse().unwrap();
        let bytes = secret_bytes(&name);
        assert_eq!(borsh::from_slice::<FullName>(&bytes).unwrap(), name);
        let padded = borsh::to_vec(" Asha Rao").unwrap();
        assert!(borsh::from_slice::<FullName>(&padded).is_err());
    }
}
