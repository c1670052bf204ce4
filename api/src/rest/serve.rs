//! From request to answer: every route goes this way, in this order.

use super::body::Fields;
use super::error::{ApiError, Code, retry_after};
use super::replays::{Told, Turn};
use super::route::{Call, Caller, Document, Reply, Route, Shape, Verb, Who};
use super::{IDEMPOTENCY_KEY, PeerAddress, Rest, SIGNATURE, known};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use idx_bank::vault::Mark;
use idx_crypto::{Hash32, hmac_sha256};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest Idempotency-Key.
const KEY_CHARS_MAX: usize = 128;

/// Serves one request on a route. Writes go on when the client leaves: half of one is worse than a whole.
pub(crate) async fn serve(
    rest: Arc<Rest>,
    route: &'static Route,
    values: RawPathParams,
    request: Request,
) -> Response {
    let path = values.iter().map(|(_, value)| value.to_owned()).collect();
    let Ok(_turn) = rest.context.calls.try_acquire() else { return refused(Code::Busy).await };
    let work = work(Arc::clone(&rest), route, path, request);
    let told = match route.verb {
        Verb::Get => work.await,
        _ => tokio::spawn(work).await.unwrap_or_else(|failure| {
            tracing::error!(%failure, "a request did not finish");
            Err(Code::Internal.into())
        }),
    };
    match told {
        Ok(Answered::Told(told)) => respond(told.0, &told.1, retry_of(&told)),
        Ok(Answered::File(document)) => send(route.status, document),
        Err(error) => respond(error.status, &error.body(), error.retry_after),
    }
}

/// What a request came to.
enum Answered {
    /// Fields, and the status; can be told again.
    Told(Told),
    /// A file.
    File(Document),
}

/// A file, for the client to keep: no browser shall show it as a page of this bank's.
fn send(status: u16, document: Document) -> Response {
    let Document { name, media_type, bytes, signature } = document;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kept = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (SIGNATURE, signature),
    ];
    (status, kept, bytes).into_response()
}

/// The answer to what no route takes.
pub(crate) async fn refused(code: Code) -> Response {
    let error = ApiError::from(code);
    respond(error.status, &error.body(), error.retry_after)
}

fn respond(status: u16, body: &Value, retry_after: Option<u64>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kept = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    let mut response = (status, kept, body.to_string()).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The time to wait that an answer told again had.
fn retry_of((status, body): &(u16, Value)) -> Option<u64> {
    body["error"]["details"]["retry_after_seconds"].as_u64().or(retry_after(*status))
}

async fn work(
    rest: Arc<Rest>,
    route: &'static Route,
    path: Vec<String>,
    request: Request,
) -> Result<Answered, ApiError> {
    let (parts, body) = request.into_parts();
    let address = parts.extensions.get::<PeerAddress>().copied().unwrap_or(PeerAddress(None));
    limit(&rest, route, address)?;
    let caller = authorise(&rest, route, &parts.headers).await?;
    let query = read_query(route, parts.uri.query().unwrap_or_default())?;
    let bytes = read_body(&rest, route, &parts.headers, body).await?;
    let key = parts.headers.get(&IDEMPOTENCY_KEY).filter(|_| route.repeats());
    let Some(key) = key else {
        let fields = Fields::parse(&bytes)?;
        let call = Call { rest, caller, path, query, fields, once: None };
        return finish(route, call).await.map_err(|(error, _)| error);
    };
    let is_key =
        |key: &&str| (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    let key = key.to_str().ok().filter(is_key);
    let key = key.ok_or(Code::InvalidKey)?;
    let owner = owner_of(caller.as_ref(), address);
    let key = digest(&[&owner, key.as_bytes()]);
    let mark = Mark { key, request: request_digest(route, &path, &bytes) };
    let first = match rest.replays.begin(mark, Instant::now())? {
        Turn::Again(told) => return Ok(Answered::Told(told)),
        Turn::First(first) => first,
    };
    let fields = Fields::parse(&bytes)?;
    let call = Call { rest: rest.clone(), caller, path, query, fields, once: Some(mark) };
    let told = match finish(route, call).await {
        Ok(Answered::Told(told)) => told,
        Ok(file) => return Ok(file),
        Err((error, _)) if error.awaits_signature() => return Err(error),
        Err((_, told)) => told,
    };
    first.done(told.clone());
    Ok(Answered::Told(told))
}

/// Carries out; a refusal comes as itself and as what is told.
async fn finish(route: &Route, call: Call) -> Result<Answered, (ApiError, Told)> {
    match (route.run)(call).await {
        Ok(Reply::Fields(mut fields)) => {
            fields.insert("success".to_owned(), Value::Bool(true));
            Ok(Answered::Told(Arc::new((route.status, Value::Object(fields)))))
        }
        Ok(Reply::File(document)) => Ok(Answered::File(document)),
        Err(error) => {
            let told = Arc::new((error.status, error.body()));
            Err((error, told))
        }
    }
}

fn limit(rest: &Rest, route: &Route, address: PeerAddress) -> Result<(), ApiError> {
    let now = Instant::now();
    rest.addresses.take(address, now).map_err(too_fast)?;
    if route.who == Who::Stranger {
        rest.entries.take(address, now).map_err(too_fast)?;
    }
    Ok(())
}

fn too_fast(wait: Duration) -> ApiError {
    ApiError::after(Code::RateLimited, wait.as_secs() + 1)
}

/// Who asks, if the route wants to know, and that he may.
async fn authorise(rest: &Arc<Rest>, route: &Route, headers: &HeaderMap) -> Result<Option<Caller>, ApiError> {
    if matches!(route.who, Who::Public | Who::Stranger) {
        return Ok(None);
    }
    let caller = caller(rest, headers).await?.ok_or(Code::Unauthorized)?;
    rest.logins.take(caller.login, Instant::now()).map_err(too_fast)?;
    if !route.who.allows(caller.role()) {
        return Err(Code::Forbidden.into());
    }
    Ok(Some(caller))
}

/// Whose token this is, if its login lasts.
async fn caller(rest: &Arc<Rest>, headers: &HeaderMap) -> Result<Option<Caller>, ApiError> {
    rest.teller()?;
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| {
        // The scheme's name has no case (RFC 9110, 11.1).
        scheme.eq_ignore_ascii_case("bearer")
    });
    let Some((_, token)) = token else { return Ok(None) };
    let known = known(&rest.context, token.trim()).await.map_err(|_| Code::Internal)?;
    Ok(known.map(|known| known.caller))
}

/// The fields of the query, each known and once.
fn read_query(route: &Route, query: &str) -> Result<Vec<(String, String)>, ApiError> {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| Some((decoded(name)?, decoded(value)?)))
        .collect::<Option<_>>()
        .ok_or(Code::InvalidQuery)?;
    let known = |name: &str| route.query.iter().any(|field| field.name == name);
    let twice = |place: usize| pairs[..place].iter().any(|(name, _)| *name == pairs[place].0);
    if pairs.iter().enumerate().any(|(place, (name, _))| !known(name) || twice(place)) {
        let names: Vec<&str> = route.query.iter().map(|field| field.name).collect();
        return Err(ApiError::with(Code::InvalidQuery, serde_json::json!({"fields": names})));
    }
    Ok(pairs)
}

/// Percent signs and plus signs resolved; `None` if that is no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        let byte = match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => {
                rest = after;
                let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
                digit(high)? << 4 | digit(low)?
            }
            (b'%', _) => return None,
            (byte, _) => *byte,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

/// The body, if it is JSON, arrives in time and is short enough.
async fn read_body(rest: &Rest, route: &Route, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    if route.verb == Verb::Get {
        return Ok(Bytes::new());
    }
    let limits = &rest.context.limits;
    let max = match route.shape {
        Shape::LongBody(bytes) => bytes.max(limits.rest.body_bytes_max),
        _ => limits.rest.body_bytes_max,
    };
    let bytes = match tokio::time::timeout(limits.body_timeout, to_bytes(body, max)).await {
        Ok(Ok(bytes)) => bytes,
        Err(_) => return Err(Code::BodyTimeout.into()),
        Ok(Err(error)) if crate::http::is_too_long(&error) => return Err(Code::BodyTooLarge.into()),
        Ok(Err(_)) => return Err(Code::InvalidBody.into()),
    };
    if !bytes.is_empty() && !crate::http::is_json(headers) {
        return Err(Code::MediaType.into());
    }
    Ok(bytes)
}

/// Whose keys these are: a person's at whatever login, or a stranger's by address.
fn owner_of(caller: Option<&Caller>, address: PeerAddress) -> Vec<u8> {
    match caller.map(|caller| &caller.holder) {
        Some(holder) => borsh::to_vec(holder).unwrap_or_default(),
        None => format!("{:?}", address.0).into_bytes(),
    }
}

fn request_digest(route: &Route, path: &[String], body: &[u8]) -> Hash32 {
    let mut parts = vec![route.verb.name().as_bytes(), route.path.as_bytes(), body];
    parts.extend(path.iter().map(String::as_bytes));
    digest(&parts)
}

/// Under no key: the vault keeps it sealed, under an index of its own.
fn digest(parts: &[&[u8]]) -> Hash32 {
    hmac_sha256(&[], "idx/rest/replay/1", parts)
}

#[cfg(test)]
mod tests {
    use super::{decoded, retry_of};
    use serde_json::json;

    /// What is told again tells the time to wait again.
    #[test]
    fn who_shall_come_again_is_told_when() {
        let locked = json!({"error": {"details": {"retry_after_seconds": 30}}});
        for (told, seconds) in
            [((429, locked), Some(30)), ((503, json!({})), Some(1)), ((400, json!({})), None)]
        {
            assert_eq!(retry_of(&told), seconds);
        }
    }

    #[test]
    fn percent_signs_are_resolved_or_refused() {
        for (text, read) in [
            ("a+b%20c", Some("a b c")),
            ("%e0%A4%86", Some("\u{906}")),
            ("%", None),
            ("%2", None),
            ("%zz", None),
            ("%ff", None),
        ] {
            assert_eq!(decoded(text).as_deref(), read, "{text}");
        }
    }
}
