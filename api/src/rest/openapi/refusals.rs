//! Refusals: for each status the codes that come with it, and the envelope they come in.

use crate::rest::answers::court::{Awaited, OrderStanding, RefusedBy};
use crate::rest::error::{Code, status_of_reason, status_of_refusal};
use crate::rest::schema::{Maybe, Parts, Schema, objects, values};
use idx_bank::desk::Refusal;
use idx_client::encoding::{Bytes, Time};
use idx_crypto::Hash32;
use idx_types::{BankCode, Idx, Paise, Reason};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Statuses of refusals, how the document calls them, and what they say.
const STATUSES: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "It is not what this route takes, or the rules say no."),
    (401, "Unauthorized", "It does not say who asks, or not well enough."),
    (403, "Forbidden", "Who asks may not do that."),
    (404, "NotFound", "There is no such thing, or it is not his who asks."),
    (405, "MethodNotAllowed", "This path does not take this method."),
    (408, "Timeout", "The body took too long."),
    (409, "Conflict", "It does not go together with what is there."),
    (410, "Gone", "It is not kept any more."),
    (413, "TooLarge", "The body has too many bytes."),
    (415, "NotJson", "The body is no JSON."),
    (429, "TooMany", "Too many requests, or failed tries."),
    (500, "Failed", "The node failed."),
    (503, "Unavailable", "Not now."),
];

/// A place in a body, from 1.
enum Count {}

/// A name, a rule or a fault in words; never what was sent.
enum Words {}

values! {
    Count: r#"{"type":"integer","minimum":0}"#;
    Words: r#"{"type":"string"}"#;
}

objects! {
    /// Where a body is no JSON.
    BodyPlace { line: Count, column: Count }
    /// More to say, as far as there is more to say.
    Details {
        field: Maybe<Words>,
        rule: Maybe<Words>,
        fields: Maybe<Vec<Words>>,
        at: Maybe<BodyPlace>,
        retry_after_seconds: Maybe<Count>,
        retriable: Maybe<bool>,
        line: Maybe<Count>,
        fault: Maybe<Words>,
        this_bank: Maybe<BankCode>,
        status: Maybe<OrderStanding>,
        awaiting: Maybe<Vec<Awaited>>,
        refused_by: Maybe<Vec<RefusedBy>>,
        digest: Maybe<Hash32>,
        intent: Maybe<Bytes>,
        acceptance: Maybe<Bytes>,
        transaction: Maybe<Bytes>,
        recipient_idx: Maybe<Idx>,
        amount: Maybe<Paise>,
        fee_total: Maybe<Paise>,
        valid_until: Maybe<Time>,
    }
}

/// The name of a status in the document.
pub(super) fn name(status: u16) -> &'static str {
    STATUSES.iter().find(|(known, ..)| *known == status).map_or("Failed", |(_, name, _)| name)
}

/// Every code that an error can have, with its status: the interface's, the desk's, the ledger's.
fn all() -> impl Iterator<Item = (&'static str, u16)> {
    let own = Code::ALL.iter().map(|code| (code.parts().0, code.parts().1));
    let desk = Refusal::ALL.iter().map(|refusal| (refusal.code(), status_of_refusal(*refusal)));
    let ledger = Reason::ALL.iter().map(|reason| (reason.code(), status_of_reason(*reason)));
    own.chain(desk).chain(ledger)
}

/// Every code, in order.
fn codes() -> BTreeSet<&'static str> {
    all().map(|(code, _)| code).collect()
}

/// The envelope of any refusal, and of those of each status.
pub(super) fn parts() -> Parts {
    let mut parts = Parts::new();
    parts.insert("Error".to_owned(), Value::Null);
    let details = Details::schema(&mut parts);
    parts.insert("Error".to_owned(), envelope(&codes(), &details));
    for (status, name, _) in STATUSES {
        let codes = all().filter(|(_, of)| of == status).map(|(code, _)| code).collect();
        parts.insert(format!("{name}Error"), envelope(&codes, &details));
    }
    parts
}

fn envelope(codes: &BTreeSet<&str>, details: &Value) -> Value {
    json!({
        "type": "object",
        "description": "A refusal. Codes are for ever.",
        "required": ["success", "error"],
        "additionalProperties": false,
        "properties": {
            "success": {"const": false},
            "error": {
                "type": "object",
                "required": ["code", "message", "details"],
                "additionalProperties": false,
                "properties": {
                    "code": {"type": "string", "enum": codes},
                    "message": {"type": "string"},
                    "details": details,
                },
            },
        },
    })
}

/// The answers of all statuses.
pub(super) fn responses() -> Map<String, Value> {
    STATUSES
        .iter()
        .map(|(status, name, summary)| ((*name).to_owned(), response(*status, name, summary)))
        .collect()
}

fn response(status: u16, name: &str, summary: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{name}Error")});
    let mut response = json!({"description": summary, "content": {"application/json": {"schema": schema}}});
    if matches!(status, 429 | 503) {
        let seconds = json!({"type": "integer", "minimum": 1});
        let header = json!({"description": "Seconds to wait.", "required": true, "schema": seconds});
        response["headers"] = json!({"Retry-After": header});
    }
    response
}
