//! Nodes that were away while the others went on under load: held still, wiped, or all stopped at once.

use super::net::{Net, assert_success, idx_node, until};
use super::traffic::Traffic;
use idx_node::testnet::BANKS;
use rustix::process::Signal;
use std::time::Instant;

/// Heights that the others go on while a node is held still.
const MISSED: u64 = 40;

/// The node that is away, by its place in [`BANKS`].
const AWAY: usize = 4;

/// The banks that go on.
fn others() -> Vec<&'static str> {
    BANKS.iter().enumerate().filter(|(place, _)| *place != AWAY).map(|(_, bank)| *bank).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_a_wiped_and_six_stopped_nodes_come_back_and_take_part() {
    let traffic = Traffic::on(Net::up()).await;
    traffic
        .during(async {
            pause(&traffic).await;
            wipe(&traffic).await;
        })
        .await;
    restart_all(&traffic).await;
    traffic.judge().await;
}

/// Waits until the node is where the others are while they go on (fault 51), and settles a payment there.
async fn converges(traffic: &Traffic, what: &str) {
    let (began, behind) = (Instant::now(), traffic.net.height(BANKS[AWAY]).await.unwrap_or(0));
    let missed = traffic.tip(&others()).await.saturating_sub(behind);
    let syncing = || async {
        let sync = traffic.witness(AWAY).client().syncing().await;
        sync.is_ok_and(|sync| !sync.syncing && sync.height.0 > behind + missed)
    };
    until(&format!("{} has caught up", BANKS[AWAY]), syncing).await;
    println!("{what}: {missed} heights caught up under load in {} ms", began.elapsed().as_millis());
    traffic.takes_part(AWAY).await;
}

/// Holds a node still while the others settle payments.
async fn pause(traffic: &Traffic) {
    traffic.net.signal(BANKS[AWAY], Signal::STOP);
    let took = traffic.rises(&others(), MISSED).await;
    traffic.net.signal(BANKS[AWAY], Signal::CONT);
    println!("paused: the others made {MISSED} heights in {} ms", took.as_millis());
    converges(traffic, "paused").await;
}

/// Takes a node's store and log away: it must be told to recover before it starts again.
async fn wipe(traffic: &Traffic) {
    let bank = BANKS[AWAY];
    let home = traffic.net.place(bank).home;
    tokio::task::block_in_place(|| {
        traffic.net.stop(bank);
        std::fs::remove_dir_all(home.db()).expect("the store is there");
        std::fs::remove_dir_all(home.wal()).expect("the log is there");
        let output = traffic.net.testnet(&["start", bank]);
        assert!(!output.status.success(), "a bank without its signed history must not just start");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("recover"), "it does not say what to do: {text}");
        let root = home.root().display().to_string();
        assert_success(&idx_node(["recover", "--home", &root]), "recover");
        traffic.history.wiped(AWAY);
        traffic.net.start(bank);
    });
    converges(traffic, "wiped").await;
}

/// Stops all six, checks every chain again from genesis, and starts all six.
async fn restart_all(traffic: &Traffic) {
    traffic.net.assert_one_history().await;
    assert_success(&traffic.net.testnet(&["down", "--keep-data"]), "down --keep-data");
    for bank in BANKS {
        let root = traffic.net.place(bank).home.root().display().to_string();
        assert_success(&idx_node(["verify", "--home", &root]), "verify");
    }
    assert_success(&traffic.net.testnet_up(&["--no-payments", "--no-custodians"]), "up");
    traffic.takes_part(AWAY).await;
}
