//! `idx-node keys ...`.

use super::HomeArg;
use super::exit::{Done, Failure};
use super::output::{Output, json, say, table};
use crate::home::Home;
use crate::keys::{self, PASSPHRASE_VARIABLE, PURPOSES, PublicKeys};
use idx_crypto::{KdfCost, Passphrase};
use serde::Serialize;
use std::path::PathBuf;

const GENERATE_HELP: &str = "\
The passphrase comes from IDX_PASSPHRASE, else from --passphrase-file, else from the file `passphrase` in
the home folder. It is never taken from the command line.

Example:
  IDX_PASSPHRASE=... idx-node keys generate --home hdfc";

/// Make and inspect a node's keys.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Keys {
    /// Make the three keys of a node and seal them into its home; refuses to overwrite any.
    #[command(after_help = GENERATE_HELP)]
    Generate {
        #[command(flatten)]
        home: HomeArg,
        /// File with the passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Show each key file: what it is for, its public key, the cost of a try.
    Inspect {
        #[command(flatten)]
        home: HomeArg,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
    /// Print the public keys as JSON, for `genesis add-bank`. Opens nothing.
    #[command(after_help = "Example:\n  idx-node keys export-public --home hdfc > hdfc.public.json")]
    ExportPublic {
        #[command(flatten)]
        home: HomeArg,
    },
}

/// One key file, without its secret.
#[derive(Serialize)]
struct KeyRow {
    purpose: String,
    public_key: String,
    file: PathBuf,
    cost: String,
}

impl Keys {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Generate { home, passphrase_file } => {
                let home = home.home();
                let passphrase = passphrase_of(&home, passphrase_file)?;
                let public = keys::generate(&home, &passphrase, KdfCost::interactive())?;
                print_public(&public);
            }
            Self::Inspect { home, output } => inspect(&home.home(), output)?,
            Self::ExportPublic { home } => print_public(&keys::public_keys(&home.home())?),
        }
        Ok(())
    }
}

/// The passphrase that flag, environment or home give.
pub(super) fn passphrase_of(home: &Home, file: Option<PathBuf>) -> Result<Passphrase, Failure> {
    Ok(keys::passphrase(home, std::env::var(PASSPHRASE_VARIABLE).ok(), file.as_deref())?)
}

fn print_public(keys: &PublicKeys) {
    say(&json(keys));
}

fn inspect(home: &Home, output: Output) -> Done {
    let row = |purpose| {
        let file = keys::read_key_file(home, purpose)?;
        Ok::<_, Failure>(KeyRow {
            purpose: purpose.to_string(),
            public_key: hex::encode(file.public_key()),
            file: home.key_file(purpose),
            cost: file.kdf().to_string(),
        })
    };
    let rows = PURPOSES.into_iter().map(row).collect::<Result<Vec<_>, _>>()?;
    output.print(&rows, |rows| {
        let cells = rows.iter().map(|row| {
            let file = row.file.display().to_string();
            [row.purpose.clone(), row.public_key.clone(), file, row.cost.clone()]
        });
        table(["purpose", "public key", "file", "cost of a try"], cells)
    });
    Ok(())
}
