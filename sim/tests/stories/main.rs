//! Stories of six simulated banks: each names what goes wrong, and what must hold all the same.

mod common;
mod crashes;
mod forks;
mod governance;
mod hostile;
mod liars;
mod lost_disks;
mod mutants;
mod quiet;
mod silence;
mod sweeps;
mod troubles;
