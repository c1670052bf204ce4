//! The OpenRPC document (spec.open-rpc.org, 1.3), made from the table of methods.

use crate::error::ledger_code;
use crate::methods::{METHODS, Method, Param};
use idx_types::Reason;
use serde_json::{Value, json};

/// The document that `rpc.discover` answers.
pub(crate) fn document() -> Value {
    json!({
        "openrpc": "1.3.2",
        "info": {
            "title": "IDX node",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Bytes are 0x and hex, amounts decimal strings, times RFC 3339 in UTC.",
        },
        "methods": METHODS.iter().map(method).collect::<Vec<_>>(),
        "components": { "errors": errors() },
    })
}

fn method(method: &Method) -> Value {
    json!({
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "either",
        "params": method.params.iter().map(param).collect::<Vec<_>>(),
        "result": { "name": "result", "schema": result_schema(method.result) },
    })
}

fn param(param: &Param) -> Value {
    let mut schema = table_json(param.schema);
    schema["examples"] = Value::Array(vec![table_json(param.example)]);
    json!({ "name": param.name, "summary": param.summary, "required": !param.optional, "schema": schema })
}

fn table_json(text: &str) -> Value {
    serde_json::from_str(text).expect("the table holds JSON; a test reads all of it")
}

/// The result's type by name; the views' own documentation says what its fields mean.
fn result_schema(result: &str) -> Value {
    let (title, nullable) = match result.strip_suffix('?') {
        Some(title) => (title, true),
        None => (result, false),
    };
    let kind = match title {
        "Hash" | "string" => "string",
        "Height" => "integer",
        "boolean" => "boolean",
        list if list.ends_with("[]") => "array",
        _ => "object",
    };
    match nullable {
        true => json!({ "title": title, "type": [kind, "null"] }),
        false => json!({ "title": title, "type": kind }),
    }
}

/// The ledger's reasons as error objects.
fn errors() -> Value {
    let one = |reason: &Reason| {
        let data = json!({ "reason": reason.code(), "retriable": reason.retriable() });
        let error = json!({ "code": ledger_code(*reason), "message": reason.sentence(), "data": data });
        (reason.code().to_owned(), error)
    };
    Value::Object(Reason::ALL.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_method_once_and_no_parameter_after_an_optional_one_is_needed() {
        let document = document();
        let methods = document["methods"].as_array().unwrap();
        assert_eq!(methods.len(), METHODS.len());
        for (i, entry) in METHODS.iter().enumerate() {
            assert!(METHODS[..i].iter().all(|other| other.name != entry.name), "{} twice", entry.name);
            let optional: Vec<bool> = entry.params.iter().map(|p| p.optional).collect();
            assert!(optional.is_sorted(), "{}: positions cannot be left out in the middle", entry.name);
        }
        assert_eq!(document["components"]["errors"].as_object().unwrap().len(), Reason::ALL.len());
    }
}
