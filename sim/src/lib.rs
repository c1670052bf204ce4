//! Six minds in a storm: time, network, disks and clients from one seed, driving the production code
//! of replica, chain and consensus. Checks every promise after every step.
//!
//! ```text
//!   seed -> Plan -> World { queue of happenings } -> Replica::step -> effects -> queue
//!                                                \-> Checks: broken promise = failed run
//! ```
//!
//! The same seed gives the same run, to the byte. Rooms: `world` (the queue), `perform` (the
//! simulated shell), `node` and `disk` (machines), `network` and `wires` (messages), `weather`
//! (crashes, partitions), `clients`, `faults`, `liar` (Byzantine banks), `mutant` (planted bugs),
//! `checks`, `stopwatch`, `hands` (what stories do to a world).

mod checks;
mod clients;
mod disk;
mod faults;
mod hands;
mod liar;
mod mutant;
mod network;
mod node;
mod perform;
mod runs;
mod scheme;
mod setup;
mod stopwatch;
mod weather;
mod wires;
mod world;

pub use checks::{Checks, Violation};
pub use disk::Disk;
pub use faults::Faults;
pub use liar::Lie;
pub use mutant::Mutant;
pub use network::Network;
pub use runs::{CALM_MS, Report, STORM_MS, report, run, storm};
pub use scheme::Scheme;
pub use setup::Identity;
pub use stopwatch::Stopwatch;
pub use world::{Plan, World};
