//! One WebSocket: a reader that takes no more than it can answer, a writer that does not wait for ever.
//!
//! ```text
//! client --> read --turn--> answer (one task a call) --> queue --> write --> client
//!                           feed   (one task a subscription) ^
//! ```
//!
//! A call holds its turn until its answer is in the queue, and the queue is short: a client that does
//! not read its answers is soon no longer read from.

use crate::context::Context;
use crate::limits::ApiLimits;
use crate::session::Session;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Pings that may go unanswered before a WebSocket counts as dead.
const PINGS_MISSED_MAX: u32 = 3;

/// Serves `GET /rpc`.
pub(crate) async fn upgrade(State(context): State<Arc<Context>>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = Arc::clone(&context.sockets).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many WebSockets; try again later\n").into_response();
    };
    let max = context.limits.request_bytes_max;
    let upgrade = upgrade.max_message_size(max).max_frame_size(max);
    upgrade.on_upgrade(move |socket| run(context, socket, place))
}

async fn run(context: Arc<Context>, socket: WebSocket, _place: OwnedSemaphorePermit) {
    let limits = context.limits.clone();
    let (sink, stream) = socket.split();
    let (queue, queued) = mpsc::channel(limits.queue_max);
    let session = Arc::new(Session::new(context, queue));
    let writer = tokio::spawn(write(sink, queued, limits.clone()));
    read(stream, &session, &limits).await;
    session.close();
    writer.abort();
}

/// Reads calls, each when a turn is free, until the client leaves or falls silent.
async fn read(mut stream: SplitStream<WebSocket>, session: &Arc<Session>, limits: &ApiLimits) {
    let turns = Arc::new(Semaphore::new(limits.socket_calls_max));
    let patience = limits.ping_interval * PINGS_MISSED_MAX;
    while let Ok(turn) = Arc::clone(&turns).acquire_owned().await {
        let message = tokio::select! {
            () = session.closed() => return,
            message = tokio::time::timeout(patience, stream.next()) => message,
        };
        match message {
            Ok(Some(Ok(Message::Text(text)))) => answer(session, text.into(), turn),
            Ok(Some(Ok(Message::Binary(bytes)))) => answer(session, bytes, turn),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => return,
        }
    }
}

/// Answers in a task of its own, so that a long wait does not hold up the next call.
fn answer(session: &Arc<Session>, bytes: Bytes, turn: OwnedSemaphorePermit) {
    let session = Arc::clone(session);
    tokio::spawn(async move {
        tokio::select! {
            () = session.closed() => {}
            () = session.answer(&bytes) => {}
        }
        drop(turn);
    });
}

/// Writes what is queued, and pings; ends when the client does not take a message in time.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut queued: mpsc::Receiver<String>,
    limits: ApiLimits,
) {
    let mut pings = tokio::time::interval(limits.ping_interval.max(Duration::from_millis(1)));
    loop {
        let message = tokio::select! {
            text = queued.recv() => text.map(|text| Message::Text(text.into())),
            _ = pings.tick() => Some(Message::Ping(Bytes::new())),
        };
        let Some(message) = message else { return };
        match tokio::time::timeout(limits.write_timeout, sink.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
