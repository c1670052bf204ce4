//! Paying: a file of payments in, settled payments and a summary out.
//!
//! ```text
//! file --row--> payments --plan--> accounts, sessions, deposits --settle--> ready
//!                        --plan--> transfers, a chunk at a time --settle--> Summary
//! ```
//!
//! A tool of test networks: it signs the banks' transactions with the keys that it finds in their home
//! folders, and plays every customer with one wallet key, under made-up identities. A real bank's customers hold their own keys.
//! Each run pays every line of its file once; running it again pays again, through the same accounts.

pub mod identity;
pub mod made;
pub mod network;
mod payer;
pub mod plan;
pub mod row;
mod settle;
pub mod summary;
pub mod track;
pub mod wallet;

pub use payer::{Cast, PayError, pay};
pub use settle::Pace;
pub use summary::Summary;

use idx_types::TimestampMs;
use std::time::{SystemTime, UNIX_EPOCH};
use track::Window;

/// The bounds of a run against a network of six: a few blocks' worth under way.
pub const WINDOW: Window = Window { batch_max: 64, sent_max: 256, life_ms: plan::LIFE_MS };

/// The time by this machine's clock.
pub fn now() -> TimestampMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimestampMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
