//! What the bank's own people do with accounts: cash, and letting them stand still.

use super::accounts::{account_view, standing};
use super::body::bodies;
use super::error::{ApiError, Code};
use super::fields::{AccountId, Amount, Words};
use super::route::{Call, Outcome, answer};
use super::transfers::Nothing;
use idx_bank::desk::{Answer as Answered, Ask, Counter, Refusal};
use idx_bank::vault::BankAccount;
use serde_json::json;

bodies! {
    /// Cash.
    Cash { amount: Amount }
    /// A freeze. The words are for whoever reads the request; the number stands on the ledger.
    Stop { reason_code: Option<u16> };
    ignoring { reason: Words }
}

/// The account that the path names, whoever's it is.
async fn named(call: &Call) -> Result<BankAccount, ApiError> {
    let AccountId(number) = call.path_as().map_err(|_| Refusal::UnknownAccount)?;
    let found = call.read(move |teller| teller.account_of(&number)).await?;
    Ok(found.ok_or(Refusal::UnknownAccount)?)
}

async fn carry_out(call: &Call, what: Counter, done: &str) -> Outcome {
    let account = named(call).await?;
    let asked = call.ask(Ask::Counter { account: account.handle, what }).await?;
    let Answered::Submitted(id) = asked else { return Err(Code::Internal.into()) };
    let bank = call.teller()?.bank().clone();
    let now = standing(call, account.owner, account.number).await?;
    Ok(answer(json!({
        "message": done,
        "status": "PENDING",
        "transaction_hash": id.to_string(),
        "tx_hash": id.to_string(),
        "account": account_view(&now, &bank),
    })))
}

pub(super) async fn deposit(mut call: Call) -> Outcome {
    let amount = Cash::read(std::mem::take(&mut call.fields))?.amount.0;
    carry_out(&call, Counter::Deposit(amount), "Deposit submitted").await
}

pub(super) async fn withdraw(mut call: Call) -> Outcome {
    let amount = Cash::read(std::mem::take(&mut call.fields))?.amount.0;
    carry_out(&call, Counter::Withdraw(amount), "Withdrawal submitted").await
}

pub(super) async fn freeze(mut call: Call) -> Outcome {
    let code = Stop::read(std::mem::take(&mut call.fields))?.reason_code.unwrap_or_default();
    carry_out(&call, Counter::Freeze(code), "Freeze submitted").await
}

pub(super) async fn unfreeze(mut call: Call) -> Outcome {
    Nothing::read(std::mem::take(&mut call.fields))?;
    carry_out(&call, Counter::Unfreeze, "Unfreeze submitted").await
}
