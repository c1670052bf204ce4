//! A customer's accounts at this bank.

use super::auth::balance_of;
use super::body::bodies;
use super::elsewhere;
use super::error::{ApiError, Code};
use super::fields::{BankName, NoAmount};
use super::route::{Call, Outcome, answer};
use crate::proofs;
use crate::teller::AccountStanding;
use idx_bank::AccountNumber;
use idx_bank::desk::{Answer as Answered, Ask, Refusal};
use idx_client::encoding::{Hex, Time};
use idx_client::views::StandingState;
use idx_types::{BankCode, Currency, Idx, Paise};
use serde_json::{Value, json};

bodies! {
    /// An account that a customer shall have.
    NewAccount { bank_code: Option<BankName> };
    ignoring { initial_balance: Option<NoAmount> }
}

/// The largest whole number that every JSON reader keeps.
const WHOLE_MAX: u64 = 1 << 53;

/// The id of an account: its number, as a number where that says the same.
pub(super) fn id_of(number: &AccountNumber) -> Value {
    let text = number.expose();
    match text.parse::<u64>() {
        Ok(whole) if whole <= WHOLE_MAX && whole.to_string() == text => json!(whole),
        _ => json!(text),
    }
}

/// An account as its owner, or a clerk, sees it.
pub(super) fn account_view(standing: &AccountStanding, bank: &BankCode) -> Value {
    let AccountStanding { account, ledger, held } = standing;
    let balance = ledger.as_ref().map_or(Paise::ZERO, |on_ledger| on_ledger.balance);
    let state = StandingState::of(ledger.as_ref());
    json!({
        "id": id_of(&account.number),
        "user_idx": account.owner,
        "bank_code": bank,
        "account_number": account.number.expose(),
        "balance": balance,
        "currency": ledger.as_ref().map_or(Currency::Inr, |on_ledger| on_ledger.currency),
        "held": held,
        "available": balance.checked_sub(*held).unwrap_or(Paise::ZERO),
        "is_active": matches!(state, StandingState::Open | StandingState::Frozen),
        "is_frozen": state == StandingState::Frozen,
        "state": state,
        "created_at": Time(account.opened),
    })
}

/// Without travel accounts: they have routes of their own.
fn in_rupees(accounts: &[AccountStanding]) -> impl Iterator<Item = &AccountStanding> {
    let is_travel =
        |account: &AccountStanding| account.ledger.as_ref().is_some_and(|there| there.terms.is_some());
    accounts.iter().filter(move |account| !is_travel(account))
}

pub(super) async fn info(call: Call) -> Outcome {
    let me = call.me()?;
    let read = call.read(move |teller| Ok((teller.customer(&me)?, balance_of(teller, &me)?))).await?;
    let (customer, balance) = (read.0.ok_or(Refusal::UnknownCustomer)?, read.1);
    Ok(answer(json!({"user": {
        "idx": me,
        "full_name": customer.name.expose(),
        "pan_card": masked(customer.pan.expose()),
        "balance": balance,
        "created_at": Time(customer.registered),
        "credential": customer.credential.name(),
    }})))
}

/// The last characters: enough to recognise one's own.
fn masked(pan: &str) -> String {
    let shown = pan.chars().count().saturating_sub(4);
    pan.chars().enumerate().map(|(place, c)| if place < shown { 'X' } else { c }).collect()
}

pub(super) async fn balance(call: Call) -> Outcome {
    let (me, all_banks) = (call.me()?, elsewhere::is_wanted(&call)?);
    let bank = call.teller()?.bank().clone();
    let read =
        call.read(move |teller| Ok((teller.customer(&me)?, balance_of(teller, &me)?, teller.accounts(&me)?)));
    let (customer, balance, accounts) = read.await?;
    let customer = customer.ok_or(Refusal::UnknownCustomer)?;
    let shown: Vec<Value> = in_rupees(&accounts).map(|account| account_view(account, &bank)).collect();
    let mut told = json!({
        "balance": balance,
        "user_idx": me,
        "full_name": customer.name.expose(),
        "accounts": shown,
    });
    if all_banks {
        let (banks, total) = elsewhere::look(&call, me, &accounts).await?;
        (told["banks"], told["total_balance"]) = (json!(banks), json!(total));
    }
    Ok(answer(told))
}

pub(super) async fn list(call: Call) -> Outcome {
    let (me, bank) = (call.me()?, call.teller()?.bank().clone());
    let accounts = call.read(move |teller| teller.accounts(&me)).await?;
    let accounts: Vec<Value> = in_rupees(&accounts).map(|account| account_view(account, &bank)).collect();
    Ok(answer(json!({"accounts": accounts})))
}

pub(super) async fn summary(call: Call) -> Outcome {
    let (me, bank) = (call.me()?, call.teller()?.bank().clone());
    let read = call.read(move |teller| Ok((balance_of(teller, &me)?, teller.accounts(&me)?)));
    let (total, accounts) = read.await?;
    let kept = ["id", "bank_code", "account_number", "balance", "is_frozen"];
    let short = |account: &AccountStanding| {
        let mut fields = answer(account_view(account, &bank));
        fields.retain(|name, _| kept.contains(&name.as_str()));
        fields
    };
    let accounts: Vec<_> = in_rupees(&accounts).map(short).collect();
    Ok(answer(json!({"total_balance": total, "account_count": accounts.len(), "accounts": accounts})))
}

pub(super) async fn create(mut call: Call) -> Outcome {
    let new = NewAccount::read(std::mem::take(&mut call.fields))?;
    let (me, bank) = (call.me()?, call.teller()?.bank().clone());
    if new.bank_code.is_some_and(|named| named.0 != bank) {
        return Err(ApiError::with(Code::OtherBank, json!({"this_bank": bank})));
    }
    let number = call.read(|teller| teller.new_number()).await?;
    let asked = call.ask(Ask::OpenAccount { owner: me, number: number.clone() }).await?;
    let Answered::AccountOpening { tx, .. } = asked else { return Err(Code::Internal.into()) };
    let account = standing(&call, me, number).await?;
    Ok(answer(json!({
        "message": format!("{bank} account created successfully"),
        "account": account_view(&account, &bank),
        "opening_tx": Hex(tx),
    })))
}

/// By number, or by the bank's name: then it is the first account, as existing clients ask.
pub(super) async fn one(call: Call) -> Outcome {
    let (me, bank) = (call.me()?, call.teller()?.bank().clone());
    let asked = call.path.first().cloned().unwrap_or_default();
    let accounts = call.read(move |teller| teller.accounts(&me)).await?;
    let by_name = asked.eq_ignore_ascii_case(bank.as_str());
    let found = in_rupees(&accounts).find(|standing| by_name || standing.account.number.expose() == asked);
    let account = found.ok_or(Refusal::UnknownAccount)?;
    Ok(answer(json!({"account": account_view(account, &bank)})))
}

/// What proves to others what he has, as the banks agreed on it.
pub(super) async fn proof(call: Call) -> Outcome {
    let me = call.me()?;
    let asked = call.path.first().cloned().unwrap_or_default();
    let accounts = call.read(move |teller| teller.accounts(&me)).await?;
    let mut accounts = accounts.into_iter().map(|standing| standing.account);
    let account = accounts.find(|account| account.number.expose() == asked).ok_or(Refusal::UnknownAccount)?;
    let proof = proofs::of_account(&call.rest.context, account.handle).await?;
    Ok(answer(json!({"proof": proof.ok_or(Refusal::AccountNotOpen)?})))
}

/// An account of somebody.
pub(super) async fn standing(
    call: &Call,
    owner: Idx,
    number: AccountNumber,
) -> Result<AccountStanding, ApiError> {
    let accounts = call.read(move |teller| teller.accounts(&owner)).await?;
    let found = accounts.into_iter().find(|standing| standing.account.number == number);
    Ok(found.ok_or(Refusal::UnknownAccount)?)
}
