//! The page `/docs`: the document as people read it, without script and without other hosts.
//!
//! It is made from the finished document and not from the table, so it shows what programs are told.

mod kinds;

use super::openapi;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kinds::{escaped, kind};
use serde_json::Value;
use std::fmt::Write;
use std::sync::LazyLock;

/// What the page may load: its own style, and nothing from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// It never changes while the node runs, and everybody may ask for it.
static PAGE: LazyLock<String> = LazyLock::new(|| html(openapi::whole()));

/// `GET /docs`.
pub(super) async fn page() -> Response {
    let kept =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (kept, PAGE.as_str()).into_response()
}

/// A route in the document.
struct Operation<'a> {
    verb: &'a str,
    path: &'a str,
    said: &'a Value,
}

impl Operation<'_> {
    fn room(&self) -> &str {
        text(&self.said["tags"][0])
    }
}

fn html(document: &Value) -> String {
    let operations: Vec<Operation> = members(&document["paths"])
        .flat_map(|(path, verbs)| members(verbs).map(move |(verb, said)| Operation { verb, path, said }))
        .collect();
    let mut rooms: Vec<&str> = operations.iter().map(Operation::room).collect();
    rooms.dedup();
    let routes: String = rooms.iter().map(|room| room_of(room, &operations)).collect();
    let links: String = rooms.iter().map(|room| format!("<li><a href=\"#{room}\">{room}</a></li>")).collect();
    let schemas = &document["components"]["schemas"];
    let is_error = |name: &str| name.ends_with("Error");
    let shapes: String =
        members(schemas).filter(|(name, _)| !is_error(name)).map(|(name, shape)| part(name, shape)).collect();
    let refusals: String = members(&document["components"]["responses"])
        .map(|(name, response)| refusal(name, response, &schemas[format!("{name}Error")]))
        .collect();
    format!(include_str!("page.html"), links = links, routes = routes, shapes = shapes, refusals = refusals)
}

fn members(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn room_of(room: &str, operations: &[Operation]) -> String {
    let own = operations.iter().filter(|operation| operation.room() == room);
    let all: String = own.map(route).collect();
    format!("<section aria-labelledby=\"{room}\">\n<h3 id=\"{room}\">{room}</h3>\n{all}</section>\n")
}

fn route(operation: &Operation) -> String {
    let Operation { verb, path, said } = operation;
    let (id, summary) = (text(&said["operationId"]), escaped(text(&said["summary"])));
    let mut out = format!(
        "<article id=\"{id}\">\n\
         <h4><a href=\"#{id}\"><span class=\"verb\">{}</span> <code>{path}</code></a></h4>\n\
         <p>{summary} <span class=\"who\">{}</span></p>\n",
        verb.to_uppercase(),
        text(&said["description"]),
    );
    out += &table("Takes", &takes(said));
    let mut refused = Vec::new();
    for (status, response) in members(&said["responses"]) {
        match text(&response["$ref"]).rsplit('/').next() {
            Some(name) if !name.is_empty() => refused.push(format!("<a href=\"#{name}\">{status}</a>")),
            _ => out += &answers(status, response),
        }
    }
    let _ = writeln!(out, "<p class=\"refused\">Refusals: {}</p>\n</article>", refused.join(" "));
    out
}

/// Parameters and fields of the body, a row each.
fn takes(said: &Value) -> String {
    let parameters = said["parameters"].as_array().into_iter().flatten();
    let mut rows: String = parameters
        .map(|parameter| {
            let place = format!("{}: {}", text(&parameter["in"]), escaped(text(&parameter["description"])));
            row(text(&parameter["name"]), &parameter["schema"], parameter["required"] == true, &place)
        })
        .collect();
    rows += &fields(&said["requestBody"]["content"]["application/json"]["schema"], "body");
    rows
}

fn answers(status: &str, response: &Value) -> String {
    let schema = &response["content"]["application/json"]["schema"];
    let kinds: Vec<&str> = members(&response["content"]).map(|(kind, _)| kind).collect();
    let title = format!("Answers {status}: {}", escaped(text(&response["description"])));
    match schema.is_null() {
        true => format!("<p>{title} <code>{}</code></p>\n", kinds.join("</code>, <code>")),
        false => table(&title, &fields(schema, "")),
    }
}

fn fields(schema: &Value, place: &str) -> String {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().map(text).collect();
    members(&schema["properties"])
        .map(|(name, field)| row(name, field, required.contains(&name), place))
        .collect()
}

fn row(name: &str, schema: &Value, required: bool, place: &str) -> String {
    let optional = if required { "" } else { " <span class=\"who\">optional</span>" };
    let place = if place.is_empty() { String::new() } else { format!("<td>{place}</td>") };
    format!("<tr><th scope=\"row\"><code>{name}</code>{optional}</th><td>{}</td>{place}</tr>\n", kind(schema))
}

fn table(title: &str, rows: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!("<table>\n<caption>{title}</caption>\n<tbody>\n{rows}</tbody>\n</table>\n")
}

/// A named shape: a table of its fields, or its words.
fn part(name: &str, shape: &Value) -> String {
    let summary = escaped(text(&shape["description"]));
    let rows = fields(shape, "");
    let inside = if rows.is_empty() { format!("<p>{}</p>\n", kind(shape)) } else { table(&summary, &rows) };
    format!("<article id=\"{name}\">\n<h4><a href=\"#{name}\">{name}</a></h4>\n{inside}</article>\n")
}

/// A status of refusals with its codes.
fn refusal(name: &str, response: &Value, schema: &Value) -> String {
    let codes = &schema["properties"]["error"]["properties"]["code"];
    format!(
        "<article id=\"{name}\">\n<h4><a href=\"#{name}\">{name}</a></h4>\n\
         <p>{}</p>\n<p>{}</p>\n</article>\n",
        escaped(text(&response["description"])),
        kind(codes),
    )
}
