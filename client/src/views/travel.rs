//! Travel accounts, foreign banks and what foreign money costs.

use super::{BankNames, BankTag};
use crate::encoding::{Hex, Time};
use idx_crypto::{Hash32, PublicKey};
use idx_types::tx::{CloseTravel, Closing, ForexRate, OpenTravel};
use idx_types::{
    AccountHandle, BankCode, Conversion, Currency, ForeignBank, Height, NetworkDay, Paise, Quote, Rate,
    SessionId, TravelTerms,
};
use serde::{Deserialize, Serialize};

/// Both rates of a currency from a time on: rupees for one unit, with eight decimals.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QuoteView {
    /// What a customer gets who closes a travel account.
    pub buy: Rate,
    /// What a customer pays who opens one.
    pub sell: Rate,
    /// Its first moment.
    pub valid_from: Time,
    /// The last moment at which it can be used, if no newer one comes.
    pub stale_after: Time,
}

impl From<&Quote> for QuoteView {
    fn from(quote: &Quote) -> Self {
        Self {
            buy: quote.buy,
            sell: quote.sell,
            valid_from: quote.valid_from.into(),
            stale_after: quote.valid_from.plus(quote.stale_after_ms).into(),
        }
    }
}

/// A rate that is published.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ForexRateView {
    /// The currency.
    pub currency: Currency,
    /// Its rates.
    #[serde(flatten)]
    pub quote: QuoteView,
}

impl From<&ForexRate> for ForexRateView {
    fn from(tx: &ForexRate) -> Self {
        Self { currency: tx.currency, quote: (&tx.quote).into() }
    }
}

/// The opening of a travel account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenTravelView {
    /// Home bank.
    pub bank: BankTag,
    /// Over the source account.
    pub session: SessionId,
    /// With whom rupees are changed.
    pub foreign_bank: BankCode,
    /// Rupees that leave the source account, fee included.
    pub amount: Paise,
    /// Least foreign money that the customer agrees to get.
    pub least: Paise,
    /// The account's last day.
    pub expires_on: NetworkDay,
    /// Stands for the new account: banks know which one it is.
    pub account_commitment: Hex<Hash32>,
    /// Stands for the sealed identity.
    pub identity_commitment: Hex<Hash32>,
}

impl OpenTravelView {
    pub(super) fn new(tx: &OpenTravel, names: &dyn BankNames) -> Self {
        Self {
            bank: names.tag(tx.bank),
            session: tx.session,
            foreign_bank: tx.foreign_bank.clone(),
            amount: tx.amount,
            least: tx.least,
            expires_on: tx.expires_on,
            account_commitment: Hex(tx.handle.commitment()),
            identity_commitment: Hex(tx.identity.commitment()),
        }
    }
}

/// The closing of a travel account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CloseTravelView {
    /// Home bank.
    pub bank: BankTag,
    /// Over the account, if its customer closes it.
    pub session: Option<SessionId>,
    /// Stands for the account, if its home bank closes it after its expiry.
    pub account_commitment: Option<Hex<Hash32>>,
    /// Least rupees that must come of it.
    pub least: Paise,
}

impl CloseTravelView {
    pub(super) fn new(tx: &CloseTravel, names: &dyn BankNames) -> Self {
        let (session, account_commitment) = match &tx.closing {
            Closing::Session(session) => (Some(*session), None),
            Closing::Expired(handle) => (None, Some(Hex(handle.commitment()))),
        };
        Self { bank: names.tag(tx.bank), session, account_commitment, least: tx.least }
    }
}

/// What a travel account remembers of its making and of its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TravelTermsView {
    /// The account from which the rupees came and to which they return.
    pub source: Hex<AccountHandle>,
    /// With whom they were changed.
    pub foreign_bank: BankCode,
    /// Its last day.
    pub expires_on: NetworkDay,
    /// What opened it.
    pub opening: ConversionView,
    /// What closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<ConversionView>,
}

impl From<&TravelTerms> for TravelTermsView {
    fn from(terms: &TravelTerms) -> Self {
        Self {
            source: Hex(terms.source),
            foreign_bank: terms.foreign_bank.clone(),
            expires_on: terms.expires_on,
            opening: terms.opening.into(),
            closing: terms.closing.map(Into::into),
        }
    }
}

/// Rupees changed into foreign money, or back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConversionView {
    /// At which rate.
    pub rate: Rate,
    /// What the source account paid, fee included; at the close what it got, fee deducted.
    pub rupees: Paise,
    /// The home bank's fee, in rupees.
    pub fee: Paise,
    /// In the foreign currency.
    pub foreign: Paise,
}

impl From<Conversion> for ConversionView {
    fn from(conversion: Conversion) -> Self {
        let Conversion { rate, rupees, fee, foreign } = conversion;
        Self { rate, rupees, fee, foreign }
    }
}

/// A foreign bank, with what it has for travellers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ForeignBankView {
    /// Short name.
    pub code: BankCode,
    /// Name.
    pub name: String,
    /// Country.
    pub country: String,
    /// Country by ISO 3166-1.
    pub country_code: String,
    /// Its own currency.
    pub currency: Currency,
    /// The bank that keeps its accounts.
    pub correspondent: BankTag,
    /// Rupees that it has with us: what accounts that close can be paid.
    pub rupees: Paise,
    /// Its own currency that it has for travel accounts.
    pub float: Paise,
}

impl ForeignBankView {
    /// A bank with what its vostro and nostro accounts hold.
    pub fn new(bank: &ForeignBank, (rupees, float): (Paise, Paise), names: &dyn BankNames) -> Self {
        Self {
            code: bank.code.clone(),
            name: bank.name.clone(),
            country: bank.country.clone(),
            country_code: bank.country_code.clone(),
            currency: bank.currency,
            correspondent: names.tag(bank.correspondent),
            rupees,
            float,
        }
    }
}

/// What foreign money costs after a height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ForexRatesView {
    /// The height after which it stands so.
    pub as_of: Height,
    /// That height's time, at which rates are in force or not.
    pub time: Time,
    /// Who publishes rates; absent if nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Hex<PublicKey>>,
    /// One entry a currency in use.
    pub rates: Vec<CurrencyRatesView>,
}

/// The rates of a currency.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CurrencyRatesView {
    /// The currency.
    pub currency: Currency,
    /// The rate in force; absent if there was none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<QuoteView>,
    /// Whether it is too old to be used.
    pub stale: bool,
    /// Rates that have not started, in order of their start.
    pub announced: Vec<QuoteView>,
}
