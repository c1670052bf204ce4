//! kill -9 under load, many times, at random moments: nothing that any node answered as final is ever
//! lost or changed.

use super::history::History;
use super::ledger::{Customer, Ledger, hand_in, receipt, total};
use super::net::Net;
use idx_client::IdxClient;
use idx_node::testnet::BANKS;
use idx_types::{Paise, Transaction};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many times nodes are killed.
const KILLS: usize = 18;

/// Customers who pay each other all the time, one under way each.
const PAYERS: u8 = 6;

/// Longest time between a start and the next kill.
const LIFE_MS_MAX: u64 = 900;

/// How long a payer waits for one payment before it makes the next; the first is looked after later.
const TURN: Duration = Duration::from_secs(2);

/// SplitMix64: the moments and victims of a run, from one printed number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// The seed of this run: `TEST_SEED`, else one of now.
fn seed() -> u64 {
    let given = std::env::var("TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| super::ledger::now().0);
    println!("TEST_SEED={seed} repeats the victims and moments of this run");
    seed
}

/// A run under way, as its tasks share it.
struct Story {
    net: Net,
    ledger: Ledger,
    customers: Vec<Customer>,
    history: History,
    /// Payments that a node took and that were not seen to be final.
    open: Mutex<Vec<Transaction>>,
    stop: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_final_is_lost_or_changed_however_nodes_die() {
    let seed = seed();
    let net = Net::up();
    let ledger = Ledger::of(&net).await;
    let customers: Vec<Customer> = (0..PAYERS).map(Customer::new).collect();
    ledger.open(&net, &customers).await;
    let before = total(&net.client(BANKS[0]), &customers).await;
    let (history, open, stop) = (History::default(), Mutex::default(), AtomicBool::new(false));
    let story = Story { net, ledger, customers, history, open, stop };

    let followers = BANKS.map(|bank| story.history.follow(&story.net, bank, &story.stop));
    let payers = (0..PAYERS).map(|number| story.pay(number, Dice(seed ^ u64::from(number) << 32)));
    tokio::join!(
        story.kill_and_start(Dice(seed)),
        futures::future::join_all(followers),
        futures::future::join_all(payers),
    );
    story.finish_open_payments().await;
    story.net.assert_one_history().await;
    story.history.assert_kept_by_all(&story.net).await;
    for bank in BANKS {
        assert_eq!(total(&story.net.client(bank), &story.customers).await, before, "money at {bank}");
    }
    let (heights, receipts) = story.history.len();
    println!("{KILLS} kills, {heights} heights and {receipts} receipts on record");
    assert!(receipts >= KILLS, "only {receipts} payments settled during {KILLS} kills: that was no load");
}

impl Story {
    async fn kill_and_start(&self, mut dice: Dice) {
        for _ in 0..KILLS {
            tokio::time::sleep(Duration::from_millis(dice.below(LIFE_MS_MAX))).await;
            // Now and then two at a time: the most that six banks can do without.
            let first = dice.below(BANKS.len() as u64) as usize;
            let second = (dice.below(4) == 0).then_some((first + 1) % BANKS.len());
            let victims = || [Some(first), second].into_iter().flatten().map(|place| BANKS[place]);
            tokio::task::block_in_place(|| {
                victims().for_each(|bank| self.net.kill(bank));
                victims().for_each(|bank| self.net.start(bank));
            });
        }
        self.stop.store(true, Ordering::Release);
    }

    /// One customer pays others, one after the other, through whatever node answers.
    async fn pay(&self, number: u8, mut dice: Dice) {
        let from = &self.customers[usize::from(number)];
        while !self.stop.load(Ordering::Acquire) {
            let to = (u64::from(number) + 1 + dice.below(u64::from(PAYERS) - 1)) % u64::from(PAYERS);
            let payment =
                self.ledger.transfer(from, &self.customers[to as usize], Paise(100 + dice.below(900)));
            let bank = BANKS[dice.below(BANKS.len() as u64) as usize];
            let client = self.net.client(bank);
            if client.send_raw_transaction(&payment).await.is_err() {
                // Refused by a node that lags, or the node is dead; it may have got through all the same.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            if !self.saw_it_final(bank, &client, &payment).await {
                self.open.lock().expect("no holder panics").push(payment);
            }
        }
    }

    async fn saw_it_final(&self, bank: &'static str, client: &IdxClient, payment: &Transaction) -> bool {
        let Ok(Some(receipt)) = client.wait_for_transaction(payment.id(), TURN).await else { return false };
        let is_final = receipt.is_final();
        self.history.receipt(bank, receipt);
        is_final
    }

    /// What no node was seen to settle is handed in again; now that all nodes are up, it must settle.
    async fn finish_open_payments(&self) {
        let open = std::mem::take(&mut *self.open.lock().expect("no holder panics"));
        let client = self.net.client(BANKS[0]);
        for payment in &open {
            hand_in(&client, payment).await;
        }
        for payment in &open {
            self.history.receipt(BANKS[0], receipt(&client, payment).await);
        }
    }
}
