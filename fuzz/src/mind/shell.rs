//! The shell of the mind: keeps its disks, its timers and its keys, and gives back what it owes when
//! the script says so.

use super::Liars;
use super::promises::Promises;
use crate::stage::{GENESIS_MS, StandInRule, genesis, key_of, mined, peer_of};
use idx_chain::pool::PoolLimits;
use idx_chain::{Snapshot, State};
use idx_replica::{
    AcceptAll, Effect, Event, Finalized, Input, JournalEntry, OwnMessage, Passed, Past, Replica,
    ReplicaSettings, RequestId, Start, TimerId, Unsigned,
};
use idx_types::testing::{chain_secrets, epoch_keys};
use idx_types::wire::{CertifiedHeight, Gossip, RESPONSE_BYTES_MAX, Request, encode};
use idx_types::{BankId, EpochKey, Height, NetworkKey, Signed, TimestampMs};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};

/// Requests of the mind that wait for an answer; older ones have failed.
const REQUESTS_MAX: usize = 64;

/// Messages of the mind that the script may repeat or alter.
const SENT_MAX: usize = 32;

/// Inputs that are given back in one go; a mind that owes itself work for ever is a fault.
const OWED_MAX: usize = 4_096;

/// A mind and everything around it.
pub(super) struct Shell {
    pub(super) mind: Replica,
    pub(super) me: BankId,
    pub(super) liars: Liars,
    pub(super) now: TimestampMs,
    pub(super) requests: VecDeque<(NetworkKey, RequestId, Request)>,
    pub(super) sent: VecDeque<Gossip>,
    pub(super) heights: Vec<Arc<CertifiedHeight>>,
    pub(super) halted: bool,
    snapshot: Snapshot,
    journal: Journal,
    timers: BTreeMap<TimerId, TimestampMs>,
    owed: VecDeque<Input>,
    promises: Promises,
}

/// The signed history of one height.
#[derive(Default)]
struct Journal {
    height: Height,
    synced: Vec<Vec<u8>>,
    unsynced: Vec<JournalEntry>,
    lost: bool,
}

fn first_snapshot() -> &'static Snapshot {
    static FIRST: OnceLock<Snapshot> = OnceLock::new();
    FIRST.get_or_init(|| genesis().snapshot())
}

fn restored(snapshot: &Snapshot) -> State {
    State::restore_with(snapshot.clone(), Arc::new(StandInRule)).expect("what was committed is sound")
}

fn mind_over(me: BankId, snapshot: &Snapshot, last: Option<Arc<CertifiedHeight>>) -> Replica {
    let settings = ReplicaSettings {
        bank: Some(me),
        network_key: peer_of(me),
        pool: PoolLimits { transactions_max: 64, bytes_max: 1 << 16, per_bank_max: 32 },
        policy: Box::new(AcceptAll),
        verifier: Arc::new(StandInRule),
        protocol_known: idx_types::params::PROTOCOL_VERSION,
        chain_keys: Some(epoch_keys(me).with(chain_secrets())),
    };
    Replica::new(settings, restored(snapshot), last)
}

impl Shell {
    /// Started at genesis.
    pub(super) fn new(me: BankId, liars: Liars) -> Self {
        let snapshot = first_snapshot().clone();
        let mut shell = Self {
            mind: mind_over(me, &snapshot, None),
            me,
            liars,
            now: TimestampMs(GENESIS_MS + 1_000),
            requests: VecDeque::new(),
            sent: VecDeque::new(),
            heights: Vec::new(),
            halted: false,
            snapshot,
            journal: Journal::default(),
            timers: BTreeMap::new(),
            owed: VecDeque::new(),
            promises: Promises::new(me, liars),
        };
        shell.feed(Input::Start(Start::default()));
        shell
    }

    /// Gives the mind an input and fulfils its wishes.
    pub(super) fn feed(&mut self, input: Input) {
        let mut effects = Vec::new();
        self.mind.step(self.now, input, &mut effects);
        self.promises.wishes(effects.len());
        effects.into_iter().for_each(|effect| self.perform(effect));
        self.promises.keeps(&self.mind);
    }

    /// A peer's message passes the gate, or does not.
    pub(super) fn deliver(&mut self, from: NetworkKey, message: Gossip) {
        if let Ok(Passed::Now(inputs)) = self.mind.gate().check(from, message) {
            inputs.into_iter().for_each(|input| self.feed(input));
        }
    }

    /// Gives back one thing that is owed, the oldest or a later one.
    pub(super) fn give_back(&mut self, which: usize) {
        let at = which % self.owed.len().max(1);
        if let Some(input) = self.owed.remove(at) {
            self.feed(input);
        }
    }

    /// Gives back everything that is owed, in order.
    pub(super) fn settle(&mut self) {
        for _ in 0..OWED_MAX {
            let Some(input) = self.owed.pop_front() else { return };
            self.feed(input);
        }
        panic!("the mind keeps itself busy without end");
    }

    /// A timer runs out; time moves on to when it is due.
    pub(super) fn ring(&mut self, which: usize) {
        let at = which % self.timers.len().max(1);
        if let Some((timer, due)) = self.timers.iter().nth(at).map(|(timer, due)| (*timer, *due)) {
            self.timers.remove(&timer);
            self.now = self.now.max(due);
            self.feed(Input::Timer(timer));
        }
    }

    /// The process dies and starts again: of what was not synced only the first entries are left.
    pub(super) fn crash(&mut self, survivors: usize, lose_journal: bool) {
        self.journal.unsynced.truncate(survivors);
        self.journal.sync();
        if lose_journal {
            self.journal = Journal { lost: true, ..Journal::default() };
        }
        (self.owed, self.requests) = (VecDeque::new(), VecDeque::new());
        self.timers.clear();
        self.mind = mind_over(self.me, &self.snapshot, self.heights.last().cloned());
        self.promises.restarted(self.mind.state());
        let past = self.heights.iter().map(|height| Past::from(&**height)).collect();
        self.feed(Input::Start(Start { past, ..self.journal.start() }));
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Gossip(message) => self.send(message),
            Effect::Request(peer, id, request) => self.ask(peer, id, request),
            Effect::Respond(_, response) => assert!(encode(&response).len() <= RESPONSE_BYTES_MAX),
            Effect::Recheck(peer, message) => {
                if let Ok(Passed::Now(inputs)) = self.mind.gate().check(peer, message) {
                    self.owed.extend(inputs);
                }
            }
            Effect::Sign(unsigned) => {
                self.promises.asks(&unsigned);
                self.owed.push_back(Input::Signed(sign(self.me, unsigned)));
            }
            Effect::DrawKey(epoch) => {
                self.owed.push_back(Input::KeyDrawn(EpochKey::new(epoch, [epoch as u8; 32].into())));
            }
            Effect::Log(height, entry) => self.journal.append(height, *entry),
            Effect::SyncJournal => self.journal.sync(),
            Effect::Mine(header) => self.owed.push_back(Input::Mined(Box::new(mined(*header)), 1)),
            Effect::CancelMining => self.owed.retain(|input| !matches!(input, Input::Mined(..))),
            Effect::SetTimer(timer, after_ms) => drop(self.timers.insert(timer, self.now.plus(after_ms))),
            Effect::Commit(finalized) => self.commit(&finalized),
            Effect::Publish(Event::Final(height)) => self.promises.finalises(&height, self.mind.state()),
            Effect::Publish(_) | Effect::Answer(..) => {}
            Effect::Blame(peer, what) => self.promises.blames(peer, what),
            Effect::Warn(reason) => self.promises.halts(&reason),
            Effect::Halt(reason) => {
                self.promises.halts(&reason);
                self.halted = true;
            }
        }
    }

    fn send(&mut self, message: Gossip) {
        self.promises.sends(&message, &self.journal.unsynced);
        if self.sent.len() >= SENT_MAX {
            self.sent.pop_front();
        }
        self.sent.push_back(message);
    }

    fn ask(&mut self, peer: NetworkKey, id: RequestId, request: Request) {
        if self.requests.len() >= REQUESTS_MAX
            && let Some((peer, id, _)) = self.requests.pop_front()
        {
            self.owed.push_back(Input::RequestFailed(peer, id));
        }
        self.requests.push_back((peer, id, request));
    }

    fn commit(&mut self, finalized: &Finalized) {
        let delta = &finalized.delta;
        for (number, account) in &delta.accounts {
            put(&mut self.snapshot.accounts, *number, account);
        }
        for (number, session) in &delta.sessions {
            put(&mut self.snapshot.sessions, *number, session);
        }
        self.snapshot.settled.retain(|(until, _)| *until >= delta.expired_before);
        self.snapshot.settled.extend(delta.settled.iter().copied());
        self.snapshot.core = delta.core.clone();
        self.heights.push(finalized.certified.clone());
        self.owed.push_back(Input::Committed(finalized.certified.height()));
    }
}

impl Journal {
    /// The first entry of a height starts a new journal.
    fn append(&mut self, height: Height, entry: JournalEntry) {
        if height != self.height {
            *self = Self { height, ..Self::default() };
        }
        self.lost = false;
        self.unsynced.push(entry);
    }

    fn sync(&mut self) {
        let bytes = |entry: JournalEntry| borsh::to_vec(&entry).expect("writing to memory");
        self.synced.extend(self.unsynced.drain(..).map(bytes));
    }

    fn start(&self) -> Start {
        let read = |bytes: &Vec<u8>| borsh::from_slice(bytes).expect("what was written is read back");
        let journal = self.synced.iter().map(read).collect();
        Start { journal, journal_height: self.height, history_lost: self.lost, past: Vec::new() }
    }
}

fn put<T: Clone>(rows: &mut Vec<T>, number: u64, row: &T) {
    match rows.get_mut(number as usize) {
        Some(old) => old.clone_from(row),
        None => rows.push(row.clone()),
    }
}

fn sign(me: BankId, unsigned: Unsigned) -> OwnMessage {
    let key = key_of(me);
    match unsigned {
        Unsigned::Header(header) => OwnMessage::Header(Box::new(Signed::new(*header, &key))),
        Unsigned::Verdicts(verdicts) => OwnMessage::Verdicts(Signed::new(verdicts, &key)),
        Unsigned::Proposal(proposal) => OwnMessage::Proposal(Signed::new(proposal, &key)),
        Unsigned::Vote(vote) => OwnMessage::Vote(Signed::new(vote, &key)),
        Unsigned::Transaction(body) => OwnMessage::Transaction(Box::new(body.sign(&[&key]))),
    }
}
