//! `OpenTravel`: rupees of a customer account become a travel account's foreign money (document 3.3).

use super::{Plan, Record, check_identity, rupee_account, session_account};
use crate::draft::Draft;
use crate::fees::FeeQuote;
use crate::posting::Entry;
use idx_types::travel::{TRAVEL_DAYS_MAX, TRAVELS_PER_ACCOUNT_MAX};
use idx_types::tx::OpenTravel;
use idx_types::{
    Account, AccountKind, Conversion, ForeignBank, FreezeState, NetworkDay, Paise, Reason, TimestampMs,
    TravelTerms, TxSignature,
};

pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &OpenTravel,
    by: &[TxSignature],
    created_at: TimestampMs,
) -> Result<Plan, Reason> {
    let bank = draft.base.bank(ask.bank)?;
    let session = session_account(draft, &ask.session, ask.bank, by, created_at)?;
    let (payer, source) = rupee_account(draft, ask.bank, &session)?;
    let foreign = draft.registries().travel.bank(&ask.foreign_bank).ok_or(Reason::UnknownForeignBank)?;
    check_expiry(draft, ask.expires_on)?;
    let opening = convert(draft, ask, foreign)?;
    if source.balance < opening.rupees {
        return Err(Reason::InsufficientFunds);
    }
    if source.travels >= TRAVELS_PER_ACCOUNT_MAX {
        return Err(Reason::TooManyTravels);
    }
    let account = Box::new(new_account(draft, ask, source, foreign, opening)?);
    check_identity(draft, bank, &ask.identity, created_at)?;
    let nostro = draft.float(&ask.foreign_bank, AccountKind::Nostro, opening.foreign)?;
    let entries = rupees(draft, ask, payer, opening)?;
    let record = Record::Travel { account, source: payer, nostro };
    Ok(Plan { entries, record, fee: FeeQuote::default() })
}

/// From today to the longest life, both included.
fn check_expiry(draft: &Draft<'_>, expires_on: NetworkDay) -> Result<(), Reason> {
    let today = NetworkDay::of(draft.place.now);
    let last = NetworkDay(today.0.saturating_add(TRAVEL_DAYS_MAX));
    if (today..=last).contains(&expires_on) { Ok(()) } else { Err(Reason::BadTravelExpiry) }
}

fn convert(draft: &Draft<'_>, ask: &OpenTravel, foreign: &ForeignBank) -> Result<Conversion, Reason> {
    let travel = &draft.registries().travel;
    let opening = travel.opening(&foreign.code, ask.amount, &draft.base.params, draft.place.now)?;
    // An account without a single minor unit serves nobody.
    if opening.foreign < ask.least.max(Paise(1)) { Err(Reason::BelowLeast) } else { Ok(opening) }
}

/// The account, still empty: its record fills it from the nostro account.
fn new_account(
    draft: &Draft<'_>,
    ask: &OpenTravel,
    source: &Account,
    foreign: &ForeignBank,
    opening: Conversion,
) -> Result<Account, Reason> {
    let handle = *ask.handle.shown()?;
    if draft.account(&handle).is_some() {
        return Err(Reason::AccountExists);
    }
    let terms = TravelTerms {
        source: source.handle,
        foreign_bank: foreign.code.clone(),
        expires_on: ask.expires_on,
        opening,
        closing: None,
    };
    Ok(Account {
        handle,
        home_bank: ask.bank,
        kind: AccountKind::Travel,
        currency: foreign.currency,
        balance: Paise::ZERO,
        freeze: FreezeState::Free,
        opened_at: draft.place.height,
        closed_at: None,
        travels: 0,
        terms: Some(Box::new(terms)),
    })
}

/// What moves in rupees; the foreign side follows once the account has a number.
fn rupees(
    draft: &Draft<'_>,
    ask: &OpenTravel,
    payer: u64,
    opening: Conversion,
) -> Result<Vec<Entry>, Reason> {
    let changed = opening.rupees.checked_sub(opening.fee).ok_or(Reason::Overflow)?;
    let vostro = draft.float(&ask.foreign_bank, AccountKind::Vostro, Paise::ZERO)?;
    Ok(vec![
        Entry::debit(payer, opening.rupees),
        Entry::credit(vostro, changed),
        Entry::credit(draft.system(ask.bank)?.fees, opening.fee),
    ])
}

#[cfg(test)]
mod tests;
