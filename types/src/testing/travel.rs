//! Foreign banks, rates and travel accounts for tests, simulations and benchmarks.

use super::{concealed, envelope_of, key};
use crate::day::NetworkDay;
use crate::ids::{AccountHandle, BankId, SessionId, TimestampMs};
use crate::money::{Currency, Paise};
use crate::params::DAY_MS;
use crate::testing::TEST_DAY;
use crate::travel::{ForeignBank, Quote, Rate};
use crate::tx::{CloseTravel, Closing, ForexRate, OpenTravel, TxKind};
use idx_crypto::SecretKey;

/// The key with which rates are published in tests.
pub fn publisher_key() -> SecretKey {
    key(240)
}

/// One of the four foreign banks of document 1.1, by its place there; a bank of its number keeps its accounts.
pub fn foreign_bank(place: u16) -> ForeignBank {
    let (code, name, country, country_code, currency) = [
        ("CITI_USA", "Citibank N.A.", "United States", "US", Currency::Usd),
        ("HSBC_UK", "HSBC UK Bank plc", "United Kingdom", "GB", Currency::Gbp),
        ("DEUTSCHE_DE", "Deutsche Bank AG", "Germany", "DE", Currency::Eur),
        ("DBS_SG", "DBS Bank Ltd", "Singapore", "SG", Currency::Sgd),
    ][usize::from(place)];
    ForeignBank {
        code: code.parse().expect("the codes are sound"),
        name: name.to_owned(),
        country: country.to_owned(),
        country_code: country_code.to_owned(),
        currency,
        correspondent: BankId(place),
    }
}

/// A rate that can be used for a day.
pub const fn forex_rate(currency: Currency, buy: u64, sell: u64, valid_from: TimestampMs) -> TxKind {
    let quote = Quote { buy: Rate(buy), sell: Rate(sell), valid_from, stale_after_ms: DAY_MS };
    TxKind::ForexRate(ForexRate { currency, quote })
}

/// Opens a travel account that lives for 30 days after [`TEST_DAY`], at whatever rate.
pub fn open_travel(from: (SessionId, BankId), foreign: &str, amount: Paise, handle: AccountHandle) -> TxKind {
    TxKind::OpenTravel(Box::new(OpenTravel {
        bank: from.1,
        session: from.0,
        foreign_bank: foreign.parse().expect("tests name sound codes"),
        amount,
        least: Paise::ZERO,
        expires_on: NetworkDay(TEST_DAY.0 + 30),
        handle: concealed(handle),
        identity: concealed(envelope_of(from.1)),
    }))
}

/// Closes a travel account at whatever rate.
pub const fn close_travel(bank: BankId, closing: Closing) -> TxKind {
    TxKind::CloseTravel(CloseTravel { bank, closing, least: Paise::ZERO })
}
