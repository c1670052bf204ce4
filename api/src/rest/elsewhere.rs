//! What a customer has at his other banks, as far as he has allowed it there (`?all_banks=true`).

use super::error::{ApiError, Code};
use super::route::Call;
use crate::others::{OtherBank, Said};
use crate::teller::AccountStanding;
use idx_types::{AccountTold, Currency, Idx, Paise};
use serde_json::{Value, json};
use std::time::Instant;

/// Whether the other banks are asked as well.
pub(super) fn is_wanted(call: &Call) -> Result<bool, ApiError> {
    match call.query_text("all_banks") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ApiError::with(Code::InvalidQuery, json!({"field": "all_banks"}))),
    }
}

/// Asks the other banks: what each said, and what there is in all, with these accounts.
pub(super) async fn look(
    call: &Call,
    me: Idx,
    own: &[AccountStanding],
) -> Result<(Vec<Value>, String), ApiError> {
    let login = call.caller.as_ref().ok_or(Code::Unauthorized)?.login;
    let too_fast = |wait: std::time::Duration| ApiError::after(Code::RateLimited, wait.as_secs() + 1);
    call.rest.elsewhere.take(login, Instant::now()).map_err(too_fast)?;
    let others = call.teller()?.ask_others(&me).await?;
    let here = sum(own.iter().filter_map(rupees_of));
    let there: u128 = others.iter().map(|other| sum(told(other).iter().map(|account| account.balance))).sum();
    Ok((others.iter().map(view).collect(), text(here + there)))
}

fn rupees_of(account: &AccountStanding) -> Option<Paise> {
    let there = account.ledger.as_ref().filter(|there| there.currency == Currency::Inr)?;
    Some(there.balance)
}

/// A bank tells of a hundred accounts at most, so no sum of these comes near the end.
fn sum(amounts: impl Iterator<Item = Paise>) -> u128 {
    amounts.map(|amount| u128::from(amount.0)).sum()
}

fn text(paise: u128) -> String {
    format!("{}.{:02}", paise / 100, paise % 100)
}

fn told(other: &OtherBank) -> &[AccountTold] {
    match &other.said {
        Said::Told(accounts, _) => accounts,
        Said::NothingTold | Said::Unreachable => &[],
    }
}

fn view(other: &OtherBank) -> Value {
    let accounts: Vec<Value> = told(other).iter().map(account_view).collect();
    let (status, balance, height) = match &other.said {
        Said::Told(all, height) => ("told", Some(text(sum(all.iter().map(|a| a.balance)))), Some(height)),
        Said::NothingTold => ("nothing_told", None, None),
        Said::Unreachable => ("unreachable", None, None),
    };
    json!({
        "bank": other.bank,
        "status": status,
        "balance": balance,
        "accounts": accounts,
        "height": height,
    })
}

fn account_view(account: &AccountTold) -> Value {
    let AccountTold { ending, balance, held, is_frozen } = account;
    json!({
        "account_number_ending": ending.text(),
        "balance": balance,
        "held": held,
        "available": balance.checked_sub(*held).unwrap_or(Paise::ZERO),
        "is_frozen": is_frozen,
    })
}
