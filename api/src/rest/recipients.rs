//! Whom a customer pays.

use super::body::bodies;
use super::error::{ApiError, Code};
use super::route::{Call, Outcome, answer};
use idx_bank::Nickname;
use idx_bank::desk::{Ask, Refusal};
use idx_bank::vault::Contact;
use idx_types::Idx;
use serde_json::{Value, json};

bodies! {
    /// Somebody to keep as a contact.
    NewRecipient { recipient_idx: Idx, nickname: Nickname }
    /// What he shall be called.
    NewName { new_nickname: Nickname }
}

/// The nickname serves as the id: existing clients send back what they got.
fn view(nickname: &Nickname, idx: &Idx) -> Value {
    json!({
        "id": nickname.expose(),
        "nickname": nickname.expose(),
        "recipient_idx": idx,
        "can_transact": true,
        "is_active": true,
    })
}

fn same(a: &Nickname, b: &Nickname) -> bool {
    a.expose().to_lowercase() == b.expose().to_lowercase()
}

pub(super) async fn add(mut call: Call) -> Outcome {
    let NewRecipient { recipient_idx, nickname } = NewRecipient::read(std::mem::take(&mut call.fields))?;
    let owner = call.me()?;
    if owner == recipient_idx {
        return Err(ApiError::field("recipient_idx", "somebody else"));
    }
    let recipient = view(&nickname, &recipient_idx);
    call.ask(Ask::AddContact { owner, nickname, idx: recipient_idx }).await?;
    Ok(answer(json!({"message": "Recipient added. You can send money now.", "recipient": recipient})))
}

pub(super) async fn list(call: Call) -> Outcome {
    let me = call.me()?;
    let mut contacts = call.read(move |teller| teller.contacts(&me)).await?;
    contacts.sort_by_key(|contact| contact.nickname.expose().to_lowercase());
    let all: Vec<Value> = contacts.iter().map(|contact| view(&contact.nickname, &contact.idx)).collect();
    Ok(answer(json!({"recipients": all})))
}

/// The contact that the path names.
async fn named(call: &Call) -> Result<Contact, ApiError> {
    let (me, nickname): (Idx, Nickname) = (call.me()?, call.path_as()?);
    let contacts = call.read(move |teller| teller.contacts(&me)).await?;
    let found = contacts.into_iter().find(|contact| same(&contact.nickname, &nickname));
    Ok(found.ok_or(Refusal::UnknownContact)?)
}

pub(super) async fn one(call: Call) -> Outcome {
    let contact = named(&call).await?;
    Ok(answer(json!({"recipient": view(&contact.nickname, &contact.idx)})))
}

pub(super) async fn rename(mut call: Call) -> Outcome {
    let new = NewName::read(std::mem::take(&mut call.fields))?.new_nickname;
    let Contact { owner, nickname, idx } = named(&call).await?;
    let recipient = view(&new, &idx);
    call.ask(Ask::RenameContact { owner, nickname, new }).await?;
    Ok(answer(json!({"message": "Nickname updated successfully", "recipient": recipient})))
}

pub(super) async fn remove(call: Call) -> Outcome {
    let owner = call.me()?;
    let nickname = call.path_as().map_err(|_| ApiError::from(Code::NotFound))?;
    call.ask(Ask::RemoveContact { owner, nickname }).await?;
    Ok(answer(json!({"message": "Recipient removed successfully"})))
}
