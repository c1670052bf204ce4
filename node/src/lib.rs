//! The node of one bank: the world around the mind that `idx-replica` is.
//!
//! ```text
//!  command line -> settings, home, keys, genesis -> engine -> replica (decides)
//!                                                     |          |
//!                    peers (p2p) <-> inbox, outbox <--+          v effects
//!                    clients (api) -> queries, doors        store, log, search, timers
//!
//!  testnet: six such processes on one machine      pay: a file of payments through their doors
//!  verify: the whole chain again, from genesis   observer: another node, that follows and signs nothing
//! ```
//!
//! What comes from an operator (files, variables, flags) is checked here, once, with the place of every
//! mistake; behind this door nothing is optional. Nobody imports this crate but its own binary and the
//! tests of the whole system.

pub mod admin;
pub mod audit;
pub mod cli;
pub mod custodian;
pub mod desk;
pub mod docket;
pub mod doors;
pub mod engine;
pub mod following;
pub mod forex;
pub mod genesis_file;
pub mod home;
pub mod judge;
pub mod keys;
pub mod logging;
pub mod observer;
pub mod pay;
pub mod progress;
pub mod queries;
pub mod rpc;
pub mod settings;
pub mod setup;
pub mod statement;
pub mod testnet;
pub mod vault_key;
pub mod verify;
