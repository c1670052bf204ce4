//! The WebSocket transport: from the beginning, or taken over from polls once it is proved to work.
//!
//! ```text
//!   client   ---2probe--->   node: answers 3probe, ends the poll that waits
//!            ---5-------->   node: what waits goes out here from now on
//! ```

use super::packet::{PROBE, PROBED, UPGRADED};
use super::session::Session;
use super::{EventLimits, packet};
use crate::news::Words;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Bytes read from, or written to, a WebSocket at a time; messages here are shorter.
const BUFFER_BYTES: usize = 4 << 10;

/// The client has left, or takes nothing.
struct Lost;

/// A WebSocket that carries a new connection.
pub(super) fn begin(upgrade: WebSocketUpgrade, session: Arc<Session>, limits: EventLimits) -> Response {
    let hello = packet::open(&session.sid, &[], &limits);
    bounded(upgrade, &limits).on_upgrade(move |socket| async move {
        let mut line = Line::new(socket, &session, &limits);
        if line.send(hello.into()).await.is_ok() {
            line.carry().await;
        }
        session.leave();
    })
}

/// A WebSocket that takes over a connection from polls.
pub(super) fn take_over(upgrade: WebSocketUpgrade, session: Arc<Session>, limits: EventLimits) -> Response {
    bounded(upgrade, &limits).on_upgrade(move |socket| async move {
        let mut line = Line::new(socket, &session, &limits);
        let probed = tokio::time::timeout(limits.connect_timeout, line.probe()).await;
        if matches!(probed, Ok(Ok(()))) {
            line.carry().await;
            session.leave();
        } else {
            session.unclaim();
        }
    })
}

fn bounded(upgrade: WebSocketUpgrade, limits: &EventLimits) -> WebSocketUpgrade {
    let max = limits.message_bytes_max;
    let upgrade = upgrade.max_message_size(max).max_frame_size(max);
    upgrade.read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES)
}

/// A WebSocket at work for a connection.
struct Line<'a> {
    sink: SplitSink<WebSocket, Message>,
    stream: SplitStream<WebSocket>,
    session: &'a Session,
    limits: &'a EventLimits,
}

impl<'a> Line<'a> {
    fn new(socket: WebSocket, session: &'a Session, limits: &'a EventLimits) -> Self {
        let (sink, stream) = socket.split();
        Self { sink, stream, session, limits }
    }

    /// Proves that the WebSocket works, and makes the client move to it.
    async fn probe(&mut self) -> Result<(), Lost> {
        if self.text().await? != PROBE {
            return Err(Lost);
        }
        self.send(PROBED.into()).await?;
        self.session.end_polls();
        if self.text().await? == UPGRADED { Ok(()) } else { Err(Lost) }
    }

    /// Carries what waits to the client and what it sends to the connection, until one of them ends.
    async fn carry(&mut self) {
        let session = self.session;
        let mut queue = tokio::select! {
            queue = session.queue.lock() => queue,
            () = session.gone() => return,
        };
        while self.turn(&mut queue).await.is_ok() {}
        // What a client that left did not take is in its way no more.
        queue.close();
        let _ = tokio::time::timeout(self.limits.write_timeout, self.sink.close()).await;
    }

    async fn turn(&mut self, queue: &mut mpsc::Receiver<Words>) -> Result<(), Lost> {
        let session = self.session;
        tokio::select! {
            words = queue.recv() => self.send_all(words.ok_or(Lost)?, queue).await,
            text = self.text() => {
                let text = text?;
                session.receive(&text);
                Ok(())
            }
            () = session.gone() => Err(Lost),
        }
    }

    /// Sends what is there, and flushes once.
    async fn send_all(&mut self, first: Words, queue: &mut mpsc::Receiver<Words>) -> Result<(), Lost> {
        let (sink, patience) = (&mut self.sink, self.limits.write_timeout);
        let sending = async {
            sink.feed(Message::Text(first)).await?;
            while let Ok(next) = queue.try_recv() {
                sink.feed(Message::Text(next)).await?;
            }
            sink.flush().await
        };
        match tokio::time::timeout(patience, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Lost),
        }
    }

    async fn send(&mut self, words: Words) -> Result<(), Lost> {
        let sending = self.sink.send(Message::Text(words));
        let sent = tokio::time::timeout(self.limits.write_timeout, sending).await;
        sent.ok().and_then(Result::ok).ok_or(Lost)
    }

    /// The next text of the client.
    async fn text(&mut self) -> Result<Utf8Bytes, Lost> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => return Err(Lost),
            }
        }
    }
}
