//! The loop: take what waits, step by step; sync once; perform.

use super::inbox::{DeskInbox, Reply};
use super::ledger::StoredLedger;
use super::perform::Ways;
use super::vault::Vault;
use crate::engine::clock;
use crate::engine::events::EventHub;
use crate::engine::shared::Shared;
use idx_api::Bells;
use idx_bank::desk::{Desk, Effect, Home, Input, Refusal, Scene};
use idx_bank::pseudonym::{TagBook, TagKeys};
use idx_bank::vault::{StoreError, VaultError};
use idx_crypto::{HpkeSecret, Verifier};
use idx_storage::Store;
use idx_types::{Height, NetworkDay, OrderId, TimestampMs};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Steps that share one sync at most.
const GROUP_MAX: usize = 512;

/// Why the desk's thread ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The vault cannot be read or written.
    #[error("the bank's vault failed: {0}")]
    Vault(#[from] VaultError),
    /// The block store cannot be read.
    #[error("the block store failed: {0}")]
    Store(#[from] idx_storage::StoreError),
    /// There is nothing to make secrets of.
    #[error(transparent)]
    Entropy(#[from] crate::keys::KeysError),
}

/// What the thread owns.
pub(super) struct Shell {
    pub(super) desk: Desk,
    pub(super) home: Home,
    pub(super) tag_epoch: u32,
    pub(super) tag_keys: TagKeys,
    pub(super) vault: Vault,
    pub(super) store: Arc<Store>,
    pub(super) shared: Arc<Shared>,
    pub(super) events: EventHub,
    pub(super) verifier: Arc<dyn Verifier>,
    pub(super) ways: Ways,
    pub(super) bells: Arc<Bells>,
    pub(super) hpke: HpkeSecret,
    pub(super) answered: BTreeMap<OrderId, TimestampMs>,
    pub(super) followed: Height,
    pub(super) replies: BTreeMap<u64, Reply>,
    pub(super) next_token: u64,
    pub(super) failed: Option<DeskError>,
    pub(super) written: bool,
    pub(super) is_stopping: bool,
}

/// A desk over a vault as it is.
pub(super) fn open_desk(home: &Home, tag_keys: &TagKeys, vault: &Vault) -> Result<Desk, VaultError> {
    let shelf = vault.shelf();
    let everybody = shelf.every_customer()?;
    let tags = TagBook::new(tag_keys.clone(), NetworkDay::of(clock()), &everybody);
    Desk::open(home.clone(), tags, &shelf)
}

impl Shell {
    /// Runs until it is told to stop.
    ///
    /// # Errors
    /// [`DeskError`] if a disk fails: the node must stop.
    pub(super) fn run(mut self, inbox: &DeskInbox) -> Result<(), DeskError> {
        let open = self.vault.shelf().open_transfers()?.into_iter().map(|open| open.id).collect();
        let mut out = Vec::new();
        self.catch_up(open, &mut out)?;
        self.feed(Input::Height, &mut out);
        self.end_group(&mut out)?;
        while let Some(first) = inbox.wait() {
            self.take(first, &mut out);
            for _ in 1..GROUP_MAX {
                let Some(next) = inbox.poll() else { break };
                self.take(next, &mut out);
            }
            self.end_group(&mut out)?;
            if self.is_stopping {
                break;
            }
        }
        Ok(())
    }

    /// One step. Its writes can be read at once; its other effects wait for the group's sync.
    pub(super) fn feed(&mut self, input: Input, out: &mut Vec<Effect>) {
        if self.failed.is_some() {
            return;
        }
        let seed = match crate::keys::random::<32>() {
            Ok(seed) => *seed,
            Err(error) => return self.failed = Some(error.into()),
        };
        let ledger = StoredLedger { store: self.store.clone(), rules: self.shared.rules() };
        let scene = Scene {
            ledger: &ledger,
            keys: &self.vault.keys,
            store: &*self.vault.db,
            verifier: &*self.verifier,
            now: clock(),
        };
        let mut effects = Vec::new();
        self.desk.step(&scene, seed, input, &mut effects);
        self.write(effects, out);
    }

    /// Writes what a step persists. If that fails, the step's other effects are dropped and the desk is
    /// opened again over the vault as it is.
    fn write(&mut self, effects: Vec<Effect>, out: &mut Vec<Effect>) {
        let mut effects = effects.into_iter().peekable();
        if let Some(Effect::Persist(batch)) = effects.next_if(|effect| matches!(effect, Effect::Persist(_))) {
            self.vault.durable.writing();
            self.written = true;
            if let Err(error) = self.vault.db.write_behind(&batch) {
                return self.step_lost(&error, effects, out);
            }
        }
        out.extend(effects);
    }

    fn step_lost(
        &mut self,
        error: &StoreError,
        effects: impl Iterator<Item = Effect>,
        out: &mut Vec<Effect>,
    ) {
        tracing::error!(%error, "the vault took no write; what was asked for is not done");
        out.extend(effects.filter_map(|effect| match effect {
            Effect::Answer(token, _) => Some(Effect::Answer(token, Err(Refusal::VaultUnavailable))),
            _ => None,
        }));
        match open_desk(&self.home, &self.tag_keys, &self.vault) {
            Ok(desk) => self.desk = desk,
            Err(error) => self.failed = Some(error.into()),
        }
    }

    /// One sync for all steps of the group, then their effects in order.
    fn end_group(&mut self, out: &mut Vec<Effect>) -> Result<(), DeskError> {
        if std::mem::take(&mut self.written) {
            let began = Instant::now();
            self.vault.db.sync().map_err(VaultError::from)?;
            self.vault.durable.synced();
            self.shared.metrics.vault_sync.observe(began.elapsed().as_secs_f64());
        }
        for effect in out.drain(..) {
            self.perform(effect);
        }
        self.failed.take().map_or(Ok(()), Err)
    }
}
