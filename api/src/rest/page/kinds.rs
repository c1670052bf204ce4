//! What a value must be, from its JSON schema, in words.

use serde_json::Value;

/// In HTML.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(only) = schema.get("const") {
        return code(&only.to_string());
    }
    for any in ["anyOf", "oneOf"] {
        if let Some(all) = schema[any].as_array() {
            return all.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| code(&plain(word))).collect::<Vec<_>>().join(" ");
    }
    match &schema["type"] {
        Value::Array(types) => {
            let types = types.iter().filter_map(Value::as_str);
            types.map(|name| typed(name, schema)).collect::<Vec<_>>().join(" or ")
        }
        Value::String(name) => typed(name, schema),
        _ => "anything".to_owned(),
    }
}

fn typed(name: &str, schema: &Value) -> String {
    match name {
        "string" => string(schema),
        "integer" | "number" => number(schema),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"])),
        other => other.to_owned(),
    }
}

fn string(schema: &Value) -> String {
    if let Some(format) = schema["format"].as_str() {
        return escaped(format);
    }
    if let Some(example) = schema["examples"][0].as_str() {
        return format!("text, such as {}", code(example));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        return format!("text, {}", code(pattern));
    }
    match (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
        (Some(min), Some(max)) => format!("text, {min} to {max} characters"),
        _ => "text".to_owned(),
    }
}

fn number(schema: &Value) -> String {
    match (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("number from {min}"),
        _ => "number".to_owned(),
    }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A word without its quotation marks.
fn plain(word: &Value) -> String {
    word.as_str().map_or_else(|| word.to_string(), str::to_owned)
}

/// As text in HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_schema_has_its_words() {
        for (schema, words) in [
            (json!({"$ref": "#/components/schemas/Account"}), "<a href=\"#Account\">Account</a>"),
            (json!({"const": true}), "<code>true</code>"),
            (json!({"enum": ["a", 0]}), "<code>a</code> <code>0</code>"),
            (json!({"type": ["string", "null"], "format": "date"}), "date or null"),
            (json!({"anyOf": [{"type": "boolean"}, {"type": "null"}]}), "true or false or null"),
            (json!({"type": "array", "items": {"type": "integer", "minimum": 1}}), "list of number from 1"),
            (json!({"type": "string", "pattern": "^<&$"}), "text, <code>^&lt;&amp;$</code>"),
            (json!({"type": "integer", "minimum": 1, "maximum": 9}), "1 to 9"),
            (json!({"type": "string", "minLength": 1, "maxLength": 40}), "text, 1 to 40 characters"),
        ] {
            assert_eq!(kind(&schema), words, "{schema}");
        }
    }
}
