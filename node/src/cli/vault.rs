//! `idx-node vault ...`: a bank's customer store, while its node stands still.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::keys::passphrase_of;
use super::output::say;
use crate::vault_key::{TurnError, turn};
use std::path::PathBuf;

const ROTATE_HELP: &str = "\
Stop the node first. Every record is sealed again under a new key, and keys/vault.json is replaced: from then on
a copy of the old key opens nothing but old backups of the vault. Make a new backup of both afterwards.
If it is cut short, run it again: it goes on, and until it has ended the node does not start.

Example:
  idx-node vault rotate --home hdfc";

/// The bank's customer store.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Vault {
    /// Give the vault a new key and destroy the old one.
    #[command(after_help = ROTATE_HELP)]
    Rotate {
        #[command(flatten)]
        home: HomeArg,
        /// File with the passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
}

impl From<TurnError> for Failure {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::Home(error) => error.into(),
            TurnError::Keys(error) => error.into(),
            error @ TurnError::None => Self::of(Exit::Refused, error),
            error => Self::of(Exit::Failed, error),
        }
    }
}

impl Vault {
    pub(super) fn run(self) -> Done {
        let Self::Rotate { home, passphrase_file } = self;
        let home = home.home();
        let turned = turn(&home, &passphrase_of(&home, passphrase_file)?)?;
        say(&format!(
            "the vault is under key {} now; {} records were sealed again",
            turned.version, turned.rows
        ));
        Ok(())
    }
}
