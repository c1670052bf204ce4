//! Every decoder and message handler under bytes that nobody chose, with oracles that say more than
//! "it did not panic".
//!
//! ```text
//!   libFuzzer (scripts/fuzz.sh) --+
//!   kept corpus (tests/corpus.rs) +--> Target::run(bytes) --> holds, or panics with what broke
//!   seeds (idx-fuzz-seeds) -------+
//! ```
//!
//! What enters is one slice of bytes; what leaves is nothing, or a panic that names the broken promise.
//! One function serves coverage-guided search and plain tests, so that what was once found stays found.
//! `docs/decisions/0012-fuzzing.md` says why it is built so.
//!
//! Rooms: `targets` (the list), `decoders` (messages and rows), `gate`, `mind`, `wal`, `proofs`,
//! `snapshots`, `observed`, `rpc`, `answers`, `operator` (files of settings, genesis, keys, payments), `seeds`; and for them `memory` (how
//! much a step may take), `tape` (scripts read from bytes), `stage` and `cast` (banks that can be made to
//! say anything).

mod answers;
mod cast;
mod decoders;
mod gate;
mod memory;
mod mind;
mod observed;
mod operator;
mod proofs;
mod rpc;
mod sealed;
pub mod seeds;
mod snapshots;
mod stage;
mod tape;
pub mod targets;
mod wal;

pub use targets::{TARGETS, Target};
