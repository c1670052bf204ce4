//! The thread of the mind: waits for the next input, lets the mind decide, performs what it wishes.
//! It waits and performs; it decides nothing.

use super::events::EventHub;
use super::inbox::{Inbox, Submission, Work};
use super::outbox::Outbox;
use super::search::{Found, Search};
use super::shared::Shared;
use super::timers::Timers;
use crate::desk::DeskSender;
use crossbeam_channel::{Receiver, TryRecvError, select};
use idx_crypto::Signer;
use idx_replica::{Effect, HaltReason, Input, Journal, Replica};
use idx_storage::Store;
use idx_types::{Reason, TimestampMs, TxId};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// Why the mind's thread ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The block store failed; what was announced is safe, nothing more can be.
    #[error("the block store failed: {0}")]
    Store(#[from] idx_storage::StoreError),
    /// The journal of signed history failed; nothing more may be signed.
    #[error("the journal of signed history failed: {0}")]
    Journal(#[from] idx_replica::JournalError),
    /// No thread for the nonce search.
    #[error("no thread for the nonce search: {0}")]
    Thread(#[from] std::io::Error),
    /// The mind stopped itself.
    #[error("{0}")]
    Halt(HaltReason),
}

/// What the thread owns.
pub struct Core {
    pub(super) replica: Replica,
    pub(super) inbox: Inbox,
    pub(super) found: Receiver<Found>,
    pub(super) search: Search,
    pub(super) timers: Timers,
    pub(super) store: Arc<Store>,
    pub(super) journal: Journal,
    pub(super) signer: Arc<dyn Signer>,
    pub(super) outbox: Outbox,
    pub(super) events: EventHub,
    pub(super) desk: Option<DeskSender>,
    pub(super) shared: Arc<Shared>,
    pub(super) follow_ups: VecDeque<Input>,
    pub(super) answers: BTreeMap<u64, oneshot::Sender<Result<TxId, Reason>>>,
    pub(super) next_token: u64,
    pub(super) shown_at: Instant,
}

/// The mind shows what it is doing at most this often.
const SHOW_EVERY: Duration = Duration::from_millis(100);

/// The time by this machine's clock.
pub fn clock() -> TimestampMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimestampMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

impl Core {
    /// Runs until all senders of the inbox are gone.
    ///
    /// # Errors
    /// [`CoreError`] if a disk fails or the mind halts: the node must stop.
    pub fn run(mut self, start: idx_replica::Start) -> Result<(), CoreError> {
        self.follow_ups.push_back(Input::Start(start));
        loop {
            self.settle()?;
            let Some(input) = self.wait() else { return Ok(()) };
            if let Some(input) = input {
                self.feed(input)?;
            }
        }
    }

    /// Feeds what the last effects brought back and the timers that ran out.
    fn settle(&mut self) -> Result<(), CoreError> {
        while let Some(input) = self.next_follow_up() {
            self.feed(input)?;
        }
        Ok(())
    }

    fn next_follow_up(&mut self) -> Option<Input> {
        self.follow_ups.pop_front().or_else(|| self.timers.pop_due(Instant::now()).map(Input::Timer))
    }

    /// Waits for the next input: finds and votes first, then whatever comes. `Some(None)` if a timer
    /// ran out or a question was answered, `None` if the node stops.
    fn wait(&mut self) -> Option<Option<Input>> {
        if let Ok(found) = self.found.try_recv() {
            return Some(Some(Input::Mined(found.header, found.ms)));
        }
        match self.inbox.consensus.try_recv() {
            Ok(input) => return Some(Some(input)),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        self.wait_for_any()
    }

    fn wait_for_any(&mut self) -> Option<Option<Input>> {
        self.show();
        let wait = self.timers.wait(Instant::now());
        select! {
            recv(self.found) -> found => Some(found.ok().map(|f| Input::Mined(f.header, f.ms))),
            recv(self.inbox.consensus) -> input => input.ok().map(Some),
            recv(self.inbox.queries) -> query => {
                let query = query.ok()?;
                query(&self.replica);
                Some(None)
            }
            recv(self.inbox.work) -> work => work.ok().map(|work| Some(self.take_work(work))),
            default(wait) => Some(None),
        }
    }

    /// Shows what the mind is doing. The housekeeping of every second sees to it that what is shown
    /// of a quiet node is never older than that.
    fn show(&mut self) {
        if self.shown_at.elapsed() >= SHOW_EVERY {
            self.shown_at = Instant::now();
            self.shared.show(self.replica.insight());
        }
    }

    fn take_work(&mut self, work: Work) -> Input {
        match work {
            Work::Input(input) => input,
            Work::Submit(Submission { tx, answer }) => {
                self.next_token += 1;
                self.answers.insert(self.next_token, answer);
                Input::Submit(self.next_token, tx)
            }
        }
    }

    /// One step of the mind, and all that it wishes for.
    fn feed(&mut self, input: Input) -> Result<(), CoreError> {
        let mut effects = Vec::new();
        self.replica.step(clock(), input, &mut effects);
        for effect in effects {
            self.perform(effect)?;
        }
        self.publish_gate();
        Ok(())
    }

    /// A new height has a new gate; timers of old heights are forgotten.
    fn publish_gate(&mut self) {
        let gate = self.replica.gate();
        if self.shared.gate_height() != gate.height {
            self.timers.drop_before(gate.height);
            self.shared.set_gate(gate);
        }
    }

    /// Answers a local submission.
    pub(super) fn answer(&mut self, token: u64, answer: Result<TxId, Reason>) {
        if let Some(waiting) = self.answers.remove(&token) {
            // A client that has gone away misses nothing: the id is the same when it asks again.
            let _gone = waiting.send(answer);
        }
    }

    /// Hands an effect to the room that performs it.
    fn perform(&mut self, effect: Effect) -> Result<(), CoreError> {
        match effect {
            Effect::Gossip(message) => self.outbox.gossip(message),
            Effect::Request(peer, id, request) => self.outbox.request(peer, id, &request),
            Effect::Respond(ticket, response) => self.outbox.respond(ticket, &response),
            Effect::Recheck(peer, message) => self.outbox.recheck(peer, message),
            Effect::Blame(peer, what) => self.outbox.blame(peer, what),
            Effect::Sign(unsigned) => self.sign(unsigned),
            Effect::DrawKey(epoch) => self.draw_key(epoch),
            Effect::Log(height, entry) => self.journal.log(height, &entry)?,
            Effect::SyncJournal => return self.sync_journal(),
            Effect::Commit(finalized) => return self.commit(*finalized),
            Effect::Mine(header) => self.search.start(*header)?,
            Effect::CancelMining => self.search.cancel(),
            Effect::SetTimer(timer, after_ms) => self.timers.set(timer, Instant::now(), after_ms),
            Effect::Answer(token, answer) => self.answer(token, answer),
            Effect::Publish(event) => self.publish(event),
            Effect::Warn(reason) => warn(&reason),
            Effect::Halt(reason) => return Err(CoreError::Halt(reason)),
        }
        Ok(())
    }
}

/// The operator learns at once why this node will stop. The proof of who forked the chain goes to the log,
/// byte by byte: the chain can take it no more.
fn warn(reason: &HaltReason) {
    tracing::error!(%reason, "this node takes part no more; it tells its peers and stops");
    let HaltReason::Fork { evidence, .. } = reason else { return };
    for proof in evidence {
        let borsh = borsh::to_vec(proof).map(hex::encode).unwrap_or_default();
        tracing::error!(?proof, borsh, "evidence against a bank that signed two chains");
    }
}
