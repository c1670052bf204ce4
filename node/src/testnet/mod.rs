//! Six banks, two custodians and a judge on one machine: made, started, paid through, looked at, and cleared away.
//!
//! ```text
//! up: ports tried -> homes and keys -> genesis signed by all -> six processes -> all at one height
//!     -> first rates of foreign money -> two custodians -> accounts opened and funded -> payments settled -> table and summary
//! ```
//!
//! A test network keeps every secret of all six banks in one folder and plays their customers. Nothing
//! here is for a network that matters; the nodes that it starts are the same as those of one.

mod create;
mod custodians;
mod demo;
mod layout;
pub mod links;
mod nodes;
mod ports;
mod process;
mod status;
mod travel;
mod up;
mod verbs;

pub use create::{Made, RbiToken};
pub use custodians::{CustodianRow, custodian_rows, custodian_table};
pub use demo::{DemoError, demo};
pub use layout::{BANKS, Custody, Layout, LayoutError, Place};
pub use ports::{PortError, Ports};
pub use process::{End, Process};
pub use status::{NodeRow, table_of};
pub use up::{Asked, MADE_RATE, Paying, Stream, UpReport, pay, up};
pub use verbs::{down, end, logs, start, status};

use crate::forex::ForexError;
use crate::pay::PayError;
use crate::pay::identity::NotSealed;
use crate::pay::network::Unreachable;
use crate::pay::row::FileError;
use crate::setup::SetupError;
use std::io;
use std::path::PathBuf;

/// Why a verb of `testnet` fails.
#[derive(Debug, thiserror::Error)]
pub enum TestnetError {
    /// The folder is not as it should be.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A port cannot be used.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A home cannot be made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Genesis cannot be made.
    #[error("genesis: {0}")]
    Genesis(String),
    /// The network exists with other ports.
    #[error("the network in {dir} uses ports {http}+ and {p2p}+\n  what to do: leave the port flags away, or testnet down first", dir = .dir.display())]
    OtherPorts {
        /// The folder.
        dir: PathBuf,
        /// Its HTTP base.
        http: u16,
        /// Its base between banks.
        p2p: u16,
    },
    /// A node ended by itself or does not answer.
    #[error("{bank}: {what}\n  what to do: `testnet logs {bank}` shows all of its log, which ends:\n{log}")]
    Node {
        /// The bank.
        bank: String,
        /// What is wrong.
        what: String,
        /// The end of its log.
        log: String,
    },
    /// A file of payments cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: FileError,
    },
    /// The links cannot be cut or healed.
    #[error(transparent)]
    Links(#[from] links::LinksError),
    /// The network does not answer.
    #[error(
        "no node of the network answers: {0}\n  what to do: `testnet status` shows what runs, `testnet up` starts it"
    )]
    Unreachable(#[from] Unreachable),
    /// The accounts of the payments cannot be opened.
    #[error("{0}\n  what to do: the company must announce keys for the days to come")]
    NotSealed(#[from] NotSealed),
    /// The first rates are not on the ledger.
    #[error(transparent)]
    Forex(#[from] ForexError),
    /// The operating system says no.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What it said.
        source: io::Error,
    },
}

impl From<PayError> for TestnetError {
    fn from(error: PayError) -> Self {
        match error {
            PayError::Unreachable(error) => error.into(),
            PayError::NotSealed(error) => error.into(),
        }
    }
}
