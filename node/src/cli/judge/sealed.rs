//! A sealed answer that a judge's clerk brings from a bank, in a file.

use crate::cli::exit::{Exit, Failure};
use idx_client::encoding::Bytes;
use serde_json::{Value, json};
use std::path::Path;

/// Most bytes of such a file: the answer of an order for a person at eight banks has a few, in hex.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// The sealed answer in a file: hex digits, alone or as `result.sealed` of what `execute` answered.
pub fn read(file: &Path) -> Result<Bytes, Failure> {
    let unread = |why: &str| {
        let remedy = "name the file that a bank's answer to `execute` was written to";
        Failure::say(Exit::Usage, format!("{}: {why}\n  what to do: {remedy}", file.display()))
    };
    let size = std::fs::metadata(file).map_err(|error| unread(&error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(unread("it is too long for a sealed answer"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| unread(&error.to_string()))?;
    sealed_in(&text).ok_or_else(|| unread("it holds no sealed answer"))
}

fn sealed_in(text: &str) -> Option<Bytes> {
    let json: Value = serde_json::from_str(text).unwrap_or_else(|_| json!(text.trim()));
    let digits = [&json["result"]["sealed"], &json].into_iter().find(|value| value.is_string())?;
    serde_json::from_value(digits.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_found_alone_and_in_an_answer() {
        for (text, bytes) in [
            ("0x0a0b\n", Some(vec![10, 11])),
            ("\"0x0a\"", Some(vec![10])),
            ("{\"success\":true,\"result\":{\"sealed\":\"0x0a\"}}", Some(vec![10])),
            ("{\"result\":{}}", None),
            ("{\"result\":{\"sealed\":7}}", None),
            ("0a0b", None),
            ("", None),
            ("[]", None),
        ] {
            assert_eq!(sealed_in(text).map(|sealed| sealed.0), bytes, "{text}");
        }
    }
}
