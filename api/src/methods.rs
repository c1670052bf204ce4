//! The table of methods: what can be called, with which parameters, and what carries it out.
//!
//! Dispatch, the refusal of unknown parameters and `rpc.discover` all read this one table, so that
//! they cannot differ.

mod accounts;
mod admin;
mod clerk;
mod documents;
mod entry;
pub(crate) mod live;
pub(crate) mod orders;
pub(crate) mod params;
mod person;
pub(crate) mod queries;
pub(crate) mod submit;
mod table;

pub(crate) use admin::ADMIN_METHODS;
pub(crate) use table::METHODS;

use crate::context::Context;
use crate::error::{METHOD_NOT_FOUND, RpcError};
use crate::jsonrpc::{Call, Json};
use futures::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::sync::Arc;

/// One parameter of a method.
pub(crate) struct Param {
    /// Its name; by position it is where the table has it.
    pub name: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it means.
    pub summary: &'static str,
    /// Its JSON Schema.
    pub schema: &'static str,
    /// A value of it, as JSON.
    pub example: &'static str,
}

/// How a method is carried out.
pub(crate) enum Run {
    /// Over any connection.
    Call(fn(Arc<Context>, Arguments) -> Pending),
    /// Only over a WebSocket, by the session itself.
    Subscribe,
    /// Only over a WebSocket, by the session itself.
    Unsubscribe,
}

/// One method.
pub(crate) struct Method {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// The type of its result; a `?` at the end says that it may be null.
    pub result: &'static str,
    /// What carries it out.
    pub run: Run,
}

/// A call that is being carried out.
pub(crate) type Pending = BoxFuture<'static, Result<Json, RpcError>>;

/// The parameters of one call, by name; every name is one of the table's.
#[derive(Debug)]
pub(crate) struct Arguments(Map<String, Value>);

impl Arguments {
    /// Reads them into a type with a field for each parameter.
    pub fn read<P: DeserializeOwned>(self) -> Result<P, RpcError> {
        serde_json::from_value(Value::Object(self.0)).map_err(RpcError::params)
    }

    /// The same for what persons are known by: a refusal repeats nothing of what was given.
    pub fn read_unrepeated<P: DeserializeOwned>(self) -> Result<P, RpcError> {
        let unrepeated = |error: serde_json::Error| RpcError::params(without_values(&error.to_string()));
        serde_json::from_value(Value::Object(self.0)).map_err(unrepeated)
    }
}

/// A complaint without the value that it quotes, whatever marks that value has in it.
fn without_values(complaint: &str) -> String {
    let first = complaint.find(['"', '`']);
    let span = first.and_then(|first| Some((first, complaint.rfind(&complaint[first..=first])?)));
    match span {
        Some((first, last)) => format!("{}****{}", &complaint[..first], &complaint[last + 1..]),
        None => complaint.to_owned(),
    }
}

/// The method of this name.
pub(crate) fn find(methods: &'static [Method], name: &str) -> Result<&'static Method, RpcError> {
    let method = methods.iter().find(|method| method.name == name);
    method.ok_or_else(|| RpcError::standard(METHOD_NOT_FOUND))
}

impl Method {
    /// Names the parameters of a call; refuses unknown, superfluous and missing ones.
    pub fn arguments(&self, params: Value) -> Result<Arguments, RpcError> {
        let mut named = match params {
            Value::Array(values) => self.by_position(values)?,
            Value::Object(values) => values,
            _ => Map::new(),
        };
        named.retain(|name, value| !(value.is_null() && self.params.iter().any(|p| p.name == name)));
        if let Some(name) = named.keys().find(|name| !self.params.iter().any(|p| p.name == **name)) {
            let name: String = name.chars().take(40).collect();
            return Err(RpcError::params(format!("{} has no parameter {name:?}", self.name)));
        }
        match self.params.iter().find(|p| !p.optional && !named.contains_key(p.name)) {
            Some(missing) => Err(RpcError::params(format!("{} needs {:?}", self.name, missing.name))),
            None => Ok(Arguments(named)),
        }
    }

    fn by_position(&self, values: Vec<Value>) -> Result<Map<String, Value>, RpcError> {
        let (sent, known) = (values.len(), self.params.len());
        if sent > known {
            let what = format!("{} has {known} parameters, {sent} were sent", self.name);
            return Err(RpcError::params(what));
        }
        Ok(self.params.iter().map(|param| param.name.to_owned()).zip(values).collect())
    }
}

/// Carries out a call that needs no subscription.
pub(crate) async fn dispatch(context: &Arc<Context>, call: Call) -> Result<Json, RpcError> {
    let method = find(context.methods, &call.method)?;
    let arguments = method.arguments(call.params)?;
    match method.run {
        Run::Call(run) => run(Arc::clone(context), arguments).await,
        Run::Subscribe | Run::Unsubscribe => {
            let what = format!("{} works over a WebSocket only, and not in a batch", method.name);
            Err(RpcError::params(what))
        }
    }
}

/// Carries out a method that reads the store.
fn read<P, R>(
    context: Arc<Context>,
    arguments: Arguments,
    method: fn(&Context, P) -> Result<R, RpcError>,
) -> Pending
where
    P: DeserializeOwned + Send + 'static,
    R: Serialize + 'static,
{
    Box::pin(async move {
        let params = arguments.read()?;
        context.read(move |context| context.json(&method(context, params)?)).await
    })
}

/// Carries out a method that reads memory only.
fn peek<R: Serialize>(context: &Context, method: fn(&Context) -> R) -> Pending {
    let answer = context.json(&method(context));
    Box::pin(std::future::ready(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_types::{Idx, Paise};

    #[derive(Debug, serde::Deserialize)]
    struct Asked {
        _number: Option<String>,
        _amount: Option<Paise>,
        _idx: Option<Idx>,
    }

    #[test]
    fn a_refusal_of_what_a_clerk_typed_repeats_nothing_of_it() {
        let table = [
            ("_number", serde_json::json!(592_807_164_430_u64), "expected a string"),
            ("_number", serde_json::json!(59.25), "expected a string"),
            ("_number", serde_json::json!(["ABCDE1234F"]), "expected a string"),
            ("_amount", serde_json::json!("ABCDE1234F"), "amount"),
            ("_amount", serde_json::json!("592807 \" ` 164430"), "amount"),
            ("_idx", serde_json::json!("IDX_592807"), "hex"),
        ];
        for (name, value, said) in table {
            let arguments = Arguments([(name.to_owned(), value)].into_iter().collect());
            let refused = arguments.read_unrepeated::<Asked>().unwrap_err();
            let told = serde_json::to_string(&refused).unwrap();
            assert!(told.contains(said), "{told}");
            let repeated = ["ABCDE", "592807", "164430", "59.25"].iter().find(|given| told.contains(**given));
            assert_eq!(repeated, None, "{told}");
        }
    }
}
