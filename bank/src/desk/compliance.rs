//! Risk rules at work: movements are weighed, remembered, and reported where they are remarkable.

use super::Desk;
use super::effect::Answer;
use super::refusal::Refusal;
use super::work::{Stop, Work};
use crate::risk::{Course, Movement, RiskReason, remember};
use crate::vault::{Clearing, Flag, FlagId, Flagged, Pace, Side};
use idx_types::{AccountHandle, Currency, Idx, Paise};

impl Desk {
    /// Weighs what a customer is about to send, to receive or to travel with. A flag changes nothing for him.
    pub(super) fn weigh(
        &self,
        work: &mut Work<'_>,
        (customer, account): (Idx, &AccountHandle),
        what: Flagged,
    ) -> Result<(), Stop> {
        let rules = &self.home.risk;
        let (side, amount) = match what {
            Flagged::Transfer { side, amount, .. } => (side, amount),
            Flagged::Travel { amount, .. } => (Side::Sender, amount),
            Flagged::Customer => return Ok(()),
        };
        if !rules.watch_transfers() {
            return Ok(());
        }
        let is_rupees = work.ledger.account(account).is_some_and(|kept| kept.currency == Currency::Inr);
        let rupees = if is_rupees { amount } else { Paise::ZERO };
        let now = Movement { at: work.now, amount: rupees, side };
        let mut recent = work.draft.pace(&customer)?.map(|pace| pace.recent).unwrap_or_default();
        let weighed = rules.assess(&recent, now);
        remember(&mut recent, now);
        work.draft.put(&Pace { owner: customer, recent });
        match rules.course(weighed.score) {
            Course::Pass => {}
            Course::Reject => return Err(Refusal::RiskRejected.into()),
            Course::Flag => report(work, customer, what, (weighed.score, weighed.reasons)),
        }
        Ok(())
    }

    /// Somebody whose name is on a list becomes a customer: reported, or refused where the bank says so.
    pub(super) fn screen(&self, work: &mut Work<'_>, customer: Idx, is_listed: bool) -> Result<(), Stop> {
        if !is_listed {
            return Ok(());
        }
        if self.home.risk.refuse_listed {
            return Err(Refusal::NotAdmitted.into());
        }
        let reason = RiskReason::ListedName;
        report(work, customer, Flagged::Customer, (reason.points(), vec![reason]));
        Ok(())
    }

    pub(super) fn clear_flag(
        &self,
        work: &mut Work<'_>,
        id: FlagId,
        by: String,
        note: String,
    ) -> Result<Answer, Stop> {
        let flag = work.draft.flag(&id)?.ok_or(Refusal::UnknownFlag)?;
        if flag.cleared.is_some() {
            return Err(Refusal::FlagCleared.into());
        }
        work.draft.delete(&flag);
        let cleared = Some(Clearing { by, at: work.now, note });
        work.draft.put(&Flag { cleared, ..flag });
        Ok(Answer::FlagCleared)
    }
}

fn report(work: &mut Work<'_>, customer: Idx, what: Flagged, (score, reasons): (u32, Vec<RiskReason>)) {
    let drawn = work.draft.entropy().draw();
    let id = FlagId(*drawn.first_chunk().expect("sixteen bytes of thirty-two"));
    work.draft.put(&Flag { id, at: work.now, customer, what, score, reasons, cleared: None });
}
