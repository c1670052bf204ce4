//! Talking to a node from outside, and believing none of it without proof.
//!
//! What enters is typed questions and signed transactions, what leaves is typed answers
//! ([`views`]) and typed errors ([`ClientError`]). A node serves the same views, so both sides read one
//! definition.
//!
//! ```text
//! IdxClient --JSON-RPC--> any node --views--> verify(chain id, banks) --> facts
//!                                     |
//!                                     +--> raw borsh: header, certificate, outcomes, path
//! ```
//!
//! - [`IdxClient`] asks over HTTP and subscribes over WebSocket. It tries again a bounded number of
//!   times; that is safe for sending too, because a transaction's id settles at most once.
//! - [`verify`] holds pure functions: from a known chain id and a known set of banks to "this
//!   transaction is in block h with this outcome", without trusting the node that says so.
//! - [`OrderFile`] is what a bank shows to judge and custodians of an active court order.
//! - [`encoding`] fixes how bytes, times and block tags are written.

mod client;
pub mod encoding;
mod error;
mod methods;
mod order_file;
mod subscription;
#[doc(hidden)]
pub mod testing;
pub mod verify;
pub mod views;

pub use client::{ClientSettings, IdxClient};
pub use error::{ClientError, NOT_OWNER};
pub use order_file::{ORDER_FILE_MAX, OrderFile, OrderFileError, Shown};
pub use subscription::EventStream;
