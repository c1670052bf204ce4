//! The mind itself: its parts, and the one match that says which room answers which input.

use crate::book::Book;
use crate::effect::{Effect, HaltReason, TimerId, Unsigned};
use crate::future::Future;
use crate::gate::Gate;
use crate::input::Input;
use crate::journal::JournalEntry;
use crate::keys::KeyNotes;
use crate::pace::Pace;
use crate::peers::Peers;
use crate::policy::Policy;
use crate::rules::Rules;
use crate::silence::Silence;
use crate::starting::Abstention;
use crate::syncing::SyncQueue;
use idx_chain::State;
use idx_chain::pool::{Pool, PoolLimits};
use idx_consensus::agreement::{Agreement, VoteGuard};
use idx_crypto::Verifier;
use idx_types::wire::CertifiedHeight;
use idx_types::{
    BankId, CommitCertificate, EpochKeys, ForkProof, Height, NetworkKey, PrivateHash, Quorums, Reason,
    TimestampMs,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a mind needs to know of itself.
pub struct ReplicaSettings {
    /// The bank this is; `None` for an observer, which signs nothing.
    pub bank: Option<BankId>,
    /// Its libp2p identity.
    pub network_key: NetworkKey,
    /// Bounds of the pool.
    pub pool: PoolLimits,
    /// The bank's own rules.
    pub policy: Box<dyn Policy>,
    /// The signature scheme of the network.
    pub verifier: Arc<dyn Verifier>,
    /// The newest protocol version that this software knows.
    pub protocol_known: u16,
    /// The keys of the private chain that this node has at its start; it opens what the ledger adds. Without
    /// the key in force it follows, and takes the others' word for bodies.
    pub chain_keys: Option<EpochKeys>,
}

/// What the mind is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not started.
    Waiting,
    /// Agreeing on the height of the book.
    Running,
    /// The last height is decided and being stored.
    Committing(Arc<CertifiedHeight>),
    /// Shown a height of another chain, this node takes part no more and waits for a better proof of
    /// the fork; at the second housekeeping it makes do with this one.
    Forked { proof: Box<ForkProof>, waited: bool },
    /// The chain has forked: this node passes on the proof at so many more housekeepings, then halts.
    Leaving { proof: Box<ForkProof>, left: u32 },
    /// Stopped for good.
    Halted,
}

/// One bank's mind. Owns the state, the pool and the height being agreed on; never waits, never
/// reads a clock, never fails on bad input. Time is what the shell says it is.
pub struct Replica {
    pub(crate) settings: ReplicaSettings,
    pub(crate) state: State,
    pub(crate) pool: Pool,
    pub(crate) agreement: Agreement,
    pub(crate) guard: VoteGuard,
    pub(crate) book: Book,
    pub(crate) gate: Gate,
    pub(crate) future: Future,
    pub(crate) peers: Peers,
    pub(crate) silence: Silence,
    pub(crate) pace: Pace,
    pub(crate) sync: SyncQueue,
    pub(crate) keys: KeyNotes,
    pub(crate) abstention: Abstention,
    pub(crate) phase: Phase,
    pub(crate) replaying: bool,
    /// Certificates of the last heights, to show a fork if one appears.
    pub(crate) recent: VecDeque<CommitCertificate>,
    /// The tip with its certificate.
    pub(crate) last_final: Option<Arc<CertifiedHeight>>,
    /// When the height of the book began, by this bank's clock.
    pub(crate) entered_at: TimestampMs,
    /// The last height that is stored; the state may be one ahead of it.
    pub(crate) stored_tip: (Height, PrivateHash),
    /// Who rules the height of the book, and ruled those before it.
    pub(crate) rules: Arc<Rules>,
    /// The tip at the last housekeeping, to see that we stand still.
    pub(crate) tip_at_housekeeping: Height,
}

impl Replica {
    /// A mind over a loaded state. `last_final` is the stored tip, `None` at genesis. It does
    /// nothing before `Input::Start`.
    pub fn new(settings: ReplicaSettings, state: State, last_final: Option<Arc<CertifiedHeight>>) -> Self {
        let tip = state.tip().height;
        let stored_tip = (tip, state.tip().private_hash);
        let rules = Arc::new(Rules::after(&state));
        Self {
            agreement: Agreement::new(state.chain_id(), settings.bank),
            guard: VoteGuard::new(tip.next()),
            pool: Pool::new(settings.pool),
            book: Book::new(tip.next()),
            gate: gate_after(&state, &rules, settings.verifier.clone()),
            future: Future::default(),
            peers: Peers::default(),
            silence: Silence::default(),
            pace: Pace::default(),
            sync: SyncQueue::default(),
            keys: KeyNotes::default(),
            abstention: Abstention::None,
            rules,
            recent: VecDeque::new(),
            phase: Phase::Waiting,
            replaying: false,
            entered_at: TimestampMs(0),
            stored_tip,
            tip_at_housekeeping: tip,
            last_final,
            settings,
            state,
        }
    }

    /// Takes one input at the given time and appends what is wished for to `out`.
    pub fn step(&mut self, now: TimestampMs, input: Input, out: &mut Vec<Effect>) {
        if matches!(self.phase, Phase::Leaving { .. } | Phase::Halted) {
            return self.refuse(&input, out);
        }
        match input {
            Input::Start(start) => self.start(now, start, out),
            Input::Submit(token, tx) => self.on_submit(now, token, tx, out),
            Input::Transactions(txs) => self.on_transactions(now, txs, out),
            Input::Announcement(announcement) => self.on_announcement(now, announcement, out),
            Input::Verdicts(verdicts) => self.on_verdicts(now, verdicts, out),
            Input::Proposal(proposal) => self.on_proposal(now, *proposal, out),
            Input::Vote(vote) => self.on_vote(now, vote, out),
            Input::Fork(proof) => self.on_fork(Box::new(proof.into_inner()), out),
            Input::Future(peer, height, message) => self.on_future(peer, height, message, out),
            Input::TransactionsWanted(ticket, block, hashes) => self.on_wanted(ticket, block, &hashes, out),
            Input::Status(peer, status) => self.on_status(now, peer, status, out),
            Input::Response(peer, request, response) => self.on_response(now, peer, request, response, out),
            Input::RequestFailed(peer, request) => self.on_request_failed(now, peer, request, out),
            Input::Mined(header, ms) => self.on_mined(now, *header, ms, out),
            Input::Signed(message) => self.on_signed(now, message, out),
            Input::KeyDrawn(key) => self.on_key_drawn(now, key, out),
            Input::Committed(height) => self.on_committed(now, height, out),
            Input::Timer(timer) => self.on_timer(now, timer, out),
        }
    }

    /// A mind that stops takes nothing in; clients are told to try elsewhere.
    fn refuse(&mut self, input: &Input, out: &mut Vec<Effect>) {
        match input {
            Input::Submit(token, _) => out.push(Effect::Answer(*token, Err(Reason::NodeBusy))),
            Input::Timer(TimerId::Housekeeping) => self.farewell(out),
            _ => {}
        }
    }

    fn on_timer(&mut self, now: TimestampMs, timer: TimerId, out: &mut Vec<Effect>) {
        match timer {
            TimerId::Housekeeping => return self.housekeeping(now, out),
            TimerId::Agreement(id) => return self.on_agreement_timeout(now, id, out),
            _ => {}
        }
        if !self.is_running() {
            return;
        }
        match timer {
            TimerId::Idle(height) if height == self.book.height => self.begin_rounds(now, out),
            TimerId::MineAgain(height) if height == self.book.height => self.try_mine(now, out),
            TimerId::Approval(height, round) if height == self.book.height => {
                self.on_approval_timeout(now, round, out);
            }
            TimerId::Fetch(height) if height == self.book.height => self.fetch_again(now, out),
            _ => {}
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// The gate for messages of the height being agreed on; also while that height is being stored
    /// and the state has moved on already, perhaps to other banks.
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// The bank this mind speaks for; none if it only follows.
    pub const fn bank(&self) -> Option<BankId> {
        self.settings.bank
    }

    /// The state after the last final height.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The transactions waiting.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The agreement, for looking at.
    pub const fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// The tip with its certificate, `None` at genesis.
    pub const fn last_final(&self) -> Option<&Arc<CertifiedHeight>> {
        self.last_final.as_ref()
    }

    pub(crate) fn approval_quorum(&self) -> usize {
        self.state.validators().quorums(self.state.params().approval_margin).quorum
    }

    pub(crate) fn agreement_quorums(&self) -> Quorums {
        self.state.validators().quorums(self.state.params().agreement_margin)
    }

    /// Whether an honest bank must stand behind a value.
    pub(crate) fn is_backed(&self, value: PrivateHash) -> bool {
        self.book.is_backed(value, self.agreement_quorums().skip)
    }

    /// The bank this is, if it rules this height.
    pub(crate) fn me(&self) -> Option<BankId> {
        self.settings.bank.filter(|bank| self.state.validators().get(*bank).is_some())
    }

    /// Writes to the journal; while it is being replayed everything is in it already. A bank that
    /// signs nothing needs none, and one that abstains must not write over the mark that tells it
    /// so: it could crash, and start again without knowing that it must abstain.
    pub(crate) fn log(&self, entry: JournalEntry, out: &mut Vec<Effect>) {
        if self.keeps_journal() {
            out.push(Effect::Log(self.book.height, Box::new(entry)));
        }
    }

    pub(crate) fn keeps_journal(&self) -> bool {
        !self.replaying && !self.abstains() && self.me().is_some()
    }

    /// Asks for a signature, unless this bank must not sign here or would contradict itself.
    pub(crate) fn request_signature(&self, unsigned: Unsigned, out: &mut Vec<Effect>) {
        // While the journal is replayed the guard learns from it; what is owed is sifted afterwards.
        let may_sign = self.me().is_some() && !self.abstains();
        if may_sign && (self.replaying || self.guard_permits(&unsigned)) {
            out.push(Effect::Sign(unsigned));
        }
    }

    /// The network key of a bank of this height.
    pub(crate) fn peer_of(&self, bank: BankId) -> Option<NetworkKey> {
        self.state.validators().get(bank).map(|bank| bank.network_key)
    }

    pub(crate) fn blame_bank(&self, bank: BankId, what: &'static str, out: &mut Vec<Effect>) {
        if let Some(peer) = self.peer_of(bank) {
            out.push(Effect::Blame(peer, what));
        }
    }

    pub(crate) fn halt(&mut self, reason: HaltReason, out: &mut Vec<Effect>) {
        self.phase = Phase::Halted;
        out.push(Effect::Halt(reason));
    }
}

/// The gate for messages of the height that follows a state.
pub(crate) fn gate_after(state: &State, rules: &Arc<Rules>, verifier: Arc<dyn Verifier>) -> Gate {
    let banks = state.validators().clone();
    Gate {
        chain_id: state.chain_id(),
        height: state.tip().height.next(),
        approval_quorum: banks.quorums(state.params().approval_margin).quorum,
        banks,
        rules: rules.clone(),
        verifier,
    }
}
