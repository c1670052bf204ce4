//! Travel accounts: rupees out, foreign money in, and home again.
//!
//! ```text
//!   ask -> hold, account, Journey -> (session on the ledger, signature there) -> submitted
//!                                                 again and again, until the ledger shows what it
//!                                                 made of it, says no, or the time is over
//! ```
//!
//! What becomes of a journey is the matter of `arriving`.

mod signing;

use super::customers::{customer, on_ledger, rupee_account};
use super::effect::{Answer, Effect};
use super::refusal::Refusal;
use super::sending::check_funds;
use super::sessions::sign_in;
use super::work::{Stop, Work};
use super::{Desk, JOURNEYS_MAX, RESUBMIT_AFTER_MS, UNSIGNED_JOURNEYS_MAX};
use crate::AccountNumber;
use crate::vault::{BankAccount, Flagged, Hold, Journey, Leg, OpenedSession, TravelEnd};
use idx_crypto::Hash32;
use idx_types::travel::TRAVEL_DAYS_MAX;
use idx_types::tx::{CloseTravel, Closing, OpenTravel};
use idx_types::{
    AccountHandle, AccountKind, BankCode, Concealed, FreezeState, Idx, NetworkDay, Paise, SessionId,
    TimestampMs, Transaction, TxKind,
};
use signing::answer;

/// How long the opening or closing of a travel account may wait for its block: rates move.
pub(super) const JOURNEY_MS: u64 = 600_000;

/// Of what today's rate gives, a customer gets at least so many percent, or nothing is changed.
const LEAST_PERCENT: u64 = 98;

/// What a customer wants to travel with.
pub(super) struct Departure {
    pub owner: Idx,
    pub source: AccountHandle,
    pub number: AccountNumber,
    pub foreign_bank: BankCode,
    pub amount: Paise,
    pub expires_on: NetworkDay,
}

impl Desk {
    pub(super) fn open_travel(&mut self, work: &mut Work<'_>, out: Departure) -> Result<Answer, Stop> {
        let source = rupee_account(work, &out.owner, &out.source)?;
        check_expiry(work, out.expires_on)?;
        let expected = work.ledger.changed(&out.foreign_bank, out.amount).map_err(Refusal::of_change)?;
        if let Some(waiting) = self.unsigned_departure(work, &source.handle, &out)? {
            return Ok(answer(&waiting));
        }
        self.has_room()?;
        check_funds(work, &source, out.amount, Paise::ZERO)?;
        if work.draft.account_of_number(&out.number)?.is_some() {
            return Err(Refusal::AccountExists.into());
        }
        let session = self.session_of(work, &source)?;
        let account = self.new_account(work, out.owner, out.number.clone())?;
        let kind = self.opening(work, &out, &session, &account, expected.foreign)?;
        work.draft.put(&TravelEnd { expires_on: out.expires_on, handle: account.handle });
        let held = (source.handle, out.amount);
        self.depart(work, (account, Leg::Out), held, &session, kind)
    }

    fn opening(
        &self,
        work: &mut Work<'_>,
        out: &Departure,
        session: &OpenedSession,
        account: &BankAccount,
        expected: Paise,
    ) -> Result<TxKind, Stop> {
        let customer = customer(work, &out.owner)?;
        let identity = self.envelope(work, &customer, account, None)?;
        Ok(TxKind::OpenTravel(Box::new(OpenTravel {
            bank: self.home.bank,
            session: session.id,
            foreign_bank: out.foreign_bank.clone(),
            amount: out.amount,
            least: at_least(expected),
            expires_on: out.expires_on,
            handle: Concealed::new(account.handle, work.draft.entropy().draw()),
            identity,
        })))
    }

    pub(super) fn close_travel(
        &mut self,
        work: &mut Work<'_>,
        owner: Idx,
        handle: AccountHandle,
    ) -> Result<Answer, Stop> {
        let account = work.draft.account(&handle)?.filter(|account| account.owner == owner);
        let account = account.ok_or(Refusal::UnknownAccount)?;
        let there = on_ledger(work, &handle)?;
        if there.kind != AccountKind::Travel {
            return Err(Refusal::WrongAccountKind.into());
        }
        if there.freeze != FreezeState::Free {
            return Err(Refusal::AccountFrozen.into());
        }
        if let Some(waiting) = self.unsigned_return(work, &handle)? {
            return Ok(answer(&waiting));
        }
        self.has_room()?;
        if work.draft.hold_total(&handle)?.count > 0 {
            return Err(Refusal::TravelBusy.into());
        }
        let expected = work.ledger.changed_back(there.currency, there.balance).map_err(Refusal::of_change)?;
        let session = self.session_of(work, &account)?;
        let (bank, closing) = (self.home.bank, Closing::Session(session.id));
        let kind = TxKind::CloseTravel(CloseTravel { bank, closing, least: at_least(expected.rupees) });
        self.depart(work, (account, Leg::Home), (handle, there.balance), &session, kind)
    }

    /// Holds the money and writes the journey down; submits it if that can be done now.
    fn depart(
        &mut self,
        work: &mut Work<'_>,
        (account, leg): (BankAccount, Leg),
        (held_on, amount): (AccountHandle, Paise),
        session: &OpenedSession,
        kind: TxKind,
    ) -> Result<Answer, Stop> {
        let body = self.body(work, kind, work.now.plus(JOURNEY_MS.min(work.ledger.validity_ms_max())));
        let id = body.id();
        let signature = sign_in(work, session, &Hash32(id.0), None)?;
        let tx = Transaction { body, signatures: signature.into_iter().collect() };
        let (owner, handle) = (account.owner, account.handle);
        work.draft.hold_money(&Hold { handle: held_on, id, amount })?;
        let journey = Journey { id, owner, handle, held_on, leg, tx };
        self.weigh_departure(work, &journey)?;
        let waits = journey.tx.signatures.is_empty();
        // Counted apart: who prepares much and signs nothing keeps nobody else from travelling.
        if waits && self.unsigned.len() >= UNSIGNED_JOURNEYS_MAX {
            return Err(Refusal::BankBusy.into());
        }
        work.draft.put(&journey);
        self.try_again(work, &journey, TimestampMs(0))?;
        if waits {
            self.unsigned.insert(id);
        }
        Ok(answer(&journey))
    }

    /// Rupees that leave for a travel account are weighed as those of a transfer are, once their customer has
    /// signed; what comes home is his own.
    fn weigh_departure(&self, work: &mut Work<'_>, journey: &Journey) -> Result<(), Stop> {
        let Journey { id, owner, held_on, tx, .. } = journey;
        match &tx.body.kind {
            TxKind::OpenTravel(ask) if !tx.signatures.is_empty() => {
                let what = Flagged::Travel { id: *id, amount: ask.amount };
                self.weigh(work, (*owner, held_on), what)
            }
            _ => Ok(()),
        }
    }

    fn has_room(&self) -> Result<(), Stop> {
        let signed = self.journeys.len().saturating_sub(self.unsigned.len());
        if signed < JOURNEYS_MAX { Ok(()) } else { Err(Refusal::BankBusy.into()) }
    }

    /// Submits a journey, or the session that it waits for, if the last try was long ago.
    pub(super) fn try_again(
        &mut self,
        work: &mut Work<'_>,
        journey: &Journey,
        tried: TimestampMs,
    ) -> Result<(), Stop> {
        let is_first = tried == TimestampMs(0);
        let session = session_of(&journey.tx);
        let is_there = session.is_some_and(|session| work.ledger.session(&session).is_some());
        let is_late = work.now.since(tried.max(journey.tx.body.created_at)) >= RESUBMIT_AFTER_MS;
        let mut next = tried;
        if is_there && (is_first || is_late) && !journey.tx.signatures.is_empty() {
            work.effects.push(Effect::Submit(Box::new(journey.tx.clone())));
            next = work.now;
        } else if !is_there && is_late {
            // It was submitted with the journey, and looked for at every height since.
            if let Some(session) = session.map(|id| work.draft.session_of_id(&id)).transpose()?.flatten() {
                self.announce_again(work, &session)?;
            }
            next = work.now;
        }
        self.journeys.insert(journey.id, next);
        Ok(())
    }
}

/// As the ledger will have it.
fn check_expiry(work: &Work<'_>, expires_on: NetworkDay) -> Result<(), Stop> {
    let today = work.day();
    let last = NetworkDay(today.0.saturating_add(TRAVEL_DAYS_MAX));
    if (today..=last).contains(&expires_on) { Ok(()) } else { Err(Refusal::BadTravelExpiry.into()) }
}

fn at_least(expected: Paise) -> Paise {
    Paise(u64::try_from(u128::from(expected.0) * u128::from(LEAST_PERCENT) / 100).unwrap_or(u64::MAX))
}

pub(super) fn session_of(tx: &Transaction) -> Option<SessionId> {
    match &tx.body.kind {
        TxKind::OpenTravel(ask) => Some(ask.session),
        TxKind::CloseTravel(CloseTravel { closing: Closing::Session(session), .. }) => Some(*session),
        _ => None,
    }
}
