//! Every bound of the interface, with a name and a reason.

use crate::rest::RestLimits;
use crate::socketio::EventLimits;
use std::time::Duration;

/// Bounds on what clients may ask of a node. Sizes in bytes; every one is at least 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiLimits {
    /// Open TCP connections; further ones wait unaccepted.
    pub connections_max: usize,
    /// Open WebSockets; further ones are answered 503.
    pub sockets_max: usize,
    /// HTTP calls being worked on; further ones are answered 503.
    pub calls_max: usize,
    /// Calls of one WebSocket being worked on; while so many are, nothing more is read from it.
    pub socket_calls_max: usize,
    /// Bytes of a request body, or of a WebSocket message.
    pub request_bytes_max: usize,
    /// Bytes of one result; also of all results of a batch together.
    pub response_bytes_max: usize,
    /// Entries of a batch.
    pub batch_max: usize,
    /// Entries that one call may list.
    pub page_max: usize,
    /// Store reads at a time, over all clients.
    pub reads_max: usize,
    /// Clients waiting in `idx_waitForTransaction` at a time, over all clients.
    pub waits_max: usize,
    /// Longest wait of `idx_waitForTransaction`, and the time given to a whole request.
    pub wait_max: Duration,
    /// Subscriptions of one WebSocket.
    pub subscriptions_max: usize,
    /// Messages queued towards one WebSocket.
    pub queue_max: usize,
    /// A subscription that had caught up and then falls this many heights behind is ended.
    pub lag_heights_max: u64,
    /// How long the headers of a request may take.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How long a client may leave a message unread before its WebSocket is closed.
    pub write_timeout: Duration,
    /// A WebSocket is pinged this often, and closed when silent for three times as long.
    pub ping_interval: Duration,
    /// Receipts of final transactions kept for clients that ask again and again.
    pub receipts_kept: usize,
    /// Names under which the node may be called, without ports; empty allows every name. A list
    /// protects a node on an operator's own machine from web pages that rebind their name to it.
    pub hosts: Vec<String>,
    /// Bounds on REST.
    pub rest: RestLimits,
    /// Bounds on events.
    pub events: EventLimits,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            connections_max: 1_024,
            sockets_max: 128,
            calls_max: 256,
            socket_calls_max: 32,
            request_bytes_max: 10 << 20,
            response_bytes_max: 8 << 20,
            batch_max: 100,
            page_max: 256,
            reads_max: 8,
            waits_max: 2_048,
            wait_max: Duration::from_secs(60),
            subscriptions_max: 16,
            queue_max: 32,
            lag_heights_max: 10_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(20),
            receipts_kept: 4_096,
            hosts: Vec::new(),
            rest: RestLimits::default(),
            events: EventLimits::default(),
        }
    }
}
