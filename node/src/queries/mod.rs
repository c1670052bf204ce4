//! What the node offers to its interfaces: the five traits of `idx_api`, over store, mind and events.
//! Reads of blocks go to the store and never wait for the mind; reads of the state ask it.

mod chain;
mod chain_keys;
mod live;
mod order_file;
pub(crate) mod orders;
mod submit;
mod trail;
mod travel;

pub(crate) use chain::fee_view;
pub use live::LiveFacts;
pub use trail::KnownRules;

use crate::engine::events::EventHub;
use crate::engine::inbox::InboxSender;
use crate::engine::shared::Shared;
use idx_api::{Answer, ApiDeps, Events, LiveEvent, QueryError, Teller};
use idx_crypto::Verifier;
use idx_replica::Replica;
use idx_storage::Store;
use idx_types::{BankCode, BankId, ChainId, Height};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Everything the interfaces read.
pub struct Queries {
    /// The network.
    pub chain_id: ChainId,
    /// Blocks and indexes.
    pub store: Arc<Store>,
    /// The mind.
    pub inbox: InboxSender,
    /// Facts as they happen.
    pub events: EventHub,
    /// Where the node stands, and its metrics.
    pub shared: Arc<Shared>,
    /// Short names of the banks of genesis and of now.
    pub names: Arc<BTreeMap<BankId, BankCode>>,
    /// The signature scheme.
    pub verifier: Arc<dyn Verifier>,
    /// What does not change while the node runs, and its peers.
    pub facts: LiveFacts,
    /// Who and what ruled, as far as it is known.
    pub rules: KnownRules,
}

impl Queries {
    /// The dependencies of the router, all from this.
    pub fn deps(self, teller: Option<Arc<dyn Teller>>) -> ApiDeps {
        let all = Arc::new(self);
        let (queries, orders, submit) = (all.clone(), all.clone(), all.clone());
        ApiDeps { queries, orders, submit, live: all.clone(), events: all, teller }
    }

    /// Looks at the mind between two of its steps. Called on blocking threads.
    fn ask<T, F>(&self, question: F) -> Answer<T>
    where
        T: Send + 'static,
        F: FnOnce(&Replica) -> T + Send + 'static,
    {
        self.inbox.ask_blocking(question).map_err(|busy| QueryError::Failed(busy.to_string()))
    }
}

impl Events for Queries {
    fn final_heights(&self) -> watch::Receiver<Height> {
        self.events.final_heights()
    }

    fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.events.live()
    }
}
