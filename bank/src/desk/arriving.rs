//! What becomes of journeys: read from the ledger at every height, so nothing is lost with a message, and told
//! to the customer in the step that learns of it.
//!
//! An account whose last day is over is closed by the bank itself.

use super::effect::Effect;
use super::travel::{JOURNEY_MS, session_of};
use super::work::{Cause, Stop, Work};
use super::{Desk, HOME_CALLED_AGAIN_MS, HOME_CALLED_PER_STEP_MAX};
use crate::vault::{Journey, Leg, Matter, Status, TravelEnd, Turn};
use idx_types::tx::{CloseTravel, Closing};
use idx_types::{
    Account, AccountHandle, Concealed, Idx, NetworkDay, Paise, Reason, SessionId, TimestampMs, TxId, TxKind,
};

impl Desk {
    /// At every height: which journeys have come to an end, and which must be helped on.
    pub(super) fn follow_journeys(&mut self, work: &mut Work<'_>) -> Result<(), Stop> {
        let open: Vec<(TxId, TimestampMs)> = self.journeys.iter().map(|(id, tried)| (*id, *tried)).collect();
        for (id, tried) in open {
            let Some(journey) = work.draft.journey(&id)? else {
                self.journeys.remove(&id);
                self.unsigned.remove(&id);
                continue;
            };
            if let Some(account) = arrived(work, &journey) {
                self.arrive(work, &journey, &account)?;
            } else if work.ledger.time() > journey.tx.body.valid_until {
                self.turn_back(work, &journey, Status::Expired)?;
            } else {
                self.try_again(work, &journey, tried)?;
            }
        }
        self.call_home(work)
    }

    /// The ledger said no to a journey.
    pub(super) fn journey_failed(&mut self, work: &mut Work<'_>, id: TxId) -> Result<(), Stop> {
        match work.draft.journey(&id)? {
            Some(journey) => self.turn_back(work, &journey, Status::Failed),
            None => Ok(()),
        }
    }

    /// The account is open, or closed. It may be that the bank has closed it, on its last day's end, before
    /// the customer's word came to a block.
    fn arrive(&mut self, work: &mut Work<'_>, journey: &Journey, account: &Account) -> Result<(), Stop> {
        self.end_journey(work, journey)?;
        let height = match journey.leg {
            Leg::Out => Some(account.opened_at),
            Leg::Home => account.closed_at,
        };
        let overtaken = journey.leg == Leg::Home
            && closing_of(work, account).is_some_and(|(closed_by, _)| closed_by != journey.id);
        if overtaken {
            let cause = Cause { reason: Some(Reason::AccountClosed), height: None };
            work.tell_of_journey(journey, Status::Failed, cause, Paise::ZERO);
            return Ok(());
        }
        if let (Leg::Home, Some(terms)) = (journey.leg, &account.terms) {
            work.draft.delete(&TravelEnd { expires_on: terms.expires_on, handle: journey.handle });
        }
        let cause = Cause { reason: None, height };
        work.tell_of_journey(journey, Status::Completed, cause, changed(journey, account));
        Ok(())
    }

    /// Nothing comes of a journey: its money is free again, an account that never opened is forgotten.
    fn turn_back(&mut self, work: &mut Work<'_>, journey: &Journey, end: Status) -> Result<(), Stop> {
        self.end_journey(work, journey)?;
        let mut asked = Paise::ZERO;
        if let (Leg::Out, TxKind::OpenTravel(ask)) = (journey.leg, &journey.tx.body.kind) {
            if let Some(account) = work.draft.account(&journey.handle)? {
                work.draft.delete(&account);
            }
            work.draft.delete(&TravelEnd { expires_on: ask.expires_on, handle: journey.handle });
            asked = ask.amount;
        }
        work.tell_of_journey(journey, end, work.cause, asked);
        Ok(())
    }

    fn end_journey(&mut self, work: &mut Work<'_>, journey: &Journey) -> Result<(), Stop> {
        work.draft.release_money(&journey.held_on, &journey.id)?;
        work.draft.delete(journey);
        self.journeys.remove(&journey.id);
        self.unsigned.remove(&journey.id);
        Ok(())
    }

    /// Closes accounts whose last day is over, a bounded number at a height and in turn, each again after a
    /// while if the ledger would not.
    fn call_home(&mut self, work: &mut Work<'_>) -> Result<(), Stop> {
        let today = NetworkDay::of(work.ledger.time());
        let over = work.draft.travel_ends(today, self.called_to.as_ref(), HOME_CALLED_PER_STEP_MAX)?;
        self.called_to = over.last().filter(|_| over.len() == HOME_CALLED_PER_STEP_MAX).cloned();
        for end in over {
            let handle = end.handle;
            match work.ledger.account(&handle) {
                Some(account) if account.closed_at.is_none() => self.call(work, handle),
                Some(account) => {
                    self.called.remove(&handle);
                    work.draft.delete(&end);
                    tell_of_expiry(work, &account)?;
                }
                None if self.journeys.is_empty() => work.draft.delete(&end),
                None => {}
            }
        }
        Ok(())
    }

    fn call(&mut self, work: &mut Work<'_>, handle: AccountHandle) {
        let called = self.called.get(&handle).copied();
        if called.is_some_and(|at| work.now.since(at) < HOME_CALLED_AGAIN_MS) {
            return;
        }
        let closing = Closing::Expired(Concealed::new(handle, work.draft.entropy().draw()));
        let kind = TxKind::CloseTravel(CloseTravel { bank: self.home.bank, closing, least: Paise::ZERO });
        let body = self.body(work, kind, work.now.plus(JOURNEY_MS.min(work.ledger.validity_ms_max())));
        work.effects.push(Effect::SignAndSubmit(Box::new(body)));
        self.called.insert(handle, work.now);
    }
}

impl Work<'_> {
    fn tell_of_journey(&mut self, journey: &Journey, status: Status, cause: Cause, amount: Paise) {
        let matter = match journey.leg {
            Leg::Out => Matter::TravelOpening,
            Leg::Home => Matter::TravelClosing,
        };
        // Who signs himself has been told of nothing before he signed.
        let before = (!journey.tx.signatures.is_empty()).then_some(Status::Pending);
        let session = session_of(&journey.tx).unwrap_or(NOBODY);
        self.tell_of(journey.owner, (journey.id, matter), (before, status), cause, (amount, session));
    }

    fn tell_of(
        &mut self,
        customer: Idx,
        (id, matter): (TxId, Matter),
        (before, status): (Option<Status>, Status),
        Cause { reason, height }: Cause,
        (amount, session): (Paise, SessionId),
    ) {
        let (at, status) = (self.now, Some(status));
        let turn = Turn { at, id, matter, before, status, reason, height, amount, session };
        self.effects.push(Effect::Tell { customer, turn });
    }
}

/// No session signs for an expiry.
const NOBODY: SessionId = SessionId([0; 32]);

/// An account whose last day was over is closed: its customer is told, unless it was he who closed it.
fn tell_of_expiry(work: &mut Work<'_>, account: &Account) -> Result<(), Stop> {
    let owner = work.draft.account(&account.handle)?.map(|kept| kept.owner);
    if let Some((id, Closing::Expired(_))) = closing_of(work, account)
        && let Some(owner) = owner
    {
        let cause = Cause { reason: None, height: account.closed_at };
        let what = (id, Matter::TravelExpiry);
        work.tell_of(owner, what, (None, Status::Completed), cause, (came_home(account), NOBODY));
    }
    Ok(())
}

fn closing_of(work: &Work<'_>, account: &Account) -> Option<(TxId, Closing)> {
    work.ledger.closing(&account.handle, account.closed_at?)
}

/// The account of a journey, if the ledger shows it as the journey asked for.
fn arrived(work: &Work<'_>, journey: &Journey) -> Option<Account> {
    let account = work.ledger.account(&journey.handle)?;
    (journey.leg == Leg::Out || account.closed_at.is_some()).then_some(account)
}

/// Rupees that left with a journey, or came home with it.
fn changed(journey: &Journey, account: &Account) -> Paise {
    match journey.leg {
        Leg::Out => account.terms.as_ref().map_or(Paise::ZERO, |terms| terms.opening.rupees),
        Leg::Home => came_home(account),
    }
}

fn came_home(account: &Account) -> Paise {
    let closing = account.terms.as_ref().and_then(|terms| terms.closing);
    closing.map_or(Paise::ZERO, |closing| closing.rupees)
}
