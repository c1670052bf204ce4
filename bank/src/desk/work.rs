//! One step at work: what it may look at, what it has written, what shall follow.

use super::effect::Effect;
use super::ledger::LedgerView;
use super::refusal::Refusal;
use crate::Entropy;
use crate::vault::{Draft, Side, Status, VaultError, VaultKeys, VaultStore};
use idx_crypto::Verifier;
use idx_types::{Idx, NetworkDay, TimestampMs, TxId};

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
        }
    }

    /// Today.
    pub(super) fn day(&self) -> NetworkDay {
        NetworkDay::of(self.now)
    }

    /// Tells a customer what became of a transfer; `None` if it is no longer there to choose for.
    pub(super) fn tell(&mut self, customer: Idx, id: TxId, side: Side, status: Option<Status>) {
        self.effects.push(Effect::Tell { customer, id, side, status });
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
