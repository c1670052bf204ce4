//! The private chain's key: opened when the ledger has a new one, made when it is this bank's turn, judged
//! when another makes it (document 4.4).
//!
//! ```text
//!   due on the ledger, our turn --Effect::DrawKey--> shell: 32 random bytes --Input::KeyDrawn-->
//!       wrapped for every bank --> Unsigned::Transaction --> pool, like any transaction
//! ```
//!
//! Turns follow the banks by height, so that a bank that is down holds the key up for a few heights only.
//! Two banks that make one at once do no harm: the first on the ledger is the key.

use crate::effect::{Effect, Event, Unsigned};
use crate::replica::Replica;
use idx_types::tx::TX_VERSION;
use idx_types::{BankId, EpochKey, EpochKeys, Height, PreparedTx, TimestampMs, TxBody, TxKind};

/// Heights of one bank's turn to make a key that is due: enough for its transaction to settle.
pub(crate) const TURN_HEIGHTS: u64 = 4;

/// How long a rotation may wait for a block, milliseconds.
const ROTATION_MS: u64 = 10 * 60 * 1_000;

/// What a mind remembers of its keys.
#[derive(Debug, Default)]
pub(crate) struct KeyNotes {
    /// The newest epoch of the ledger when wraps were last opened.
    opened_to: u32,
    /// The epoch and the turn for which this bank has drawn a key.
    drawn: Option<(u32, u64)>,
}

impl Replica {
    /// The keys of the private chain that this node has; for who reads bodies, and for receiver tags:
    /// the tag of an intent is of the epoch in force when it was made, or of the one before.
    pub const fn chain_keys(&self) -> Option<&EpochKeys> {
        self.settings.chain_keys.as_ref()
    }

    /// The key under which the body of the height being agreed on is sealed, if this node has it.
    pub fn key_in_force(&self) -> Option<&EpochKey> {
        let epoch = self.state.chain_keys().in_force(self.state.tip().height.next())?;
        self.chain_keys()?.get(epoch)
    }

    /// Opens what the ledger has for this bank and was not opened yet. A wrap that does not open, or a
    /// bank that was given none, changes nothing: the node goes on and takes the others' word for bodies.
    pub(crate) fn open_keys(&mut self, out: &mut Vec<Effect>) {
        let (keys, chain_id) = (self.state.chain_keys(), self.state.chain_id());
        let newest = keys.newest();
        let Some(ring) = self.settings.chain_keys.as_mut().filter(|_| self.keys.opened_to != newest) else {
            return;
        };
        self.keys.opened_to = newest;
        keys.teach(chain_id, ring);
        let held = ring.get(newest).is_some();
        out.push(Effect::Publish(Event::ChainKey { epoch: newest, held }));
    }

    /// Whether this bank agrees to a new key: its wrap opens, and so does everybody else's.
    pub(crate) fn agrees_to_key(&self, tx: &PreparedTx) -> bool {
        let TxKind::RotateChainKey(rotation) = &tx.tx.body.kind else { return true };
        let (banks, pepper) = (self.state.validators(), self.state.chain_keys().pepper_commitment());
        self.chain_keys().is_some_and(|ring| ring.agrees(rotation, self.state.chain_id(), pepper, banks))
    }

    /// Asks for the makings of a key if one is due, it is our turn, and we know where the chain stands.
    pub(crate) fn see_to_key(&mut self, now: TimestampMs, out: &mut Vec<Effect>) {
        let Some((due_since, me)) = self.state.chain_keys().due_since().zip(self.me()) else { return };
        let can_make = self.chain_keys().is_some_and(|ring| ring.pepper().is_some()) && !self.abstains();
        let turn = turn_of(due_since, self.book.height);
        let ask = (self.state.chain_keys().newest().saturating_add(1), turn);
        if can_make && self.bank_of_turn(turn) == me && self.keys.drawn != Some(ask) && !self.lags(now) {
            self.keys.drawn = Some(ask);
            out.push(Effect::DrawKey(ask.0));
        }
    }

    fn bank_of_turn(&self, turn: u64) -> BankId {
        let banks = self.state.validators().banks();
        let place = usize::try_from(turn % banks.len() as u64).unwrap_or_default();
        banks[place].id
    }

    /// Heights that this node is behind say what was due long ago.
    fn lags(&self, now: TimestampMs) -> bool {
        self.sync.len() > 0 || self.peers.ahead_of(self.state.tip().height.next(), now).is_some()
    }

    /// The shell has drawn a key.
    pub(crate) fn on_key_drawn(&mut self, now: TimestampMs, key: EpochKey, out: &mut Vec<Effect>) {
        let keys = self.state.chain_keys();
        let wanted = keys.due_since().is_some() && key.epoch() == keys.newest().saturating_add(1);
        let (Some(ring), true) = (self.chain_keys(), wanted && self.is_running()) else { return };
        let chain_id = self.state.chain_id();
        let Some(rotation) = ring.rotation(key, chain_id, self.state.validators()) else { return };
        let body = TxBody {
            version: TX_VERSION,
            chain_id,
            created_at: now,
            valid_until: now.plus(ROTATION_MS),
            nonce: 0,
            kind: TxKind::RotateChainKey(Box::new(rotation)),
        };
        self.request_signature(Unsigned::Transaction(Box::new(body)), out);
    }
}

/// How many turns have passed since a key was due.
const fn turn_of(due_since: Height, height: Height) -> u64 {
    height.0.saturating_sub(due_since.0) / TURN_HEIGHTS
}
