//! `OrderShare`: a custodian releases its half of one identity to the judge of an active order.

use super::{Plan, active_order, signed_by_holder};
use crate::draft::Draft;
use crate::orders::{Deed, EnvelopeOf, Order};
use idx_crypto::{HalfOf, SealedHalf};
use idx_types::tx::OrderShare;
use idx_types::{Holder, Reason, TxId, TxSignature};

/// The ledger cannot look into the half; that it is the envelope's, the judge sees by its commitment.
pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &OrderShare,
    by: &[TxSignature],
    tx: TxId,
) -> Result<Plan, Reason> {
    signed_by_holder(draft, ask.holder, by)?;
    let order = active_order(draft, &ask.order)?;
    let envelope = EnvelopeOf::try_from(&ask.identity)?;
    if !order.covers(&envelope) {
        return Err(Reason::NotTheTarget);
    }
    check_half(order, ask.holder, &ask.half)?;
    if has_refused(order, ask.holder) || order.is_shared(ask.holder, &envelope) {
        return Err(Reason::AlreadyAnswered);
    }
    Ok(Plan::step(draft, tx, ask.order, Deed::Shared { holder: ask.holder, envelope }, Vec::new()))
}

fn check_half(order: &Order, holder: Holder, half: &SealedHalf) -> Result<(), Reason> {
    let of = match holder {
        Holder::Company => HalfOf::Company,
        Holder::Regulator(_) => HalfOf::Regulator,
    };
    let fits = half.of() == of && half.judge_key() == order.asked.answer_key;
    if fits { Ok(()) } else { Err(Reason::BadShare) }
}

/// Whether a custodian has said that it keeps its half.
pub(super) fn has_refused(order: &Order, holder: Holder) -> bool {
    order.deeds().any(|deed| matches!(deed, Deed::Refused { holder: who, .. } if *who == holder))
}

#[cfg(test)]
mod tests;
