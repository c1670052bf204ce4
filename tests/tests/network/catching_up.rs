//! Nodes that were away: held still, wiped, or all stopped at once.

use super::history::History;
use super::ledger::{Customer, Ledger, settle, total};
use super::net::{Net, assert_success, idx_node, until};
use idx_client::views::TxStatus;
use idx_node::testnet::BANKS;
use idx_types::Paise;
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// How long the paused node is held still.
const PAUSE: Duration = Duration::from_secs(5);

/// The node that is away, by its place in [`BANKS`].
const AWAY: usize = 4;

struct Story {
    net: Net,
    ledger: Ledger,
    customers: Vec<Customer>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_a_wiped_and_six_stopped_nodes_come_back_and_take_part() {
    let net = Net::up();
    let ledger = Ledger::of(&net).await;
    let customers: Vec<Customer> = (0..6).map(Customer::new).collect();
    ledger.open(&net, &customers).await;
    let story = Story { net, ledger, customers };
    let before = total(&story.net.client(BANKS[0]), &story.customers).await;
    story.pause().await;
    story.wipe().await;
    story.restart_all().await;
    for bank in BANKS {
        assert_eq!(total(&story.net.client(bank), &story.customers).await, before, "money at {bank}");
    }
}

impl Story {
    /// Settles one payment through a bank's node.
    async fn pay(&self, through: &str, from: usize, to: usize) {
        let payment = self.ledger.transfer(&self.customers[from], &self.customers[to], Paise(300));
        for receipt in settle(&self.net.client(through), vec![payment]).await {
            assert_eq!(receipt.status, TxStatus::Completed, "{receipt:?}");
        }
    }

    /// Waits until a bank's verdicts are in a new block again, and pays through it and to it.
    async fn takes_part(&self, bank: usize) {
        let tip = self.net.height(BANKS[0]).await.expect("the node answers");
        self.net.reach(&BANKS, tip).await;
        until(&format!("{} has caught up", BANKS[bank]), || async {
            let syncing = self.net.client(BANKS[bank]).syncing().await;
            syncing.is_ok_and(|sync| !sync.syncing)
        })
        .await;
        self.pay(BANKS[bank], 0, bank).await;
        self.net.assert_one_history().await;
    }

    /// Holds a bank still while the others pay.
    async fn pause(&self) {
        self.net.signal(BANKS[AWAY], Signal::STOP);
        let began = Instant::now();
        let mut paid = 0;
        while began.elapsed() < PAUSE {
            self.pay(BANKS[0], 0, 1).await;
            paid += 1;
        }
        self.net.signal(BANKS[AWAY], Signal::CONT);
        assert!(paid > 0, "the others stood still with it");
        self.takes_part(AWAY).await;
    }

    /// Takes a bank's store and log away: it must be told to recover before it starts again.
    async fn wipe(&self) {
        let bank = BANKS[AWAY];
        let home = self.net.place(bank).home;
        self.net.stop(bank);
        std::fs::remove_dir_all(home.db()).expect("the store is there");
        std::fs::remove_dir_all(home.wal()).expect("the log is there");
        let output = self.net.testnet(&["start", bank]);
        assert!(!output.status.success(), "a bank without its signed history must not just start");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("recover"), "it does not say what to do: {text}");
        let root = home.root().display().to_string();
        assert_success(&idx_node(["recover", "--home", &root]), "recover");
        self.net.start(bank);
        self.takes_part(AWAY).await;
    }

    /// Stops all six, checks every chain again from genesis, and starts all six.
    async fn restart_all(&self) {
        let history = History::default();
        let tip = self.net.assert_one_history().await;
        for height in 1..=tip {
            history.block(BANKS[0], height, self.net.block(BANKS[0], height).await.private_hash.0);
        }
        assert_success(&self.net.testnet(&["down", "--keep-data"]), "down --keep-data");
        for bank in BANKS {
            let root = self.net.place(bank).home.root().display().to_string();
            assert_success(&idx_node(["verify", "--home", &root]), "verify");
        }
        assert_success(&self.net.testnet_up(&["--no-payments"]), "up");
        history.assert_kept_by_all(&self.net).await;
        self.takes_part(AWAY).await;
    }
}
