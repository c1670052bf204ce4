//! One client's connection, whichever transport carries it: what waits for the client, and what it said.
//!
//! ```text
//!   listener's task --queue (bounded)--> transport: polls, or one WebSocket --> client
//!                  <--connect, gone, alive--        packets of the client <----'
//! ```
//!
//! Either side ends it: the task by dropping its end of the queue, of which the rest is still sent; the
//! client by leaving, falling silent, or sending what no Socket.IO client sends.

use super::packet::Packet;
use super::seats::Seat;
use super::{EventLimits, packet};
use crate::news::Words;
use crate::rest::PeerAddress;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

/// The room that a connection takes of the node, until nothing of it is left.
pub(super) struct Room {
    pub _of_all: OwnedSemaphorePermit,
    pub _of_address: Seat<PeerAddress>,
}

/// A connection.
pub(super) struct Session {
    /// Its name; who knows it can speak for the client.
    pub sid: String,
    /// What waits for the client; held by whoever sends.
    pub queue: tokio::sync::Mutex<mpsc::Receiver<Words>>,
    towards: mpsc::WeakSender<Words>,
    connect: Mutex<Option<oneshot::Sender<Value>>>,
    gone: watch::Sender<bool>,
    moving: watch::Sender<bool>,
    has_socket: AtomicBool,
    alive: AtomicBool,
    allowance: Mutex<Instant>,
    limits: EventLimits,
    _room: Room,
}

/// The task's ends of a new connection.
pub(super) struct Ends {
    /// Towards the client.
    pub queue: mpsc::Sender<Words>,
    /// What the client says when it wants to be let in.
    pub connect: oneshot::Receiver<Value>,
}

impl Session {
    pub(super) fn new(sid: String, limits: &EventLimits, room: Room) -> (Self, Ends) {
        let (queue, queued) = mpsc::channel(limits.queue_max.max(1));
        let (connect, connecting) = oneshot::channel();
        let session = Self {
            sid,
            towards: queue.downgrade(),
            queue: tokio::sync::Mutex::new(queued),
            connect: Mutex::new(Some(connect)),
            gone: watch::Sender::new(false),
            moving: watch::Sender::new(false),
            has_socket: AtomicBool::new(false),
            alive: AtomicBool::new(true),
            allowance: Mutex::new(Instant::now()),
            limits: limits.clone(),
            _room: room,
        };
        (session, Ends { queue, connect: connecting })
    }

    /// Takes in a packet. Rubbish, and more than a client may send, ends the connection.
    pub(super) fn receive(&self, text: &str) {
        if self.is_too_fast() || self.carry_out(text).is_none() {
            self.leave();
        }
    }

    fn is_too_fast(&self) -> bool {
        let mut full_at = self.allowance.lock().unwrap_or_else(PoisonError::into_inner);
        self.limits.messages.take(&mut full_at, Instant::now()).is_err()
    }

    fn carry_out(&self, text: &str) -> Option<()> {
        match Packet::parse(text)? {
            Packet::Pong => self.alive.store(true, Ordering::Release),
            Packet::Close => self.leave(),
            Packet::Unheard => {}
            Packet::ElsewhereConnect(place) => {
                // Without room for the answer, the client has not read for long.
                self.towards.upgrade()?.try_send(packet::refused_elsewhere(&place)).ok()?;
            }
            Packet::Connect(said) => {
                let waiting = self.connect.lock().unwrap_or_else(PoisonError::into_inner).take()?;
                // The task is gone if the client took too long.
                let _ = waiting.send(said);
            }
        }
        Some(())
    }

    /// The client is gone, or treated so.
    pub(super) fn leave(&self) {
        self.gone.send_replace(true);
    }

    /// Returns when the client is gone.
    pub(super) async fn gone(&self) {
        // The sender is part of this.
        let _ = self.gone.subscribe().wait_for(|gone| *gone).await;
    }

    /// Whether the client answered since this was last asked.
    pub(super) fn was_alive(&self) -> bool {
        self.alive.swap(false, Ordering::AcqRel)
    }

    /// Claims the connection for a WebSocket; false if another has it.
    pub(super) fn claim(&self) -> bool {
        !self.has_socket.swap(true, Ordering::AcqRel)
    }

    /// The WebSocket was not taken after all.
    pub(super) fn unclaim(&self) {
        self.moving.send_replace(false);
        self.has_socket.store(false, Ordering::Release);
    }

    /// The client moves to the WebSocket: polls end, so that it can.
    pub(super) fn end_polls(&self) {
        self.moving.send_replace(true);
    }

    /// Returns when polls must end.
    pub(super) async fn polls_end(&self) {
        // The sender is part of this.
        let _ = self.moving.subscribe().wait_for(|moving| *moving).await;
    }
}
