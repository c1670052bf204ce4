//! How bytes, times and block tags are written in JSON.
//!
//! Bytes are lower-case hex after `0x`, except session ids, which keep their `SESSION_`. Amounts are
//! decimal strings ([`idx_types::Paise`]), heights plain numbers, times RFC 3339 in UTC.

use idx_types::{Height, TimestampMs};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// A 32- or 64-byte name, key or digest, written as `0x` and hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Hex<T>(pub T);

impl<T: fmt::Display> fmt::Display for Hex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", self.0)
    }
}

impl<T: FromStr<Err: fmt::Display>> FromStr for Hex<T> {
    type Err = String;

    /// Reads exactly one `0x` and then digits; one spelling only, so that texts can be compared.
    fn from_str(text: &str) -> Result<Self, String> {
        digits_of(text)?.parse().map(Self).map_err(|error| error.to_string())
    }
}

impl<T: fmt::Display> Serialize for Hex<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Hex<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The hex digits after `0x`.
fn digits_of(text: &str) -> Result<&str, String> {
    match text.strip_prefix("0x") {
        Some(digits) if digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) => Ok(digits),
        _ => {
            let start: String = text.chars().take(20).collect();
            Err(format!("{start:?} is not 0x followed by lower-case hex digits"))
        }
    }
}

/// Bytes of any length: raw transactions, certificates, headers in borsh.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// The borsh of a value.
    pub fn of<T: borsh::BorshSerialize>(value: &T) -> Self {
        Self(borsh::to_vec(value).expect("writing borsh to memory cannot fail"))
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("0x{}", hex::encode(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = digits_of(&text).map_err(D::Error::custom)?;
        hex::decode(digits).map(Self).map_err(D::Error::custom)
    }
}

/// A 64-bit nonce, written as `0x` and 16 digits: JSON numbers above 2^53 lose digits in browsers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Nonce(pub u64);

impl Serialize for Nonce {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#018x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Nonce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = digits_of(&text).map_err(D::Error::custom)?;
        let value = u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 16);
        value.map(Self).ok_or_else(|| D::Error::custom("a nonce is 0x and 16 hex digits"))
    }
}

/// The last millisecond that RFC 3339 can write: the end of the year 9999.
pub const TIME_MS_MAX: u64 = 253_402_300_799_999;

/// A point in time as RFC 3339 text in UTC, to the millisecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Time(pub TimestampMs);

impl fmt::Display for Time {
    /// Times after the year 9999 have no RFC 3339 text and show as its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.0.min(TIME_MS_MAX);
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
            .expect("the range was limited above");
        let (date, hour) = (moment.date(), moment.time());
        write!(f, "{date}T{:02}:{:02}:{:02}", hour.hour(), hour.minute(), hour.second())?;
        write!(f, ".{:03}Z", hour.millisecond())
    }
}

impl FromStr for Time {
    type Err = String;

    /// Reads any RFC 3339 time from 1970 on whose offset is UTC; finer than a millisecond is cut.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{:?} is not an RFC 3339 time in UTC", text.chars().take(40).collect::<String>());
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| wrong())?;
        let ms = moment.unix_timestamp_nanos().div_euclid(1_000_000);
        let ms = u64::try_from(ms).ok().filter(|_| moment.offset() == UtcOffset::UTC);
        ms.map(|ms| Self(TimestampMs(ms))).ok_or_else(wrong)
    }
}

impl From<TimestampMs> for Time {
    fn from(time: TimestampMs) -> Self {
        Self(time)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Which block is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BlockTag {
    /// The newest block the node can show. Agreement makes every block final before it is stored, so
    /// this is the same block as [`BlockTag::Finalized`].
    #[default]
    Latest,
    /// The newest final block.
    Finalized,
    /// The block of this height.
    Number(Height),
}

impl BlockTag {
    /// The height meant, given the newest final one.
    pub const fn resolve(self, newest: Height) -> Height {
        match self {
            Self::Latest | Self::Finalized => newest,
            Self::Number(height) => height,
        }
    }
}

impl Serialize for BlockTag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Latest => serializer.serialize_str("latest"),
            Self::Finalized => serializer.serialize_str("finalized"),
            Self::Number(height) => serializer.serialize_u64(height.0),
        }
    }
}

impl<'de> Deserialize<'de> for BlockTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(u64),
            Word(String),
        }
        let expected = || D::Error::custom("a block is `latest`, `finalized` or a height as a number");
        match Form::deserialize(deserializer).map_err(|_| expected())? {
            Form::Number(height) => Ok(Self::Number(Height(height))),
            Form::Word(word) if word == "latest" => Ok(Self::Latest),
            Form::Word(word) if word == "finalized" => Ok(Self::Finalized),
            Form::Word(_) => Err(expected()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::TxId;
    use serde_json::{from_str, to_string};

    #[test]
    fn bytes_have_one_spelling() {
        let id = Hex(TxId([0xab; 32]));
        let text = format!("0x{}", "ab".repeat(32));
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
        let bad = [&text[2..], &format!("0x{text}"), &text.to_uppercase(), &text[..20], ""];
        for spelling in bad {
            assert!(spelling.parse::<Hex<TxId>>().is_err(), "{spelling:?}");
        }
        assert_eq!(from_str::<Bytes>("\"0x\"").unwrap(), Bytes(vec![]));
        assert!(from_str::<Bytes>("\"0xabc\"").is_err());
    }

    #[test]
    fn times_are_utc_and_never_panic() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (TIME_MS_MAX, "9999-12-31T23:59:59.999Z"),
            (u64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Time(TimestampMs(ms)).to_string(), text);
        }
        let offset = "2023-11-14T22:13:20+05:30".parse::<Time>();
        assert!(offset.is_err());
        assert!("1969-12-31T23:59:59Z".parse::<Time>().is_err());
        assert!("yesterday".parse::<Time>().is_err());
    }

    #[test]
    fn nonces_and_tags() {
        assert_eq!(to_string(&Nonce(5)).unwrap(), "\"0x0000000000000005\"");
        assert!(from_str::<Nonce>("\"0x5\"").is_err());
        assert_eq!(from_str::<BlockTag>("7").unwrap(), BlockTag::Number(Height(7)));
        assert_eq!(from_str::<BlockTag>("\"finalized\"").unwrap(), BlockTag::Finalized);
        for bad in ["-1", "1.5", "\"7\"", "\"pending\"", "null", "[1]"] {
            assert!(from_str::<BlockTag>(bad).is_err(), "{bad}");
        }
    }
}
