//! What answers look like, as JSON schemas: the counterpart of [`bodies`](super::body::bodies).
//!
//! ```text
//!   objects! { Account { id: AccountId, balance: Paise, closed_at: Option<Time> } }
//!        |
//!        |-- components/schemas/Account: every field required, no other one allowed
//!        '-- wherever a field is an `Account`: a reference to it
//! ```
//!
//! An answer's shape is declared with the types that its values have in the program, so that a reader of
//! the code and a reader of the document see the same words. Handlers write JSON by hand; that it fits is
//! not promised here but tested: every answer in every test of REST is held against the document.

use serde_json::{Map, Value, json};
use std::marker::PhantomData;

/// The named parts of the document, by name.
pub(crate) type Parts = Map<String, Value>;

/// A value of an answer.
pub(crate) trait Schema {
    /// Whether the field may be missing.
    const OPTIONAL: bool = false;

    /// Its schema; what has a name of its own is put among the parts and referred to.
    fn schema(parts: &mut Parts) -> Value;
}

/// An object with a fixed set of fields.
pub(crate) trait Object {
    /// What it is.
    const SUMMARY: &'static str;

    /// Its fields.
    fn fields(parts: &mut Parts) -> Vec<Field>;
}

/// A field of an object.
pub(crate) struct Field {
    pub name: &'static str,
    pub schema: Value,
    pub optional: bool,
}

impl Field {
    pub(crate) fn new<T: Schema>(name: &'static str, parts: &mut Parts) -> Self {
        Self { name, schema: T::schema(parts), optional: T::OPTIONAL }
    }
}

/// The schema of an object of these fields and no others.
pub(crate) fn object(summary: &str, fields: Vec<Field>) -> Value {
    let required: Vec<&str> = fields.iter().filter(|field| !field.optional).map(|field| field.name).collect();
    let required = json!(required);
    let properties: Map<String, Value> =
        fields.into_iter().map(|field| (field.name.to_owned(), field.schema)).collect();
    json!({
        "type": "object",
        "description": summary,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Puts a part among the parts and refers to it.
pub(crate) fn part(name: &str, parts: &mut Parts, make: impl FnOnce(&mut Parts) -> Value) -> Value {
    let made = make(parts);
    let known = parts.entry(name).or_insert_with(|| made.clone());
    debug_assert_eq!(*known, made, "two parts of the document are called {name}");
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A schema that stands as text in the program.
pub(crate) fn written(text: &str) -> Value {
    serde_json::from_str(text).expect("schemas hold JSON; a test reads all of them")
}

/// The same or null.
pub(crate) fn nullable(schema: Value) -> Value {
    match schema.get("type") {
        Some(Value::String(name)) if schema.get("enum").is_none() => {
            let both = json!([name, "null"]);
            let mut schema = schema;
            schema["type"] = both;
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// Null if there is nothing to tell.
impl<T: Schema> Schema for Option<T> {
    fn schema(parts: &mut Parts) -> Value {
        nullable(T::schema(parts))
    }
}

impl<T: Schema> Schema for Vec<T> {
    fn schema(parts: &mut Parts) -> Value {
        json!({"type": "array", "items": T::schema(parts)})
    }
}

/// A field that is missing if there is nothing to tell.
pub(crate) struct Maybe<T>(PhantomData<T>);

impl<T: Schema> Schema for Maybe<T> {
    const OPTIONAL: bool = true;

    fn schema(parts: &mut Parts) -> Value {
        T::schema(parts)
    }
}

/// Declares objects of answers: name, and after a colon the one whose fields it has too.
macro_rules! objects {
    ($($(#[doc = $doc:literal])+ $name:ident $(: $base:ty)? { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[doc = $doc])+
        pub(crate) enum $name {}

        impl $crate::rest::schema::Object for $name {
            const SUMMARY: &'static str = concat!($($doc),+);

            fn fields(parts: &mut $crate::rest::schema::Parts) -> Vec<$crate::rest::schema::Field> {
                let base: Vec<$crate::rest::schema::Field> = vec![$($crate::rest::schema::Field::new::<$kind>(
                    stringify!($field), parts,
                )),*];
                $(let base = {
                    let mut all = <$base as $crate::rest::schema::Object>::fields(parts);
                    all.extend(base);
                    all
                };)?
                base
            }
        }

        impl $crate::rest::schema::Schema for $name {
            fn schema(parts: &mut $crate::rest::schema::Parts) -> serde_json::Value {
                $crate::rest::schema::part(stringify!($name), parts, |parts| {
                    use $crate::rest::schema::Object;
                    let fields = Self::fields(parts);
                    $crate::rest::schema::object(Self::SUMMARY.trim(), fields)
                })
            }
        }
    )*};
}
pub(crate) use objects;

/// Declares values by the text of their schema: types of the program, or names for this document alone.
macro_rules! values {
    ($($kind:ty: $schema:expr;)*) => {$(
        impl $crate::rest::schema::Schema for $kind {
            fn schema(_: &mut $crate::rest::schema::Parts) -> serde_json::Value {
                $crate::rest::schema::written($schema)
            }
        }
    )*};
}
pub(crate) use values;

/// Declares closed lists of words.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident { $($word:literal),+ $(,)? })*) => {$(
        $(#[doc = $doc])+
        pub(crate) enum $name {}

        impl $crate::rest::schema::Schema for $name {
            fn schema(_: &mut $crate::rest::schema::Parts) -> serde_json::Value {
                serde_json::json!({"type": "string", "enum": [$($word),+]})
            }
        }
    )*};
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    values! { u8: r#"{"type":"integer"}"#; }
    words! { /// A colour.
    Colour { "red", "green" } }
    objects! {
        /// The first.
        First { number: u8, colour: Option<Colour> }
        /// The second,
        /// which has more.
        Second: First { maybe: Maybe<u8>, others: Vec<First> }
    }

    #[test]
    fn an_object_has_its_fields_and_those_of_its_base() {
        let mut parts = Parts::new();
        assert_eq!(Second::schema(&mut parts), json!({"$ref": "#/components/schemas/Second"}));
        assert_eq!(parts.keys().collect::<Vec<_>>(), ["First", "Second"]);
        let second = &parts["Second"];
        assert_eq!(second["required"], json!(["number", "colour", "others"]));
        assert_eq!(second["description"], "The second, which has more.");
        let nothing = json!({"anyOf": [{"type": "string", "enum": ["red", "green"]}, {"type": "null"}]});
        assert_eq!(
            nullable(json!({"enum": ["red"]})),
            json!({"anyOf": [{"enum": ["red"]}, {"type": "null"}]})
        );
        assert_eq!(second["properties"]["colour"], nothing);
        assert_eq!(nullable(json!({"type": "integer"})), json!({"type": ["integer", "null"]}));
    }
}
