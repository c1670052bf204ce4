//! The connection to one node: calls, bounded repetition.

use crate::error::ClientError;
use jsonrpsee::core::client::ClientT;
use jsonrpsee::core::traits::ToRpcParams;
use jsonrpsee::http_client::{HttpClient, HttpClientBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use std::time::Duration;

/// How a client behaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientSettings {
    /// Times a call is tried, at least 1.
    pub attempts_max: u32,
    /// Pause before the second try; doubles with each further one.
    pub pause: Duration,
    /// Time for one try.
    pub request_timeout: Duration,
    /// Most bytes of an answer.
    pub response_bytes_max: u32,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            attempts_max: 4,
            pause: Duration::from_millis(100),
            request_timeout: Duration::from_secs(30),
            response_bytes_max: 32 << 20,
        }
    }
}

/// A client of one node. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct IdxClient {
    http: HttpClient,
    url: String,
    settings: ClientSettings,
}

/// Parameters by name.
pub(crate) struct Named(pub Value);

impl ToRpcParams for Named {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        to_raw_value(&self.0).map(Some)
    }
}

impl IdxClient {
    /// A client of the node whose JSON-RPC is at `url`, such as `http://127.0.0.1:5001/rpc`. Nothing is
    /// sent yet.
    ///
    /// # Errors
    /// [`ClientError::Transport`] if that is no usable address.
    pub fn new(url: &str, settings: ClientSettings) -> Result<Self, ClientError> {
        let builder = HttpClientBuilder::default()
            .request_timeout(settings.request_timeout)
            .max_response_size(settings.response_bytes_max);
        let http = builder.build(url).map_err(|error| ClientError::of(error, url))?;
        Ok(Self { http, url: url.to_owned(), settings })
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How this client behaves.
    pub const fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// Calls a method by name and tries again where that can help. Every method of the interface may be
    /// repeated.
    ///
    /// # Errors
    /// [`ClientError`] of the last try.
    pub async fn call<R: DeserializeOwned>(&self, method: &str, params: Value) -> Result<R, ClientError> {
        self.call_counted(method, params).await.map_err(|(error, _)| error)
    }

    /// As [`IdxClient::call`]; an error tells which try it was, from 0.
    pub(crate) async fn call_counted<R: DeserializeOwned>(
        &self,
        method: &str,
        params: Value,
    ) -> Result<R, (ClientError, u32)> {
        let mut pause = self.settings.pause;
        let mut attempt = 0;
        loop {
            let error = match self.call_once(method, params.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !error.retriable() || attempt + 1 >= self.settings.attempts_max {
                return Err((error, attempt));
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2);
            attempt += 1;
        }
    }

    async fn call_once<R: DeserializeOwned>(&self, method: &str, params: Value) -> Result<R, ClientError> {
        let answer: Value = self
            .http
            .request(method, Named(params))
            .await
            .map_err(|error| ClientError::of(error, &self.url))?;
        serde_json::from_value(answer).map_err(|error| ClientError::Decode(format!("{method}: {error}")))
    }
}
