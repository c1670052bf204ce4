//! The agreement under a storm: a small seeded world of banks (`world`, `happenings`, `node`, `liar`,
//! `plan`), the claims that must hold in it (`storms`, `subsets`), and stories of single banks
//! (`stories`, `bounds`, `replay`).
//!
//! A failure names its seed; `Plan::of_seed` and `World::new` with it repeat the run exactly.

mod bounds;
mod common;
mod happenings;
mod liar;
mod node;
mod plan;
mod replay;
mod stage;
mod stories;
mod storms;
mod subsets;
mod world;
