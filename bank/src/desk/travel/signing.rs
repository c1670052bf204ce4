//! Journeys of customers who sign themselves: they wait, with the money held, until he signs or their time
//! is over. Who asks for the same journey again, because he heard no answer, is given the one that waits.

use super::super::effect::Answer;
use super::super::refusal::Refusal;
use super::super::sessions::{is_running, sign_in};
use super::super::work::{Stop, Work};
use super::{Departure, Desk, session_of};
use crate::vault::{Journey, Leg};
use idx_crypto::{Hash32, Signature};
use idx_types::{AccountHandle, Idx, TimestampMs, TxId, TxKind};

impl Desk {
    /// A customer with an own key signs what he was answered with.
    pub(in crate::desk) fn sign_travel(
        &mut self,
        work: &mut Work<'_>,
        owner: Idx,
        id: TxId,
        given: Signature,
    ) -> Result<Answer, Stop> {
        let journey = work.draft.journey(&id)?.filter(|journey| journey.owner == owner);
        let mut journey = journey.ok_or(Refusal::UnknownTransfer)?;
        let session = session_of(&journey.tx).and_then(|id| work.draft.session_of_id(&id).transpose());
        let session = session.transpose()?.ok_or(Refusal::SessionExpired)?;
        let signature = sign_in(work, &session, &Hash32(id.0), Some(given))?;
        if journey.tx.signatures.is_empty() {
            if !can_be_signed(work, &journey)? {
                return Err(Refusal::TransferExpired.into());
            }
            journey.tx.signatures.extend(signature);
            self.weigh_departure(work, &journey)?;
            work.draft.put(&journey);
            self.try_again(work, &journey, TimestampMs(0))?;
            self.unsigned.remove(&id);
        }
        Ok(answer(&journey))
    }

    /// The same departure from this account, if it waits for its signature.
    pub(super) fn unsigned_departure(
        &self,
        work: &Work<'_>,
        source: &AccountHandle,
        out: &Departure,
    ) -> Result<Option<Journey>, Stop> {
        self.unsigned(work, source, |kind| match kind {
            TxKind::OpenTravel(ask) => {
                let same = (&out.foreign_bank, out.amount, out.expires_on);
                (&ask.foreign_bank, ask.amount, ask.expires_on) == same
            }
            _ => false,
        })
    }

    /// The return of this account, if it waits for its signature.
    pub(super) fn unsigned_return(
        &self,
        work: &Work<'_>,
        travel: &AccountHandle,
    ) -> Result<Option<Journey>, Stop> {
        self.unsigned(work, travel, |kind| matches!(kind, TxKind::CloseTravel(_)))
    }

    /// A journey that can still be signed, by the hold that every one of them has on the account it leaves.
    fn unsigned(
        &self,
        work: &Work<'_>,
        held_on: &AccountHandle,
        is_same: impl Fn(&TxKind) -> bool,
    ) -> Result<Option<Journey>, Stop> {
        let holds = work.draft.holds_of(held_on)?;
        for hold in holds.iter().filter(|hold| self.journeys.contains_key(&hold.id)) {
            let Some(journey) = work.draft.journey(&hold.id)? else { continue };
            if is_same(&journey.tx.body.kind) && can_be_signed(work, &journey)? {
                return Ok(Some(journey));
            }
        }
        Ok(None)
    }
}

/// Whether only the customer's signature is missing, and it is not too late for it.
fn can_be_signed(work: &Work<'_>, journey: &Journey) -> Result<bool, Stop> {
    if !journey.tx.signatures.is_empty() || journey.tx.body.valid_until <= work.now {
        return Ok(false);
    }
    let session = session_of(&journey.tx).map(|id| work.draft.session_of_id(&id)).transpose()?.flatten();
    Ok(session.is_some_and(|session| is_running(work, &session)))
}

/// What a customer is told: to sign, or what is on its way.
pub(super) fn answer(journey: &Journey) -> Answer {
    let (handle, tx) = (journey.handle, journey.id);
    match (journey.tx.signatures.is_empty(), journey.leg) {
        (true, _) => Answer::SignTravel(Box::new(journey.tx.body.clone())),
        (false, Leg::Out) => Answer::AccountOpening { handle, tx },
        (false, Leg::Home) => Answer::Submitted(tx),
    }
}
