//! `idx-node keys ...`.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::output::{Output, json, say, table};
use crate::home::Home;
use crate::keys::custodian::{
    CustodianKeys, Role, company_keys, generate_in_token, observer_keys, regulator_keys,
};
use crate::keys::judge::{JudgeKeys, JudgePublic};
use crate::keys::publisher::{self, PublisherPublic};
use crate::keys::{self, PASSPHRASE_VARIABLE, token};
use crate::pay::now;
use idx_crypto::{Ed25519, KdfCost, Passphrase, Purpose, Signer, Verifier, hash_borsh};
use idx_types::NetworkDay;
use serde::Serialize;
use std::path::{Path, PathBuf};

const GENERATE_HELP: &str = "\
The passphrase comes from IDX_PASSPHRASE, else from --passphrase-file, else from the file `passphrase` in
the home folder. It is never taken from the command line.

Examples:
  IDX_PASSPHRASE=... idx-node keys generate --home hdfc
  IDX_PASSPHRASE=... idx-node keys generate --home rbi --role regulator";

const EXPORT_HELP: &str = "\
A bank's keys are for `genesis add-bank`, a regulator's for `genesis add-regulator`, the company's for
`genesis set-company`, a judge's for `genesis add-judge`. Only the company's file has to be opened: its keys of 400 days follow from a master.

Examples:
  idx-node keys export-public --home hdfc > hdfc.public.json
  IDX_PASSPHRASE=... idx-node keys export-public --home company --first-day 2026-12-01 > company.public.json";

/// Make and inspect a node's keys.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Keys {
    /// Make the keys of a bank, a regulator, the company or a judge and seal them into a home; overwrites none.
    #[command(after_help = GENERATE_HELP)]
    Generate {
        #[command(flatten)]
        home: HomeArg,
        /// Whose keys they are.
        #[arg(long, value_enum, default_value_t)]
        role: Role,
        /// File with the passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// PKCS#11 library of a token that shall hold a custodian's keys; the passphrase is its PIN.
        #[arg(long, value_name = "LIBRARY", requires = "token")]
        token_module: Option<PathBuf>,
        /// The token's label.
        #[arg(long, value_name = "LABEL", requires = "token_module")]
        token: Option<String>,
    },
    /// Open a custodian's keys, or a judge's, and sign with them: whether passphrase or token do.
    Check {
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
    /// Print the public keys as JSON, for the genesis ceremony.
    #[command(after_help = EXPORT_HELP)]
    ExportPublic {
        #[command(flatten)]
        home: HomeArg,
        /// The company's first day, YYYY-MM-DD [default: today, UTC].
        #[arg(long, value_name = "DAY")]
        first_day: Option<NetworkDay>,
        /// File with the passphrase; for the company.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
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
            Self::Generate { home, role, passphrase_file, token_module, token } => {
                let home = home.home();
                let passphrase = passphrase_of(&home, passphrase_file)?;
                let in_token = token_module.as_deref().zip(token.as_deref());
                generate(role, &home, &passphrase, in_token)?;
                match role {
                    // Its public keys are many, and depend on the day on which they are asked for.
                    Role::Company => inspect(&home, Output::Table)?,
                    _ => export(&home, None, None)?,
                }
            }
            Self::Check { home, passphrase_file } => check(&home.home(), passphrase_file)?,
            Self::Inspect { home, output } => inspect(&home.home(), output)?,
            Self::ExportPublic { home, first_day, passphrase_file } => {
                export(&home.home(), first_day, passphrase_file)?;
            }
        }
        Ok(())
    }
}

/// The passphrase that flag, environment or home give.
pub(super) fn passphrase_of(home: &Home, file: Option<PathBuf>) -> Result<Passphrase, Failure> {
    Ok(keys::passphrase(home, std::env::var(PASSPHRASE_VARIABLE).ok(), file.as_deref())?)
}

fn generate(role: Role, home: &Home, passphrase: &Passphrase, in_token: Option<(&Path, &str)>) -> Done {
    let cost = KdfCost::interactive();
    match (in_token, role) {
        (None, _) => Ok(keys::generate_for(role, home, passphrase, cost)?),
        (Some(token), Role::Regulator | Role::Company) => {
            Ok(generate_in_token(role, home, passphrase, cost, token)?)
        }
        (Some(_), Role::Bank | Role::Judge | Role::Observer | Role::Publisher) => {
            Err(Failure::say(Exit::Refused, "a token holds the keys of a regulator or of the company"))
        }
    }
}

/// Opens every key and signs a digest with it.
fn check(home: &Home, passphrase_file: Option<PathBuf>) -> Done {
    let passphrase = passphrase_of(home, passphrase_file)?;
    let signer: Box<dyn Signer> = match Role::of(home) {
        Role::Bank => Box::new(keys::NodeKeys::open(home, &passphrase)?.consensus),
        Role::Observer => {
            keys::open_network_seed(home, &passphrase)?;
            say("the network key opens; an observer signs nothing");
            return Ok(());
        }
        Role::Judge => Box::new(JudgeKeys::open(home, &passphrase)?.signing),
        Role::Publisher => Box::new(publisher::open_key(home, &passphrase)?),
        Role::Regulator | Role::Company => CustodianKeys::open(home, &passphrase)?.signing,
    };
    let (probe, key) = (hash_borsh("idx/keys-check/1", &()), signer.public_key());
    let signed = Ed25519.verify(&key, &probe, &signer.sign(&probe));
    signed.map_err(|_| Failure::say(Exit::Failed, "the keys open, and do not sign: see the log above"))?;
    say(&format!("all keys open; {key} signs"));
    Ok(())
}

fn export(home: &Home, first_day: Option<NetworkDay>, passphrase_file: Option<PathBuf>) -> Done {
    let text = match Role::of(home) {
        Role::Bank => json(&keys::public_keys(home)?),
        Role::Regulator => json(&regulator_keys(home)?),
        Role::Observer => json(&observer_keys(home)?),
        Role::Judge => json(&JudgePublic::of(home)?),
        Role::Publisher => json(&PublisherPublic::of(home)?),
        Role::Company => {
            let passphrase = passphrase_of(home, passphrase_file)?;
            let first = first_day.unwrap_or_else(|| NetworkDay::of(now()));
            json(&company_keys(home, &passphrase, first)?)
        }
    };
    say(&text);
    Ok(())
}

fn inspect(home: &Home, output: Output) -> Done {
    let row = |purpose: &Purpose| {
        let purpose = *purpose;
        let file = keys::read_key_file(home, purpose)?;
        Ok::<_, Failure>(KeyRow {
            purpose: purpose.to_string(),
            public_key: hex::encode(file.public_key()),
            file: home.key_file(purpose),
            cost: file.kdf().to_string(),
        })
    };
    // What lies in a token has no file.
    let there = Role::of(home)
        .purposes()
        .iter()
        .filter(|purpose| **purpose != Purpose::Custodian || !token::is_used(home));
    let rows = there.map(row).collect::<Result<Vec<_>, _>>()?;
    output.print(&rows, |rows| {
        let cells = rows.iter().map(|row| {
            let file = row.file.display().to_string();
            [row.purpose.clone(), row.public_key.clone(), file, row.cost.clone()]
        });
        table(["purpose", "public key", "file", "cost of a try"], cells)
    });
    Ok(())
}
