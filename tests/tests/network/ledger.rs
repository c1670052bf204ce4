//! Banks that sign, customers that pay: transactions made outside the project's own paying tool, from
//! nothing but the vocabulary of `idx-types`. Identities are sealed to the keys that a node shows, handles
//! concealed under a blind that the checker knows.

use super::clock::Clock;
use super::net::{Net, until};
use idx_client::IdxClient;
use idx_client::views::{ReceiptView, TxStatus};
use idx_crypto::{Envelope, Hash32, HpkePublic, Recipients, SecretKey, Signer};
use idx_node::keys::{self, NodeKeys};
use idx_node::testnet::BANKS;
use idx_types::testing::{self, concealed};
use idx_types::tx::{OpenAccount, OpenSession, TX_VERSION};
use idx_types::{
    AccountHandle, AccountReading, BankId, ChainId, Concealed, Currency, Escrow, Height, NetworkDay, Paise,
    Params, Reason, SessionId, TimestampMs, Transaction, TxBody, TxKind,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a transaction of a story may take to settle.
const LIFE_MS: u64 = 600_000;

/// How long a session lives: longer than any story, shorter than the day that is the most.
const SESSION_MS: u64 = 12 * 3_600_000;

/// What a customer starts with.
pub const FUNDS: Paise = Paise(10_000_000);

/// A customer with one account and one session.
#[derive(Clone)]
pub struct Customer {
    /// Place of the home bank in [`BANKS`].
    pub bank: usize,
    /// The account.
    pub handle: AccountHandle,
    session: SessionId,
    key: SecretKey,
}

impl Customer {
    /// Customer `number`, of bank `number` modulo six.
    pub fn new(number: u8) -> Self {
        let key = SecretKey::from_seed(&[number.wrapping_add(100); 32]);
        let (handle, session) = (AccountHandle([number.wrapping_add(200); 32]), SessionId([number; 32]));
        Self { bank: usize::from(number) % BANKS.len(), handle, session, key }
    }

    /// The session.
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Asks for his account, of a node that has this height.
    pub fn reading(&self, chain_id: ChainId, height: Height) -> AccountReading {
        AccountReading::new(chain_id, (self.handle, self.session), height, &self.key)
    }
}

/// What is known of a bank.
struct Bank {
    id: BankId,
    consensus_key: SecretKey,
    hpke_key: HpkePublic,
}

/// Everything that makes transactions for one network.
pub struct Ledger {
    /// The network.
    pub chain_id: ChainId,
    params: Params,
    banks: Vec<Bank>,
    escrow: Escrow,
    nonce: AtomicU64,
    clock: Option<Clock>,
}

impl Ledger {
    /// Reads the banks' keys from their homes and the rules from a node.
    pub async fn of(net: &Net) -> Self {
        let client = net.client(BANKS[0]);
        let set = client.banks().await.expect("the node answers");
        let bank = |code: &&str| {
            let shown = set.iter().find(|bank| bank.code.as_str() == *code).expect("genesis has the bank");
            let hpke_key = HpkePublic::new(shown.hpke_key.0.0).expect("the ledger has sound keys");
            Bank { id: shown.id, consensus_key: consensus_key(net, code), hpke_key }
        };
        let escrow = client.escrow().await.expect("the node answers");
        Self {
            chain_id: client.chain_id().await.expect("the node answers"),
            params: client.parameters().await.expect("the node answers").parameters,
            banks: BANKS.iter().map(bank).collect(),
            escrow: escrow.to_escrow().expect("the ledger has sound keys"),
            nonce: AtomicU64::new(1),
            clock: net.clock().cloned(),
        }
    }

    /// The time by the clock of the network's processes.
    fn now(&self) -> TimestampMs {
        self.clock.as_ref().map_or_else(now, Clock::now)
    }

    /// The number of a bank by its place in [`BANKS`].
    pub fn bank(&self, place: usize) -> BankId {
        self.banks[place].id
    }

    /// The body of a transaction of now.
    pub fn body(&self, kind: TxKind) -> TxBody {
        self.body_for(kind, LIFE_MS)
    }

    /// The body of a transaction of now that may settle for so long.
    pub fn body_for(&self, kind: TxKind, life_ms: u64) -> TxBody {
        let created_at = self.now();
        TxBody {
            version: TX_VERSION,
            chain_id: self.chain_id,
            created_at,
            valid_until: created_at.plus(life_ms),
            nonce: self.nonce.fetch_add(1, Ordering::Relaxed),
            kind,
        }
    }

    /// A deposit, signed by the customer's bank.
    pub fn deposit(&self, to: &Customer, amount: Paise) -> Transaction {
        self.by_bank(to, TxKind::Deposit(testing::cash(self.bank(to.bank), to.handle, amount)))
    }

    /// What a transfer asks, with the right fee.
    pub fn transfer_kind(&self, from: &Customer, to: &Customer, amount: Paise) -> TxKind {
        let part = |bps| amount.portion(bps).expect("amounts of stories are small");
        let fee = Paise(part(self.params.miner_fee).0 + part(self.params.banks_fee).0);
        TxKind::Transfer(testing::transfer(
            (from.session, self.bank(from.bank)),
            (to.session, self.bank(to.bank)),
            amount,
            fee,
        ))
    }

    /// A transfer, signed by both.
    pub fn transfer(&self, from: &Customer, to: &Customer, amount: Paise) -> Transaction {
        self.body(self.transfer_kind(from, to, amount)).sign(&[&from.key, &to.key])
    }

    /// Signs a body as a transfer between these two.
    pub fn sign(body: TxBody, from: &Customer, to: &Customer) -> Transaction {
        body.sign(&[&from.key, &to.key])
    }

    /// Signed by the bank at this place in [`BANKS`].
    pub fn of_bank(&self, place: usize, kind: TxKind) -> Transaction {
        self.body(kind).sign(&[&self.banks[place].consensus_key])
    }

    fn by_bank(&self, customer: &Customer, kind: TxKind) -> Transaction {
        self.of_bank(customer.bank, kind)
    }

    /// Whose an account or session is, sealed to the home bank, and to regulators and company of today.
    fn identity(&self, customer: &Customer, subject: [u8; 32]) -> Concealed<Envelope> {
        let today = NetworkDay::of(self.now());
        let recipients = Recipients {
            home: self.banks[customer.bank].hpke_key,
            company: *self.escrow.company.day_keys.get(&today).expect("the company has a key for today"),
            regulators: self.escrow.regulators.iter().map(|regulator| regulator.hpke_key).collect(),
        };
        let envelope = Envelope::seal(b"a customer of a story", &Hash32(subject), &recipients, &subject);
        concealed(envelope.expect("the escrow is sound"))
    }

    /// Opens and funds customers through one node, and waits until every node knows them. Gives what was
    /// sent for it.
    pub async fn open(&self, net: &Net, customers: &[Customer]) -> Vec<Transaction> {
        self.open_until(net, customers, self.now().plus(SESSION_MS)).await
    }

    /// The same, with sessions that end at a time of the story's.
    pub async fn open_until(&self, net: &Net, customers: &[Customer], ends: TimestampMs) -> Vec<Transaction> {
        let mut sent = Vec::new();
        let client = net.client(BANKS[0]);
        let steps: [fn(&Self, &Customer, TimestampMs) -> Transaction; 3] = [
            |ledger, customer, _| {
                let open = OpenAccount {
                    bank: ledger.bank(customer.bank),
                    handle: concealed(customer.handle),
                    currency: Currency::Inr,
                    identity: ledger.identity(customer, customer.handle.0),
                };
                ledger.by_bank(customer, TxKind::OpenAccount(open))
            },
            |ledger, customer, _| ledger.deposit(customer, FUNDS),
            |ledger, customer, expires_at| {
                let open = OpenSession {
                    bank: ledger.bank(customer.bank),
                    session: customer.session,
                    handle: concealed(customer.handle),
                    key: customer.key.public_key(),
                    expires_at,
                    identity: ledger.identity(customer, customer.session.0),
                };
                ledger.by_bank(customer, TxKind::OpenSession(open))
            },
        ];
        for step in steps {
            let txs: Vec<Transaction> = customers.iter().map(|customer| step(self, customer, ends)).collect();
            for receipt in settle(&client, txs.clone()).await {
                assert_eq!(receipt.status, TxStatus::Completed, "{receipt:?}");
            }
            sent.extend(txs);
        }
        let height = client.block_number().await.expect("the node answers");
        net.reach(&BANKS, height.0).await;
        sent
    }
}

fn consensus_key(net: &Net, bank: &str) -> SecretKey {
    let home = net.place(bank).home;
    let passphrase = keys::passphrase(&home, None, None).expect("a test network keeps its passphrases");
    NodeKeys::open(&home, &passphrase).expect("the keys open").consensus
}

/// The time by this machine's clock.
pub fn now() -> TimestampMs {
    idx_node::pay::now()
}

/// Hands in a transaction; tries again while the node says that this can help. One that has settled
/// before is as good as taken.
pub async fn hand_in(client: &IdxClient, transaction: &Transaction) {
    until("the node takes a transaction", || async {
        match client.send_raw_transaction(transaction).await {
            Ok(_) => true,
            Err(error) if error.reason() == Some(Reason::Replayed) => true,
            Err(error) if error.retriable() => false,
            Err(error) => panic!("{}: {error}", client.url()),
        }
    })
    .await;
}

/// Hands in transactions one by one and waits until each is final.
pub async fn settle(client: &IdxClient, transactions: Vec<Transaction>) -> Vec<ReceiptView> {
    for transaction in &transactions {
        hand_in(client, transaction).await;
    }
    let mut receipts = Vec::new();
    for transaction in &transactions {
        receipts.push(receipt(client, transaction).await);
    }
    receipts
}

/// The final receipt of a transaction; waits for it.
pub async fn receipt(client: &IdxClient, transaction: &Transaction) -> ReceiptView {
    let id = transaction.id();
    until(&format!("{id} is final"), || async {
        let receipt = client.wait_for_transaction(id, Duration::from_secs(2)).await;
        receipt.is_ok_and(|receipt| receipt.is_some_and(|receipt| receipt.is_final()))
    })
    .await;
    client.receipt(id).await.expect("the node answers").expect("it was there a moment ago")
}

/// All money of the network as a node shows it: the banks' own and these customers'.
pub async fn total(client: &IdxClient, customers: &[Customer]) -> u128 {
    let mut total = 0;
    for bank in client.banks().await.expect("the node answers") {
        total += [bank.stake, bank.reserve, bank.fees, bank.rewards]
            .iter()
            .map(|sum| u128::from(sum.0))
            .sum::<u128>();
    }
    let chain_id = client.chain_id().await.expect("the node answers");
    let height = client.block_number().await.expect("the node answers");
    for customer in customers {
        let account = client.account(&customer.reading(chain_id, height)).await;
        total += u128::from(account.expect("the account is open, and its owner asks").balance.0);
    }
    total
}
