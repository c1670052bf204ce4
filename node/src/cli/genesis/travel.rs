//! `idx-node genesis add-foreign-bank` and `set-rate-publisher`: with whom rupees are changed, at whose word.

use super::super::exit::Done;
use super::super::output::say;
use super::escrow::{REMEDY, change};
use super::read_json;
use crate::keys::publisher::PublisherPublic;
use idx_crypto::Ed25519;
use idx_genesis::ForeignBankEntry;
use idx_types::{BankCode, Currency, Paise};
use std::path::PathBuf;

/// See [`super::Genesis::AddForeignBank`].
#[derive(Debug, clap::Args)]
pub struct AddForeignBank {
    /// The file.
    file: PathBuf,
    /// Its code, such as CITI_USA.
    #[arg(long)]
    code: BankCode,
    /// Its name.
    #[arg(long)]
    name: String,
    /// Where it is.
    #[arg(long)]
    country: String,
    /// The same by ISO 3166-1: two letters.
    #[arg(long)]
    country_code: String,
    /// Its own currency: USD, EUR, GBP or SGD.
    #[arg(long)]
    currency: Currency,
    /// The founding bank that keeps its accounts.
    #[arg(long, value_name = "CODE")]
    correspondent: BankCode,
    /// Rupees that it has here before the first block.
    #[arg(long, value_name = "RUPEES")]
    rupees: Paise,
    /// What it has here of its own currency before the first block.
    #[arg(long, value_name = "AMOUNT")]
    float: Paise,
}

/// See [`super::Genesis::SetRatePublisher`].
#[derive(Debug, clap::Args)]
pub struct SetRatePublisher {
    /// The file.
    file: PathBuf,
    /// What `forex keys` or `keys export-public` printed in the publisher's home.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
}

impl AddForeignBank {
    pub(super) fn run(self) -> Done {
        let code = self.code.clone();
        let entry = ForeignBankEntry {
            code: self.code,
            name: self.name,
            country: self.country,
            country_code: self.country_code,
            currency: self.currency,
            correspondent: self.correspondent,
            rupees: self.rupees,
            float: self.float,
        };
        change(&self.file, |genesis| genesis.add_foreign_bank(entry))?;
        say(&format!("{code} is a foreign bank; every bank must sign the file again"));
        Ok(())
    }
}

impl SetRatePublisher {
    pub(super) fn run(self) -> Done {
        let PublisherPublic { signing_key } = read_json(&self.keys, REMEDY)?;
        change(&self.file, |genesis| genesis.set_rate_publisher(signing_key, &Ed25519))?;
        say("the rate publisher is set; every bank must sign the file again");
        Ok(())
    }
}
