//! What a node finds on its disks when it starts: the chain, the state after it, and its signed history.

use crate::home::Home;
use crate::settings::Settings;
use anyhow::{Context, Result};
use idx_chain::State;
use idx_genesis::SoundGenesis;
use idx_replica::{Journal, PAST_MAX, Past, Start};
use idx_storage::{FolderDisk, Store, StoreOptions};
use idx_types::Height;
use idx_types::wire::CertifiedHeight;
use std::sync::Arc;

/// What a node reads from its disks at start.
pub(super) struct Disks {
    pub(super) store: Arc<Store>,
    pub(super) journal: Journal,
    pub(super) start: Start,
    pub(super) state: State,
    pub(super) last_final: Option<Arc<CertifiedHeight>>,
}

impl Disks {
    pub(super) fn open(home: &Home, settings: &Settings, genesis: &SoundGenesis) -> Result<Self> {
        let options = StoreOptions {
            block_cache_bytes: settings.storage.cache_bytes,
            write_buffer_bytes: settings.storage.write_buffer_bytes,
            open_files_max: i32::try_from(settings.storage.open_files_max).unwrap_or(i32::MAX),
            ..StoreOptions::new(genesis.chain_id())
        };
        let store = Store::open(&home.db(), &options).context("the block store cannot be opened")?;
        let state = load_state(&store, genesis)?;
        let last_final = store.certified(state.tip().height)?.map(Arc::new);
        let (journal, mut start) =
            open_journal(home).context("the journal of signed history cannot be opened")?;
        start.past = past(&store, state.tip().height)?;
        Ok(Self { store: Arc::new(store), journal, start, state, last_final })
    }
}

/// The last stored heights, oldest first; of a store that begins later, those that it has.
fn past(store: &Store, tip: Height) -> Result<Vec<Past>> {
    let first = tip.0.saturating_sub(PAST_MAX as u64) + 1;
    let mut past = Vec::new();
    for height in (first..=tip.0).map(Height) {
        past.extend(store.certified(height)?.as_ref().map(Past::from));
    }
    Ok(past)
}

fn open_journal(home: &Home) -> Result<(Journal, Start)> {
    let (journal, start, torn_bytes) = Journal::open(FolderDisk::open(&home.wal())?)?;
    if torn_bytes > 0 {
        tracing::warn!(bytes = torn_bytes, "the last journal entry was half written and is cut off");
    }
    Ok((journal, start))
}

/// The stored state, or that of genesis on the first start.
fn load_state(store: &Store, genesis: &SoundGenesis) -> Result<State> {
    if store.is_empty() {
        let state = State::genesis(&genesis.to_spec())?;
        store.init(&state.snapshot()).context("the genesis state cannot be stored")?;
        return Ok(state);
    }
    let snapshot = store.load()?.context("the block store holds no state")?;
    State::restore(snapshot).context("the stored state does not add up; resync this node from its peers")
}
