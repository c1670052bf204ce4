//! A customer's consents: which other banks may be told what he has here. They are given, looked at and
//! withdrawn at the bank that holds the accounts, and nowhere else.

use super::body::bodies;
use super::error::{ApiError, Code};
use super::fields::{BankName, Days, SignatureText};
use super::route::{Call, Outcome, answer};
use crate::deps::Answer;
use crate::teller::Teller;
use idx_bank::desk::{Answer as Answered, Ask, Refusal};
use idx_bank::vault::Consented;
use idx_client::encoding::Time;
use idx_types::{ConsentId, Idx};
use serde_json::{Value, json};

bodies! {
    /// A bank that may ask.
    NewConsent { bank: BankName, valid_for_days: Option<Days>, own_signature: Option<SignatureText> }
}

/// How long a consent holds if the customer says nothing of it, days.
const DAYS_DEFAULT: u32 = 90;

/// A consent with the bank's signature. Without it the document would be the customer's word against the bank's.
fn view(teller: &dyn Teller, known: &Consented) -> Answer<Value> {
    let consent = known.consent;
    let signed = borsh::to_vec(&teller.witness(consent)?).expect("memory takes it");
    Ok(json!({
        "consent_id": consent.id.to_string(),
        "bank": known.asker,
        "given_at": Time(consent.from),
        "valid_until": Time(consent.until),
        "is_valid": teller.now() < consent.until,
        "signed": hex::encode(signed),
        "own_signature": known.own_signature.map(|signature| hex::encode(signature.0)),
        "last_used": known.last_used.map(Time),
        "times_used": known.times_used,
    }))
}

pub(super) async fn give(mut call: Call) -> Outcome {
    let NewConsent { bank, valid_for_days, own_signature } =
        NewConsent::read(std::mem::take(&mut call.fields))?;
    let owner = call.me()?;
    let days = valid_for_days.map_or(DAYS_DEFAULT, |days| days.0);
    let own_signature = own_signature.map(|text| text.0);
    let ask = Ask::GiveConsent { owner, to: bank.0, days, own_signature };
    let Answered::Consent(given) = call.ask(ask).await? else { return Err(Code::Internal.into()) };
    let all = views(&call, owner).await?;
    let id = json!(given.id.to_string());
    let consent = all.into_iter().find(|consent| consent["consent_id"] == id);
    // Asked again with one key, after it was withdrawn or replaced.
    consent.map(answer).ok_or_else(|| Refusal::UnknownConsent.into())
}

pub(super) async fn list(call: Call) -> Outcome {
    let owner = call.me()?;
    Ok(answer(json!({"consents": views(&call, owner).await?})))
}

/// The newest first.
async fn views(call: &Call, owner: Idx) -> Result<Vec<Value>, ApiError> {
    let read = move |teller: &dyn Teller| {
        let mut consents = teller.consents(&owner)?;
        consents.sort_by_key(|known| (std::cmp::Reverse(known.consent.from), known.consent.id));
        consents.iter().map(|known| view(teller, known)).collect::<Answer<Vec<Value>>>()
    };
    call.read(read).await
}

pub(super) async fn withdraw(call: Call) -> Outcome {
    let owner = call.me()?;
    let id = call.path.first().and_then(|text| text.parse::<ConsentId>().ok());
    call.ask(Ask::WithdrawConsent { owner, id: id.ok_or(Refusal::UnknownConsent)? }).await?;
    Ok(answer(json!({"message": "Consent withdrawn: that bank is told nothing any more."})))
}
