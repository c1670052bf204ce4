//! Events for a bank's customers by Socket.IO (protocol 5 over Engine.IO 4), below `/socket.io`.
//!
//! ```text
//!   GET  ?EIO=4&transport=polling                 a connection; answers wait for polls, or move to a
//!   GET  ?EIO=4&transport=polling&sid=...         WebSocket
//!   POST ?EIO=4&transport=polling&sid=...
//!   GET  ?EIO=4&transport=websocket[&sid=...]
//!                          |
//!            connection <-- queue -- a task for each client: let in by its token, then news of its
//!                                    customer from the vault, and what is for everybody
//! ```
//!
//! The server's side of the protocol is small, because clients only listen, and it is written here for
//! the sake of its bounds: a client is waited for with patience that ends, in every state and by either
//! transport, and what it takes of the node is counted until nothing of it is left
//! (`docs/decisions/0027-personal-events.md`).
//!
//! Rooms: `http` (requests), `packet` (the wire's texts), `session` (a connection), `polling` and `web` (transports), `seats`
//! (how many), `admission` (who is let in), `client` (what he hears).

mod admission;
mod client;
mod http;
mod packet;
mod polling;
mod seats;
mod session;
mod web;

use crate::context::Context;
use crate::news::Herald;
use crate::rest::{PeerAddress, Rate, Rest, cors};
use admission::Wanted;
use axum::Router;
use axum::routing::get;
use http::{Fields, Refused};
use idx_bank::vault::Holder;
use seats::Seats;
use session::{Ends, Room, Session};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Bounds on events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventLimits {
    /// Connections in all.
    pub sockets_max: usize,
    /// Connections of one address.
    pub sockets_per_address_max: usize,
    /// Connections of one customer or clerk.
    pub sockets_per_person_max: usize,
    /// Polls that wait at a time; each holds a TCP connection of those that all interfaces share.
    pub polls_max: usize,
    /// Packets that wait for one client.
    pub queue_max: usize,
    /// Bytes of a message, or of a request of the polling transport.
    pub message_bytes_max: usize,
    /// Packets that one client may send.
    pub messages: Rate,
    /// How long a new connection may take to say whose it is.
    pub connect_timeout: Duration,
    /// A client is asked this often whether it lives, and must have answered the next time.
    pub ping_interval: Duration,
    /// How long a client may take nothing of what waits for it.
    pub write_timeout: Duration,
    /// How often it is looked whether a client's login lasts.
    pub login_check: Duration,
}

impl Default for EventLimits {
    fn default() -> Self {
        Self {
            sockets_max: 4_096,
            sockets_per_address_max: 64,
            sockets_per_person_max: 16,
            polls_max: 256,
            queue_max: 32,
            message_bytes_max: 8 << 10,
            messages: Rate::per_second(5, 20),
            connect_timeout: Duration::from_secs(10),
            ping_interval: Duration::from_secs(20),
            write_timeout: Duration::from_secs(30),
            login_check: Duration::from_secs(5),
        }
    }
}

/// What all connections share.
struct Server {
    context: Arc<Context>,
    rest: Arc<Rest>,
    limits: EventLimits,
    herald: Arc<Herald>,
    sessions: Mutex<HashMap<String, Arc<Session>>>,
    room: Arc<Semaphore>,
    addresses: Arc<Seats<PeerAddress>>,
    people: Arc<Seats<Vec<u8>>>,
    polls: Semaphore,
}

/// The routes below `/socket.io`.
pub(crate) fn router(rest: &Arc<Rest>) -> Router {
    let context = Arc::clone(&rest.context);
    let limits = context.limits.events.clone();
    let server = Arc::new(Server {
        herald: Herald::new(Arc::clone(&context), packet::event),
        rest: Arc::clone(rest),
        sessions: Mutex::default(),
        room: Arc::new(Semaphore::new(limits.sockets_max)),
        addresses: Seats::new(limits.sockets_per_address_max),
        people: Seats::new(limits.sockets_per_person_max),
        polls: Semaphore::new(limits.polls_max),
        limits,
        context,
    });
    let origins = &server.context.limits.rest.origins;
    let methods = get(http::receive).post(http::send).layer(cors(origins));
    Router::new().route("/socket.io", methods.clone()).route("/socket.io/", methods).with_state(server)
}

impl Server {
    /// A new connection, with the task that speaks to its client.
    fn open(self: &Arc<Self>, address: PeerAddress, fields: &Fields) -> Result<Arc<Session>, Refused> {
        let room = Room {
            _of_all: Arc::clone(&self.room).try_acquire_owned().map_err(|_| Refused::Full)?,
            _of_address: self.addresses.take(address).ok_or(Refused::Full)?,
        };
        let sid = self.random_name()?;
        let (session, ends) = Session::new(sid.clone(), &self.limits, room);
        let session = Arc::new(session);
        self.sessions().insert(sid, Arc::clone(&session));
        tokio::spawn(Arc::clone(self).attend(Arc::clone(&session), ends, Wanted::of_query(fields)));
        Ok(session)
    }

    /// Speaks to a client until one of them ends it; what waits for it then may still be fetched.
    async fn attend(self: Arc<Self>, session: Arc<Session>, ends: Ends, wanted: Wanted) {
        client::attend(&self, &session, ends, wanted).await;
        let _ = tokio::time::timeout(self.limits.connect_timeout, session.gone()).await;
        session.leave();
        self.sessions().remove(&session.sid);
    }

    fn session(&self, sid: &str) -> Result<Arc<Session>, Refused> {
        self.sessions().get(sid).cloned().ok_or(Refused::UnknownSession)
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A name that nobody guesses.
    fn random_name(&self) -> Result<String, Refused> {
        let teller = self.context.teller().map_err(|_| Refused::NotServed)?;
        let random = teller.random().map_err(|_| Refused::NotServed)?;
        Ok(hex::encode(&random.expose()[..16]))
    }
}

/// By what connections of one person are counted.
fn person(holder: &Holder) -> Vec<u8> {
    match holder {
        Holder::Customer(idx) => idx.0.to_vec(),
        Holder::Clerk(name) => name.as_bytes().to_vec(),
        Holder::Officer(office, name) => [name.as_bytes(), &[0, *office as u8]].concat(),
    }
}

#[cfg(test)]
mod tests;
