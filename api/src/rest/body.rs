//! Bodies: JSON objects with a fixed set of fields, each read by its own rule.
//!
//! A wrong body is answered with the name of the field and the rule, never with what stood there:
//! people put PANs and passwords into the wrong field.

use super::error::{ApiError, Code};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::json;
use serde_json::value::RawValue;
use std::fmt;

/// A value of a body.
pub(crate) trait Field: Sized {
    /// What it must be, in words.
    const RULE: &'static str;
    /// Its JSON schema.
    const SCHEMA: &'static str;
    /// Whether the field may be left out.
    const OPTIONAL: bool = false;

    /// Reads the JSON text of a value.
    fn read(json: &str) -> Option<Self>;

    /// The value of a field that is not there.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Field> Field for Option<T> {
    const RULE: &'static str = T::RULE;
    const SCHEMA: &'static str = T::SCHEMA;
    const OPTIONAL: bool = true;

    fn read(json: &str) -> Option<Self> {
        if json == "null" { Some(None) } else { T::read(json).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// What the documentation says of a field.
pub(crate) struct FieldDoc {
    pub name: &'static str,
    pub schema: &'static str,
    pub optional: bool,
}

/// The fields of a body as they came.
#[derive(Default)]
pub(crate) struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    /// Reads a JSON object. An empty body is an empty object, for existing clients of routes that take
    /// no field.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(bytes).map_err(|error| {
            let place = json!({"line": error.line(), "column": error.column()});
            ApiError::with(Code::InvalidBody, json!({"rule": "one JSON object, each name once", "at": place}))
        })
    }

    /// Takes a field out.
    pub(crate) fn take<T: Field>(&mut self, name: &'static str) -> Result<T, ApiError> {
        let found = self.0.iter().position(|(key, _)| key == name);
        let value = match found {
            Some(place) => T::read(self.0.swap_remove(place).1.get()),
            None => T::absent(),
        };
        value.ok_or_else(|| ApiError::field(name, T::RULE))
    }

    /// Makes sure that nothing is left.
    pub(crate) fn end(&self, known: &[FieldDoc]) -> Result<(), ApiError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = known.iter().map(|field| field.name).collect();
        Err(ApiError::with(Code::InvalidBody, json!({"rule": "no other fields", "fields": names})))
    }
}

impl ApiError {
    /// A field of the body is not what it must be.
    pub(crate) fn field(name: &'static str, rule: &'static str) -> Self {
        Self::with(Code::InvalidBody, json!({"field": name, "rule": rule}))
    }
}

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut members: Vec<(String, Box<RawValue>)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            if members.iter().any(|(known, _)| *known == name) {
                return Err(serde::de::Error::custom("a name stands twice"));
            }
            members.push((name, value));
        }
        Ok(Fields(members))
    }
}

/// Declares bodies: the structure, how it is read, and what is documented of it. Fields that existing
/// clients send, or that a rule asks for, and that nobody reads stand under `ignoring`.
macro_rules! bodies {
    ($(
        $(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? }
        $(; ignoring { $($ignored:ident: $other:ty),* $(,)? })?
    )*) => {
        $($(#[$doc])*
        pub(crate) struct $name { $(pub $field: $kind),* }

        impl $name {
            /// Its fields, as they are documented.
            pub(crate) const DOC: &'static [$crate::rest::body::FieldDoc] = &[$(
                $crate::rest::body::FieldDoc {
                    name: stringify!($field),
                    schema: <$kind as $crate::rest::body::Field>::SCHEMA,
                    optional: <$kind as $crate::rest::body::Field>::OPTIONAL,
                },
            )* $($(
                $crate::rest::body::FieldDoc {
                    name: stringify!($ignored),
                    schema: <$other as $crate::rest::body::Field>::SCHEMA,
                    optional: <$other as $crate::rest::body::Field>::OPTIONAL,
                },
            )*)?];

            /// Reads a body.
            pub(crate) fn read(
                fields: $crate::rest::body::Fields,
            ) -> Result<Self, $crate::rest::error::ApiError> {
                let mut fields = fields;
                let body = Self { $($field: fields.take(stringify!($field))?),* };
                $($(fields.take::<$other>(stringify!($ignored))?;)*)?
                fields.end(Self::DOC)?;
                Ok(body)
            }
        })*
    };
}
pub(crate) use bodies;
