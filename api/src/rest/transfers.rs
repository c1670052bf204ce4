//! Paying and being paid.

use super::body::{Fields, bodies};
use super::error::{ApiError, Code};
use super::fields::{AccountId, Amount, Ignored, Seconds, transfer_id};
use super::history::{Entry, entry_view};
use super::route::{Call, Outcome, answer};
use idx_bank::desk::{Answer as Answered, Ask, Recipient, Refusal};
use idx_bank::{AccountNumber, Memo, Nickname};
use idx_types::{AccountHandle, Idx, Paise, TxId};
use serde_json::{Value, json};

bodies! {
    /// A payment. The nickname wins if both are given.
    Payment {
        sender_account_id: AccountId,
        amount: Amount,
        recipient_nickname: Option<Nickname>,
        recipient_idx: Option<Idx>,
        valid_for_seconds: Option<Seconds>,
        memo: Option<Memo>,
    };
    ignoring { sender_session_id: Option<Ignored> }
    /// The account that shall receive.
    Choice { receiver_account_id: AccountId }
}

/// The body of a route that takes no field: none, or an empty object.
pub(super) struct Nothing;

impl Nothing {
    pub(super) fn read(fields: Fields) -> Result<Self, ApiError> {
        fields.end(&[]).map(|()| Self)
    }
}

/// The ledger's name of an account of this customer; another's is as if it were not there.
async fn own_account(call: &Call, me: Idx, number: AccountNumber) -> Result<AccountHandle, ApiError> {
    let found = call.read(move |teller| teller.account_of(&number)).await?;
    let own = found.filter(|account| account.owner == me);
    Ok(own.ok_or(Refusal::UnknownAccount)?.handle)
}

pub(super) async fn send(mut call: Call) -> Outcome {
    let payment = Payment::read(std::mem::take(&mut call.fields))?;
    let (sender, amount) = (call.me()?, payment.amount.0);
    let to = match (payment.recipient_nickname, payment.recipient_idx) {
        (Some(nickname), _) => Recipient::Contact(nickname),
        (None, Some(idx)) => Recipient::Idx(idx),
        (None, None) => return Err(ApiError::field("recipient_nickname", "this or recipient_idx")),
    };
    let account = own_account(&call, sender, payment.sender_account_id.0).await?;
    let life_ms = payment.valid_for_seconds.map(|seconds| seconds.ms());
    let ask = Ask::Send { sender, account, to, amount, life_ms, memo: payment.memo };
    let id = match call.ask(ask).await? {
        Answered::Sent(id) => id,
        _ => return Err(Refusal::BadSignature.into()),
    };
    let entry = own_transfer(&call, id).await?;
    let transaction = entry_view(&call, vec![entry]).await?.pop().unwrap_or_default();
    Ok(answer(sent_view(&transaction, amount)))
}

/// The answer to a payment, by the names of old and new clients.
fn sent_view(tx: &Value, amount: Paise) -> Value {
    let total = total_of(tx, amount);
    let mut transaction = tx.clone();
    transaction["recipient_idx"] = tx["receiver_idx"].clone();
    transaction["total"] = json!(total);
    json!({
        "message": "Transaction created. Awaiting receiver confirmation.",
        "tx_hash": tx["tx_hash"],
        "status": tx["status"],
        "amount": amount,
        "fee_total": tx["fee"],
        "fee_miner": tx["miner_fee"],
        "fee_banks": tx["bank_fee"],
        "total_debit": total,
        "valid_until": tx["valid_until"],
        "transaction": transaction,
    })
}

fn total_of(tx: &Value, amount: Paise) -> Option<Paise> {
    let fee: Paise = tx["fee"].as_str()?.parse().ok()?;
    amount.checked_add(fee)
}

/// The transfer that the path names.
fn named(call: &Call) -> Result<TxId, ApiError> {
    let text = call.path.first().map(String::as_str).unwrap_or_default();
    transfer_id(text).ok_or_else(|| Refusal::UnknownTransfer.into())
}

/// A transfer that the customer sends or receives.
async fn own_transfer(call: &Call, id: TxId) -> Result<Entry, ApiError> {
    let me = call.me()?;
    let found = call.read(move |teller| {
        let sent = teller.outgoing(&id)?.filter(|sent| sent.sender == me).map(Entry::Sent);
        Ok(match sent {
            Some(sent) => Some(sent),
            None => teller.incoming(&id)?.filter(|here| here.receiver == me).map(Entry::Received),
        })
    });
    Ok(found.await?.ok_or(Refusal::UnknownTransfer)?)
}

/// A transfer as it stands now.
async fn shown(call: &Call, id: TxId) -> Result<Value, ApiError> {
    let entry = own_transfer(call, id).await?;
    Ok(entry_view(call, vec![entry]).await?.pop().unwrap_or_default())
}

pub(super) async fn one(call: Call) -> Outcome {
    let transaction = shown(&call, named(&call)?).await?;
    Ok(answer(json!({"transaction": transaction})))
}

pub(super) async fn pending(call: Call) -> Outcome {
    let me = call.me()?;
    let waiting = call.read(move |teller| teller.waiting(&me)).await?;
    let all = entry_view(&call, waiting.into_iter().map(Entry::Received).collect()).await?;
    Ok(answer(json!({"count": all.len(), "pending_transactions": all})))
}

pub(super) async fn confirm(mut call: Call) -> Outcome {
    let choice = Choice::read(std::mem::take(&mut call.fields))?;
    let (receiver, id) = (call.me()?, named(&call)?);
    let account = own_account(&call, receiver, choice.receiver_account_id.0).await?;
    done(&call, Ask::Accept { receiver, id, account, signature: None }).await?;
    let bank = call.teller()?.bank().clone();
    told(&call, id, format!("Transaction confirmed. Receiving in {bank} account.")).await
}

pub(super) async fn reject(mut call: Call) -> Outcome {
    Nothing::read(std::mem::take(&mut call.fields))?;
    let (receiver, id) = (call.me()?, named(&call)?);
    done(&call, Ask::Reject { receiver, id }).await?;
    told(&call, id, "Transaction rejected".to_owned()).await
}

pub(super) async fn cancel(mut call: Call) -> Outcome {
    Nothing::read(std::mem::take(&mut call.fields))?;
    let (sender, id) = (call.me()?, named(&call)?);
    done(&call, Ask::Cancel { sender, id, signature: None }).await?;
    told(&call, id, "Transaction cancelled".to_owned()).await
}

/// Customers with a key of their own sign elsewhere.
async fn done(call: &Call, ask: Ask) -> Result<(), ApiError> {
    match call.ask(ask).await? {
        Answered::Done(_) => Ok(()),
        Answered::SignDigest(_) => Err(Refusal::BadSignature.into()),
        _ => Err(Code::Internal.into()),
    }
}

async fn told(call: &Call, id: TxId, message: String) -> Outcome {
    let transaction = shown(call, id).await?;
    Ok(answer(json!({"message": message, "status": transaction["status"], "transaction": transaction})))
}
