//! Forgetting a person, as far as the law lets a bank forget (document 4.7).

use super::Desk;
use super::customers::customer;
use super::effect::Answer;
use super::refusal::Refusal;
use super::work::{Stop, Work};
use crate::vault::erase;
use idx_types::{Idx, Paise, TimestampMs};

impl Desk {
    /// Forgets contacts, credential, logins and transfers that ended before `keep_since`. Who still has money
    /// here, or a transfer under way, is not forgotten: what ends it needs what would be erased.
    pub(super) fn erase(work: &mut Work<'_>, owner: Idx, keep_since: TimestampMs) -> Result<Answer, Stop> {
        customer(work, &owner)?;
        if has_money(work, &owner)? || has_open_transfers(work, &owner)? {
            return Err(Refusal::MoneyLeft.into());
        }
        Ok(Answer::Erased(erase(&mut work.draft, &owner, keep_since)?))
    }
}

fn has_money(work: &Work<'_>, owner: &Idx) -> Result<bool, Stop> {
    for account in work.draft.accounts_of(owner)? {
        let on_ledger = work.ledger.account(&account.handle);
        let is_empty = on_ledger.is_none_or(|account| account.balance == Paise::ZERO);
        if !is_empty || work.draft.hold_total(&account.handle)?.count > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn has_open_transfers(work: &Work<'_>, owner: &Idx) -> Result<bool, Stop> {
    let sent = work.draft.sent_by(owner)?.iter().any(|sent| !sent.status().is_final());
    Ok(sent || work.draft.received_by(owner)?.iter().any(|here| !here.status().is_final()))
}
