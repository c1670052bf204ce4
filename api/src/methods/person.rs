//! A person's rights: all that the bank keeps of him, and the erasure of what it need not keep.

use super::clerk::{OfCustomer, transfer_views};
use crate::context::Context;
use crate::error::RpcError;
use crate::teller::Teller;
use idx_bank::desk::{Answer, Ask, Refusal};
use idx_bank::vault::{BankAccount, Consented, Contact, OpenedSession, PersonFile, SentMemo};
use idx_client::encoding::{Hex, Time};
use idx_client::views::{
    ContactView, ErasedView, PersonAccountView, PersonConsentView, PersonMemoView, PersonSessionView,
    PersonView,
};
use idx_types::TimestampMs;
use idx_types::params::DAY_MS;
use std::sync::Arc;

/// For how long a bank keeps records of transactions: five years from their date (Prevention of
/// Money-laundering Act, 2002, section 12), leap days included.
const KEPT_DAYS: u64 = 5 * 365 + 2;

/// What an erasure leaves whatever its age, and why.
const STAYS: [&str; 3] = [
    "name, PAN, RBI number, accounts: for as long as there are accounts, and five years after",
    "keys and names of sessions: until the bank's retention of them is over (vault.retention_months)",
    "the chain: it holds pseudonyms, and envelopes that open on a court's order alone",
];

pub(super) async fn export(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfCustomer,
) -> Result<PersonView, RpcError> {
    let file = context.read(move |_| Ok(teller.person(&of.idx)?)).await?;
    Ok(view(&file.ok_or_else(|| RpcError::desk(Refusal::UnknownCustomer))?))
}

pub(super) async fn erase(
    context: Arc<Context>,
    teller: Arc<dyn Teller>,
    of: OfCustomer,
) -> Result<ErasedView, RpcError> {
    let keep_since = TimestampMs(teller.now().0.saturating_sub(KEPT_DAYS * DAY_MS));
    let ask = Ask::Erase { owner: of.idx, keep_since };
    let Answer::Erased(erased) = teller.ask(ask).await.map_err(RpcError::desk)? else {
        return Err(RpcError::busy("the desk gave another answer"));
    };
    let counted = move || Ok(teller.sent(&of.idx)?.len() + teller.received(&of.idx)?.len());
    Ok(ErasedView {
        contacts: erased.contacts,
        transfers: erased.transfers,
        transfers_kept: context.read(move |_| counted()).await?,
        kept_since: Time(keep_since),
        stays: STAYS.map(str::to_owned).into(),
    })
}

fn view(file: &PersonFile) -> PersonView {
    let account = |account: &BankAccount| PersonAccountView {
        number: account.number.expose().to_owned(),
        handle: Hex(account.handle),
        opened: Time(account.opened),
    };
    let session = |session: &OpenedSession| PersonSessionView {
        day: session.day,
        session: session.id,
        handle: Hex(session.handle),
    };
    let contact =
        |contact: &Contact| ContactView { nickname: contact.nickname.expose().to_owned(), idx: contact.idx };
    let consent = |known: &Consented| PersonConsentView {
        bank: known.asker.clone(),
        given: Time(known.consent.from),
        valid_until: Time(known.consent.until),
        last_used: known.last_used.map(Time),
        times_used: known.times_used,
    };
    let memo = |kept: &SentMemo| PersonMemoView { id: Hex(kept.id), memo: kept.memo.expose().to_owned() };
    PersonView {
        idx: file.customer.idx,
        full_name: file.customer.name.expose().to_owned(),
        pan_card: file.customer.pan.expose().to_owned(),
        rbi_number: file.customer.rbi.expose().to_owned(),
        registered: Time(file.customer.registered),
        credential: file.customer.credential.name().to_owned(),
        accounts: file.accounts.iter().map(account).collect(),
        sessions: file.sessions.iter().map(session).collect(),
        contacts: file.contacts.iter().map(contact).collect(),
        transfers: transfer_views(&file.sent, &file.received),
        consents: file.consents.iter().map(consent).collect(),
        memos: file.memos.iter().map(memo).collect(),
    }
}
