//! What became of transfers: facts of the network, the passing of time, sessions that arrive.

use super::effect::Effect;
use super::input::Fact;
use super::work::{Cause, Stop, Work};
use super::{DROPPED_PER_STEP_MAX, Desk, EXPIRED_PER_STEP_MAX};
use crate::pseudonym::TagKeys;
use crate::vault::{Deadline, Incoming, Outgoing, Side, Status, drop_old};
use idx_types::{Height, NetworkDay, SessionId, Transaction, TxId, TxKind};

impl Desk {
    pub(super) fn fact(
        &mut self,
        work: &mut Work<'_>,
        id: TxId,
        fact: Fact,
        height: Option<Height>,
    ) -> Result<(), Stop> {
        work.cause = Cause { reason: fact.reason(), height };
        if let Fact::Failed(_) = fact
            && self.journeys.contains_key(&id)
        {
            return self.journey_failed(work, id);
        }
        if let Some(sent) = work.draft.outgoing(&id)?
            && let Some(status) = status_after(sent.status(), fact)
        {
            self.set_sent(work, sent, status)?;
        }
        let Some(here) = work.draft.incoming(&id)? else { return Ok(()) };
        if was_chosen_elsewhere(&here, fact) {
            self.forget(work, &here, None)?;
        } else if here.handle.is_some()
            && let Some(status) = status_after(here.status(), fact)
        {
            self.set_received(work, here, status);
        }
        Ok(())
    }

    /// A transfer that a customer sends has a new status; at its end its money is free again.
    pub(super) fn set_sent(
        &mut self,
        work: &mut Work<'_>,
        mut sent: Outgoing,
        status: Status,
    ) -> Result<(), Stop> {
        let before = Some(sent.status());
        sent.history.push((status, work.now));
        work.draft.put(&sent);
        if status.is_final() {
            work.draft.release_money(&sent.handle, &sent.id)?;
            self.close(work, &sent.intent, Side::Sender);
        }
        work.tell(sent.sender, &sent.intent, Side::Sender, (before, Some(status)));
        Ok(())
    }

    /// A transfer for a customer has a new status.
    pub(super) fn set_received(&mut self, work: &mut Work<'_>, mut here: Incoming, status: Status) {
        let before = Some(here.status());
        work.draft.delete(&here);
        here.history.push((status, work.now));
        work.draft.put(&here);
        if status.is_final() {
            self.close(work, &here.intent, Side::Receiver);
        }
        work.tell(here.receiver, &here.intent, Side::Receiver, (before, Some(status)));
    }

    /// A transfer was chosen, or ended, elsewhere: here it is as if it had never been. Its customer is told
    /// how it ended, if it did.
    pub(super) fn forget(
        &mut self,
        work: &mut Work<'_>,
        here: &Incoming,
        end: Option<Status>,
    ) -> Result<(), Stop> {
        work.draft.remove_line(&here.id, Side::Receiver)?;
        work.draft.delete(here);
        self.close(work, &here.intent, Side::Receiver);
        work.tell(here.receiver, &here.intent, Side::Receiver, (Some(here.status()), end));
        Ok(())
    }

    fn close(&mut self, work: &mut Work<'_>, transfer: &Transaction, side: Side) {
        let (id, valid_until) = (transfer.id(), transfer.body.valid_until);
        work.draft.delete(&Deadline { valid_until, id, side });
        self.waiting.remove(&(id, side));
    }

    /// A height is final.
    pub(super) fn height(&mut self, work: &mut Work<'_>) -> Result<(), Stop> {
        self.ask_for_tags(work);
        self.drop_old_keys(work)?;
        self.drop_old_repeats(work)?;
        self.expire(work)?;
        self.show_again(work)?;
        self.release_waiting(work)?;
        self.follow_journeys(work)?;
        for intent in std::mem::take(&mut self.early) {
            self.intent(work, intent)?;
        }
        Ok(())
    }

    /// Tomorrow's tags are made ahead, so that midnight finds them ready.
    fn ask_for_tags(&mut self, work: &mut Work<'_>) {
        let today = work.day();
        self.tags.turn(today);
        for day in days_around(today) {
            if !self.tags.has(day) && self.tags_asked < day {
                work.effects.push(Effect::PrepareTags(day));
                self.tags_asked = day;
            }
        }
    }

    /// The banks' key has turned: all days are made anew.
    pub(super) fn take_tag_keys(&mut self, work: &mut Work<'_>, keys: TagKeys) {
        self.tags.rekey(keys);
        for day in days_around(work.day()) {
            work.effects.push(Effect::PrepareTags(day));
            self.tags_asked = day;
        }
    }

    /// Month keys and sessions end with their retention, a bounded number at a height.
    fn drop_old_keys(&mut self, work: &mut Work<'_>) -> Result<(), Stop> {
        let today = work.day();
        if self.dropped_on < today
            && drop_old(&mut work.draft, today, self.home.retention, DROPPED_PER_STEP_MAX)? == 0
        {
            self.dropped_on = today;
        }
        Ok(())
    }

    /// By the time of the chain: no block after it can hold what was valid until before it.
    fn expire(&mut self, work: &mut Work<'_>) -> Result<(), Stop> {
        for Deadline { id, side, valid_until } in
            work.draft.overdue(work.ledger.time(), EXPIRED_PER_STEP_MAX)?
        {
            match side {
                Side::Sender => {
                    if let Some(sent) = work.draft.outgoing(&id)?.filter(|sent| !sent.status().is_final()) {
                        self.set_sent(work, sent, Status::Expired)?;
                    }
                }
                Side::Receiver => {
                    if let Some(here) = work.draft.incoming(&id)?.filter(|here| !here.status().is_final()) {
                        self.set_received(work, here, Status::Expired);
                    }
                }
            }
            work.draft.delete(&Deadline { id, side, valid_until });
        }
        Ok(())
    }
}

/// The days whose tags are kept.
const fn days_around(today: NetworkDay) -> [NetworkDay; 3] {
    [NetworkDay(today.0.saturating_sub(1)), today, today.next()]
}

/// The session here that an incoming transfer was accepted with.
pub(super) fn chosen_session(here: &Incoming) -> Option<SessionId> {
    match &here.intent.body.kind {
        TxKind::Transfer(ask) => ask.accepted.map(|accepted| accepted.to),
        _ => None,
    }
}

/// Whether a fact says that the receiver chose another bank, or another account here long ago.
fn was_chosen_elsewhere(here: &Incoming, fact: Fact) -> bool {
    match (here.status(), fact) {
        (Status::Rejected | Status::Expired, _) => false,
        (_, Fact::Completed { to }) => chosen_session(here) != Some(to),
        (Status::AwaitingReceiver, _) => true,
        _ => false,
    }
}

/// The status after a fact; `None` if the fact changes nothing. What the ledger settled is settled,
/// whatever was believed before.
fn status_after(now: Status, fact: Fact) -> Option<Status> {
    let is_open = !now.is_final();
    match fact {
        Fact::Pending => (now == Status::AwaitingReceiver).then_some(Status::Pending),
        Fact::Mined => (is_open && now != Status::PublicConfirmed).then_some(Status::PublicConfirmed),
        Fact::Deferred => (now == Status::PublicConfirmed).then_some(Status::Pending),
        Fact::Completed { .. } => (now != Status::Completed).then_some(Status::Completed),
        Fact::Failed(_) => is_open.then_some(Status::Failed),
    }
}
