//! Customers who pay and clients who ask, at all six nodes, while a story does its worst.

use super::dice::{Dice, seed};
use super::history::{History, Report, Sending, Standing, Witness};
use super::ledger::{Customer, Ledger, total};
use super::net::{Net, until};
use idx_node::testnet::BANKS;
use idx_types::{ChainId, Outcome, Paise, Transaction};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// Customers who pay each other all the time, one payment under way each.
pub const PAYERS: u8 = 6;

/// How long a payer waits for one payment before it makes the next.
const TURN: Duration = Duration::from_secs(2);

/// How long a payment may take to settle; shorter than that of a story, so that what a fault swallows
/// expires while the story still looks.
const LIFE_MS: u64 = 20_000;

/// A life so short that some payments miss it.
const SHORT_LIFE_MS: u64 = 150;

/// Between two questions of one client: about a hundred a second at each node.
const ASK_EVERY: Duration = Duration::from_millis(10);

/// Heights below the tip from which on a session's list is asked for, at most.
const LISTED_BACK: u64 = 60;

/// Before a node that did not answer, or refused, is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(25);

/// A network with customers, and everything that was ever answered there.
pub struct Traffic {
    /// The network.
    pub net: Net,
    /// What makes transactions.
    pub ledger: Ledger,
    /// The customers; the first [`PAYERS`] pay.
    pub customers: Vec<Customer>,
    /// The answers.
    pub history: History,
    /// Of this run.
    pub seed: u64,
    money: u128,
    stop: AtomicBool,
    askers: AtomicU32,
    soundly: AtomicBool,
    settled_after_ms: Mutex<Vec<u64>>,
}

impl Traffic {
    /// Opens customers on a running network.
    pub async fn on(net: Net) -> Self {
        let seed = seed();
        let ledger = Ledger::of(&net).await;
        let customers: Vec<Customer> = (0..PAYERS).map(Customer::new).collect();
        ledger.open(&net, &customers).await;
        let money = total(&net.client(BANKS[0]), &customers).await;
        Self {
            net,
            ledger,
            customers,
            history: History::default(),
            seed,
            money,
            stop: AtomicBool::new(false),
            askers: AtomicU32::new(1),
            soundly: AtomicBool::new(false),
            settled_after_ms: Mutex::default(),
        }
    }

    /// From now on so many clients ask at each node.
    pub fn ask_with(&self, askers: u32) {
        self.askers.store(askers, Ordering::Release);
    }

    /// From now on every payment is sound and has time.
    pub fn pay_soundly(&self) {
        self.soundly.store(true, Ordering::Release);
    }

    fn pays_soundly(&self) -> bool {
        self.soundly.load(Ordering::Acquire)
    }

    /// A client of a node that writes its answers down.
    pub fn witness(&self, bank: usize) -> Witness<'_> {
        Witness::of(&self.history, &self.net, bank)
    }

    /// Customers pay and clients ask until the story is over.
    pub async fn during<T>(&self, story: impl Future<Output = T>) -> T {
        self.stop.store(false, Ordering::Release);
        let story = async {
            let told = story.await;
            self.stop.store(true, Ordering::Release);
            told
        };
        let payers = (0..PAYERS).map(|number| self.pay(number));
        let askers = self.askers.load(Ordering::Acquire);
        let askers = (0..askers).flat_map(|number| (0..BANKS.len()).map(move |bank| (number, bank)));
        let askers = askers.map(|(number, bank)| self.ask(bank, u64::from(number)));
        let (told, ..) =
            tokio::join!(story, futures::future::join_all(payers), futures::future::join_all(askers));
        told
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// One customer pays others, one after the other, through whatever node answers.
    async fn pay(&self, number: u8) {
        let mut dice = Dice::of(self.seed, u64::from(number) + 1);
        let witnesses = self.history.witnesses(&self.net);
        while !self.is_over() {
            if dice.below(16) == 0 && !self.pays_soundly() {
                self.spend_twice(number, &witnesses, &mut dice).await;
            }
            let payment = self.payment(number, &mut dice);
            let witness = &witnesses[dice.bank()];
            let sending = witness.send(&payment).await;
            // Now and then the same bytes through another door: they may settle once all the same.
            if dice.below(8) == 0 {
                witnesses[dice.bank()].send(&payment).await;
            }
            if sending == Sending::Taken {
                self.await_settlement(witness, &payment).await;
            } else {
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }

    /// Two payments at two nodes at once, each of which the account can bear and both it cannot.
    async fn spend_twice(&self, number: u8, witnesses: &[Witness<'_>], dice: &mut Dice) {
        let (from, to) =
            (&self.customers[usize::from(number)], &self.customers[usize::from(PAYERS - 1 - number)]);
        let [one, other] = [&witnesses[dice.bank()], &witnesses[dice.bank()]];
        let Some(balance) = one.account(self.ledger.chain_id, from).await else { return };
        let payment = || {
            let kind = self.ledger.transfer_kind(from, to, Paise(balance.0 / 5 * 3));
            Ledger::sign(self.ledger.body_for(kind, LIFE_MS), from, to)
        };
        let (first, second) = (payment(), payment());
        tokio::join!(one.send(&first), other.send(&second));
        self.await_settlement(one, &first).await;
    }

    async fn await_settlement(&self, witness: &Witness<'_>, payment: &Transaction) {
        let began = std::time::Instant::now();
        if let Some(Standing::Final(_)) = witness.wait(payment.id(), TURN).await {
            let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.settled_after_ms.lock().expect("no holder panics").push(took);
        }
    }

    /// Mostly a sound payment; some are in a hurry, some for another network.
    fn payment(&self, number: u8, dice: &mut Dice) -> Transaction {
        let from = &self.customers[usize::from(number)];
        let to = (u64::from(number) + 1 + dice.below(u64::from(PAYERS) - 1)) % u64::from(PAYERS);
        let to = &self.customers[usize::try_from(to).expect("few payers")];
        let kind = |amount| self.ledger.transfer_kind(from, to, Paise(amount));
        let body = |amount, life_ms| self.ledger.body_for(kind(amount), life_ms);
        let amount = 100 + dice.below(900);
        let body = match dice.below(24) {
            _ if self.pays_soundly() => body(amount, LIFE_MS),
            0 => body(amount, SHORT_LIFE_MS),
            1 => {
                let mut foreign = body(amount, LIFE_MS);
                foreign.chain_id = ChainId(idx_crypto::Hash32([0xee; 32]));
                foreign
            }
            _ => body(amount, LIFE_MS),
        };
        Ledger::sign(body, from, to)
    }

    /// One client asks a node one thing after the other.
    async fn ask(&self, bank: usize, number: u64) {
        let mut dice = Dice::of(self.seed, 100 + number * 10 + bank as u64);
        let witness = self.witness(bank);
        while !self.is_over() {
            let answered = self.question(&witness, &mut dice).await;
            tokio::time::sleep(if answered { ASK_EVERY } else { TRY_AGAIN }).await;
        }
    }

    /// Whether the node answered.
    async fn question(&self, witness: &Witness<'_>, dice: &mut Dice) -> bool {
        let kind = dice.below(9);
        match (kind, self.history.recent(dice.next())) {
            (0 | 1, Some(id)) => witness.receipt(id).await.is_some(),
            (2, Some(id)) => witness.transaction(id).await.is_some(),
            (8, _) => {
                let customer =
                    &self.customers[usize::try_from(dice.below(PAYERS.into())).expect("few payers")];
                let from =
                    witness.head().await.map_or(1, |head| 1 + head.saturating_sub(dice.below(LISTED_BACK)));
                witness.session(customer.session(), from).await.is_some()
            }
            (3, _) => witness.pool().await.is_some(),
            (4 | 5, _) => {
                let customer = dice.below(self.customers.len() as u64);
                let customer = &self.customers[usize::try_from(customer).expect("few customers")];
                witness.account(self.ledger.chain_id, customer).await.is_some()
            }
            _ => match witness.head().await {
                Some(head) => witness.block(1 + dice.below(head + 1)).await.is_some(),
                None => false,
            },
        }
    }

    /// Ends the story: what is open settles or expires, every node takes a payment and settles it, and all
    /// answers are compared with the chain.
    pub async fn judge(&self) -> Report {
        for transaction in self.history.open() {
            self.settles_or_expires(&transaction).await;
        }
        for bank in 0..BANKS.len() {
            self.takes_part(bank).await;
        }
        let report = self.history.judge(&self.net).await;
        for bank in BANKS {
            assert_eq!(total(&self.net.client(bank), &self.customers).await, self.money, "money at {bank}");
        }
        self.print_latencies();
        report
    }

    async fn settles_or_expires(&self, transaction: &Transaction) {
        let witness = self.witness(0);
        until("a transaction settles or expires", || async {
            let standing = witness.receipt(transaction.id()).await;
            matches!(standing, Some(Standing::Final(_)))
                || super::ledger::now() > transaction.body.valid_until
        })
        .await;
    }

    /// A bank's node takes a payment that involves the bank, and has it settled.
    pub async fn takes_part(&self, bank: usize) {
        let witness = self.witness(bank);
        let (from, to) = (&self.customers[bank], &self.customers[(bank + 1) % BANKS.len()]);
        let payment = self.ledger.transfer(from, to, Paise(300));
        until(&format!("{} takes a payment", BANKS[bank]), || async {
            witness.send(&payment).await == Sending::Taken
        })
        .await;
        until(&format!("a payment at {} settles", BANKS[bank]), || async {
            match witness.wait(payment.id(), TURN).await {
                Some(Standing::Final(settlement)) => {
                    assert_eq!(settlement.outcome, Outcome::Completed, "at {}", BANKS[bank]);
                    true
                }
                _ => false,
            }
        })
        .await;
    }

    /// Waits until these banks' nodes are so many heights above the highest of now; says how long it took.
    pub async fn rises(&self, banks: &[&str], heights: u64) -> Duration {
        let began = std::time::Instant::now();
        let goal = self.tip(banks).await + heights;
        self.net.reach(banks, goal).await;
        began.elapsed()
    }

    /// The highest of these banks' nodes that answer.
    pub async fn tip(&self, banks: &[&str]) -> u64 {
        let heights = futures::future::join_all(banks.iter().map(|bank| self.net.height(bank))).await;
        heights.into_iter().flatten().max().expect("a node answers")
    }

    fn print_latencies(&self) {
        let mut times = self.settled_after_ms.lock().expect("no holder panics").clone();
        times.sort_unstable();
        let of = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        println!("{} payments seen final: median {} ms, p95 {} ms", times.len(), of(50), of(95));
    }
}
