//! The protocol by hand.

use crate::tests::support::Served;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a test waits for what must not come.
const SILENCE: Duration = Duration::from_millis(200);

/// A WebSocket with an Engine.IO connection.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens one; `None` if the node refuses.
    pub async fn try_open(served: &Served, query: &str) -> Option<Self> {
        let url = format!("ws://{}/socket.io/?EIO=4&transport=websocket{query}", served.address);
        // Small buffers, so that a crowd in one process weighs what the node makes it weigh.
        let buffers = WebSocketConfig::default().read_buffer_size(1 << 10).write_buffer_size(1 << 10);
        let opened = connect_async_with_config(url, Some(buffers), false).await;
        opened.ok().map(|(socket, _)| Self(socket))
    }

    /// Opens one with a connection of its own; what it is greeted with.
    pub async fn open(served: &Served, query: &str) -> (Self, Value) {
        let mut socket = Self::try_open(served, query).await.expect("the node takes a WebSocket");
        let hello = socket.next().await.expect("a greeting");
        let hello = serde_json::from_str(hello.strip_prefix('0').unwrap()).unwrap();
        (socket, hello)
    }

    pub async fn send(&mut self, text: &str) {
        // A node that has had enough may have closed.
        let _ = self.0.send(Message::text(text)).await;
    }

    /// The next text; `None` once the node has closed.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a message in time");
            match next? {
                Ok(Message::Text(text)) => return Some(text.to_string()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Whether nothing comes.
    pub async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(SILENCE, self.0.next()).await.is_err()
    }
}

/// Somebody who listens, over a WebSocket.
pub struct Listener {
    pub socket: Socket,
    /// What `connected` said.
    pub hello: Value,
}

impl Listener {
    /// Connects with what a client says of itself.
    pub async fn with(served: &Served, auth: &Value) -> Result<Self, Value> {
        let (mut socket, _) = Socket::open(served, "").await;
        socket.send(&format!("40{auth}")).await;
        let answer = socket.next().await.expect("an answer");
        if let Some(refusal) = answer.strip_prefix("44") {
            assert_eq!(socket.next().await, None, "who is refused is closed");
            return Err(serde_json::from_str(refusal).unwrap());
        }
        assert!(answer.starts_with("40{"), "{answer}");
        let mut listener = Self { socket, hello: Value::Null };
        let (name, hello) = listener.event().await;
        assert_eq!(name, "connected");
        listener.hello = hello;
        Ok(listener)
    }

    /// Connects with a token.
    pub async fn open(served: &Served, token: &str) -> Self {
        Self::with(served, &json!({"token": token})).await.expect("a good token")
    }

    /// The next event; pings are answered.
    pub async fn event(&mut self) -> (String, Value) {
        loop {
            let text = self.socket.next().await.expect("the node closed");
            if text == "2" {
                self.socket.send("3").await;
                continue;
            }
            let event = text.strip_prefix("42").unwrap_or_else(|| panic!("{text}"));
            let event: (String, Value) = serde_json::from_str(event).unwrap();
            return event;
        }
    }

    /// The next events of the one stream: event, sequence and status of each.
    pub async fn updates(&mut self, count: usize) -> Vec<Value> {
        let mut all = Vec::new();
        while all.len() < count {
            let (name, payload) = self.event().await;
            if name == "transaction_update" {
                all.push(payload);
            }
        }
        all
    }
}
