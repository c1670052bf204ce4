//! One step at work: what it may look at, what it has written, what shall follow.

use super::effect::Effect;
use super::ledger::LedgerView;
use super::refusal::Refusal;
use crate::Entropy;
use crate::vault::{Draft, Side, Status, Turn, VaultError, VaultKeys, VaultStore};
use idx_crypto::Verifier;
use idx_types::{Height, Idx, NetworkDay, Paise, Reason, SessionId, TimestampMs, Transaction, TxKind};

/// What a step may look at.
pub struct Scene<'a> {
    /// The ledger as of the last final height.
    pub ledger: &'a dyn LedgerView,
    /// The keys of the vault.
    pub keys: &'a VaultKeys,
    /// The vault. A step only reads it; its writes leave as [`Effect::Persist`].
    pub store: &'a dyn VaultStore,
    /// Checks signatures.
    pub verifier: &'a dyn Verifier,
    /// The bank's clock.
    pub now: TimestampMs,
}

/// Why a step goes no further. Nothing that it wrote is kept.
#[derive(Debug)]
pub(super) enum Stop {
    /// The rules say no.
    Refused(Refusal),
    /// The vault gave no answer.
    Vault(VaultError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<VaultError> for Stop {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

/// The state of one step.
pub(super) struct Work<'a> {
    pub(super) ledger: &'a dyn LedgerView,
    pub(super) keys: &'a VaultKeys,
    pub(super) verifier: &'a dyn Verifier,
    pub(super) now: TimestampMs,
    pub(super) draft: Draft<'a>,
    pub(super) effects: Vec<Effect>,
    /// What the ledger says of why this step happens.
    pub(super) cause: Cause,
}

/// Why and where the ledger brought a turn about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cause {
    pub(super) reason: Option<Reason>,
    pub(super) height: Option<Height>,
}

impl<'a> Work<'a> {
    pub(super) fn new(scene: &Scene<'a>, entropy: Entropy) -> Self {
        Self {
            ledger: scene.ledger,
            keys: scene.keys,
            verifier: scene.verifier,
            now: scene.now,
            draft: Draft::new(scene.keys, scene.store, entropy),
            effects: Vec::new(),
            cause: Cause::default(),
        }
    }

    /// Today.
    pub(super) fn day(&self) -> NetworkDay {
        NetworkDay::of(self.now)
    }

    /// Tells a customer what became of a transfer, from what to what; to `None` if it is no longer there
    /// to choose for.
    pub(super) fn tell(
        &mut self,
        customer: Idx,
        intent: &Transaction,
        side: Side,
        (before, status): (Option<Status>, Option<Status>),
    ) {
        let (session, amount) = match &intent.body.kind {
            TxKind::Transfer(ask) => (ask.from, ask.amount),
            _ => (SessionId([0; 32]), Paise::ZERO),
        };
        let Cause { reason, height } = self.cause;
        let reason = reason.filter(|_| status == Some(Status::Failed));
        let (at, id) = (self.now, intent.id());
        let turn = Turn { at, id, matter: side.into(), before, status, reason, height, amount, session };
        self.effects.push(Effect::Tell { customer, turn });
    }

    /// Writes down what customers are told, so that they can be told whenever they come.
    pub(super) fn keep_news(&mut self) -> Result<(), Stop> {
        for effect in &self.effects {
            if let Effect::Tell { customer, turn } = effect {
                self.draft.add_news(*customer, turn.clone())?;
            }
        }
        Ok(())
    }

    /// What was written first, then everything else in its order.
    pub(super) fn finish(self, out: &mut Vec<Effect>) {
        let batch = self.draft.into_batch();
        if !batch.changes.is_empty() {
            out.push(Effect::Persist(batch));
        }
        out.extend(self.effects);
    }
}
