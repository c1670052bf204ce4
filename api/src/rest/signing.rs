//! What waits for the signature of a customer's own key.
//!
//! ```text
//!   send, confirm, cancel, travel --> the desk prepares --> 409 SIGNATURE_NEEDED: the digest, and what it is of
//!                                                                         |  he looks, and signs
//!   send-signed, confirm, cancel, travel/sign  <---- the signature -------'
//! ```
//!
//! Nothing is done before he has signed, so the refusal uses up no Idempotency-Key.

use super::accounts::id_of;
use super::body::bodies;
use super::error::ApiError;
use super::error::Code;
use super::fields::{AccountId, DigestText, IntentText, KeyText, SignatureText};
use super::route::{Call, Outcome, answer};
use super::transfers::{idx_of, made, own_account, recipient};
use idx_bank::desk::{Answer as Answered, Ask, Refusal};
use idx_bank::{Memo, Nickname};
use idx_client::encoding::{Bytes, Time};
use idx_types::params::DAY_MS;
use idx_types::{Idx, Transaction, TxId, TxKind, TxSignature};
use serde_json::{Value, json};

bodies! {
    /// A payment by an intent that the customer has signed. The nickname wins if both are given.
    SignedPayment {
        recipient_nickname: Option<Nickname>,
        recipient_idx: Option<Idx>,
        intent: IntentText,
        signature: SignatureText,
        memo: Option<Memo>,
    }
    /// The signature of a travel account's opening or closing.
    SignedJourney { digest: DigestText, signature: SignatureText }
    /// The key of the day, of a customer who signs himself.
    NewSession { public_key: Option<KeyText> }
}

/// The refusal that tells a customer what to sign. `to` is whom a payment is for.
pub(super) fn needed(answered: &Answered, to: Option<Idx>) -> ApiError {
    let details = match answered {
        Answered::SignDigest(digest) => json!({"digest": digest}),
        Answered::SignAcceptance(id, choice) => {
            json!({"digest": choice.digest(*id), "acceptance": Bytes::of(choice)})
        }
        Answered::SignTravel(body) => json!({"digest": body.id(), "transaction": Bytes::of(body)}),
        Answered::SignIntent(body) => match &body.kind {
            TxKind::Transfer(asked) => json!({
                "digest": body.id(),
                "intent": Bytes::of(body),
                "recipient_idx": to,
                "amount": asked.amount,
                "fee_total": asked.fee,
                "valid_until": Time(body.valid_until),
            }),
            _ => Value::Null,
        },
        _ => Value::Null,
    };
    match details {
        Value::Null => Code::Internal.into(),
        details => ApiError { details, ..Refusal::SignatureNeeded.into() },
    }
}

pub(super) async fn send(mut call: Call) -> Outcome {
    let payment = SignedPayment::read(std::mem::take(&mut call.fields))?;
    let me = call.me()?;
    let to = recipient(payment.recipient_nickname, payment.recipient_idx)?;
    let to = idx_of(&call, &to).await?;
    let body = payment.intent.0;
    let TxKind::Transfer(asked) = &body.kind else { return Err(Refusal::MalformedIntent.into()) };
    let (from, amount) = (asked.from, asked.amount);
    let known = call.read(move |teller| teller.session(&from)).await?;
    // Another's session is as if it were not there.
    let known = known.filter(|known| known.session.owner == me).ok_or(Refusal::MalformedIntent)?;
    let signature = TxSignature { key: known.session.key, signature: payment.signature.0 };
    let intent = Box::new(Transaction { body, signatures: vec![signature] });
    match call.ask(Ask::SendSigned { to, intent, memo: payment.memo }).await? {
        Answered::Sent(id) => made(&call, id, amount).await,
        _ => Err(Code::Internal.into()),
    }
}

pub(super) async fn travel(mut call: Call) -> Outcome {
    let signed = SignedJourney::read(std::mem::take(&mut call.fields))?;
    let owner = call.me()?;
    let (id, signature) = (TxId(signed.digest.0.0), signed.signature.0);
    let (tx, opened) = match call.ask(Ask::SignTravel { owner, id, signature }).await? {
        Answered::AccountOpening { handle, tx } => (tx, Some(handle)),
        Answered::Submitted(tx) => (tx, None),
        _ => return Err(Code::Internal.into()),
    };
    let mut told = json!({"message": "Signed", "status": "PENDING", "tx_hash": tx});
    if let Some(handle) = opened {
        let accounts = call.read(move |teller| teller.accounts(&owner)).await?;
        let opened = accounts.into_iter().find(|standing| standing.account.handle == handle);
        told["travel_account_id"] = id_of(&opened.ok_or(Refusal::UnknownAccount)?.account.number);
    }
    Ok(answer(told))
}

/// Opens today's session of an account, ahead of what is to be signed in it.
pub(super) async fn session(mut call: Call) -> Outcome {
    let key = NewSession::read(std::mem::take(&mut call.fields))?.public_key.map(|text| text.0);
    let owner = call.me()?;
    let AccountId(number) = call.path_as().map_err(|_| Refusal::UnknownAccount)?;
    let account = own_account(&call, owner, number).await?;
    let Answered::Session(id) = call.ask(Ask::OpenSession { owner, account, key }).await? else {
        return Err(Code::Internal.into());
    };
    // Told again by an Idempotency-Key, it may be one that is kept no more.
    let known = call.read(move |teller| teller.session(&id)).await?.ok_or(Refusal::SessionExpired)?;
    let at_latest = known.session.day.end().min(call.teller()?.now().plus(DAY_MS));
    let (status, ends) = match known.ledger {
        Some(there) => ("OPEN", there.expires_at),
        None => ("PENDING", at_latest),
    };
    Ok(answer(json!({
        "message": "Session opened",
        "session_id": id,
        "public_key": hex::encode(known.session.key.0),
        "status": status,
        "expires_at": Time(ends),
    })))
}
