//! What stands in paths, queries and headers of requests.

use crate::rest::route::{QueryDoc, Route};
use crate::rest::schema::written;
use serde_json::{Value, json};

const ACCOUNT: &str = r#"{"type":"string","pattern":"^[0-9]{9,18}$"}"#;
const STATEMENT: &str = r#"{"type":"string","pattern":"^[A-Za-z0-9_-]+$"}"#;
const PERSON: &str = r#"{"type":"string","pattern":"^(IDX_)?[0-9a-fA-F]{64}$"}"#;
const PLAIN_HASH: &str = r#"{"type":"string","pattern":"^(0x)?[0-9a-fA-F]{64}$"}"#;

/// Values of paths: the room of the route, the name in braces, what it is, its schema. A test asks for
/// every one.
const PLACES: &[(&str, &str, &str, &str)] = &[
    (
        "bank-accounts",
        "id",
        "the account's number, or the bank's name for the first one",
        r#"{"type":"string","pattern":"^([0-9]{9,18}|[A-Za-z][A-Za-z0-9_]{1,15})$"}"#,
    ),
    ("consents", "id", "the consent's id", r#"{"type":"string","pattern":"^[0-9a-f]{64}$"}"#),
    ("court-orders", "id", "the order, with 0x or without", PLAIN_HASH),
    ("compliance", "id", "the flag's id", r#"{"type":"string","pattern":"^[0-9a-fA-F]{32}$"}"#),
    ("statements", "id", "the statement's id", STATEMENT),
    ("travel", "id", "the account's number", ACCOUNT),
    ("transactions", "hash", "the transfer, with 0x or without", PLAIN_HASH),
    ("transactions", "idx", "the customer's own IDX", PERSON),
    (
        "recipients",
        "nickname",
        "what the customer calls him",
        r#"{"type":"string","minLength":1,"maxLength":40}"#,
    ),
    (
        "blocks",
        "height",
        "the block's number",
        r#"{"type":"integer","minimum":0,"maximum":9007199254740991}"#,
    ),
];

/// All of a route.
pub(super) fn of(route: &Route) -> Vec<Value> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let key = route.repeats().then(idempotency_key);
    names.map(|name| in_path(route, name)).chain(route.query.iter().map(in_query)).chain(key).collect()
}

fn in_path(route: &Route, name: &str) -> Value {
    let room = route.path.split('/').nth(1).unwrap_or_default();
    let known = PLACES.iter().find(|(of, value, ..)| (*of, *value) == (room, name));
    let (summary, schema) =
        known.map_or(("", json!({})), |(.., summary, schema)| (*summary, written(schema)));
    json!({"name": name, "in": "path", "required": true, "description": summary, "schema": schema})
}

fn in_query(field: &QueryDoc) -> Value {
    let schema = if field.schema.is_empty() { json!({}) } else { written(field.schema) };
    json!({"name": field.name, "in": "query", "description": field.summary, "schema": schema})
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "description": "the same key with the same request is carried out once",
        "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    })
}
