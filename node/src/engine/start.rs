//! Putting the parts of a node together, and taking them apart in order.

use super::core::{Core, CoreError, clock};
use super::customers::{end_of, front};
use super::doors::{Own, network_settings, serve, watch_peers};
use super::events::EventHub;
use super::inbound::{Checker, Inbound};
use super::inbox::{Inbox, InboxSender, inbox};
use super::operator::{end_operator, serve_operator};
use super::outbox::{self, Outbox, Outgoing};
use super::receiving::{Receiving, Tickets};
use super::search::Search;
use super::shared::Shared;
use super::stored::Disks;
use super::timers::Timers;
use crate::desk::{DeskInput, DeskSender, Front, Way};
use crate::home::Home;
use crate::keys::NodeKeys;
use crate::queries::{KnownRules, LiveFacts, Queries};
use crate::settings::Settings;
use anyhow::{Context, Result};
use idx_api::Teller;
use idx_chain::GenesisSpec;
use idx_chain::pool::PoolLimits;
use idx_crypto::{Ed25519, Verifier};
use idx_genesis::SoundGenesis;
use idx_p2p::{NetworkHandle, PeerInfo, PeerRole};
use idx_replica::{AcceptAll, Journal, Policy, Replica, ReplicaSettings, Start};
use idx_storage::Store;
use idx_types::params::PROTOCOL_VERSION;
use idx_types::{Bank, EpochKeys, NextRules, ValidatorSet};
use std::collections::VecDeque;
use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// How long the desk may take to finish what it is doing.
const DESK_PATIENCE: Duration = Duration::from_secs(3);

/// Threads that check peers' messages.
const GATE_THREADS: usize = 2;

/// Runs a node until `shutdown` completes or it must stop by itself.
///
/// # Errors
/// What failed at start, or why the node had to stop.
pub async fn run(
    home: Home,
    settings: Settings,
    genesis: SoundGenesis,
    keys: NodeKeys,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    let disks = Disks::open(&home, &settings, &genesis)?;
    let bank = disks.state.validators().by_code(settings.bank.as_str()).cloned();
    let bank = bank.with_context(|| format!("{} is not a bank of this network now", settings.bank))?;
    tracing::info!(bank = %settings.bank, height = %disks.state.tip().height, "starting");
    let own = Own { seed: keys.network_seed.clone(), key: keys.public.network_key, role: PeerRole::Bank };
    let network = network_settings(own, &settings.p2p, &genesis);
    let (handle, events) = idx_p2p::start(network).await.context("the network cannot be started")?;
    let chain_keys = keys.chain_keys(genesis.body(), &bank, &disks.state)?;
    let front = front(&home, genesis.body(), &disks, (&bank, &keys), &chain_keys, &settings)?;
    let parts = Parts::assemble(disks, &settings, &bank, keys, chain_keys, front.as_ref())?;
    let door = front.as_ref().map(|front| front.door(&parts.way(), parts.receiving.inquiries.clone()));
    let desk_sender = front.as_ref().map(Front::sender);
    let mut desk = front.map(|front| front.start(parts.way())).transpose()?;
    let peers = watch_peers(handle.clone());
    let facts = facts(&settings, &bank, &handle, peers);
    let queries = parts.queries(&genesis, facts);
    let outgoing_task = tokio::spawn(outbox::run(parts.outgoing, handle.clone()));
    let receiving_task = tokio::spawn(parts.receiving.run(events));
    let deps = queries.deps(door.map(|door| Arc::new(door) as Arc<dyn Teller>));
    let api = serve(deps.clone(), &settings.http, &settings.rpc)?;
    serve_operator(&api, deps, &home, &settings.rpc)?;
    let ended = mind_thread(parts.core, parts.start)?;
    let result = tokio::select! {
        () = shutdown => { tracing::info!("stopping"); Ok(()) }
        ended = ended => match ended {
            Ok(result) => result.map_err(anyhow::Error::from),
            // The thread is gone without a word: it panicked, and its message is in the log.
            Err(_) => Err(anyhow::anyhow!("the mind's thread ended unexpectedly; its last words are in the log")),
        },
        ended = end_of(&mut desk) => match ended {
            Ok(result) => result.map_err(anyhow::Error::from),
            Err(_) => Err(anyhow::anyhow!("the desk's thread ended unexpectedly; its last words are in the log")),
        },
    };
    // Does not wait: this thread is a runtime's own, which must not.
    api.shutdown_background();
    end_operator(&home);
    if let Some(sender) = desk_sender.filter(|_| result.is_ok()) {
        sender.tell(DeskInput::Stop);
        // It has its disk to itself for this long; what it promised is durable in any case.
        let _ended = tokio::time::timeout(DESK_PATIENCE, end_of(&mut desk)).await;
    }
    handle.shutdown().await;
    outgoing_task.abort();
    receiving_task.abort();
    result
}

/// All parts of a node, not running yet.
struct Parts {
    core: Core,
    start: Start,
    receiving: Receiving,
    outgoing: mpsc::Receiver<Outgoing>,
    inbox: InboxSender,
    queue: mpsc::Sender<Outgoing>,
    verifier: Arc<dyn Verifier>,
}

impl Parts {
    fn assemble(
        disks: Disks,
        settings: &Settings,
        bank: &Bank,
        keys: NodeKeys,
        chain_keys: EpochKeys,
        front: Option<&Front>,
    ) -> Result<Self> {
        let verifier: Arc<dyn Verifier> = Arc::new(Ed25519);
        let tip = disks.state.tip().height;
        let events = EventHub::new(tip, disks.last_final.clone());
        let replica_settings = ReplicaSettings {
            bank: Some(bank.id),
            network_key: bank.network_key,
            pool: pool_limits(settings),
            policy: front.map_or_else(|| Box::new(AcceptAll) as Box<dyn Policy>, Front::policy),
            verifier: verifier.clone(),
            protocol_known: PROTOCOL_VERSION,
            chain_keys: Some(chain_keys),
        };
        let replica = Replica::new(replica_settings, disks.state, disks.last_final);
        let shared = Arc::new(Shared::new(&replica));
        let (sender, inbox) = inbox();
        let (queue, outgoing) = Outbox::queue();
        let checker = Checker {
            shared: shared.clone(),
            inbox: sender.clone(),
            outgoing: queue.clone(),
            verifier: verifier.clone(),
            desk: front.map(Front::sender),
        };
        let inbound = Inbound::start(GATE_THREADS, &checker)?;
        let tickets = Arc::new(Tickets::default());
        let receiving = Receiving {
            inbound: inbound.clone(),
            checker,
            tickets: tickets.clone(),
            store: disks.store.clone(),
            inquiries: Arc::default(),
            telling: None,
        };
        let outbox = Outbox::new(tickets, inbound, queue.clone());
        let desk = front.map(Front::sender);
        let pieces =
            Pieces { store: disks.store, journal: disks.journal, outbox, events, shared, inbox, desk };
        let core = pieces.core(replica, settings, keys);
        let mut parts =
            Self { core, start: disks.start, receiving, outgoing, inbox: sender, queue, verifier };
        parts.receiving.telling = front.map(|front| Arc::new(front.telling(&parts.way())));
        Ok(parts)
    }

    /// What the desk needs of the node.
    fn way(&self) -> Way {
        Way {
            store: self.core.store.clone(),
            shared: self.core.shared.clone(),
            events: self.core.events.clone(),
            mind: self.inbox.clone(),
            network: self.queue.clone(),
            signer: self.core.signer.clone(),
            verifier: self.verifier.clone(),
            runtime: Handle::current(),
        }
    }

    /// The interfaces' view.
    fn queries(&self, genesis: &SoundGenesis, facts: LiveFacts) -> Queries {
        let genesis = genesis.to_spec();
        let genesis_banks = genesis.banks.iter().map(|entry| (entry.bank.id, entry.bank.code.clone()));
        let state = self.core.replica.state();
        let now = state.validators().banks().iter().map(|bank| (bank.id, bank.code.clone()));
        Queries {
            chain_id: state.chain_id(),
            store: self.core.store.clone(),
            inbox: self.inbox.clone(),
            events: self.core.events.clone(),
            shared: self.core.shared.clone(),
            names: Arc::new(genesis_banks.chain(now).collect()),
            verifier: self.verifier.clone(),
            facts,
            rules: rules_of(&genesis),
        }
    }
}

/// Who and what rules the first height.
fn rules_of(genesis: &GenesisSpec) -> KnownRules {
    let banks = genesis.banks.iter().map(|entry| entry.bank.clone()).collect();
    let banks = ValidatorSet::new(banks).expect("the banks of a sound genesis make a set");
    KnownRules::of_genesis(genesis.time, NextRules { banks, params: genesis.params.clone() })
}

struct Pieces {
    store: Arc<Store>,
    journal: Journal,
    outbox: Outbox,
    events: EventHub,
    shared: Arc<Shared>,
    inbox: Inbox,
    desk: Option<DeskSender>,
}

impl Pieces {
    fn core(self, replica: Replica, settings: &Settings, keys: NodeKeys) -> Core {
        let (found, found_out) = crossbeam_channel::bounded(4);
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Core {
            replica,
            inbox: self.inbox,
            found: found_out,
            search: Search::new(settings.mining.threads_on(cores), found),
            timers: Timers::default(),
            store: self.store,
            journal: self.journal,
            signer: Arc::new(keys.consensus),
            outbox: self.outbox,
            events: self.events,
            desk: self.desk,
            shared: self.shared,
            follow_ups: VecDeque::new(),
            answers: std::collections::BTreeMap::new(),
            next_token: 0,
            shown_at: Instant::now(),
        }
    }
}

fn pool_limits(settings: &Settings) -> PoolLimits {
    let pool = &settings.pool;
    PoolLimits {
        transactions_max: pool.transactions_max,
        bytes_max: pool.bytes_max,
        per_bank_max: pool.per_bank_max,
    }
}

fn facts(
    settings: &Settings,
    bank: &Bank,
    handle: &NetworkHandle,
    peers: Arc<RwLock<Vec<PeerInfo>>>,
) -> LiveFacts {
    LiveFacts {
        bank: bank.id,
        network_key: bank.network_key,
        listens_on: handle.listen_addresses().to_vec(),
        started_at: clock(),
        pool_transactions_max: settings.pool.transactions_max,
        pool_bytes_max: settings.pool.bytes_max,
        peers,
    }
}

fn mind_thread(core: Core, start: Start) -> Result<oneshot::Receiver<Result<(), CoreError>>> {
    let (ended, receiver) = oneshot::channel();
    let work = move || {
        let result = core.run(start);
        if let Err(error) = &result {
            tracing::error!(%error, "this node stops");
        }
        // The receiver is gone only when the node is stopping anyway.
        drop(ended.send(result));
    };
    std::thread::Builder::new().name("mind".to_owned()).spawn(work)?;
    Ok(receiver)
}
