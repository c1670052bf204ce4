//! What an observer knows: the follower, the heights that held, and their announcement to clients.

use crate::engine::Metrics;
use crate::engine::events::EventHub;
use anyhow::{Context, Result, ensure};
use idx_crypto::Ed25519;
use idx_genesis::SoundGenesis;
use idx_light::{Checkpoint, FollowError, Follower};
use idx_replica::Event;
use idx_storage::{ObservedDb, StoreError};
use idx_types::{BankCode, BankId, Height, NetworkKey, ObservedHeight, Outcome, ValidatorSet};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Short names of all banks there ever were, as far as this observer has followed.
pub type Names = BTreeMap<BankId, BankCode>;

/// Everything an observer has; shared by the task that follows and by clients.
pub struct Kept {
    /// The heights.
    pub db: ObservedDb,
    /// Facts as they become known.
    pub events: EventHub,
    /// What is measured.
    pub metrics: Metrics,
    claimed: AtomicU64,
    follower: Mutex<Follower>,
    names: RwLock<Arc<Names>>,
}

/// Why heights are not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// A height does not hold; those before it are kept.
    #[error("height {height}: {source}")]
    False {
        /// The height that was to come.
        height: Height,
        /// The link that broke.
        source: FollowError,
    },
    /// The disk fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Kept {
    /// Opens the store in a folder and stands where it ends; at genesis if it is empty.
    ///
    /// # Errors
    /// Those of the store, and that it is of another network.
    pub fn open(folder: &Path, genesis: &SoundGenesis) -> Result<Self> {
        let db = ObservedDb::open(folder, genesis.chain_id())?;
        let follower = match db.follower::<Checkpoint>()? {
            Some(checkpoint) => Follower::from_checkpoint(checkpoint),
            None => at_genesis(genesis)?,
        };
        Self::new(db, follower, genesis_names(genesis))
    }

    /// A store and the follower that stands at its end.
    ///
    /// # Errors
    /// Those of the store; that the two do not belong together.
    pub fn new(db: ObservedDb, follower: Follower, mut names: Names) -> Result<Self> {
        let tip = follower.checkpoint().height;
        let last = db.height(tip)?;
        ensure!(last.is_some() || tip == Height::GENESIS, "height {tip} is missing from the store");
        names.extend(names_of(&follower.checkpoint().banks));
        let events = EventHub::new(tip, last.map(|height| Arc::new(height.into_certified())));
        let (metrics, claimed) = (Metrics::new(), AtomicU64::new(tip.0));
        let (follower, names) = (Mutex::new(follower), RwLock::new(Arc::new(names)));
        Ok(Self { db, events, metrics, claimed, follower, names })
    }

    /// The last height.
    pub fn height(&self) -> Height {
        self.checkpoint().height
    }

    /// Where the follower stands.
    pub fn checkpoint(&self) -> Checkpoint {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner).checkpoint().clone()
    }

    /// Banks claim to be this far.
    pub fn claim(&self, height: u64) {
        let own = self.height().0;
        let claimed = height.max(own);
        self.claimed.store(claimed, Ordering::Release);
        self.metrics.lag.set(i64::try_from(claimed - own).unwrap_or(i64::MAX));
    }

    /// How far banks claim to be: a claim, not a proof.
    pub fn claimed(&self) -> Height {
        Height(self.claimed.load(Ordering::Acquire).max(self.height().0))
    }

    /// Short names of banks.
    pub fn names(&self) -> Arc<Names> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The short name of the bank with this libp2p identity, or the identity.
    pub fn name_of(&self, key: &NetworkKey) -> String {
        let banks = self.checkpoint().banks;
        banks.by_network_key(key).map_or_else(|| key.to_string(), |bank| bank.code.to_string())
    }

    /// Follows heights as far as they hold, keeps those, and tells clients. Blocks: signatures are checked
    /// and the disk is synced. Called by one thread at a time. Answers how many were taken.
    ///
    /// # Errors
    /// `TakeError`; what holds before a false height is kept all the same.
    pub fn take(&self, heights: Vec<ObservedHeight>) -> Result<usize, TakeError> {
        let mut follower = self.follower.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut held, mut broken) = (Vec::new(), Ok(()));
        for height in heights {
            // What comes late was taken from another bank meanwhile.
            if height.height() <= follower.checkpoint().height {
                continue;
            }
            let next = follower.checkpoint().height.next();
            match follower.follow(&height, &Ed25519) {
                Ok(_) => held.push(height),
                Err(source) => {
                    broken = Err(TakeError::False { height: next, source });
                    break;
                }
            }
        }
        let taken = held.len();
        self.keep(held, follower)?;
        broken.map(|()| taken)
    }

    fn keep(&self, heights: Vec<ObservedHeight>, follower: Follower) -> Result<(), StoreError> {
        if heights.is_empty() {
            return Ok(());
        }
        self.db.append(&heights, follower.checkpoint())?;
        self.learn_names(&follower.checkpoint().banks);
        *self.follower.lock().unwrap_or_else(PoisonError::into_inner) = follower;
        for height in heights {
            self.count(&height);
            self.events.publish(Event::Final(Arc::new(height.into_certified())));
        }
        Ok(())
    }

    fn learn_names(&self, banks: &ValidatorSet) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        if banks.banks().iter().any(|bank| !names.contains_key(&bank.id)) {
            Arc::make_mut(&mut *names).extend(names_of(banks));
        }
    }

    fn count(&self, height: &ObservedHeight) {
        let number = height.height().0;
        self.metrics.height.set(i64::try_from(number).unwrap_or(i64::MAX));
        self.metrics.lag.set(i64::try_from(self.claimed().0 - number).unwrap_or(i64::MAX));
        self.metrics.difficulty.set(i64::from(height.public.header.difficulty));
        for outcome in &height.private.outcomes {
            let label = match outcome {
                Outcome::Completed => "completed",
                Outcome::Failed(_) => "failed",
                Outcome::Deferred => "deferred",
            };
            self.metrics.settled.with_label_values(&[label]).inc();
        }
    }
}

fn at_genesis(genesis: &SoundGenesis) -> Result<Follower> {
    let spec = genesis.to_spec();
    let banks = spec.banks.into_iter().map(|founding| founding.bank).collect();
    let banks = ValidatorSet::new(banks).map_err(anyhow::Error::msg).context("the banks of genesis")?;
    Ok(Follower::genesis(spec.chain_id, spec.time, banks, spec.params))
}

fn genesis_names(genesis: &SoundGenesis) -> Names {
    genesis.to_spec().banks.into_iter().map(|founding| (founding.bank.id, founding.bank.code)).collect()
}

fn names_of(banks: &ValidatorSet) -> impl Iterator<Item = (BankId, BankCode)> + '_ {
    banks.banks().iter().map(|bank| (bank.id, bank.code.clone()))
}
