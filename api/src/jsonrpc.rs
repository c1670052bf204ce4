//! JSON-RPC 2.0 (jsonrpc.org/specification, 2013-01-04): bytes to calls, results to bytes.

mod weight;

use crate::error::{INVALID_REQUEST, PARSE_ERROR, REQUEST_TOO_LARGE, RESPONSE_TOO_LARGE, RpcError};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Most bytes of an id given as text: every answer repeats it.
const ID_BYTES_MAX: usize = 128;

/// Most values of a request, all parts of all calls counted: as many as 250 calls of 256 transactions
/// each. Together they take up to 40 MiB of memory, whatever the bytes of the request.
const VALUES_MAX: usize = 1 << 16;

/// A result as JSON text, made once.
pub(crate) type Json = Box<RawValue>;

/// What a client sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Incoming {
    /// One call.
    Single(Entry),
    /// Several, not none.
    Batch(Vec<Entry>),
}

/// One call, or what should have been one.
#[derive(Debug, PartialEq)]
pub(crate) enum Entry {
    /// Wants an answer with this id.
    Request(Value, Call),
    /// Wants none.
    Notification(Call),
    /// Is no call; the id where one could be made out, else null.
    Invalid(Value),
}

/// A method with its parameters.
#[derive(Debug, PartialEq)]
pub(crate) struct Call {
    /// Its name.
    pub method: String,
    /// An array, an object, or null where none were sent.
    pub params: Value,
}

/// Reads a request. Depth is bounded by the JSON reader (128), size by the caller, memory by the number
/// of values.
pub(crate) fn parse(bytes: &[u8]) -> Result<Incoming, RpcError> {
    if weight::check(bytes, VALUES_MAX) == Err(weight::TooMuch::Values) {
        let sentence = format!("The request has more than {VALUES_MAX} JSON values.");
        return Err(RpcError::limit(REQUEST_TOO_LARGE, "REQUEST_TOO_LARGE", sentence, false));
    }
    match serde_json::from_slice(bytes).map_err(|_| RpcError::standard(PARSE_ERROR))? {
        Value::Array(entries) if entries.is_empty() => Err(RpcError::standard(INVALID_REQUEST)),
        Value::Array(entries) => Ok(Incoming::Batch(entries.into_iter().map(entry).collect())),
        single => Ok(Incoming::Single(entry(single))),
    }
}

fn entry(value: Value) -> Entry {
    let Value::Object(mut object) = value else { return Entry::Invalid(Value::Null) };
    let id = object.remove("id");
    let known_id = id.clone().filter(id_is_sound);
    match (call(object), id) {
        (Some(call), None) => Entry::Notification(call),
        (Some(call), Some(_)) if known_id.is_some() => Entry::Request(known_id.unwrap_or_default(), call),
        _ => Entry::Invalid(known_id.unwrap_or_default()),
    }
}

fn call(mut object: Map<String, Value>) -> Option<Call> {
    let params = object.remove("params").unwrap_or(Value::Null);
    let sound = matches!(params, Value::Null | Value::Array(_) | Value::Object(_));
    match object.remove("method") {
        Some(Value::String(method)) if sound && object.get("jsonrpc")? == "2.0" => {
            Some(Call { method, params })
        }
        _ => None,
    }
}

/// Text, a whole number or null; the specification advises against fractions.
fn id_is_sound(id: &Value) -> bool {
    match id {
        Value::Null => true,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        Value::String(text) => text.len() <= ID_BYTES_MAX,
        _ => false,
    }
}

/// Makes a result into JSON, unless it is longer than `bytes_max`.
pub(crate) fn result<T: Serialize>(value: &T, bytes_max: usize) -> Result<Json, RpcError> {
    let json = serde_json::value::to_raw_value(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written");
        RpcError::standard(crate::error::INTERNAL_ERROR)
    })?;
    if json.get().len() <= bytes_max { Ok(json) } else { Err(too_large(bytes_max)) }
}

fn too_large(bytes_max: usize) -> RpcError {
    let sentence = format!("The answer has more than {bytes_max} bytes; ask for less.");
    RpcError::limit(RESPONSE_TOO_LARGE, "RESPONSE_TOO_LARGE", sentence, false)
}

/// The answer to one call.
#[derive(Serialize)]
struct Answer<'a> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a RpcError>,
    id: &'a Value,
}

/// Writes the answer to one call.
pub(crate) fn answer(id: &Value, outcome: &Result<Json, RpcError>) -> String {
    let (result, error) = match outcome {
        Ok(json) => (Some(&**json), None),
        Err(error) => (None, Some(error)),
    };
    serde_json::to_string(&Answer { jsonrpc: "2.0", result, error, id }).expect("texts and numbers only")
}

/// Writes an error that belongs to no call in particular.
pub(crate) fn error(error: RpcError) -> String {
    answer(&Value::Null, &Err(error))
}

/// Writes a delivery of a subscription.
pub(crate) fn delivery(subscription: &str, event: &idx_client::views::EventView) -> String {
    #[derive(Serialize)]
    struct Delivery<'a> {
        jsonrpc: &'static str,
        method: &'static str,
        params: Payload<'a>,
    }
    #[derive(Serialize)]
    struct Payload<'a> {
        subscription: &'a str,
        result: &'a idx_client::views::EventView,
    }
    let params = Payload { subscription, result: event };
    serde_json::to_string(&Delivery { jsonrpc: "2.0", method: "idx_subscription", params })
        .expect("views are plain data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(text: &str) -> Entry {
        match parse(text.as_bytes()).unwrap() {
            Incoming::Single(entry) => entry,
            Incoming::Batch(entries) => panic!("a batch of {}", entries.len()),
        }
    }

    #[test]
    fn ids_are_texts_whole_numbers_or_null() {
        let ask = |id: &str| one(&format!(r#"{{"jsonrpc":"2.0","method":"m","id":{id}}}"#));
        for id in ["1", "-1", "18446744073709551615", "\"x\"", "null"] {
            assert!(matches!(ask(id), Entry::Request(..)), "{id}");
        }
        let long = format!("\"{}\"", "x".repeat(ID_BYTES_MAX + 1));
        for id in ["1.5", "true", "[1]", "{}", "1e300", long.as_str()] {
            assert_eq!(ask(id), Entry::Invalid(Value::Null), "{id}");
        }
    }

    #[test]
    fn what_is_no_call_is_invalid_and_keeps_its_id() {
        for text in [
            r#"{"jsonrpc":"1.0","method":"m","id":7}"#,
            r#"{"method":"m","id":7}"#,
            r#"{"jsonrpc":"2.0","method":1,"id":7}"#,
            r#"{"jsonrpc":"2.0","method":"m","params":"bar","id":7}"#,
            r#"{"jsonrpc":"2.0","id":7}"#,
        ] {
            assert_eq!(one(text), Entry::Invalid(json!(7)), "{text}");
        }
    }

    #[test]
    fn more_values_than_memory_is_given_for_are_refused_before_they_are_read() {
        let list = |of: &str, values: usize| format!("[{}{of}]", format!("{of},").repeat(values - 1));
        for (text, most) in [("0", VALUES_MAX - 1), (r#"{"a":0}"#, (VALUES_MAX - 1) / 2)] {
            assert!(parse(list(text, most).as_bytes()).is_ok(), "{text}");
            let refused = parse(list(text, most + 1).as_bytes()).unwrap_err();
            assert_eq!(refused.code, REQUEST_TOO_LARGE, "{text}");
        }
    }

    #[test]
    fn hostile_bytes_are_parse_errors() {
        let deep = "[".repeat(100_000);
        let cases: [&[u8]; 6] = [b"", b"\xff\xfe", b"{", deep.as_bytes(), b"1e400", b"{\"a\":1}{\"b\":2}"];
        for bytes in cases {
            assert_eq!(parse(bytes).unwrap_err().code, PARSE_ERROR);
        }
    }
}
