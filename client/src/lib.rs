//! Placeholder.
pub mod encoding;
pub mod views;
