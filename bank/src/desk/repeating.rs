//! What is open is not left to luck: it waits for its session, is given up when that cannot come, and
//! is shown again as long as it is open.

use super::effect::Effect;
use super::following::chosen_session;
use super::work::{Stop, Work};
use super::{Desk, RESUBMIT_AFTER_MS, SHOW_AGAIN_AFTER_MS, SHOWN_PER_STEP_MAX};
use crate::vault::{Incoming, Outgoing, Side, Status};
use idx_types::wire::DeskGossip;
use idx_types::{Reason, SessionId, TimestampMs, TxId, TxKind};
use std::collections::BTreeSet;

impl Desk {
    /// Lets out what waited for a session that is now on the ledger.
    pub(super) fn release_waiting(&mut self, work: &mut Work<'_>) -> Result<(), Stop> {
        let waiting: Vec<((TxId, Side), TimestampMs)> =
            self.waiting.iter().map(|(k, at)| (*k, *at)).collect();
        let mut overdue = BTreeSet::new();
        for ((id, side), since) in waiting {
            let missing = match side {
                Side::Sender => self.release_sent(work, id)?,
                Side::Receiver => self.release_received(work, id)?,
            };
            let Some(session) = missing else {
                self.waiting.remove(&(id, side));
                continue;
            };
            if work.now.since(since) >= RESUBMIT_AFTER_MS {
                self.waiting.insert((id, side), work.now);
                overdue.insert((session, id, side));
            }
        }
        self.chase(work, &overdue)
    }

    /// Submits sessions again that have been missing for long, each once. One whose day is over will never
    /// come: what waits for it is given up.
    fn chase(
        &mut self,
        work: &mut Work<'_>,
        overdue: &BTreeSet<(SessionId, TxId, Side)>,
    ) -> Result<(), Stop> {
        let mut submitted = None;
        for (id, transfer, side) in overdue {
            match work.draft.session_of_id(id)? {
                Some(session) if work.ledger.time() < session.day.end() => {
                    if submitted != Some(*id) {
                        self.announce_again(work, &session)?;
                        submitted = Some(*id);
                    }
                }
                _ => self.give_up(work, *transfer, *side)?,
            }
        }
        Ok(())
    }

    /// Without its session an intent can never settle, and an acceptance must be made anew.
    fn give_up(&mut self, work: &mut Work<'_>, id: TxId, side: Side) -> Result<(), Stop> {
        self.waiting.remove(&(id, side));
        match side {
            Side::Sender => {
                if let Some(sent) = work.draft.outgoing(&id)?.filter(|sent| !sent.status().is_final()) {
                    work.cause.reason = Some(Reason::SessionExpired);
                    self.set_sent(work, sent, Status::Failed)?;
                }
            }
            Side::Receiver => {
                if let Some(here) = work.draft.incoming(&id)?.filter(|here| !here.status().is_final()) {
                    self.set_received(work, unchosen(here), Status::AwaitingReceiver);
                }
            }
        }
        Ok(())
    }

    /// Shows a transfer again after a while, if it is open then.
    pub(super) fn show_later(&mut self, work: &Work<'_>, id: TxId, side: Side) {
        self.again.insert((work.now.plus(SHOW_AGAIN_AFTER_MS), id, side));
    }

    /// Gossip and submissions get lost, other banks restart: what is still open is sent once more, a
    /// bounded number at a height.
    pub(super) fn show_again(&mut self, work: &mut Work<'_>) -> Result<(), Stop> {
        for _ in 0..SHOWN_PER_STEP_MAX {
            let Some((due, id, side)) = self.again.first().copied().filter(|(due, ..)| *due <= work.now)
            else {
                break;
            };
            let is_open = match side {
                Side::Sender => self.show_sent(work, id)?,
                Side::Receiver => self.show_received(work, id)?,
            };
            self.again.remove(&(due, id, side));
            if is_open {
                self.show_later(work, id, side);
            }
        }
        Ok(())
    }

    fn show_sent(&mut self, work: &mut Work<'_>, id: TxId) -> Result<bool, Stop> {
        let is_open = |sent: &Outgoing| sent.gossiped && sent.status() == Status::AwaitingReceiver;
        let Some(sent) = work.draft.outgoing(&id)?.filter(is_open) else { return Ok(false) };
        work.effects.push(Effect::Gossip(DeskGossip::Intent(Box::new(sent.intent))));
        Ok(true)
    }

    fn show_received(&mut self, work: &mut Work<'_>, id: TxId) -> Result<bool, Stop> {
        let is_open = |here: &Incoming| here.submitted && here.status() == Status::Pending;
        let Some(here) = work.draft.incoming(&id)?.filter(is_open) else { return Ok(false) };
        work.effects.push(Effect::Submit(Box::new(here.intent)));
        Ok(true)
    }

    /// The session that an intent still waits for; `None` if it waits no more.
    fn release_sent(&mut self, work: &mut Work<'_>, id: TxId) -> Result<Option<SessionId>, Stop> {
        let Some(mut sent) = work.draft.outgoing(&id)? else { return Ok(None) };
        let TxKind::Transfer(ask) = &sent.intent.body.kind else { return Ok(None) };
        if work.ledger.session(&ask.from).is_none() {
            return Ok(Some(ask.from));
        }
        self.let_out(work, &mut sent)?;
        Ok(None)
    }

    /// The same of an acceptance.
    fn release_received(&mut self, work: &mut Work<'_>, id: TxId) -> Result<Option<SessionId>, Stop> {
        let Some(mut here) = work.draft.incoming(&id)? else { return Ok(None) };
        let Some(to) = chosen_session(&here) else { return Ok(None) };
        if work.ledger.session(&to).is_none() {
            return Ok(Some(to));
        }
        here.submitted = true;
        work.draft.put(&here);
        self.show_later(work, id, Side::Receiver);
        work.effects.push(Effect::Submit(Box::new(here.intent)));
        Ok(None)
    }
}

/// The intent as it came, for the receiver to choose again.
fn unchosen(mut here: Incoming) -> Incoming {
    if let TxKind::Transfer(ask) = &mut here.intent.body.kind {
        ask.accepted = None;
    }
    here.intent.signatures.truncate(1);
    Incoming { handle: None, submitted: false, ..here }
}
