//! Travel accounts and what foreign money costs, by the field names that existing clients know.
//!
//! Opening and closing settle with a block, so both are answered with what is expected at the rate in
//! force: `PENDING`, and the transaction to follow.

use super::accounts::id_of;
use super::body::bodies;
use super::error::{ApiError, Code};
use super::fields::{AccountId, Amount, BankName, Days, Words};
use super::route::{Call, Outcome, answer};
use super::signing;
use crate::teller::AccountStanding;
use idx_bank::desk::{Answer as Answered, Ask, Refusal};
use idx_client::encoding::Time;
use idx_client::views::{CurrencyRatesView, ForeignBankView, QuoteView};
use idx_types::{
    Account, AccountKind, Bps, Conversion, Currency, FreezeState, Height, NetworkDay, Paise, Rate,
    TravelTerms,
};
use serde_json::{Value, json};

bodies! {
    /// Money to travel with.
    Departure {
        source_account_id: AccountId,
        foreign_bank_code: BankName,
        inr_amount: Amount,
        duration_days: Option<Days>,
    }
    /// The end of a journey. The words are for whoever reads the request.
    Return {}; ignoring { reason: Option<Words> }
}

/// How long a travel account lives if its customer does not say.
const DAYS_DEFAULT: u32 = 30;

pub(super) async fn foreign_banks(call: Call) -> Outcome {
    let banks = call.rest.blocking(|context| Ok(context.deps.queries.foreign_banks()?)).await?;
    let banks: Vec<Value> = (1_u64..).zip(&banks).map(|(id, bank)| bank_view(id, bank)).collect();
    Ok(answer(json!({"count": banks.len(), "banks": banks})))
}

/// A foreign bank has no stake and earns no fees on this ledger.
fn bank_view(id: u64, bank: &ForeignBankView) -> Value {
    json!({
        "id": id,
        "bank_code": bank.code,
        "bank_name": bank.name,
        "country": bank.country,
        "country_code": bank.country_code,
        "currency": bank.currency,
        "is_active": true,
        "stake_amount": Paise::ZERO,
        "total_fees_earned": Paise::ZERO,
        "correspondent": bank.correspondent.code,
        "available": bank.float,
    })
}

pub(super) async fn forex_rates(call: Call) -> Outcome {
    let read = call.rest.blocking(|context| {
        let queries = &context.deps.queries;
        Ok((queries.forex_rates()?, queries.parameters()?.parameters.travel_fee))
    });
    let (from_wanted, to_wanted) = (currency(&call, "from_currency")?, currency(&call, "to_currency")?);
    let (known, fee) = read.await?;
    let is = |wanted: Option<Currency>, code: &str| wanted.is_none_or(|wanted| wanted.code() == code);
    let all = known.rates.iter().flat_map(|rates| both_ways(rates, fee));
    let rates: Vec<Value> = (1_u64..)
        .zip(all)
        .filter(|(_, (from, to, _))| is(from_wanted, from) && is(to_wanted, to))
        .map(|(id, (from, to, mut rate))| {
            rate["id"] = json!(id);
            rate["from_currency"] = json!(from);
            rate["to_currency"] = json!(to);
            rate
        })
        .collect();
    Ok(answer(json!({
        "count": rates.len(),
        "rates": rates,
        "as_of": known.as_of,
        "cached": false,
        "cache_age_seconds": 0,
    })))
}

/// A currency of the query.
fn currency(call: &Call, name: &'static str) -> Result<Option<Currency>, ApiError> {
    let bad = || ApiError::with(Code::InvalidQuery, json!({"field": name}));
    let read = |text: &str| text.parse().map_err(|_| bad());
    call.query_text(name).map(read).transpose()
}

/// From rupees at the selling rate, and back at the buying rate.
fn both_ways(rates: &CurrencyRatesView, fee: Bps) -> Vec<(&'static str, &'static str, Value)> {
    let Some(quote) = &rates.current else { return Vec::new() };
    let (home, abroad) = (Currency::Inr.code(), rates.currency.code());
    let view = |rate: String, exact: Rate| rate_view(quote, rates.stale, fee, (rate, exact));
    vec![
        (home, abroad, view(six_places(inverse_millionths(quote.sell)), quote.sell)),
        (abroad, home, view(six_places(u128::from(quote.buy.0 / 100)), quote.buy)),
    ]
}

fn rate_view(quote: &QuoteView, stale: bool, fee: Bps, (rate, exact): (String, Rate)) -> Value {
    json!({
        "rate": rate,
        "rupees_per_unit": exact,
        "forex_fee_percentage": format!("{}.{:02}", fee.0 / 100, fee.0 % 100),
        "is_active": !stale,
        "effective_from": quote.valid_from,
        "stale_after": quote.stale_after,
    })
}

/// Millionths of a foreign unit for one rupee, rounded half up: for showing only.
fn inverse_millionths(rate: Rate) -> u128 {
    let (one, rate) = (u128::from(Rate::ONE.0) * 1_000_000, u128::from(rate.0.max(1)));
    (one + rate / 2) / rate
}

fn six_places(millionths: u128) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

pub(super) async fn create(mut call: Call) -> Outcome {
    let asked = Departure::read(std::mem::take(&mut call.fields))?;
    let owner = call.me()?;
    let source = asked.source_account_id.0;
    let found = call.read(move |teller| Ok((teller.account_of(&source)?, teller.new_number()?))).await?;
    let source = found.0.filter(|account| account.owner == owner).ok_or(Refusal::UnknownAccount)?.handle;
    let days = asked.duration_days.map_or(DAYS_DEFAULT, |days| days.0);
    let expires_on = NetworkDay(NetworkDay::of(call.teller()?.now()).0.saturating_add(days));
    let (number, amount) = (found.1, asked.inr_amount.0);
    let foreign_bank = asked.foreign_bank_code.0;
    let bank = foreign_bank.clone();
    let ask = Ask::OpenTravel { owner, source, number, foreign_bank: bank, amount, expires_on };
    let (handle, tx) = match call.ask(ask).await? {
        Answered::AccountOpening { handle, tx } => (handle, tx),
        to_sign => return Err(signing::needed(&to_sign, None)),
    };
    // Asked again with the same key, the account is the one of the first time.
    let accounts = call.read(move |teller| teller.accounts(&owner)).await?;
    let opened = accounts.into_iter().find(|standing| standing.account.handle == handle);
    let number = opened.ok_or(Refusal::UnknownAccount)?.account.number;
    Ok(answer(json!({
        "message": "Travel account created",
        "tx_hash": tx.to_string(),
        "travel_account": {
            "id": id_of(&number),
            "user_idx": owner,
            "foreign_account_number": foreign_number(foreign_bank.as_str(), number.expose()),
            "foreign_bank_code": foreign_bank,
            "status": "PENDING",
            "initial_inr_amount": amount,
            "expires_at": Time(expires_on.end()),
            "closed_at": null,
            "is_frozen": false,
            "is_expired": false,
        },
    })))
}

fn foreign_number(bank: &str, number: &str) -> String {
    format!("{bank}_{number}")
}

/// A travel account with when its closing was final.
struct Abroad<'a> {
    standing: &'a AccountStanding,
    there: &'a Account,
    terms: &'a TravelTerms,
}

impl<'a> Abroad<'a> {
    /// `None` if this is no travel account, or is not on the ledger yet.
    fn of(standing: &'a AccountStanding) -> Option<Self> {
        let there = standing.ledger.as_ref().filter(|account| account.kind == AccountKind::Travel)?;
        Some(Self { standing, there, terms: there.terms.as_deref()? })
    }

    fn view(&self, closed_at: Option<Time>, today: NetworkDay) -> Value {
        let Self { standing, there, terms } = self;
        let number = &standing.account.number;
        let fees = terms.closing.map_or(Paise::ZERO, |closing| closing.fee);
        json!({
            "id": id_of(number),
            "user_idx": standing.account.owner,
            "foreign_account_number": foreign_number(terms.foreign_bank.as_str(), number.expose()),
            "foreign_bank_code": terms.foreign_bank,
            "currency": there.currency,
            "balance": there.balance,
            "held": standing.held,
            "status": if there.closed_at.is_some() { "CLOSED" } else { "ACTIVE" },
            "is_frozen": there.freeze != FreezeState::Free,
            "initial_inr_amount": terms.opening.rupees,
            "initial_foreign_amount": terms.opening.foreign,
            "initial_forex_rate": terms.opening.rate,
            "forex_fee_paid": terms.opening.fee.checked_add(fees),
            "final_inr_amount": terms.closing.map(|closing| closing.rupees),
            "created_at": Time(standing.account.opened),
            "expires_at": Time(terms.expires_on.end()),
            "closed_at": closed_at,
            "is_expired": today > terms.expires_on,
        })
    }
}

/// When a height was final; none if it is not kept.
async fn time_of(call: &Call, height: Option<Height>) -> Result<Option<Time>, ApiError> {
    let Some(height) = height else { return Ok(None) };
    let read = call.rest.blocking(move |context| Ok(context.deps.queries.certified(height)?));
    Ok(read.await?.map(|certified| certified.public.header.timestamp.into()))
}

async fn shown(call: &Call, standing: &AccountStanding) -> Result<Option<Value>, ApiError> {
    let Some(abroad) = Abroad::of(standing) else { return Ok(None) };
    let today = NetworkDay::of(call.teller()?.now());
    Ok(Some(abroad.view(time_of(call, abroad.there.closed_at).await?, today)))
}

pub(super) async fn list(call: Call) -> Outcome {
    let me = call.me()?;
    let accounts = call.read(move |teller| teller.accounts(&me)).await?;
    let mut views = Vec::new();
    for standing in &accounts {
        views.extend(shown(&call, standing).await?);
    }
    Ok(answer(json!({"count": views.len(), "accounts": views})))
}

/// The customer's account that the path names.
async fn named(call: &Call) -> Result<AccountStanding, ApiError> {
    let me = call.me()?;
    let AccountId(number) = call.path_as().map_err(|_| Refusal::UnknownAccount)?;
    let accounts = call.read(move |teller| teller.accounts(&me)).await?;
    let found = accounts.into_iter().find(|standing| standing.account.number == number);
    Ok(found.filter(|standing| Abroad::of(standing).is_some()).ok_or(Refusal::UnknownAccount)?)
}

pub(super) async fn one(call: Call) -> Outcome {
    let standing = named(&call).await?;
    Ok(answer(json!({"account": shown(&call, &standing).await?})))
}

pub(super) async fn close(mut call: Call) -> Outcome {
    Return::read(std::mem::take(&mut call.fields))?;
    let (owner, standing) = (call.me()?, named(&call).await?);
    let account = standing.account.handle;
    let tx = match call.ask(Ask::CloseTravel { owner, account }).await? {
        Answered::Submitted(tx) => tx,
        to_sign => return Err(signing::needed(&to_sign, None)),
    };
    let abroad = Abroad::of(&standing).ok_or(Refusal::UnknownAccount)?;
    let expected = expected(&call, abroad.there).await?;
    let spent = abroad.terms.opening.foreign.checked_sub(abroad.there.balance);
    Ok(answer(json!({
        "message": "Travel account closed",
        "tx_hash": tx.to_string(),
        "result": {
            "status": "PENDING",
            "travel_account_id": id_of(&standing.account.number),
            "foreign_currency": abroad.there.currency,
            "foreign_amount_spent": spent.unwrap_or(Paise::ZERO),
            "final_foreign_amount": abroad.there.balance,
            "final_inr_amount": expected.map(|closing| closing.rupees),
            "forex_fee_paid": expected.map(|closing| closing.fee),
            "closed_at": null,
        },
    })))
}

/// What the money will be in rupees if the rate stays.
async fn expected(call: &Call, there: &Account) -> Result<Option<Conversion>, ApiError> {
    let (currency, balance) = (there.currency, there.balance);
    let read = call.rest.blocking(|context| {
        let queries = &context.deps.queries;
        Ok((queries.forex_rates()?, queries.parameters()?.parameters.travel_fee))
    });
    let (known, fee) = read.await?;
    let rates = known.rates.into_iter().find(|rates| rates.currency == currency);
    let rate = rates.and_then(|rates| rates.current).map(|quote| quote.buy);
    Ok(rate.and_then(|rate| Conversion::closing(rate, balance, |gross| gross.portion(fee))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_both_ways_with_six_places() {
        let rate: Rate = "83.33333333".parse().unwrap();
        assert_eq!(six_places(inverse_millionths(rate)), "0.012000");
        assert_eq!(six_places(u128::from(rate.0 / 100)), "83.333333");
        assert_eq!(six_places(inverse_millionths(Rate(Rate::ONE.0))), "1.000000");
    }
}
