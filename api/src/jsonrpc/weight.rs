//! How many values a JSON text holds, counted without keeping any of them.
//!
//! In memory a value is far larger than its shortest text: ten megabytes of `{"a":0}` are hundreds of
//! megabytes of maps (fault 63). So a text is counted before it is read.

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// What is wrong with a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TooMuch {
    /// It is no JSON.
    Malformed,
    /// It holds more values than allowed.
    Values,
}

/// Counts the values of a text, up to a bound.
pub(super) fn check(bytes: &[u8], values_max: usize) -> Result<(), TooMuch> {
    let mut left = values_max;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match (Counter { left: &mut left }).deserialize(&mut reader) {
        Ok(()) => Ok(()),
        // Every value of JSON is taken, so the only error about data is the counter's own.
        Err(error) if error.is_data() => Err(TooMuch::Values),
        Err(_) => Err(TooMuch::Malformed),
    }
}

/// Takes one value from the count, and its parts.
struct Counter<'a> {
    left: &'a mut usize,
}

impl Counter<'_> {
    fn count<E: Error>(&mut self) -> Result<(), E> {
        *self.left = self.left.checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Counter<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counter<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Counter { left: &mut *self.left })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(Counter { left: &mut *self.left })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_with_their_parts() {
        let table: [(&str, usize); 8] = [
            ("1", 1),
            ("\"x\"", 1),
            ("[]", 1),
            ("[1,-1,2.5,null]", 5),
            (r#"{"a":{"b":[true]}}"#, 4),
            ("[[[]]]", 3),
            (r#"["\u0041",{}]"#, 3),
            ("null", 1),
        ];
        for (text, values) in table {
            assert_eq!(check(text.as_bytes(), values), Ok(()), "{text}");
            assert_eq!(check(text.as_bytes(), values - 1), Err(TooMuch::Values), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_called_so() {
        for text in ["", "[", "{\"a\"}", "[1,]", "1e400", &"[".repeat(1_000)] {
            assert_eq!(check(text.as_bytes(), 1 << 20), Err(TooMuch::Malformed), "{text}");
        }
    }
}
