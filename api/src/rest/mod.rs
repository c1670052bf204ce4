//! REST for the customers of a bank, below `/api`.
//!
//! ```text
//!   request --> address may still ask? --> token --> login in the vault --> role of the route
//!                                                                               |
//!          answer <-- handler <-- fields of the body <-- Idempotency-Key <------'
//! ```
//!
//! All routes stand in one [`table`]: who may use each, what it takes and who carries it out. The router,
//! the OpenAPI document and the tests of roles are made from it, so a route cannot be served without
//! having been decided about. Handlers see the bank's [`Teller`](crate::Teller) and what is final on the
//! chain; a customer's handler reads and moves only what is his, and what is another's is answered as if
//! it were not there. No answer repeats what a client sent, but for ids and nicknames that he asked with.
//!
//! Rooms: `route` (what a route is), `table`, `serve` (from request to answer), `caller` (whose token it
//! is), `body` and `fields` (what clients send), `schema` and `answers` (what they get), `error`, `tokens`,
//! `lockout`, `rates`, `replays`; handlers in `auth`, `factors`, `accounts`, `consents`,
//! `elsewhere` (what he has at other banks), `recipients`, `transfers`,
//! `history`, `counter`, `compliance`, `statements`, `imports`, `travel`, `court`, `chain`; `openapi`, and `page`,
//! which shows it to people.

mod accounts;
mod answers;
mod auth;
mod body;
mod caller;
mod chain;
mod challenges;
mod compliance;
mod consents;
mod counter;
mod court;
mod elsewhere;
mod error;
mod factors;
mod fields;
mod history;
mod imports;
mod lockout;
mod openapi;
mod page;
mod proving;
mod rates;
mod recipients;
mod replays;
mod route;
mod schema;
mod serve;
mod signing;
mod statements;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
mod transfers;
mod travel;

pub(crate) use auth::{issue, screened};
pub(crate) use caller::{Known, known};
pub use rates::Rate;
pub(crate) use tokens::{Role, Tokens};

use crate::context::Context;
use crate::teller::Teller;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{MethodFilter, get, on};
use challenges::Challenges;
use error::{ApiError, Code};
use idx_bank::vault::LoginId;
use idx_crypto::Hash32;
use lockout::Lockout;
use rates::Buckets;
use replays::Replays;
use route::{Route, Verb};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Bounds on REST.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestLimits {
    /// Bytes of a body.
    pub body_bytes_max: usize,
    /// Requests of one address.
    pub per_address: Rate,
    /// Requests of one login.
    pub per_login: Rate,
    /// Times that one login has all banks asked.
    pub all_banks_per_login: Rate,
    /// Registrations, logins and refreshes of one address.
    pub entries_per_address: Rate,
    /// Web origins that may read answers.
    pub origins: Vec<String>,
}

impl Default for RestLimits {
    fn default() -> Self {
        Self {
            body_bytes_max: 16 << 10,
            per_address: Rate::per_second(200, 1_000),
            per_login: Rate::per_second(20, 100),
            all_banks_per_login: Rate { count: 6, per: Duration::from_secs(60), burst: 6 },
            entries_per_address: Rate { count: 20, per: Duration::from_secs(60), burst: 40 },
            origins: Vec::new(),
        }
    }
}

/// The address that a request came from; none on a socket of this machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct PeerAddress(pub Option<IpAddr>);

impl PeerAddress {
    /// Of IPv6 its network of 64 bits: a household has a whole one, and limits are for households.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
            address => address,
        }))
    }
}

/// What all requests share.
pub(crate) struct Rest {
    pub context: Arc<Context>,
    pub lockout: Lockout,
    /// What waits to be signed by who logs in.
    pub challenges: Challenges,
    pub addresses: Buckets<PeerAddress>,
    pub entries: Buckets<PeerAddress>,
    pub logins: Buckets<LoginId>,
    /// Of those who have all banks asked.
    pub elsewhere: Buckets<LoginId>,
    pub replays: Replays,
    /// Documents that may still be begun.
    pub documents: Arc<Semaphore>,
    /// Those that are made or wait for it.
    pub document_queue: Semaphore,
    /// Walks over the audit trail that may still be begun: one at a time.
    pub walks: Arc<Semaphore>,
}

impl Rest {
    /// Counts a try of somebody to prove himself, by his alias, as failed until it is known to be good.
    ///
    /// # Errors
    /// He is locked, and for how long.
    fn count_try(&self, alias: Hash32) -> Result<(), ApiError> {
        let counted = self.lockout.begin(alias, Instant::now());
        counted.map_err(|left| ApiError::after(Code::Locked, left.as_secs() + 1))
    }

    pub(crate) fn new(context: Arc<Context>) -> Arc<Self> {
        let limits = &context.limits.rest;
        Arc::new(Self {
            lockout: Lockout::default(),
            challenges: Challenges::default(),
            addresses: Buckets::new(limits.per_address),
            entries: Buckets::new(limits.entries_per_address),
            logins: Buckets::new(limits.per_login),
            elsewhere: Buckets::new(limits.all_banks_per_login),
            replays: Replays::default(),
            documents: Arc::new(Semaphore::new(statements::MAKING_MAX)),
            document_queue: Semaphore::new(statements::WAITING_MAX),
            walks: Arc::new(Semaphore::new(1)),
            context,
        })
    }

    /// The bank's desk.
    pub(crate) fn teller(&self) -> Result<&Arc<dyn Teller>, ApiError> {
        self.context.deps.teller.as_ref().ok_or_else(|| Code::NotServed.into())
    }

    /// The maker of tokens.
    pub(crate) fn tokens(&self) -> Result<&Tokens, ApiError> {
        self.context.tokens().map_err(|_| Code::NotServed.into())
    }

    /// Runs a read on a blocking thread, when its turn comes.
    pub(crate) async fn blocking<R, F>(&self, read: F) -> Result<R, ApiError>
    where
        R: Send + 'static,
        F: FnOnce(&Context) -> Result<R, ApiError> + Send + 'static,
    {
        let context = Arc::clone(&self.context);
        let turn = Arc::clone(&context.reads).acquire_owned().await.map_err(|_| Code::Busy)?;
        let read = move || {
            let _turn = turn;
            read(&context)
        };
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|failure| {
            tracing::error!(%failure, "a read for a client did not finish");
            Err(Code::Internal.into())
        })
    }
}

/// The routes below `/api`, and `/docs`.
pub(crate) fn router(rest: &Arc<Rest>) -> Router {
    let mut api = Router::new();
    for route in table::ROUTES {
        let rest = Arc::clone(rest);
        let handler = move |values, request| serve::serve(rest, route, values, request);
        api = api.route(route.path, on(filter(route), handler));
    }
    let api = api
        .method_not_allowed_fallback(|| serve::refused(Code::MethodNotAllowed))
        .fallback(|| serve::refused(Code::NotFound))
        .layer(cors(&rest.context.limits.rest.origins));
    Router::new()
        .nest("/api", api)
        .route("/docs/openapi.json", get(openapi::document))
        .route("/docs", get(page::page))
}

fn filter(route: &Route) -> MethodFilter {
    match route.verb {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Put => MethodFilter::PUT,
        Verb::Delete => MethodFilter::DELETE,
    }
}

/// Lets web pages of the listed origins read answers; of no other.
pub(crate) fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, IDEMPOTENCY_KEY])
        .expose_headers([header::RETRY_AFTER, header::CONTENT_DISPOSITION, SIGNATURE])
        .max_age(Duration::from_secs(3_600))
}

/// Carries the signature of a file that is answered with.
pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("x-idx-signature");

/// Names a write, so that it is done once however often it is sent.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
