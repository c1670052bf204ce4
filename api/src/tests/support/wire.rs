//! HTTP by hand, so that tests can also send what no library would.

use super::Served;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// An HTTP answer.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }
}

impl Served {
    /// Sends bytes as they are and reads until the node closes.
    pub async fn raw(&self, request: &[u8]) -> Reply {
        Reply::parse(&self.bytes(request).await)
    }

    /// The same, for an answer that is no text.
    pub async fn bytes(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A node that refuses early may close before all is written.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        crate::rest::tests::honesty::hold(request, &answer);
        answer
    }

    /// `GET` of a path.
    pub async fn get(&self, path: &str) -> Reply {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())
            .await
    }

    /// `POST /rpc` with a body.
    pub async fn post(&self, body: &[u8]) -> Reply {
        let head = format!(
            "POST /rpc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    /// One call; the whole answer.
    pub async fn call(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let reply = self.post(request.to_string().as_bytes()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// One call that must succeed; its result.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// One call that must be refused; its code.
    pub async fn refused(&self, method: &str, params: Value) -> i64 {
        let answer = self.call(method, params).await;
        answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method}: {answer}"))
    }
}

/// A WebSocket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

impl Served {
    /// Opens a WebSocket.
    pub async fn socket(&self) -> Socket {
        self.try_socket().await.unwrap()
    }

    /// Opens a WebSocket; `None` if the node refuses.
    pub async fn try_socket(&self) -> Option<Socket> {
        let (socket, _) = connect_async(format!("ws://{}/rpc", self.address)).await.ok()?;
        Some(Socket(socket))
    }
}

impl Socket {
    /// Sends a text.
    pub async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// Sends a text; false if the node does not take it within a second.
    pub async fn try_send(&mut self, text: &str) -> bool {
        let sent = self.0.send(Message::text(text));
        matches!(tokio::time::timeout(Duration::from_secs(1), sent).await, Ok(Ok(())))
    }

    /// Sends a call; its answer or deliveries come later.
    pub async fn ask(&mut self, id: u64, method: &str, params: Value) {
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.send(&request.to_string()).await;
    }

    /// The next message, `None` when the node has closed.
    pub async fn try_next(&mut self) -> Option<Value> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a message in time");
            match next? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        self.try_next().await.expect("the node closed")
    }

    /// Subscribes; the subscription's id.
    pub async fn subscribe(&mut self, params: Value) -> String {
        self.ask(1, "idx_subscribe", params).await;
        let answer = self.next().await;
        answer["result"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The next delivery's view.
    pub async fn event(&mut self) -> Value {
        let message = self.next().await;
        assert_eq!(message["method"], "idx_subscription", "{message}");
        message["params"]["result"].clone()
    }
}
