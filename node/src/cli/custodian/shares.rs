//! `idx-node custodian shares ...`: a custodian's secrets among its officers.

use super::super::HomeArg;
use super::super::exit::{Done, Exit, Failure};
use super::super::keys::passphrase_of;
use super::super::output::say;
use crate::home::{self, create_folder};
use crate::keys::custodian::Role;
use crate::keys::officers::{OfficerError, combine, split};
use idx_crypto::{KdfCost, Passphrase};
use std::path::{Path, PathBuf};

const SPLIT_HELP: &str = "\
Writes officer-1.json, officer-2.json and officer-3.json, each sealed under its officer's own passphrase, whose
files are given in the same order. Any two of them bring the secrets back; one tells nothing. Give each officer
his file and remove it here. The home keeps its keys. Of a custodian with a token only the escrow secret is split.

Example:
  idx-node custodian shares split --home rbi --out shares \\
    --officer-passphrase-file a --officer-passphrase-file b --officer-passphrase-file c";

const COMBINE_HELP: &str = "\
The home must hold no keys; its passphrase seals what is brought back.

Example:
  IDX_PASSPHRASE=... idx-node custodian shares combine officer-1.json officer-3.json --home rbi-new \\
    --officer-passphrase-file a --officer-passphrase-file c";

/// See [`super::Verb::Shares`].
#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Shares {
    /// Split the secrets of a home into three officers' files.
    #[command(after_help = SPLIT_HELP)]
    Split {
        #[command(flatten)]
        home: HomeArg,
        /// Where the files go; a folder that has none of them yet.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// File with an officer's passphrase; three times, in the officers' order.
        #[arg(long, value_name = "FILE", required = true)]
        officer_passphrase_file: Vec<PathBuf>,
        /// File with the home's passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Bring the secrets of two officers' files back into a new home.
    #[command(after_help = COMBINE_HELP)]
    Combine {
        /// Two officers' files.
        #[arg(num_args = 2, required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        home: HomeArg,
        /// File with an officer's passphrase; twice, in the order of the files.
        #[arg(long, value_name = "FILE", required = true)]
        officer_passphrase_file: Vec<PathBuf>,
        /// File with the home's passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
}

impl From<OfficerError> for Failure {
    fn from(error: OfficerError) -> Self {
        match error {
            OfficerError::Keys(error) => error.into(),
            error => Self::of(Exit::Refused, error),
        }
    }
}

impl Shares {
    pub(in crate::cli) fn run(self) -> Done {
        match self {
            Self::Split { home, out, officer_passphrase_file, passphrase_file } => {
                let officers = words::<3>(&officer_passphrase_file)?;
                let home = home.home();
                let own = passphrase_of(&home, passphrase_file)?;
                create_folder(&out)?;
                for (place, text) in (1..).zip(split(&home, &own, &officers, KdfCost::interactive())?) {
                    let file = out.join(format!("officer-{place}.json"));
                    home::write_new_secret(&file, &text)?;
                    say(&file.display().to_string());
                }
                Ok(())
            }
            Self::Combine { files, home, officer_passphrase_file, passphrase_file } => {
                let [one, other] = words::<2>(&officer_passphrase_file)?;
                let [first, second] = read::<2>(&files)?;
                let home = home.home();
                let own = passphrase_of(&home, passphrase_file)?;
                let shares = [(first.as_str(), &one), (second.as_str(), &other)];
                let role = match combine(shares, &home, &own, KdfCost::interactive())? {
                    Role::Company => "company",
                    _ => "regulator",
                };
                say(&format!("{} holds the keys of the {role}'s custodian again", home.root().display()));
                Ok(())
            }
        }
    }
}

/// So many secret texts, each from a file that only its owner reads.
fn read<const N: usize>(files: &[PathBuf]) -> Result<[zeroize::Zeroizing<String>; N], Failure> {
    let read = |file: &PathBuf| home::read_secret(Path::new(file), "name the file that the officer has");
    let texts: Vec<_> = files.iter().map(read).collect::<Result<_, _>>()?;
    texts.try_into().map_err(|texts: Vec<_>| {
        let text = format!("{N} files are needed, one an officer; {} were given", texts.len());
        Failure::say(Exit::Refused, text)
    })
}

fn words<const N: usize>(files: &[PathBuf]) -> Result<[Passphrase; N], Failure> {
    let texts = read::<N>(files)?;
    let mut passphrases = Vec::with_capacity(N);
    for text in texts {
        let made = Passphrase::new(text.to_string());
        passphrases.push(made.map_err(|error| Failure::of(Exit::Refused, error))?);
    }
    passphrases.try_into().map_err(|_| Failure::say(Exit::Failed, "a passphrase is missing"))
}
