//! The guard before every route: under which name the node was called (fault 63).

use crate::context::Context;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Lets through what names one host, and one that is allowed. Nothing else here uses the header.
pub(crate) async fn guard(State(context): State<Arc<Context>>, request: Request, next: Next) -> Response {
    match check(request.headers(), &context.limits.hosts) {
        Ok(()) => next.run(request).await,
        Err((status, why)) => (status, why).into_response(),
    }
}

fn check(headers: &HeaderMap, allowed: &[String]) -> Result<(), (StatusCode, &'static str)> {
    let mut values = headers.get_all(header::HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err((StatusCode::BAD_REQUEST, "send exactly one Host header\n"));
    };
    let authority: Option<Authority> = value.to_str().ok().and_then(|text| text.parse().ok());
    let Some(authority) = authority.filter(|authority| !authority.as_str().contains('@')) else {
        return Err((StatusCode::BAD_REQUEST, "the Host header is no host\n"));
    };
    let known = |name: &String| name.eq_ignore_ascii_case(authority.host());
    if allowed.is_empty() || allowed.iter().any(known) {
        return Ok(());
    }
    Err((StatusCode::FORBIDDEN, "this node does not go by that name; see its setting for allowed hosts\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sound_allowed_host_or_none() {
        let allowed = ["localhost".to_owned(), "[::1]".to_owned()];
        let table: [(&[&str], Option<u16>); 9] = [
            (&["localhost:5001"], None),
            (&["LOCALHOST"], None),
            (&["[::1]:5001"], None),
            (&["evil.example"], Some(403)),
            (&["localhost.evil.example"], Some(403)),
            (&[], Some(400)),
            (&["localhost", "evil.example"], Some(400)),
            (&["user@localhost"], Some(400)),
            (&["local host/.."], Some(400)),
        ];
        for (hosts, refused) in table {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, host.parse().unwrap());
            }
            let status = check(&headers, &allowed).err().map(|(status, _)| status.as_u16());
            assert_eq!(status, refused, "{hosts:?}");
        }
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, "any.example".parse().unwrap());
        assert_eq!(check(&headers, &[]), Ok(()));
    }
}
