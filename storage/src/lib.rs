//! Storage: what a node keeps on disk.

pub mod wal;

pub use wal::{Recovered, Wal, WalError};
