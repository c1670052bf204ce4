//! What a route is: who may use it, what it takes, what it answers with, who carries it out.

use super::Rest;
use super::body::{FieldDoc, Fields};
use super::error::{ApiError, Code};
use super::schema::{Field, Object, Parts};
use super::tokens::Role;
use crate::deps::Answer;
use crate::teller::Teller;
use idx_bank::desk::{Answer as Answered, Ask};
use idx_bank::vault::{Holder, LoginId, Mark};
use idx_types::Idx;
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// HTTP methods in use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

impl Verb {
    /// Its name in lower case, as OpenAPI writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }
}

/// Who may use a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// Anybody.
    Public,
    /// Anybody; counted with other tries to become somebody.
    Stranger,
    /// Who is logged in, whatever he is.
    Anyone,
    /// These roles and no other.
    Roles(&'static [Role]),
}

impl Who {
    /// Whether somebody of this role may, who is logged in.
    pub(crate) fn allows(self, role: Role) -> bool {
        match self {
            Self::Public | Self::Stranger | Self::Anyone => true,
            Self::Roles(roles) => roles.contains(&role),
        }
    }
}

/// A field of the query.
#[derive(Clone, Copy)]
pub(crate) struct QueryDoc {
    pub name: &'static str,
    pub summary: &'static str,
    /// Its JSON schema; a test asks for one of every field.
    pub schema: &'static str,
}

impl QueryDoc {
    /// The same with its schema.
    pub(crate) const fn of(self, schema: &'static str) -> Self {
        Self { schema, ..self }
    }
}

/// What a route answers with.
#[derive(Clone, Copy)]
pub(crate) struct AnswerDoc {
    /// What it is.
    pub summary: &'static str,
    /// Its fields, without `success`.
    pub fields: fn(&mut Parts) -> Vec<Field>,
}

impl AnswerDoc {
    /// An object's.
    pub(crate) const fn of<T: Object>() -> Self {
        Self { summary: T::SUMMARY, fields: T::fields }
    }
}

/// One route.
pub(crate) struct Route {
    pub verb: Verb,
    /// Below `/api`, in axum's spelling, which is OpenAPI's too.
    pub path: &'static str,
    pub who: Who,
    /// Its status when all is well.
    pub status: u16,
    pub summary: &'static str,
    pub query: &'static [QueryDoc],
    pub body: &'static [FieldDoc],
    pub shape: Shape,
    /// What it answers with when all is well; a test asks for one of every route.
    pub answer: Option<AnswerDoc>,
    /// Statuses of refusals that do not follow from what it takes and who may use it.
    pub also: &'static [u16],
    pub run: fn(Call) -> Pending,
}

/// What most handlers come to: the fields of the answer.
pub(crate) type Outcome = Result<Map<String, Value>, ApiError>;

/// What a request is answered with.
pub(crate) enum Reply {
    /// A JSON object of these fields.
    Fields(Map<String, Value>),
    /// A file to be kept.
    File(Document),
}

/// A file, and what is told beside it.
pub(crate) struct Document {
    /// Its name; letters, digits and `._-` only, for it stands in a header.
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    /// The bank's signature of it.
    pub signature: String,
}

impl From<Map<String, Value>> for Reply {
    fn from(fields: Map<String, Value>) -> Self {
        Self::Fields(fields)
    }
}

impl From<Document> for Reply {
    fn from(document: Document) -> Self {
        Self::File(document)
    }
}

/// A reply on its way.
pub(crate) type Pending = Pin<Box<dyn Future<Output = Result<Reply, ApiError>> + Send>>;

/// What is unusual about a route's body or answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// Nothing.
    Usual,
    /// Its body may have so many bytes.
    LongBody(usize),
    /// It answers with a file.
    File,
    /// It changes nothing, or proves somebody, though it is no GET: it is answered as things stand whenever it
    /// comes, with an Idempotency-Key too. A login that was told again would need no password.
    Question,
}

impl Route {
    /// Whether its first answer to an Idempotency-Key is told again.
    pub(crate) fn repeats(&self) -> bool {
        self.verb != Verb::Get && self.shape != Shape::Question && self.who != Who::Public
    }
}

/// Who asks, as his token and his login say.
#[derive(Clone)]
pub(crate) struct Caller {
    pub holder: Holder,
    pub login: LoginId,
}

impl Caller {
    /// His role.
    pub(crate) const fn role(&self) -> Role {
        Role::of(&self.holder)
    }
}

/// One request, authorised.
pub(crate) struct Call {
    pub rest: Arc<Rest>,
    pub caller: Option<Caller>,
    /// The values of the path, in order.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    pub fields: Fields,
    /// Of a write with an Idempotency-Key.
    pub once: Option<Mark>,
}

impl Call {
    /// The customer who asks.
    pub(crate) fn me(&self) -> Result<Idx, ApiError> {
        match self.caller.as_ref().map(|caller| &caller.holder) {
            Some(Holder::Customer(idx)) => Ok(*idx),
            _ => Err(Code::Forbidden.into()),
        }
    }

    /// The bank's desk.
    pub(crate) fn teller(&self) -> Result<Arc<dyn Teller>, ApiError> {
        self.rest.teller().cloned()
    }

    /// Asks the desk; with an Idempotency-Key, once. A request asks for one thing that must not be done
    /// twice, so its key is enough to name it. Not for logins.
    pub(crate) async fn ask(&self, ask: Ask) -> Result<Answered, ApiError> {
        let ask = match self.once {
            Some(mark) => Ask::Once(mark, Box::new(ask)),
            None => ask,
        };
        Ok(self.teller()?.ask(ask).await?)
    }

    /// A read of the vault on a blocking thread.
    pub(crate) async fn read<R, F>(&self, read: F) -> Result<R, ApiError>
    where
        R: Send + 'static,
        F: FnOnce(&dyn Teller) -> Answer<R> + Send + 'static,
    {
        let teller = self.teller()?;
        self.rest.blocking(move |_| Ok(read(&*teller)?)).await
    }

    /// The first value of the path, read by its rule; what cannot be is not found.
    pub(crate) fn path_as<T: std::str::FromStr>(&self) -> Result<T, ApiError> {
        let first = self.path.first().and_then(|text| text.parse().ok());
        first.ok_or_else(|| Code::NotFound.into())
    }

    /// A value of the query.
    pub(crate) fn query_text(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The fields of an answer, from `json!`.
pub(crate) fn answer(fields: Value) -> Map<String, Value> {
    match fields {
        Value::Object(map) => map,
        other => Map::from_iter([("result".to_owned(), other)]),
    }
}
