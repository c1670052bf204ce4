//! Official test vectors. A few of each kind are written here and always run; the full sets are found
//! through the environment variable `IDX_DATA_DIR` and are skipped, with a notice, where it is not set.

#[path = "vectors/data.rs"]
mod data;
#[path = "vectors/edges.rs"]
mod edges;
#[path = "vectors/inline.rs"]
mod inline;
#[path = "vectors/sets.rs"]
mod sets;
