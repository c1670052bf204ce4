//! Placeholder until the first figures.
fn main() {}
