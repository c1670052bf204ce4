//! What a JSON-RPC 2.0 server owes for a request, worked out again from the specification.

use super::BATCH_MAX;
use serde_json::Value;

/// Longest text that this server takes as an id, bytes.
const ID_BYTES_MAX: usize = 128;

/// Values that a request may hold, each of at least one byte.
const VALUES_MAX: usize = 1 << 16;

/// The refusal of a request that holds more.
const REQUEST_TOO_LARGE: i64 = -31000;

/// Holds an answer against what was sent; `None` if nothing came back.
pub(super) fn check(sent: &[u8], answer: Option<&[u8]>) {
    let answer: Option<Value> = answer.map(|bytes| serde_json::from_slice(bytes).expect("an answer is JSON"));
    if let Some(answer) = &answer {
        well_formed(answer);
    }
    if code(answer.as_ref()) == Some(REQUEST_TOO_LARGE) {
        assert!(sent.len() > VALUES_MAX, "so few bytes are not too many values");
        return;
    }
    match serde_json::from_slice::<Value>(sent) {
        Err(_) => assert_eq!(code(answer.as_ref()), Some(-32700), "what is no JSON is a parse error"),
        Ok(Value::Array(entries)) if entries.is_empty() => assert_eq!(code(answer.as_ref()), Some(-32600)),
        Ok(Value::Array(entries)) if entries.len() > BATCH_MAX => {
            assert_eq!(code(answer.as_ref()), Some(-31001), "a long batch is refused whole");
        }
        Ok(Value::Array(entries)) => batch(&entries, answer.as_ref()),
        Ok(entry) => assert_eq!(answer.as_ref().map(id), owed(&entry), "the answer to {entry}"),
    }
}

fn batch(entries: &[Value], answer: Option<&Value>) {
    let owed: Vec<Value> = entries.iter().filter_map(owed).collect();
    match answer {
        None => assert!(owed.is_empty(), "answers are missing: {owed:?}"),
        Some(Value::Array(answers)) => {
            assert_eq!(answers.iter().map(id).collect::<Vec<_>>(), owed, "one answer each, in order");
        }
        Some(other) => panic!("a batch is answered by {other}"),
    }
}

/// Each part of an answer, as section 5 of the specification has it.
pub(super) fn well_formed(answer: &Value) {
    match answer {
        Value::Array(answers) => {
            assert!(!answers.is_empty(), "an empty batch is answered");
            answers.iter().for_each(one_well_formed);
        }
        one => one_well_formed(one),
    }
}

fn one_well_formed(answer: &Value) {
    assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
    let (result, error) = (answer.get("result"), answer.get("error"));
    assert!(result.is_some() != error.is_some(), "either a result or an error: {answer}");
    assert!(answer.get("id").is_some(), "an id, or null: {answer}");
    if let Some(error) = error {
        assert!(error["code"].is_i64() && error["message"].is_string(), "{answer}");
        assert_ne!(error["code"], -32603, "an internal error: {answer}");
    }
}

fn code(answer: Option<&Value>) -> Option<i64> {
    answer?["error"]["code"].as_i64()
}

fn id(answer: &Value) -> Value {
    answer["id"].clone()
}

/// The id of the answer that an entry must get; none for a notification.
fn owed(entry: &Value) -> Option<Value> {
    let id = entry.get("id");
    let sound = id.filter(|id| match id {
        Value::Null => true,
        Value::Number(number) => number.is_i64() || number.is_u64(),
        Value::String(text) => text.len() <= ID_BYTES_MAX,
        _ => false,
    });
    let params = entry.get("params").is_none_or(|p| p.is_null() || p.is_array() || p.is_object());
    let call = entry["jsonrpc"] == "2.0" && entry["method"].is_string() && params;
    match (call, id) {
        (true, None) => None,
        _ => Some(sound.cloned().unwrap_or_default()),
    }
}
