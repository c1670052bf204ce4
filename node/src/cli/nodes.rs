//! Which nodes a judge, a custodian or an auditor talks to.

use super::exit::{Exit, Failure};
use crate::doors::Doors;
use idx_client::ClientError;
use idx_genesis::SoundGenesis;

/// The banks' nodes.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Nodes {
    /// Where a bank's node serves clients; may be given many times [default: all of genesis].
    #[arg(long = "node", env = "IDX_NODES", value_name = "URL", value_delimiter = ',')]
    nodes: Vec<String>,
}

impl Nodes {
    /// The nodes named, or those of genesis.
    pub(super) fn doors(&self, genesis: &SoundGenesis) -> Result<Doors, Failure> {
        let of_genesis = || genesis.body().banks.iter().filter_map(|bank| bank.http_url.clone()).collect();
        let urls = if self.nodes.is_empty() { of_genesis() } else { self.nodes.clone() };
        Ok(Doors::new(&urls)?)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let exit = match &error {
            ClientError::Transport { .. } => Exit::Unreachable,
            _ => Exit::Failed,
        };
        Self::of(exit, error)
    }
}
