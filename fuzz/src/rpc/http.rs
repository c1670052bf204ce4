//! `POST /rpc` with any body.

use super::{protocol, router, runtime};
use crate::memory::bounded;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use tower::Service;

/// Memory that a request may take, as a multiple of its bytes: the shortest map with an entry has eight
/// bytes with its comma and is nearly 700 in memory.
const MEMORY_TIMES: usize = 96;

/// Memory that a request may take whatever its length, bytes.
const MEMORY_MAX: usize = 48 << 20;

/// Most bytes that a recipe makes.
const MAGNIFIED_BYTES_MAX: usize = 1 << 20;

/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A short body may ask for a long answer: so much memory is for that, bytes.
const ANSWER_MEMORY: usize = 1 << 20;

/// The input is the body, or with a first byte of 1 a recipe for a long one.
pub fn http(data: &[u8]) {
    let sent = match data.split_first() {
        Some((1, recipe)) => magnified(recipe),
        _ => data.to_vec(),
    };
    let times = (sent.len() + ANSWER_MEMORY / MEMORY_TIMES).min(MEMORY_MAX / MEMORY_TIMES);
    let (status, body) = bounded("a request", times, MEMORY_TIMES, || runtime().block_on(post(&sent)));
    match status {
        StatusCode::OK => protocol::check(&sent, Some(&body)),
        StatusCode::NO_CONTENT => protocol::check(&sent, None),
        other => panic!("status {other}: {}", String::from_utf8_lossy(&body)),
    }
}

/// A power of two, then beginning, middle and end, separated by zero bytes; the middle comes that often.
fn magnified(recipe: &[u8]) -> Vec<u8> {
    let Some((power, parts)) = recipe.split_first() else { return Vec::new() };
    let mut parts = parts.splitn(3, |byte| *byte == 0);
    let mut next = || parts.next().unwrap_or_default();
    let (begin, middle, end) = (next(), next(), next());
    let often = (1 << (power % 20)).min(MAGNIFIED_BYTES_MAX / middle.len().max(1));
    [begin, &middle.repeat(often), end].concat()
}

/// The answer to a sound call.
pub(crate) fn ask(body: &[u8]) -> Vec<u8> {
    runtime().block_on(post(body)).1
}

async fn post(body: &[u8]) -> (StatusCode, Vec<u8>) {
    let request = Request::post("/rpc")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_vec()))
        .expect("the request is sound");
    let response: Response = match router().clone().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let status = response.status();
    let bytes = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.expect("the answer is bounded");
    (status, bytes.to_vec())
}
