//! `idx-node genesis ...`: the ceremony.

mod escrow;
mod travel;

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::keys::passphrase_of;
use super::output::{Output, say, table};
use crate::genesis_file::{self, GenesisFileError};
use crate::home;
use crate::keys::{NodeKeys, PublicKeys};
use crate::{pay, settings};
use idx_crypto::{Ed25519, PublicKey};
use idx_genesis::{
    BankEntry, BodyError, Genesis as Body, GenesisError, GenesisFile, SharedError, SignatureState,
};
use idx_types::{BankCode, Judge, NetworkDay, Paise, Params, Regulator, TimestampMs};
use serde::Serialize;
use std::path::{Path, PathBuf};

const CEREMONY: &str = "\
The ceremony, for a network of any number of banks:
  idx-node genesis new genesis.json --network idx              one bank begins
  idx-node keys export-public --home hdfc > hdfc.json          each bank shows its public keys
  idx-node genesis add-bank genesis.json --bank HDFC --keys hdfc.json --address /dns4/idx.hdfc.example/tcp/6000 ...
  idx-node keys generate --home rbi --role regulator           and --role company for the company
  idx-node genesis add-regulator genesis.json --name RBI --keys rbi.json
  idx-node genesis set-company genesis.json --keys company.json
  idx-node genesis add-judge genesis.json --id 1 --name \"A. Rao, Delhi\" --keys judge.json
  idx-node genesis add-foreign-bank genesis.json --code CITI_USA --currency USD --correspondent HDFC ...
  idx-node genesis set-rate-publisher genesis.json --keys publisher.json
  idx-node genesis sign genesis.json --home hdfc               each bank signs, once all are in
  idx-node genesis merge genesis.json copy.json                where banks signed copies
  idx-node genesis verify genesis.json                         until nobody is missing";

/// The ceremony: what the banks agree on before the first block.
#[derive(Debug, clap::Subcommand)]
#[command(after_help = CEREMONY)]
pub(super) enum Genesis {
    /// Begin a file without banks.
    New {
        /// The file to write.
        file: PathBuf,
        /// Name of the network for people: a-z, 0-9 and -.
        #[arg(long, default_value = "idx")]
        network: String,
        /// When the network starts, in milliseconds since 1970 [default: now].
        #[arg(long, value_name = "MS")]
        time: Option<u64>,
        /// JSON file with the chain parameters [default: those of this release].
        #[arg(long, value_name = "FILE")]
        params: Option<PathBuf>,
    },
    /// Add a bank; voids all signatures.
    AddBank(AddBank),
    /// Add a regulator, who can open identities together with the company; voids all signatures.
    AddRegulator(escrow::AddRegulator),
    /// Set the company, whose key of the day every identity is sealed to; voids all signatures.
    SetCompany(escrow::SetCompany),
    /// Add a judge, who may order the opening of identities; voids all signatures.
    AddJudge(escrow::AddJudge),
    /// Add a foreign bank, with whom rupees are changed for travel accounts; voids all signatures.
    AddForeignBank(travel::AddForeignBank),
    /// Set the key with which rates of foreign money are published; voids all signatures.
    SetRatePublisher(travel::SetRatePublisher),
    /// Make the secrets that only the banks share, when all banks are in, and wrap them for each; voids all
    /// signatures.
    SealShared {
        /// The file.
        file: PathBuf,
    },
    /// Sign with the consensus key of a home.
    Sign {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        home: HomeArg,
        /// The bank's code [default: `bank` of the home's config.toml].
        #[arg(long)]
        bank: Option<BankCode>,
        /// File with the passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Take over good signatures from another copy.
    Merge {
        /// The file that gains.
        file: PathBuf,
        /// The copy.
        other: PathBuf,
    },
    /// Say how it stands with every bank; ends with 3 unless a node would accept the file.
    Verify {
        /// The file.
        file: PathBuf,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
    /// Show what the file says.
    Show {
        /// The file.
        file: PathBuf,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
}

/// See [`Genesis::AddBank`].
#[derive(Debug, clap::Args)]
pub(super) struct AddBank {
    /// The file.
    file: PathBuf,
    /// The bank's code.
    #[arg(long)]
    bank: BankCode,
    /// What `keys export-public` printed.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Where the other banks reach it; may be given many times.
    #[arg(long, value_name = "MULTIADDR", required = true)]
    address: Vec<String>,
    /// Where clients reach it.
    #[arg(long, value_name = "URL")]
    http_url: Option<String>,
    /// What it stands to lose, in rupees.
    #[arg(long, value_name = "RUPEES")]
    stake: Paise,
    /// Its reserve before the first block, in rupees.
    #[arg(long, value_name = "RUPEES")]
    reserve: Paise,
}

impl From<GenesisFileError> for Failure {
    fn from(error: GenesisFileError) -> Self {
        Self::of(Exit::Refused, error)
    }
}

fn refused(file: &Path) -> impl Fn(GenesisError) -> Failure + '_ {
    |source| GenesisFileError::Unsound { path: file.to_owned(), source }.into()
}

impl Genesis {
    pub(super) fn run(self) -> Done {
        match self {
            Self::New { file, network, time, params } => new(&file, &network, time, params.as_deref()),
            Self::AddBank(add) => add.run(),
            Self::AddRegulator(add) => add.run(),
            Self::SetCompany(set) => set.run(),
            Self::AddJudge(add) => add.run(),
            Self::AddForeignBank(add) => add.run(),
            Self::SetRatePublisher(set) => set.run(),
            Self::SealShared { file } => escrow::seal_shared(&file),
            Self::Sign { file, home, bank, passphrase_file } => sign(&file, &home, bank, passphrase_file),
            Self::Merge { file, other } => merge(&file, &other),
            Self::Verify { file, output } => verify(&file, output),
            Self::Show { file, output } => show(&file, output),
        }
    }
}

fn new(file: &Path, network: &str, time: Option<u64>, params: Option<&Path>) -> Done {
    let params = match params {
        None => Params::default(),
        Some(path) => read_json(path, "name a file with the chain parameters")?,
    };
    params.check().map_err(|text| Failure::say(Exit::Refused, format!("parameters: {text}")))?;
    let time = time.map_or_else(pay::now, TimestampMs);
    let genesis = GenesisFile::new(Body::new(network, time, params));
    Ok(home::write_new(file, &genesis.to_json())?)
}

/// Reads a JSON file; `remedy` says how it is made.
pub(super) fn read_json<T: serde::de::DeserializeOwned>(path: &Path, remedy: &str) -> Result<T, Failure> {
    let text = home::read_text(path, remedy)?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::say(Exit::Refused, format!("{}: {error}", path.display())))
}

impl AddBank {
    fn run(self) -> Done {
        let mut genesis = genesis_file::read(&self.file)?;
        let keys: PublicKeys = read_json(&self.keys, "make it with `idx-node keys export-public`")?;
        let entry = BankEntry {
            code: self.bank.clone(),
            consensus_key: keys.consensus_key,
            network_key: keys.network_key,
            hpke_key: keys.hpke_key,
            stake: self.stake,
            reserve: self.reserve,
            addresses: self.address,
            http_url: self.http_url,
        };
        let refused =
            |error: BodyError| Failure::say(Exit::Refused, format!("{}: {error}", self.file.display()));
        let id = genesis.add_bank(entry, &Ed25519).map_err(refused)?;
        home::replace(&self.file, &genesis.to_json())?;
        say(&format!("{} is {id}; every bank must sign the file again", self.bank));
        Ok(())
    }
}

fn sign(file: &Path, home: &HomeArg, bank: Option<BankCode>, passphrase_file: Option<PathBuf>) -> Done {
    let home = home.home();
    let mut genesis = genesis_file::read(file)?;
    let bank = match bank {
        Some(bank) => bank,
        None => settings::load(&home.config_file(), std::env::vars(), &[])?.bank,
    };
    let keys = NodeKeys::open(&home, &passphrase_of(&home, passphrase_file)?)?;
    genesis.sign(&bank, &keys.consensus, &Ed25519).map_err(refused(file))?;
    // Nobody agrees to secrets that he cannot read.
    let unread = |error: SharedError| Failure::say(Exit::Refused, format!("{}: {error}", file.display()));
    keys.open_shared(genesis.body(), &bank).map_err(unread)?;
    home::replace(file, &genesis.to_json())?;
    say(&format!("{bank} has signed chain {}", genesis.body().chain_id()));
    Ok(())
}

fn merge(file: &Path, other: &Path) -> Done {
    let mut genesis = genesis_file::read(file)?;
    let gained = genesis.merge(&genesis_file::read(other)?, &Ed25519).map_err(refused(file))?;
    home::replace(file, &genesis.to_json())?;
    say(&format!("{gained} signatures taken over"));
    Ok(())
}

/// How it stands with a file.
#[derive(Serialize)]
struct Standing {
    chain_id: String,
    network: String,
    accepted: bool,
    banks: Vec<BankStanding>,
    regulators: Vec<Regulator>,
    company: Option<CompanyStanding>,
    judges: Vec<Judge>,
    foreign_banks: Vec<String>,
    rate_publisher: Option<PublicKey>,
}

/// The company, without the keys of its days.
#[derive(Serialize)]
struct CompanyStanding {
    signing_key: PublicKey,
    first_day: NetworkDay,
    last_day: NetworkDay,
}

#[derive(Serialize)]
struct BankStanding {
    bank: String,
    signature: &'static str,
    consensus_key: String,
    addresses: Vec<String>,
    stake: String,
    reserve: String,
}

fn standing(genesis: &GenesisFile) -> Standing {
    let body = genesis.body();
    let states = genesis.states(&Ed25519);
    let bank = |(entry, (_, state)): (&BankEntry, (&BankCode, SignatureState))| BankStanding {
        bank: entry.code.to_string(),
        signature: match state {
            SignatureState::Good => "good",
            SignatureState::Missing => "missing",
            SignatureState::Bad => "bad",
        },
        consensus_key: entry.consensus_key.to_string(),
        addresses: entry.addresses.clone(),
        stake: entry.stake.to_string(),
        reserve: entry.reserve.to_string(),
    };
    Standing {
        chain_id: body.chain_id().to_string(),
        network: body.network.clone(),
        accepted: genesis.verify(&Ed25519).is_ok(),
        banks: body.banks.iter().zip(states).map(bank).collect(),
        regulators: body.escrow.regulators.clone(),
        company: body.escrow.company.as_ref().map(|company| CompanyStanding {
            signing_key: company.signing_key,
            first_day: company.first_day,
            last_day: company.last_day(),
        }),
        judges: body.judges.clone(),
        foreign_banks: body.foreign_banks.iter().map(|entry| entry.code.to_string()).collect(),
        rate_publisher: body.rate_publisher,
    }
}

/// Regulators and company in one line.
fn escrow_text(standing: &Standing) -> String {
    let names: Vec<&str> = standing.regulators.iter().map(|regulator| regulator.name.as_str()).collect();
    let regulators = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
    let company = standing.company.as_ref().map_or_else(
        || "none yet".to_owned(),
        |company| format!("keys of {} to {}", company.first_day, company.last_day),
    );
    let judges: Vec<&str> = standing.judges.iter().map(|judge| judge.name.as_str()).collect();
    let judges = if judges.is_empty() { "none yet".to_owned() } else { judges.join(", ") };
    let foreign = standing.foreign_banks.join(", ");
    let foreign = if foreign.is_empty() { "none yet".to_owned() } else { foreign };
    let publisher = standing.rate_publisher.map_or("none yet".to_owned(), |key| key.to_string());
    format!(
        "regulators: {regulators}  company: {company}  judges: {judges}\nforeign banks: {foreign}  rate publisher: {publisher}"
    )
}

fn standing_text(standing: &Standing) -> String {
    let rows = standing.banks.iter().map(|bank| {
        let addresses = bank.addresses.join(" ");
        [bank.bank.clone(), bank.signature.to_owned(), bank.stake.clone(), bank.reserve.clone(), addresses]
    });
    let head = ["bank", "signature", "stake", "reserve", "addresses"];
    let Standing { network, chain_id, .. } = standing;
    format!("network {network}  chain {chain_id}\n{}\n{}", table(head, rows), escrow_text(standing))
}

fn verify(file: &Path, output: Output) -> Done {
    let genesis = genesis_file::read(file)?;
    output.print(&standing(&genesis), standing_text);
    genesis.verify(&Ed25519).map_err(refused(file))?;
    Ok(())
}

fn show(file: &Path, output: Output) -> Done {
    let genesis = genesis_file::read(file)?;
    output.print(genesis.body(), |body| {
        let params = serde_json::to_string_pretty(&body.params).expect("parameters are plain data");
        format!("{}\nparameters {params}", standing_text(&standing(&genesis)))
    });
    Ok(())
}
