//! The OpenAPI 3.1 document, made from the table of routes.
//!
//! ```text
//!   Route --what it takes--> parameters, requestBody      (each value's own schema)
//!         --its answer-----> responses/200 or 201         (`answers`, with `success: true`)
//!         --who, verb, path-> responses/4xx and 5xx       (`refusals`: the codes of each status)
//! ```

mod parameters;
mod refusals;

use super::body::FieldDoc;
use super::fields::SIGNATURE_PART;
use super::route::{AnswerDoc, Route, Shape, Verb, Who};
use super::schema::{Field, Parts, nullable, object, written};
use super::table::ROUTES;
use super::tokens::Role;
use axum::Json;
use idx_bank::statement::Format;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// It never changes while the node runs, and everybody may ask for it.
static DOCUMENT: LazyLock<Value> = LazyLock::new(make);

/// `GET /docs/openapi.json`.
pub(super) async fn document() -> Json<&'static Value> {
    Json(whole())
}

/// The document.
pub(crate) fn whole() -> &'static Value {
    &DOCUMENT
}

fn make() -> Value {
    let (mut paths, mut parts) = (Map::new(), refusals::parts());
    for route in ROUTES {
        let path = paths.entry(format!("/api{}", route.path)).or_insert_with(|| json!({}));
        path[route.verb.name()] = operation(route, &mut parts);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "IDX REST",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Amounts are decimal strings in rupees with two places; times RFC 3339 in UTC.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": parts,
            "responses": refusals::responses(),
        },
    })
}

fn operation(route: &Route, parts: &mut Parts) -> Value {
    let mut operation = json!({
        "tags": [route.path.split('/').nth(1)],
        "summary": route.summary,
        "operationId": operation_id(route),
        "description": who(route.who),
        "parameters": parameters::of(route),
        "responses": responses(route, parts),
    });
    if !matches!(route.who, Who::Public | Who::Stranger) {
        operation["security"] = json!([{"bearer": []}]);
    }
    if !route.body.is_empty() {
        operation["requestBody"] = json!({
            "required": route.body.iter().any(|field| !field.optional),
            "content": {"application/json": {"schema": body_schema(route.body)}},
        });
    }
    operation
}

fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '-']).filter(|word| !word.is_empty());
    let plain = words.map(|word| word.trim_matches(['{', '}']));
    [route.verb.name()].into_iter().chain(plain).collect::<Vec<_>>().join("_")
}

fn responses(route: &Route, parts: &mut Parts) -> Map<String, Value> {
    let done = match (route.shape, &route.answer) {
        (Shape::File, _) => file(),
        (_, Some(answer)) => done(answer, parts),
        (_, None) => json!({"description": "It is done."}),
    };
    let mut all = Map::from_iter([(route.status.to_string(), done)]);
    for status in statuses(route) {
        let name = refusals::name(status);
        all.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
    }
    all
}

/// The statuses with which a route can refuse.
fn statuses(route: &Route) -> Vec<u16> {
    let writes: &[u16] = if route.verb == Verb::Get { &[] } else { &[408, 409, 413, 415] };
    let people: &[u16] = match route.who {
        Who::Public | Who::Stranger => &[],
        Who::Anyone => &[401],
        // A customer of a vault that was made again, an account that somebody else has.
        Who::Roles(_) => &[401, 403, 404],
    };
    let names: &[u16] = if route.path.contains('{') { &[404] } else { &[] };
    let mut all = [&[400, 429, 500, 503], writes, people, names, route.also].concat();
    all.sort_unstable();
    all.dedup();
    all
}

/// What is answered when all is well: the answer's own fields, and that it is so.
fn done(answer: &AnswerDoc, parts: &mut Parts) -> Value {
    let mut fields = vec![Field { name: "success", schema: json!({"const": true}), optional: false }];
    fields.extend((answer.fields)(parts));
    let summary = answer.summary.trim();
    let schema = object(summary, fields);
    json!({"description": summary, "content": {"application/json": {"schema": schema}}})
}

fn file() -> Value {
    let bytes = json!({"schema": {"type": "string", "format": "binary"}});
    let kinds = Format::ALL.iter().map(|format| format.media_type()).chain([SIGNATURE_PART]);
    let content: Map<String, Value> = kinds.map(|kind| (kind.to_owned(), bytes.clone())).collect();
    let schema = json!({"type": "string"});
    let text = |description: &str| json!({"description": description, "required": true, "schema": schema});
    json!({
        "description": "The file.",
        "content": content,
        "headers": {
            "X-Idx-Signature": text("The bank's signature of the document."),
            "Content-Disposition": text("The name to keep it under."),
        },
    })
}

fn who(who: Who) -> String {
    match who {
        Who::Public | Who::Stranger => "For everybody.".to_owned(),
        Who::Anyone => "For whoever is logged in.".to_owned(),
        Who::Roles([Role::User]) => "For customers, for themselves.".to_owned(),
        Who::Roles([Role::BankAdmin]) => "For the bank's own people.".to_owned(),
        Who::Roles(roles) => {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            format!("For {}.", names.join(", "))
        }
    }
}

/// A field that may be left out may be null too.
fn body_schema(fields: &[FieldDoc]) -> Value {
    let field = |doc: &FieldDoc| {
        let schema = written(doc.schema);
        let schema = if doc.optional { nullable(schema) } else { schema };
        Field { name: doc.name, schema, optional: doc.optional }
    };
    object("Other fields are refused.", fields.iter().map(field).collect())
}
