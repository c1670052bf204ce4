//! Requests: which transport they are of, whether they may be made, and how they are refused.

use super::polling;
use super::{Server, packet, web};
use crate::rest::PeerAddress;
use axum::body::Body;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Extension, Query, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why a request is refused.
pub(super) enum Refused {
    /// The transport is neither polling nor websocket.
    UnknownTransport,
    /// There is no such connection, or no more.
    UnknownSession,
    /// It is not what a client of this protocol sends.
    BadRequest,
    /// A web page of an origin that is not in the node's list.
    Forbidden,
    /// Another version of the protocol.
    UnknownVersion,
    /// Too many requests of this address.
    TooFast(Duration),
    /// No more connections, or polls, are taken.
    Full,
    /// The node serves no customers.
    NotServed,
}

/// The fields of a query.
pub(super) type Fields = BTreeMap<String, String>;
/// A WebSocket, if the request asks for one.
type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// `GET`: a new connection, a poll, or a WebSocket.
pub(super) async fn receive(
    State(server): State<Arc<Server>>,
    Extension(address): Extension<PeerAddress>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let served = match server.check(address, &fields) {
        Err(refused) => Err(refused),
        Ok(()) => match (fields.get("transport").map(String::as_str), fields.get("sid")) {
            (Some("polling"), None) => server.open_polling(address, &fields),
            (Some("polling"), Some(sid)) => server.poll(sid).await,
            (Some("websocket"), sid) => server.upgrade(address, &fields, sid, &headers, upgrade),
            _ => Err(Refused::UnknownTransport),
        },
    };
    served.unwrap_or_else(IntoResponse::into_response)
}

/// `POST`: what a client that polls has to say.
pub(super) async fn send(
    State(server): State<Arc<Server>>,
    Extension(address): Extension<PeerAddress>,
    Query(fields): Query<Fields>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let session = match server.check(address, &fields) {
        Err(refused) => Err(refused),
        Ok(()) => server.session(fields.get("sid").map_or("", String::as_str)),
    };
    let served = match session {
        Err(refused) => Err(refused),
        Ok(session) => {
            let patience = server.context.limits.body_timeout;
            polling::send(&session, &headers, body, &server.limits, patience).await
        }
    };
    served.unwrap_or_else(IntoResponse::into_response)
}

impl Server {
    fn check(&self, address: PeerAddress, fields: &Fields) -> Result<(), Refused> {
        self.rest.addresses.take(address, Instant::now()).map_err(Refused::TooFast)?;
        match fields.get("EIO").map(String::as_str) {
            Some("4") => Ok(()),
            _ => Err(Refused::UnknownVersion),
        }
    }

    fn open_polling(self: &Arc<Self>, address: PeerAddress, fields: &Fields) -> Result<Response, Refused> {
        let session = self.open(address, fields)?;
        Ok(polling::text(packet::open(&session.sid, &["websocket"], &self.limits)))
    }

    async fn poll(&self, sid: &str) -> Result<Response, Refused> {
        let _turn = self.polls.try_acquire().map_err(|_| Refused::Full)?;
        polling::poll(&*self.session(sid)?).await
    }

    fn upgrade(
        self: &Arc<Self>,
        address: PeerAddress,
        fields: &Fields,
        sid: Option<&String>,
        headers: &HeaderMap,
        upgrade: Upgrade,
    ) -> Result<Response, Refused> {
        let upgrade = upgrade.map_err(|_| Refused::BadRequest)?;
        if !is_allowed(headers, &self.context.limits.rest.origins) {
            return Err(Refused::Forbidden);
        }
        let limits = self.limits.clone();
        let Some(sid) = sid else {
            let session = self.open(address, fields)?;
            session.claim();
            return Ok(web::begin(upgrade, session, limits));
        };
        let session = self.session(sid)?;
        match session.claim() {
            true => Ok(web::take_over(upgrade, session, limits)),
            false => Err(Refused::BadRequest),
        }
    }
}

/// Whether a WebSocket may be opened from there: browsers say which page asks and leave it to the server.
fn is_allowed(headers: &HeaderMap, origins: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let own: Option<Authority> = origin.split_once("://").and_then(|(_, name)| name.parse().ok());
    let is_own = own.is_some_and(|own| Some(own.as_str()) == host);
    is_own || origins.iter().any(|allowed| allowed == origin)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::UnknownTransport => (StatusCode::BAD_REQUEST, 0, "Transport unknown"),
            Self::UnknownSession => (StatusCode::BAD_REQUEST, 1, "Session ID unknown"),
            Self::BadRequest => (StatusCode::BAD_REQUEST, 3, "Bad request"),
            Self::Forbidden => (StatusCode::FORBIDDEN, 4, "Forbidden"),
            Self::UnknownVersion => (StatusCode::BAD_REQUEST, 5, "Unsupported protocol version"),
            Self::TooFast(_) => (StatusCode::TOO_MANY_REQUESTS, 3, "Too many requests"),
            Self::Full => (StatusCode::SERVICE_UNAVAILABLE, 3, "Too many connections"),
            Self::NotServed => (StatusCode::SERVICE_UNAVAILABLE, 3, "This node serves no customers"),
        };
        let body = json!({"code": code, "message": message}).to_string();
        let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if let Self::TooFast(wait) = self {
            response.headers_mut().insert(header::RETRY_AFTER, (wait.as_secs() + 1).into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_origins_open_no_websocket() {
        let listed = ["https://bank.example".to_owned()];
        let table = [
            (None, true),
            (Some("https://bank.example"), true),
            (Some("http://127.0.0.1:5001"), true),
            (Some("http://127.0.0.1:5002"), false),
            (Some("https://bank.example.evil"), false),
            (Some("null"), false),
        ];
        for (origin, allowed) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "127.0.0.1:5001".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(is_allowed(&headers, &listed), allowed, "{origin:?}");
        }
    }
}
