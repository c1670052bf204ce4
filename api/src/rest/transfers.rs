//! Paying and being paid.

use super::body::{Fields, bodies};
use super::error::ApiError;
use super::fields::{AccountId, Amount, Ignored, Seconds, SignatureText, transfer_id};
use super::history::{Entry, entry_view};
use super::route::{Call, Outcome, answer};
use super::signing;
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
    /// The account that shall receive, and by a customer who signs himself his signature.
    Choice { receiver_account_id: AccountId, signature: Option<SignatureText> }
    /// By a customer who signs himself, his signature.
    Withdrawal { signature: Option<SignatureText> }
}

/// The body of a route that takes no field: none, or an empty object.
pub(super) struct Nothing;

impl Nothing {
    pub(super) fn read(fields: Fields) -> Result<Self, ApiError> {
        fields.end(&[]).map(|()| Self)
    }
}

/// The ledger's name of an account of this customer; another's is as if it were not there.
pub(super) async fn own_account(
    call: &Call,
    me: Idx,
    number: AccountNumber,
) -> Result<AccountHandle, ApiError> {
    let found = call.read(move |teller| teller.account_of(&number)).await?;
    let own = found.filter(|account| account.owner == me);
    Ok(own.ok_or(Refusal::UnknownAccount)?.handle)
}

pub(super) async fn send(mut call: Call) -> Outcome {
    let payment = Payment::read(std::mem::take(&mut call.fields))?;
    let (sender, amount) = (call.me()?, payment.amount.0);
    let to = recipient(payment.recipient_nickname, payment.recipient_idx)?;
    let account = own_account(&call, sender, payment.sender_account_id.0).await?;
    let life_ms = payment.valid_for_seconds.map(|seconds| seconds.ms());
    let asked = Ask::Send { sender, account, to: to.clone(), amount, life_ms, memo: payment.memo };
    match call.ask(asked).await? {
        Answered::Sent(id) => made(&call, id, amount).await,
        to_sign => Err(signing::needed(&to_sign, Some(idx_of(&call, &to).await?))),
    }
}

/// Whom a body names.
pub(super) fn recipient(nickname: Option<Nickname>, idx: Option<Idx>) -> Result<Recipient, ApiError> {
    match (nickname, idx) {
        (Some(nickname), _) => Ok(Recipient::Contact(nickname)),
        (None, Some(idx)) => Ok(Recipient::Idx(idx)),
        (None, None) => Err(ApiError::field("recipient_nickname", "this or recipient_idx")),
    }
}

/// Who that is. Nicknames have no case.
pub(super) async fn idx_of(call: &Call, to: &Recipient) -> Result<Idx, ApiError> {
    let (me, wanted) = match to {
        Recipient::Idx(idx) => return Ok(*idx),
        Recipient::Contact(nickname) => (call.me()?, nickname.expose().to_lowercase()),
    };
    let contacts = call.read(move |teller| teller.contacts(&me)).await?;
    let found = contacts.into_iter().find(|known| known.nickname.expose().to_lowercase() == wanted);
    Ok(found.ok_or(Refusal::UnknownContact)?.idx)
}

/// The answer to a payment that was made.
pub(super) async fn made(call: &Call, id: TxId, amount: Paise) -> Outcome {
    let transaction = shown(call, id).await?;
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
    let signature = choice.signature.map(|text| text.0);
    done(&call, Ask::Accept { receiver, id, account, signature }).await?;
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
    let signature = Withdrawal::read(std::mem::take(&mut call.fields))?.signature.map(|text| text.0);
    let (sender, id) = (call.me()?, named(&call)?);
    done(&call, Ask::Cancel { sender, id, signature }).await?;
    told(&call, id, "Transaction cancelled".to_owned()).await
}

async fn done(call: &Call, ask: Ask) -> Result<(), ApiError> {
    match call.ask(ask).await? {
        Answered::Done(_) => Ok(()),
        to_sign => Err(signing::needed(&to_sign, None)),
    }
}

async fn told(call: &Call, id: TxId, message: String) -> Outcome {
    let transaction = shown(call, id).await?;
    Ok(answer(json!({"message": message, "status": transaction["status"], "transaction": transaction})))
}
