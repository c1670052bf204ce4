//! Six minds in a storm: time, network, disks and clients from one seed, driving the production code
//! of replica, chain and consensus. Checks every promise after every step.
//!
//! ```text
//!   seed -> Plan -> World { queue of happenings } -> Replica::step -> effects -> queue
//!                                                \-> Checks: broken promise = failed run
//! ```
//!
//! The same seed gives the same run, to the byte. Rooms: `plan` (what a seed decides: `faults` of the
//! wires, a storm of `trouble`s, liars), `world` (the queue), `perform` (the simulated shell), `node`,
//! `clock` and `disk` (machines), `network`, `wires` and `memory` (messages), `weather` (troubles happen),
//! `operator` (who starts nodes and heeds their messages), `govern`, `clients`, `liar` (Byzantine
//! banks), `mutant` (planted bugs), `checks`, `chronicle` (the trace), `shrink`, `injected`,
//! `stopwatch`, `hands` (what stories do to a world).

mod checks;
mod chronicle;
mod clients;
mod clock;
mod disk;
mod faults;
mod govern;
mod hands;
mod injected;
mod liar;
mod memory;
mod mutant;
mod network;
mod node;
mod operator;
mod perform;
mod plan;
mod promises;
mod refusals;
mod runs;
mod scheme;
mod setup;
mod shrink;
mod stopwatch;
mod trouble;
mod weather;
mod wires;
mod world;

pub use checks::{Checks, Violation};
pub use disk::{Disk, LoadError};
pub use faults::Faults;
pub use injected::Injected;
pub use liar::Lie;
pub use mutant::Mutant;
pub use network::Network;
pub use plan::{Plan, STORM_MS};
pub use runs::{CALM_MS, CALM_ROUNDS_MAX, Report, report, run, storm};
pub use scheme::Scheme;
pub use setup::Identity;
pub use shrink::{SHRINK_RUNS_MAX, Shrunk, shrink};
pub use stopwatch::Stopwatch;
pub use trouble::{Kind, Motion, Trouble};
pub use world::World;
