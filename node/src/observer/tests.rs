//! An observer between a bank that lies and one that does not, over real connections.

use super::{Following, Kept};
use idx_chain::Sealed;
use idx_chain::testing::{START, World, bank, spec};
use idx_crypto::{Hash32, SecretKey, Signer};
use idx_light::Follower;
use idx_light::testing::{Settled, approved, committed, mined, settled};
use idx_p2p::{NetworkEvent, NetworkHandle, NetworkLimits, NetworkSettings, PeerRole, PeerSettings};
use idx_storage::ObservedDb;
use idx_types::testing::key;
use idx_types::wire::{CertifiedHeight, REQUEST_BYTES_MAX, Request, Response, decode, encode};
use idx_types::{BankId, Height, NetworkKey, ObservedHeight, PublicBlock, Transaction, Verdict};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

const HEIGHTS: u64 = 5;
const LIAR: u16 = 1;
const HONEST: u16 = 2;
const OBSERVER_SEED: [u8; 32] = [150; 32];

/// A network that mines without work, and its ledger's first heights: a deposit in each.
struct Chain {
    world: World,
    heights: Vec<ObservedHeight>,
}

impl Chain {
    fn new() -> Self {
        let mut spec = spec(6);
        (spec.params.min_difficulty, spec.params.max_difficulty) = (0, 0);
        Self { world: World::of(&spec), heights: Vec::new() }
    }

    fn follower() -> Follower {
        let state = Self::new().world.state;
        Follower::genesis(state.chain_id(), START, (**state.validators()).clone(), state.params().clone())
    }

    fn next(&mut self) {
        let account = idx_chain::testing::handle(self.world.fresh());
        let tx = self.world.bank_tx(idx_types::testing::open_account(BankId(0), account), 0);
        let state = &self.world.state;
        let transactions = vec![Transaction::clone(&tx.tx)];
        let header = mined(self.world.header(), state.validators(), &transactions);
        let public = PublicBlock { header, transactions };
        let execution = state.execute(&public.header, &[tx], &[idx_types::Decision::Pass]);
        let keys: Vec<(BankId, SecretKey)> = (0..6).map(|n| (BankId(n), key(n as u8 + 1))).collect();
        let signers = || keys.iter().map(|(id, key)| (*id, key as &dyn Signer));
        let voices = signers().map(|(id, key)| (id, key, vec![Verdict::Approve]));
        let certificate = approved(&public.header, voices);
        let (outcomes, state_root) = (execution.outcomes().to_vec(), execution.state_root(1));
        let rest = Settled { certificate, outcomes, state_root, body: Vec::new(), mining_ms: 1 };
        let private = settled(&public, rest);
        let commit = committed(&private.header, signers().take(4));
        let sealed =
            Sealed { public_hash: private.header.public_hash, private_hash: commit.value, mining_ms: 1 };
        let delta = self.world.state.commit(execution, sealed);
        let certified = CertifiedHeight { public, private, commit };
        self.heights.push(ObservedHeight::of(certified, delta.parts, delta.rules));
    }
}

fn network(seed: [u8; 32], role: PeerRole, peers: Vec<PeerSettings>) -> NetworkSettings {
    NetworkSettings {
        secret_seed: Zeroizing::new(seed),
        role,
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()].into(),
        peers,
        protocol_name: "observing".to_owned(),
        limits: NetworkLimits::default(),
    }
}

/// The libp2p identity that the test's genesis gives a bank.
fn seed_of(number: u16) -> [u8; 32] {
    [number as u8 + 65; 32]
}

async fn bank_node(number: u16) -> (NetworkHandle, mpsc::Receiver<NetworkEvent>, PeerSettings) {
    let observer = idx_p2p::network_key_of_seed(&OBSERVER_SEED);
    let guest = PeerSettings { key: observer, addresses: Vec::new(), role: PeerRole::Observer };
    let settings = network(seed_of(number), PeerRole::Bank, vec![guest]);
    let (handle, events) = idx_p2p::start(settings).await.unwrap();
    let addresses = handle.listen_addresses().to_vec();
    let peer = PeerSettings { key: bank(number).network_key, addresses, role: PeerRole::Bank };
    (handle, events, peer)
}

/// Answers every request for heights from a list.
async fn serve(
    handle: NetworkHandle,
    mut events: mpsc::Receiver<NetworkEvent>,
    told: impl Fn() -> Vec<ObservedHeight>,
) {
    while let Some(event) = events.recv().await {
        let NetworkEvent::Request { ticket, data, role, .. } = event else { continue };
        assert_eq!(role, PeerRole::Observer);
        if let Ok(Request::Observed { from, .. }) = decode(&data, REQUEST_BYTES_MAX) {
            let heights = told().into_iter().filter(|height| height.height() >= from).collect();
            handle.respond(ticket, encode(&Response::Observed(heights))).await.unwrap();
        }
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The liar's second height has another state behind it; the honest bank tells nothing before the liar has
/// lied, so that the lie is heard in any case.
#[tokio::test]
async fn a_bank_that_lies_is_named_and_another_is_asked() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let mut chain = Chain::new();
    (0..HEIGHTS).for_each(|_| chain.next());
    let (truth, lied) = (chain.heights, Arc::new(AtomicBool::new(false)));
    let mut lie = truth.clone();
    lie[1].parts.accounts = Hash32::ZERO;

    let (liar, liar_events, liar_peer) = bank_node(LIAR).await;
    let (honest, honest_events, honest_peer) = bank_node(HONEST).await;
    let (has_lied, told) = (lied.clone(), truth.clone());
    tokio::spawn(serve(liar, liar_events, move || {
        has_lied.store(true, Ordering::SeqCst);
        lie.clone()
    }));
    tokio::spawn(serve(honest, honest_events, move || match lied.load(Ordering::SeqCst) {
        true => told.clone(),
        false => Vec::new(),
    }));

    let folder = tempfile::tempdir().unwrap();
    let kept = observe(folder.path(), vec![liar_peer, honest_peer]).await;
    wait_for(&kept, HEIGHTS).await;
    assert_eq!(kept.db.range(Height(1), 100, usize::MAX).unwrap(), truth);
    assert_eq!(kept.metrics.blamed.with_label_values(&["a height that does not hold"]).get(), 1);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = log.lines().find(|line| line.contains("does not hold; refused")).expect("it is logged");
    assert!(line.contains("ICICI") && line.contains("height 2: the private block does not hold"), "{line}");
}

async fn observe(folder: &std::path::Path, banks: Vec<PeerSettings>) -> Arc<Kept> {
    let keys: Vec<NetworkKey> = banks.iter().map(|peer| peer.key).collect();
    let settings = network(OBSERVER_SEED, PeerRole::Observer, banks);
    let (handle, events) = idx_p2p::start(settings).await.unwrap();
    let follower = Chain::follower();
    let db = ObservedDb::open(folder, follower.checkpoint().chain_id).unwrap();
    let kept = Arc::new(Kept::new(db, follower, BTreeMap::new()).unwrap());
    tokio::spawn(Following::new(kept.clone(), handle, keys).run(events));
    kept
}

async fn wait_for(kept: &Kept, height: u64) {
    let mut finals = kept.events.final_heights();
    let reached = finals.wait_for(|tip| tip.0 >= height);
    tokio::time::timeout(Duration::from_secs(60), reached).await.expect("it follows").unwrap();
}
