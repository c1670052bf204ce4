//! The operator's side of a node's socket: JSON-RPC over HTTP on a Unix socket of this machine.

use crate::home::Home;
use axum::body::{Body, to_bytes};
use hyper::client::conn::http1;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::PathBuf;
use tokio::net::UnixStream;

/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Why the operator got no answer.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// No node listens there.
    #[error("{path}: no node answers here ({source})\n  what to do: start the node of this home, as the same user", path = .path.display())]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The connection broke.
    #[error("the node broke off: {0}")]
    Broken(String),
    /// The node says no.
    #[error("{code}: {sentence}")]
    Refused {
        /// The stable code.
        code: String,
        /// The sentence.
        sentence: String,
    },
}

/// The operator of one node.
#[derive(Debug, Clone)]
pub struct Admin {
    path: PathBuf,
}

impl Admin {
    /// The operator of the node that runs in a home.
    pub fn of(home: &Home) -> Self {
        Self { path: home.admin_socket() }
    }

    /// Calls a method.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn call<R: DeserializeOwned>(&self, method: &str, params: Value) -> Result<R, AdminError> {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = self.post(request.to_string()).await?;
        match answer.get("error") {
            Some(error) => Err(refusal(error)),
            None => serde_json::from_value(answer["result"].clone()).map_err(broken),
        }
    }

    async fn post(&self, body: String) -> Result<Value, AdminError> {
        let unreachable = |source| AdminError::Unreachable { path: self.path.clone(), source };
        let stream = UnixStream::connect(&self.path).await.map_err(unreachable)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let connection = tokio::spawn(connection);
        let request = Request::builder()
            .method(Method::POST)
            .uri("/rpc")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(broken)?;
        let response = sender.send_request(request).await.map_err(broken)?;
        let bytes = to_bytes(Body::new(response.into_body()), ANSWER_BYTES_MAX).await.map_err(broken)?;
        connection.abort();
        serde_json::from_slice(&bytes).map_err(broken)
    }
}

fn broken(error: impl ToString) -> AdminError {
    AdminError::Broken(error.to_string())
}

fn refusal(error: &Value) -> AdminError {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    AdminError::Refused { code: text(&error["data"]["reason"]), sentence: text(&error["data"]["sentence"]) }
}
