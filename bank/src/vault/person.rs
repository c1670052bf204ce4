//! A person's rights (document 4.7): all that the bank keeps of him, and the erasure of what it need not.

use super::rows::{
    BankAccount, Consented, Contact, Credential, Customer, Holder, Incoming, News, OpenedSession, Outgoing,
    SentMemo, Side, Status,
};
use super::{Draft, Shelf, VaultError};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_types::{Idx, NetworkDay, TimestampMs};

/// All that the bank keeps of one person. The shell renders it; `Debug` shows no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFile {
    /// Who he is.
    pub customer: Customer,
    /// His accounts here.
    pub accounts: Vec<BankAccount>,
    /// The sessions of those accounts that are still kept, by account, then by day.
    pub sessions: Vec<OpenedSession>,
    /// Whom he pays.
    pub contacts: Vec<Contact>,
    /// What he sent.
    pub sent: Vec<Outgoing>,
    /// What he was sent.
    pub received: Vec<Incoming>,
    /// What he was told of them, as far as it is kept.
    pub news: Vec<News>,
    /// Which banks may be told of him.
    pub consents: Vec<Consented>,
    /// What he wrote down with what he sent.
    pub memos: Vec<SentMemo>,
}

/// How much an erasure took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct Erased {
    /// Contacts.
    pub contacts: usize,
    /// Ended transfers.
    pub transfers: usize,
    /// What he was told.
    pub news: usize,
}

/// Everything about a person, with the sessions of the days from `since` to `today`. `None` if he is no
/// customer here.
///
/// # Errors
/// [`VaultError`] if a record is damaged or the machine fails.
pub fn export(
    shelf: &Shelf<'_>,
    idx: &Idx,
    since: NetworkDay,
    today: NetworkDay,
) -> Result<Option<PersonFile>, VaultError> {
    let Some(customer) = shelf.customer(idx)? else { return Ok(None) };
    let accounts = shelf.accounts_of(idx)?;
    let mut sessions = Vec::new();
    for account in &accounts {
        for day in since.0..=today.0 {
            sessions.extend(shelf.session(NetworkDay(day), &account.handle)?);
        }
    }
    let (sent, received) = (shelf.sent_by(idx)?, shelf.received_by(idx)?);
    let (contacts, news) = (shelf.contacts_of(idx)?, shelf.kept_news(idx)?);
    let (consents, memos) = (shelf.consents_of(idx)?, shelf.memos_of(idx)?);
    Ok(Some(PersonFile { customer, accounts, sessions, contacts, sent, received, news, consents, memos }))
}

/// Erases what the law does not oblige a bank to keep: contacts, consents, credential and second factor, transfers that
/// ended before `keep_since` with what he wrote down of them, and what he was told before it. Identity and accounts stay, as do open transfers: a bank must know its
/// customers for as long as they have been its customers and the years after.
///
/// # Errors
/// [`VaultError`] if a record is damaged or the machine fails; nothing is erased then.
pub fn erase(draft: &mut Draft<'_>, idx: &Idx, keep_since: TimestampMs) -> Result<Erased, VaultError> {
    let contacts = draft.contacts_of(idx)?;
    let ended = |history: &[(Status, TimestampMs)]| {
        history.last().is_some_and(|(status, at)| status.is_final() && *at < keep_since)
    };
    let sent: Vec<_> = draft.sent_by(idx)?.into_iter().filter(|t| ended(&t.history)).collect();
    let received: Vec<_> = draft.received_by(idx)?.into_iter().filter(|t| ended(&t.history)).collect();
    let news: Vec<_> = draft.kept_news(idx)?.into_iter().filter(|n| n.turn.at < keep_since).collect();
    if let Some(customer) = draft.customer(idx)? {
        draft.put(&Customer { credential: Credential::Unset, ..customer });
    }
    let logins = draft.logins_of(&Holder::Customer(*idx))?;
    logins.iter().for_each(|login| draft.delete(login));
    if let Some(factor) = draft.second_factor(idx)? {
        draft.delete(&factor);
    }
    contacts.iter().for_each(|contact| draft.delete(contact));
    let consents = draft.consents_of(idx)?;
    consents.iter().for_each(|consent| draft.delete(consent));
    for transfer in &sent {
        if let Some(memo) = draft.memo(idx, &transfer.id)? {
            draft.delete(&memo);
        }
        draft.remove_line(&transfer.id, Side::Sender)?;
        draft.delete(transfer);
    }
    for transfer in &received {
        draft.remove_line(&transfer.id, Side::Receiver)?;
        draft.delete(transfer);
    }
    let ordered = draft.instructions_of(idx)?;
    ordered.iter().filter(|order| order.at < keep_since).for_each(|order| draft.delete(order));
    news.iter().for_each(|news| draft.delete(news));
    Ok(Erased { contacts: contacts.len(), transfers: sent.len() + received.len(), news: news.len() })
}
