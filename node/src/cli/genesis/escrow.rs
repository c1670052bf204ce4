//! `idx-node genesis add-regulator`, `set-company`, `add-judge` and `seal-shared`: who can open identities together, and
//! what only the banks know.

use super::super::exit::{Done, Exit, Failure};
use super::super::output::say;
use super::read_json;
use crate::genesis_file;
use crate::home;
use crate::keys;
use crate::keys::custodian::RegulatorKeys;
use crate::keys::judge::JudgePublic;
use idx_crypto::{Ed25519, KdfCost};
use idx_genesis::{BodyError, CompanyEntry, GenesisFile, SharedError};
use idx_types::{JudgeId, Regulator};
use std::path::{Path, PathBuf};

/// What to do about a missing file of public keys.
pub(super) const REMEDY: &str = "make it with `idx-node keys export-public`";

/// See [`super::Genesis::AddRegulator`].
#[derive(Debug, clap::Args)]
pub struct AddRegulator {
    /// The file.
    file: PathBuf,
    /// The regulator's name, such as RBI.
    #[arg(long)]
    name: String,
    /// What `keys export-public` printed in the regulator's home.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
}

/// See [`super::Genesis::SetCompany`].
#[derive(Debug, clap::Args)]
pub struct SetCompany {
    /// The file.
    file: PathBuf,
    /// What `keys export-public` printed in the company's home.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
}

/// See [`super::Genesis::AddJudge`].
#[derive(Debug, clap::Args)]
pub struct AddJudge {
    /// The file.
    file: PathBuf,
    /// The judge's number, never used for another.
    #[arg(long, value_name = "N")]
    id: u16,
    /// Name and court, such as "A. Rao, High Court of Delhi".
    #[arg(long)]
    name: String,
    /// What `judge keys` or `keys export-public` printed in the judge's home.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
}

impl AddJudge {
    pub(super) fn run(self) -> Done {
        let keys: JudgePublic = read_json(&self.keys, REMEDY)?;
        let judge = keys.named(JudgeId(self.id), &self.name);
        change(&self.file, |genesis| genesis.add_judge(judge, &Ed25519))?;
        say(&format!("{} is {}; every bank must sign the file again", self.name, JudgeId(self.id)));
        Ok(())
    }
}

impl AddRegulator {
    pub(super) fn run(self) -> Done {
        let RegulatorKeys { signing_key, hpke_key } = read_json(&self.keys, REMEDY)?;
        let name = self.name.clone();
        let regulator = Regulator { name, signing_key, hpke_key };
        change(&self.file, |genesis| genesis.add_regulator(regulator, &Ed25519))?;
        say(&format!("{} is a regulator; every bank must sign the file again", self.name));
        Ok(())
    }
}

impl SetCompany {
    pub(super) fn run(self) -> Done {
        let company: CompanyEntry = read_json(&self.keys, REMEDY)?;
        let days = format!("{} to {}", company.first_day, company.last_day());
        change(&self.file, |genesis| genesis.set_company(company, &Ed25519))?;
        say(&format!("the company has keys for {days}; every bank must sign the file again"));
        Ok(())
    }
}

/// See [`super::Genesis::SealShared`].
pub(super) fn seal_shared(file: &Path) -> Done {
    let entropy = keys::random()?;
    let mut genesis = genesis_file::read(file)?;
    let refused = |error: SharedError| Failure::say(Exit::Refused, format!("{}: {error}", file.display()));
    genesis.seal_shared(&entropy, KdfCost::interactive()).map_err(refused)?;
    home::replace(file, &genesis.to_json())?;
    say("the shared secrets are made and sealed for each bank; every bank must sign the file again");
    Ok(())
}

pub(super) fn change(file: &Path, change: impl FnOnce(&mut GenesisFile) -> Result<(), BodyError>) -> Done {
    let mut genesis = genesis_file::read(file)?;
    let refused = |error: BodyError| Failure::say(Exit::Refused, format!("{}: {error}", file.display()));
    change(&mut genesis).map_err(refused)?;
    Ok(home::replace(file, &genesis.to_json())?)
}
