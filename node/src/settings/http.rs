//! The section of the HTTP door.

use super::checks;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;

/// The HTTP door: REST, events, JSON-RPC, metrics and health.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Web origins whose pages may read answers of REST.
    #[serde(deserialize_with = "checks::origin_list")]
    pub origins: Vec<String>,
    /// Requests of REST that one address may make in a second; five times as many at once.
    #[serde(deserialize_with = "checks::rest_rate")]
    pub rest_per_second: u32,
    /// The same for one login.
    #[serde(deserialize_with = "checks::rest_rate")]
    pub rest_per_second_login: u32,
    /// Registrations, logins and refreshes that one address may try in a minute; twice as many at once.
    #[serde(deserialize_with = "checks::rest_rate")]
    pub entries_per_minute: u32,
    /// Connections of events by Socket.IO, in all.
    #[serde(deserialize_with = "checks::event_sockets")]
    pub event_sockets_max: usize,
    /// Of these, of one address.
    #[serde(deserialize_with = "checks::event_sockets")]
    pub event_sockets_per_address_max: usize,
    /// PEM file of the certificate and those it rests on; `None` serves without encryption.
    pub tls_certificate: Option<PathBuf>,
    /// PEM file of its private key.
    pub tls_key: Option<PathBuf>,
}

impl Default for Http {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 5000));
        Self {
            listen,
            origins: Vec::new(),
            rest_per_second: 200,
            rest_per_second_login: 20,
            entries_per_minute: 20,
            event_sockets_max: 4_096,
            event_sockets_per_address_max: 64,
            tls_certificate: None,
            tls_key: None,
        }
    }
}
