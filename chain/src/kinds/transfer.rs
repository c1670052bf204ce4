//! `Transfer`: from one session's account to another's, with the fee on top (documents 1.3, 3.1).

use super::{Plan, Record, moving_account};
use crate::draft::Draft;
use crate::fees::{FeeQuote, split};
use crate::posting::Entry;
use idx_types::planted::{self, Bug};
use idx_types::tx::Transfer;
use idx_types::{Account, BankId, Reason, SessionId, TimestampMs, TxSignature};

/// An intent signed inside a session may settle after the session's end: what counts is the time at
/// which it was made (document 3.2).
pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &Transfer,
    by: &[TxSignature],
    created_at: TimestampMs,
) -> Result<Plan, Reason> {
    let to = ask.accepted.as_ref().ok_or(Reason::NotAccepted)?;
    let [sender_signed, receiver_signed] = by else { return Err(Reason::WrongSigner) };
    let (sender, payer) = party(draft, &ask.from, ask.from_bank, sender_signed, created_at)?;
    let (receiver, payee) = party(draft, &to.to, to.to_bank, receiver_signed, created_at)?;
    if sender == receiver {
        return Err(Reason::SameAccount);
    }
    if payer.currency != payee.currency {
        return Err(Reason::CurrencyMismatch);
    }
    let fee = FeeQuote::of(ask.amount, &draft.base.params)?;
    if fee.total != ask.fee {
        return Err(Reason::FeeMismatch);
    }
    let cost = ask.amount.checked_add(fee.total).ok_or(Reason::Overflow)?;
    if payer.balance < cost && !planted::has(Bug::OverdraftCreatesMoney) {
        return Err(Reason::InsufficientFunds);
    }
    let mut entries = Vec::with_capacity(3 + draft.fee_accounts.len());
    entries.push(Entry::debit(sender, cost));
    entries.push(Entry::credit(receiver, ask.amount));
    pay_fee(draft, fee, &mut entries)?;
    Ok(Plan { entries, record: Record::Nothing, fee })
}

/// One side: session, signature, time and account, in this order.
fn party<'a>(
    draft: &'a Draft<'_>,
    session: &SessionId,
    bank: BankId,
    signature: &TxSignature,
    created_at: TimestampMs,
) -> Result<(u64, &'a Account), Reason> {
    draft.base.bank(bank)?;
    let session = draft.session(session).ok_or(Reason::UnknownSession)?;
    if session.home_bank != bank {
        return Err(Reason::WrongHomeBank);
    }
    if session.key != signature.key {
        return Err(Reason::WrongSigner);
    }
    if created_at >= session.expires_at {
        return Err(Reason::SessionExpired);
    }
    moving_account(draft, bank, &session.account)
}

/// The miner's part, and the banks' part divided among the banks of this height.
fn pay_fee(draft: &Draft<'_>, fee: FeeQuote, entries: &mut Vec<Entry>) -> Result<(), Reason> {
    entries.push(Entry::credit(draft.reward_account.ok_or(Reason::UnknownBank)?, fee.miner));
    let shares = split(fee.banks, draft.fee_accounts.len(), draft.place.height.0);
    entries
        .extend(draft.fee_accounts.iter().zip(shares).map(|(account, share)| Entry::credit(*account, share)));
    Ok(())
}

#[cfg(test)]
mod tests;
