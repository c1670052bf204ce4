//! The polling transport: a client asks again and again, and each answer is whatever waits for it.

use super::EventLimits;
use super::http::Refused;
use super::packet::{CLOSE, NOTHING, SEPARATOR};
use super::session::Session;
use crate::news::Words;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tokio::sync::mpsc;

/// Bytes after which nothing is added to the answer to a poll.
const POLL_BYTES: usize = 64 << 10;

/// Packets that one request may bring.
const PACKETS_MAX: usize = 16;

/// Waits for something and answers with all that is there.
pub(super) async fn poll(session: &Session) -> Result<Response, Refused> {
    // Another poll, or a WebSocket, has what waits.
    let mut queue = session.queue.try_lock().map_err(|_| Refused::BadRequest)?;
    let first = tokio::select! {
        biased;
        first = queue.recv() => first,
        () = session.polls_end() => return Ok(text(NOTHING.to_owned())),
        () = session.gone() => None,
    };
    let Some(first) = first else {
        session.leave();
        return Ok(text(CLOSE.to_owned()));
    };
    Ok(text(all_there_is(&first, &mut queue)))
}

fn all_there_is(first: &Words, queue: &mut mpsc::Receiver<Words>) -> String {
    let mut answer = first.as_str().to_owned();
    while answer.len() < POLL_BYTES {
        let Ok(next) = queue.try_recv() else { break };
        answer.push(SEPARATOR);
        answer.push_str(&next);
    }
    answer
}

/// Takes in what a client sends.
pub(super) async fn send(
    session: &Session,
    headers: &HeaderMap,
    body: Body,
    limits: &EventLimits,
    patience: Duration,
) -> Result<Response, Refused> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text/plain");
    let bytes = tokio::time::timeout(patience, to_bytes(body, limits.message_bytes_max)).await;
    let bytes = bytes.ok().and_then(Result::ok).filter(|_| kind.starts_with("text/plain"));
    let packets = bytes.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let packets = packets.map(|text| text.split(SEPARATOR).collect::<Vec<_>>());
    let Some(packets) = packets.filter(|packets| packets.len() <= PACKETS_MAX) else {
        session.leave();
        return Err(Refused::BadRequest);
    };
    packets.into_iter().for_each(|packet| session.receive(packet));
    Ok(text("ok".to_owned()))
}

/// An answer in the transport's own form.
pub(super) fn text(body: String) -> Response {
    let head = [(header::CONTENT_TYPE, "text/plain; charset=UTF-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::OK, head, body).into_response()
}
