//! Foreign money on a test network: four foreign banks, a rate publisher, and made-up first rates.

use super::TestnetError;
use super::create::genesis_error;
use super::layout::{Layout, LayoutError};
use super::ports::Ports;
use super::status::url;
use crate::doors::Doors;
use crate::forex::{Publisher, Wish};
use crate::genesis_file;
use crate::keys;
use crate::keys::custodian::Role;
use crate::keys::publisher::{PublisherPublic, open_key};
use crate::setup::make_custodian_home;
use idx_client::ClientError;
use idx_crypto::{Ed25519, KdfCost};
use idx_genesis::{ForeignBankEntry, Genesis};
use idx_types::{Currency, Paise};

/// A foreign bank of a test network.
struct Foreign {
    code: &'static str,
    name: &'static str,
    country: &'static str,
    country_code: &'static str,
    currency: Currency,
    correspondent: &'static str,
    /// First rates: made up, near those of 2024.
    buy: &'static str,
    sell: &'static str,
}

/// Those of document 1.1, each kept by another bank.
const FOREIGN: [Foreign; 4] = [
    Foreign {
        code: "CITI_USA",
        name: "Citibank N.A.",
        country: "United States",
        country_code: "US",
        currency: Currency::Usd,
        correspondent: "HDFC",
        buy: "82.90",
        sell: "83.75",
    },
    Foreign {
        code: "HSBC_UK",
        name: "HSBC UK Bank plc",
        country: "United Kingdom",
        country_code: "GB",
        currency: Currency::Gbp,
        correspondent: "ICICI",
        buy: "104.60",
        sell: "105.90",
    },
    Foreign {
        code: "DEUTSCHE_DE",
        name: "Deutsche Bank AG",
        country: "Germany",
        country_code: "DE",
        currency: Currency::Eur,
        correspondent: "SBI",
        buy: "90.30",
        sell: "91.50",
    },
    Foreign {
        code: "DBS_SG",
        name: "DBS Bank Ltd",
        country: "Singapore",
        country_code: "SG",
        currency: Currency::Sgd,
        correspondent: "AXIS",
        buy: "61.90",
        sell: "62.80",
    },
];

/// Rupees of each foreign bank: ten billion.
const RUPEES: Paise = Paise(1_000_000_000_000);

/// What each has of its own currency: a hundred million.
const FLOAT: Paise = Paise(10_000_000_000);

/// The first rates hold as long as the ledger takes: a test network is left alone for days.
const STALE_AFTER_MS: u64 = idx_chain::RATE_LIFE_MS_MAX;

/// Makes the publisher's key and names it and the foreign banks.
pub(super) fn found(layout: &Layout, genesis: &mut Genesis) -> Result<(), TestnetError> {
    let sound = "the codes are sound";
    for foreign in &FOREIGN {
        let entry = ForeignBankEntry {
            code: foreign.code.parse().expect(sound),
            name: foreign.name.to_owned(),
            country: foreign.country.to_owned(),
            country_code: foreign.country_code.to_owned(),
            currency: foreign.currency,
            correspondent: foreign.correspondent.parse().expect(sound),
            rupees: RUPEES,
            float: FLOAT,
        };
        genesis.add_foreign_bank(entry).map_err(genesis_error)?;
    }
    let home = layout.publisher();
    make_custodian_home(&home, Role::Publisher, KdfCost::testnet())?;
    let public = PublisherPublic::of(&home).map_err(LayoutError::from)?;
    genesis.set_rate_publisher(public.signing_key, &Ed25519).map_err(genesis_error)
}

/// Publishes the first rates of currencies that have none in force.
pub(super) async fn publish_first(layout: &Layout, ports: Ports) -> Result<(), TestnetError> {
    let Some(publisher) = publisher(layout, ports)? else { return Ok(()) };
    let rates = publisher.doors.any(|door| door.forex_rates()).await.map_err(unanswered)?;
    let lacks = |currency| {
        let known = rates.rates.iter().find(|rates| rates.currency == currency);
        known.is_some_and(|rates| rates.current.is_none() || rates.stale)
    };
    for foreign in FOREIGN.iter().filter(|foreign| lacks(foreign.currency)) {
        publisher.publish(&wish(foreign)).await?;
    }
    Ok(())
}

/// The publisher, if this network was made with one.
fn publisher(layout: &Layout, ports: Ports) -> Result<Option<Publisher>, TestnetError> {
    let home = layout.publisher();
    if !home.genesis_file().exists() {
        return Ok(None);
    }
    let genesis = genesis_file::read_sound(&home.genesis_file()).map_err(genesis_error)?.sound;
    let passphrase = keys::passphrase(&home, None, None).map_err(LayoutError::from)?;
    let key = open_key(&home, &passphrase).map_err(LayoutError::from)?;
    let urls: Vec<String> = layout.places().iter().map(|place| url(place, ports)).collect();
    let doors = Doors::new(&urls).map_err(unanswered)?;
    Ok(Some(Publisher { key, genesis, doors }))
}

fn wish(foreign: &Foreign) -> Wish {
    let rate = |text: &str| text.parse().expect("the made-up rates are rates");
    Wish {
        currency: foreign.currency,
        buy: rate(foreign.buy),
        sell: rate(foreign.sell),
        valid_from: None,
        stale_after_ms: STALE_AFTER_MS,
    }
}

fn unanswered(error: ClientError) -> TestnetError {
    TestnetError::Forex(crate::doors::NotSettled::Client(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rates_are_rates_that_the_ledger_takes() {
        for foreign in &FOREIGN {
            let Wish { buy, sell, .. } = wish(foreign);
            assert!(buy <= sell && buy >= idx_types::Rate::LEAST, "{}", foreign.code);
        }
    }
}
