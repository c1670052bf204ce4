//! JSON-RPC over HTTP POST, and the pages for monitors.

use crate::context::Context;
use crate::error::{PARSE_ERROR, REQUEST_TOO_LARGE, RpcError};
use crate::jsonrpc;
use crate::serve::serve;
use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

/// The Prometheus text format.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Serves `POST /rpc`.
pub(crate) async fn post(State(context): State<Arc<Context>>, headers: HeaderMap, body: Body) -> Response {
    let Ok(_turn) = context.calls.try_acquire() else {
        let busy = jsonrpc::error(RpcError::busy("too many calls at a time"));
        return ([(header::RETRY_AFTER, "1")], answer(StatusCode::SERVICE_UNAVAILABLE, busy)).into_response();
    };
    if !is_json(&headers) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send Content-Type: application/json\n").into_response();
    }
    match read(&context, body).await {
        Err(refusal) => refusal,
        Ok(bytes) => match respond(&context, &bytes).await {
            Some(text) => answer(StatusCode::OK, text),
            None => StatusCode::NO_CONTENT.into_response(),
        },
    }
}

async fn respond(context: &Arc<Context>, bytes: &[u8]) -> Option<String> {
    match jsonrpc::parse(bytes) {
        Ok(sent) => serve(context, sent).await,
        Err(error) => Some(jsonrpc::error(error)),
    }
}

/// Whether the body is said to be JSON. Web pages of other origins cannot say so without asking first.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// The body, if it arrives in time and is short enough.
async fn read(context: &Context, body: Body) -> Result<Bytes, Response> {
    let max = context.limits.request_bytes_max;
    match tokio::time::timeout(context.limits.body_timeout, to_bytes(body, max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Err(_) => Err(answer(StatusCode::REQUEST_TIMEOUT, jsonrpc::error(RpcError::deadline()))),
        Ok(Err(error)) if is_too_long(&error) => Err(too_long(max)),
        Ok(Err(_)) => {
            let broken = jsonrpc::error(RpcError::standard(PARSE_ERROR));
            Err(answer(StatusCode::BAD_REQUEST, broken))
        }
    }
}

pub(crate) fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.to_string().contains("length limit"))
}

fn too_long(max: usize) -> Response {
    let sentence = format!("The request has more than {max} bytes.");
    let error = RpcError::limit(REQUEST_TOO_LARGE, "REQUEST_TOO_LARGE", sentence, false);
    answer(StatusCode::PAYLOAD_TOO_LARGE, jsonrpc::error(error))
}

fn answer(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Serves `GET /metrics`.
pub(crate) async fn metrics(State(context): State<Arc<Context>>) -> Response {
    ([(header::CONTENT_TYPE, METRICS_TYPE)], context.deps.live.metrics()).into_response()
}

/// Serves `GET /health/live`: the process answers.
pub(crate) async fn alive() -> Response {
    Json(json!({"live": true})).into_response()
}

/// Serves `GET /health/ready`: the node can serve.
pub(crate) async fn ready(State(context): State<Arc<Context>>) -> Response {
    match context.deps.live.ready() {
        Ok(()) => Json(json!({"ready": true})).into_response(),
        Err(why) => {
            let body = Json(json!({"ready": false, "reason": why.to_string()}));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}
