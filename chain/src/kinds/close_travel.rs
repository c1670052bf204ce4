//! `CloseTravel`: what a travel account holds becomes rupees of its source account again (document 3.3).

use super::{Plan, Record, session_account, signed_by_bank, travel_account};
use crate::draft::Draft;
use crate::fees::FeeQuote;
use crate::posting::Entry;
use idx_types::tx::{CloseTravel, Closing};
use idx_types::{
    Account, AccountHandle, AccountKind, Conversion, FreezeState, Reason, TimestampMs, TravelTerms,
    TxSignature,
};

/// A frozen account cannot be closed, and to a frozen one nothing returns: an order's end comes first.
pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &CloseTravel,
    by: &[TxSignature],
    created_at: TimestampMs,
) -> Result<Plan, Reason> {
    let handle = closed_by(draft, ask, by, created_at)?;
    let (number, account, terms) = travel_account(draft, ask.bank, &handle)?;
    if matches!(ask.closing, Closing::Expired(_)) && !terms.is_expired(draft.place.now) {
        return Err(Reason::TravelNotExpired);
    }
    let (source, payee) = draft.account(&terms.source).ok_or(Reason::UnknownAccount)?;
    if payee.freeze != FreezeState::Free {
        return Err(Reason::AccountFrozen);
    }
    let closing = convert(draft, ask, account)?;
    let entries = entries(draft, ask, terms, (number, source), closing)?;
    let record = Record::CloseTravel { account: number, source, closing };
    Ok(Plan { entries, record, fee: FeeQuote::default() })
}

/// The account, whose customer or bank has signed.
fn closed_by(
    draft: &Draft<'_>,
    ask: &CloseTravel,
    by: &[TxSignature],
    created_at: TimestampMs,
) -> Result<AccountHandle, Reason> {
    match &ask.closing {
        Closing::Session(session) => session_account(draft, session, ask.bank, by, created_at),
        Closing::Expired(handle) => {
            signed_by_bank(draft, ask.bank, by)?;
            Ok(*handle.shown()?)
        }
    }
}

fn convert(draft: &Draft<'_>, ask: &CloseTravel, account: &Account) -> Result<Conversion, Reason> {
    let (travel, params) = (&draft.registries().travel, &draft.base.params);
    let closing = travel.closing(account.currency, account.balance, params, draft.place.now)?;
    if closing.rupees < ask.least { Err(Reason::BelowLeast) } else { Ok(closing) }
}

fn entries(
    draft: &Draft<'_>,
    ask: &CloseTravel,
    terms: &TravelTerms,
    (account, source): (u64, u64),
    closing: Conversion,
) -> Result<Vec<Entry>, Reason> {
    let gross = closing.rupees.checked_add(closing.fee).ok_or(Reason::Overflow)?;
    let vostro = draft.float(&terms.foreign_bank, AccountKind::Vostro, gross)?;
    let nostro = draft.float(&terms.foreign_bank, AccountKind::Nostro, idx_types::Paise::ZERO)?;
    Ok(vec![
        Entry::debit(vostro, gross),
        Entry::credit(source, closing.rupees),
        Entry::credit(draft.system(ask.bank)?.fees, closing.fee),
        Entry::debit(account, closing.foreign),
        Entry::credit(nostro, closing.foreign),
    ])
}

#[cfg(test)]
mod tests;
