//! The document does not lie: every answer below `/api` in every test of this crate is held against it.
//!
//! What a test sends by hand comes by here; a status, a field, a header or a media type that the document
//! does not have, or that is missing, fails the test that met it.

use crate::rest::openapi;
use crate::rest::table::ROUTES;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// Validators of schemas that were used before, by the place of the schema.
static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// An answer as it came over the wire.
struct Heard<'a> {
    status: u16,
    head: String,
    body: &'a [u8],
}

impl<'a> Heard<'a> {
    /// `None` if the node closed without an answer.
    fn read(answer: &'a [u8]) -> Option<Self> {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, head, body: &answer[end + 4..] })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// Holds an answer against the document.
///
/// # Panics
/// The answer is not one that the document tells of.
pub(crate) fn hold(request: &[u8], answer: &[u8]) {
    let line = String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next().unwrap_or_default());
    let mut words = line.split(' ');
    let (Some(verb), Some(path)) = (words.next(), words.next()) else { return };
    // What browsers ask before they ask.
    if verb == "OPTIONS" {
        return;
    }
    let path = path.split('?').next().unwrap_or_default();
    let Some(heard) = Heard::read(answer) else { return };
    let is_rest = path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let checked = if is_rest { check(verb, path, &heard) } else { Ok(()) };
    if let Err(lie) = checked {
        panic!("{verb} {path}, {}: {lie}: {}", heard.status, String::from_utf8_lossy(heard.body));
    }
}

fn check(verb: &str, path: &str, heard: &Heard) -> Result<(), String> {
    let document = openapi::whole();
    let templates: Vec<&str> =
        ROUTES.iter().map(|route| route.path).filter(|known| fits(known, path)).collect();
    // A word wins over a name in braces, as in the router.
    let template = templates.iter().min_by_key(|known| known.matches('{').count());
    let Some(operations) = template.map(|known| &document["paths"][format!("/api{known}")]) else {
        return said(&json!({"$ref": "#/components/responses/NotFound"}), heard, 404);
    };
    let Some(operation) = operations.get(verb.to_lowercase()) else {
        return said(&json!({"$ref": "#/components/responses/MethodNotAllowed"}), heard, 405);
    };
    let response = &operation["responses"][heard.status.to_string()];
    if response.is_null() {
        Err("an undeclared status".to_owned())
    } else {
        said(response, heard, heard.status)
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut known, mut asked) = (template.split('/').skip(1), path.split('/').skip(2));
    let same = |(known, asked): (&str, &str)| known == asked || (known.starts_with('{') && !asked.is_empty());
    known.by_ref().zip(asked.by_ref()).all(same) && template.split('/').count() + 1 == path.split('/').count()
}

fn said(response: &Value, heard: &Heard, status: u16) -> Result<(), String> {
    if heard.status != status {
        return Err(format!("the document promises {status}"));
    }
    let response = resolved(response);
    let kind = heard.header("content-type").ok_or("no media type")?;
    let content = response["content"].get(kind).ok_or(format!("an undeclared media type, {kind}"))?;
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        let value = heard.header(name).ok_or(format!("{name} is missing"))?;
        let value = value.parse::<u64>().map_or(json!(value), |whole| json!(whole));
        valid(&header["schema"], &value)?;
    }
    if kind != "application/json" {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(heard.body).map_err(|error| error.to_string())?;
    valid(&content["schema"], &body)
}

fn resolved(response: &Value) -> &Value {
    match response["$ref"].as_str() {
        Some(place) => openapi::whole().pointer(place.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => response,
    }
}

fn valid(schema: &Value, value: &Value) -> Result<(), String> {
    let faults: Vec<String> = validator(schema)
        .iter_errors(value)
        .map(|fault| format!("{} at {:?}", fault, fault.instance_path().as_str()))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

fn validator(schema: &Value) -> Arc<Validator> {
    let mut known = KNOWN.lock().unwrap();
    let made = known.entry(schema.to_string()).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["components"] = openapi::whole()["components"].clone();
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        Arc::new(options.build(&whole).expect("a sound schema"))
    });
    Arc::clone(made)
}

#[test]
fn every_route_says_what_it_takes_and_answers() {
    for route in ROUTES {
        let name = format!("{} {}", route.verb.name(), route.path);
        assert!(
            route.answer.is_some(),
            "{name} has no schema of its answer: add `-> answers::...` to its line"
        );
        let operation = &openapi::whole()["paths"][format!("/api{}", route.path)][route.verb.name()];
        for parameter in operation["parameters"].as_array().unwrap() {
            let known = parameter["schema"] != json!({});
            assert!(
                known,
                "{name}: {} has no schema (query: `field(..).of(..)`, path: `PLACES`)",
                parameter["name"]
            );
        }
    }
}

#[test]
fn every_schema_of_the_document_is_sound() {
    let document = openapi::whole();
    for (name, part) in document["components"]["schemas"].as_object().unwrap() {
        jsonschema::draft202012::meta::validate(part).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        for response in operation["responses"].as_object().unwrap().values() {
            for content in resolved(response)["content"].as_object().unwrap().values() {
                validator(&content["schema"]);
            }
        }
    }
}

/// What is held against the document is seen: each of these would be a lie.
#[test]
fn a_lie_is_noticed() {
    let account_of = |change: fn(&mut Value)| {
        let mut body = json!({"success": true, "message": "Logged out"});
        change(&mut body);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{body}");
        let heard = Heard::read(answer.as_bytes()).unwrap();
        check("POST", "/api/auth/logout", &heard)
    };
    assert_eq!(account_of(|_| {}), Ok(()));
    for change in [
        (|body| body["more"] = json!(1)) as fn(&mut Value),
        |body| drop(body.as_object_mut().unwrap().remove("message")),
        |body| body["message"] = json!(1),
        |body| body["success"] = json!(false),
    ] {
        assert!(account_of(change).is_err());
    }
    for (path, line, kind) in [
        ("/api/auth/logout", "201 Created", "application/json"),
        ("/api/auth/logout", "404 Not Found", "application/json"),
        ("/api/auth/logout", "200 OK", "text/html"),
        ("/api/nowhere", "200 OK", "application/json"),
    ] {
        let answer =
            format!("HTTP/1.1 {line}\r\nContent-Type: {kind}\r\n\r\n{{\"success\":true,\"message\":\"\"}}");
        assert!(
            check("POST", path, &Heard::read(answer.as_bytes()).unwrap()).is_err(),
            "{path} {line} {kind}"
        );
    }
}
