//! `CourtOrder`: a judge orders that one identity be opened (document 4.5).

use super::{Plan, Record, signed_by_judge};
use crate::draft::Draft;
use crate::orders::{Deed, Order, OrderStep};
use idx_types::tx::{CourtOrder, ORDER_LIFE_MS_MAX};
use idx_types::{PreparedTx, Reason, TimestampMs, TxSignature};
use std::collections::BTreeSet;

/// What the judge signs is the whole body, so a signature serves for no other target, key or time. That
/// the answer key is sound its type says: others do not decode.
pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &CourtOrder,
    by: &[TxSignature],
    tx: &PreparedTx,
) -> Result<Plan, Reason> {
    signed_by_judge(draft, ask.judge, by)?;
    if !ask.is_sound() {
        return Err(Reason::BadOrder);
    }
    check_life(draft, ask, tx.tx.body.created_at)?;
    ask.target.banks().try_for_each(|bank| draft.base.bank(bank).map(|_| ()))?;
    let account = account_of_target(draft, ask)?;
    let orders = &draft.registries().orders;
    if !orders.has_room(ask.judge) || !orders.can_hold(usize::from(ask.freeze)) {
        return Err(Reason::TooManyOrders);
    }
    let order = Box::new(first_entry(draft, ask, tx));
    Ok(Plan::record(Record::Order { order, account: account.filter(|_| ask.freeze) }))
}

fn check_life(draft: &Draft<'_>, ask: &CourtOrder, created_at: TimestampMs) -> Result<(), Reason> {
    if ask.expires_at > created_at.plus(ORDER_LIFE_MS_MAX) {
        return Err(Reason::OrderTooLong);
    }
    if draft.place.now > ask.expires_at { Err(Reason::OrderExpired) } else { Ok(()) }
}

/// The account behind the target's session; none yet for a person.
fn account_of_target(draft: &Draft<'_>, ask: &CourtOrder) -> Result<Option<u64>, Reason> {
    let Some(session) = ask.target.session() else { return Ok(None) };
    let session = draft.session(&session).ok_or(Reason::UnknownSession)?;
    if ask.target.banks().any(|bank| bank != session.home_bank) {
        return Err(Reason::WrongHomeBank);
    }
    Ok(draft.accounts.find(&session.account.0))
}

fn first_entry(draft: &Draft<'_>, ask: &CourtOrder, tx: &PreparedTx) -> Order {
    Order {
        id: tx.id.into(),
        asked: ask.clone(),
        created_at: tx.tx.body.created_at,
        steps: vec![OrderStep { height: draft.place.height, tx: Some(tx.id), deed: Deed::Approved }],
        held: BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests;
