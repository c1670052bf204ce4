//! The OpenAPI 3.1 document, made from the table of routes, and a page that shows it.

use super::body::FieldDoc;
use super::error::Code;
use super::route::{QueryDoc, Route, Shape, Who};
use super::table::ROUTES;
use super::tokens::Role;
use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use idx_bank::desk::Refusal;
use idx_bank::statement::Format;
use idx_types::Reason;
use serde_json::{Map, Value, json};

/// What the page may load: its own style, and nothing from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// `GET /docs/openapi.json`.
pub(super) async fn document() -> Json<Value> {
    Json(whole())
}

/// The document.
pub(crate) fn whole() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(format!("/api{}", route.path)).or_insert_with(|| json!({}));
        path[route.verb.name()] = operation(route);
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
            "schemas": {"Error": error_schema(), "Success": success_schema()},
        },
    })
}

fn operation(route: &Route) -> Value {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let in_query = |field: &QueryDoc| {
        let (name, description) = (field.name, field.summary);
        json!({"name": name, "in": "query", "description": description, "schema": {"type": "string"}})
    };
    let parameters: Vec<Value> = names.map(in_path).chain(route.query.iter().map(in_query)).collect();
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "description": who(route.who),
        "parameters": parameters,
        "responses": {
            route.status.to_string(): done(route),
            "default": said("It is refused.", "Error"),
        },
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

fn done(route: &Route) -> Value {
    if route.shape != Shape::File {
        return said("It is done.", "Success");
    }
    let bytes = json!({"schema": {"type": "string", "format": "binary"}});
    let content: Map<String, Value> =
        Format::ALL.iter().map(|format| (format.media_type().to_owned(), bytes.clone())).collect();
    json!({"description": "The file; its signature stands in X-Idx-Signature.", "content": content})
}

fn said(description: &str, schema: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({"description": description, "content": {"application/json": {"schema": schema}}})
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

fn body_schema(fields: &[FieldDoc]) -> Value {
    let schema = |field: &FieldDoc| (field.name.to_owned(), table_json(field.schema));
    let required: Vec<&str> = fields.iter().filter(|field| !field.optional).map(|field| field.name).collect();
    json!({
        "type": "object",
        "properties": fields.iter().map(schema).collect::<Map<_, _>>(),
        "required": required,
        "additionalProperties": false,
    })
}

fn table_json(text: &str) -> Value {
    serde_json::from_str(text).expect("rules hold JSON; a test reads all of them")
}

fn success_schema() -> Value {
    json!({"type": "object", "properties": {"success": {"const": true}}, "required": ["success"]})
}

/// Every code that an error can have: the interface's, the desk's, the ledger's.
pub(crate) fn codes() -> Vec<&'static str> {
    let own = Code::ALL.iter().map(|code| code.parts().0);
    let desk = Refusal::ALL.iter().map(|refusal| refusal.code());
    let mut all: Vec<&str> = own.chain(desk).chain(Reason::ALL.iter().map(|reason| reason.code())).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "required": ["success", "error"],
        "properties": {
            "success": {"const": false},
            "error": {
                "type": "object",
                "required": ["code", "message", "details"],
                "properties": {
                    "code": {"enum": codes()},
                    "message": {"type": "string"},
                    "details": {"type": "object"},
                },
            },
        },
    })
}

/// `GET /docs`: the same as a page, without script and without other hosts.
pub(super) async fn page() -> Response {
    let kept =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (kept, html()).into_response()
}

fn html() -> String {
    let rows: String = ROUTES.iter().map(row).collect();
    let codes: String = codes().iter().map(|code| format!("<li><code>{code}</code></li>")).collect();
    format!(include_str!("page.html"), rows = rows, codes = codes)
}

fn row(route: &Route) -> String {
    let fields: Vec<String> = route
        .body
        .iter()
        .map(|field| format!("<code>{}</code>{}", field.name, if field.optional { "?" } else { "" }))
        .collect();
    format!(
        "<tr><td>{}</td><td><code>/api{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        route.verb.name().to_uppercase(),
        route.path,
        who(route.who),
        route.summary,
        fields.join(", "),
    )
}
