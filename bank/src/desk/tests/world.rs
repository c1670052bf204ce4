//! Four banks, their desks and vaults, one ledger between them; effects are performed as a shell would.

use super::ledger::Ledger;
use super::*;
use crate::pseudonym::{Identity, Pepper, TagDay, TagKey, TagKeys};
use crate::vault::{MemoryStore, VaultKey, VaultKeys, VaultStore};
use idx_crypto::{Ed25519, HpkeSecret, KdfCost};
use idx_types::testing::{chain_id, key};
use idx_types::wire::DeskGossip;
use idx_types::{Height, Notice, Signed};
use std::collections::VecDeque;

pub const DAY_MS: u64 = 86_400_000;
/// Noon of some day.
pub const NOON: TimestampMs = TimestampMs(20_000 * DAY_MS + DAY_MS / 2);

/// A customer of HDFC alone.
pub const ASHA: usize = 0;
/// A customer of ICICI and SBI.
pub const BILAL: usize = 1;
/// A customer of KOTAK alone.
pub const CHARU: usize = 2;

pub const BANKS: [(&str, &[usize]); 4] =
    [("HDFC", &[ASHA]), ("ICICI", &[BILAL]), ("SBI", &[BILAL]), ("KOTAK", &[CHARU])];

/// A person of these tests.
pub fn person(n: usize) -> Identity {
    let (pan, rbi) = (format!("ABCDE{n:04}F"), format!("RBI{n:03}"));
    let pepper = Pepper::new([1; 32]);
    Identity::derive(pan.parse().unwrap(), rbi.parse().unwrap(), &pepper, KdfCost::testnet()).unwrap()
}

/// A bank's HPKE secret, by place; those of company and regulator follow the banks'.
pub fn hpke(n: usize) -> HpkeSecret {
    HpkeSecret::from_bytes(&[n as u8 + 1; 32])
}

/// One bank.
pub struct Bench {
    pub desk: Desk,
    pub keys: VaultKeys,
    pub store: MemoryStore,
    pub answers: Vec<Result<Answer, Refusal>>,
    /// What customers were told, newest last.
    pub told: Vec<(Idx, TxId, Option<Status>)>,
    pub faults: Vec<VaultError>,
}

impl Bench {
    pub fn shelf(&self) -> Shelf<'_> {
        Shelf::new(&self.keys, &self.store)
    }

    pub fn outgoing(&self, id: TxId) -> Option<Outgoing> {
        self.shelf().outgoing(&id).unwrap()
    }

    pub fn incoming(&self, id: TxId) -> Option<Incoming> {
        self.shelf().incoming(&id).unwrap()
    }

    /// What is held on an account.
    pub fn held(&self, account: &BankAccount) -> Paise {
        self.shelf().held(&account.handle).unwrap()
    }
}

/// The network.
pub struct World {
    pub now: TimestampMs,
    pub ledger: Ledger,
    /// Openings of accounts and sessions that took effect, as the private chain keeps them.
    pub openings: Vec<Transaction>,
    pub banks: Vec<Bench>,
    /// Transactions that wait for a block.
    pub pool: Vec<Transaction>,
    /// Gossip on its way, with its origin.
    pub wire: VecDeque<(usize, DeskGossip)>,
    /// What an observer has of every block: transactions in public form, in their order.
    pub observed: Vec<Transaction>,
    /// The banks' keys of tags.
    pub tag_keys: TagKeys,
    /// The height that facts are told of.
    pub height: Height,
    steps: u64,
}

impl World {
    /// All people are customers with one account of 100,000.00 rupees at each of their banks.
    pub fn new() -> Self {
        let banks = (0..BANKS.len()).map(bench).collect();
        let ledger = Ledger::new();
        let mut world = Self {
            now: NOON,
            ledger,
            openings: vec![],
            banks,
            pool: vec![],
            wire: VecDeque::new(),
            observed: vec![],
            tag_keys: tag_key().into(),
            height: Height(7),
            steps: 0,
        };
        for (bank, (_, people)) in BANKS.iter().enumerate() {
            for who in *people {
                world.customer(bank, *who, Credential::Unset).unwrap();
                world.account(bank, *who, 0);
            }
        }
        world
    }

    pub fn customer(&mut self, bank: usize, who: usize, credential: Credential) -> Result<Answer, Refusal> {
        let name = format!("Person {who}").parse().unwrap();
        self.ask(bank, Ask::Register { identity: person(who), name, credential, is_listed: false })
    }

    /// Opens an account and pays 100,000.00 in.
    pub fn account(&mut self, bank: usize, who: usize, place: usize) -> BankAccount {
        let number = format!("5010000{bank:02}{who:02}{place:02}").parse().unwrap();
        let opened = self.ask(bank, Ask::OpenAccount { owner: *person(who).idx(), number }).unwrap();
        let Answer::AccountOpening { handle, .. } = opened else { panic!("{opened:?}") };
        self.block();
        let account = self.ledger.accounts.iter_mut().find(|account| account.handle == handle).unwrap();
        account.balance = Paise(10_000_000);
        self.banks[bank].shelf().account(&handle).unwrap().unwrap()
    }

    /// The first account of a person at a bank, by number.
    pub fn account_of(&self, bank: usize, who: usize) -> BankAccount {
        let mut accounts = self.banks[bank].shelf().accounts_of(person(who).idx()).unwrap();
        accounts.sort_by(|a, b| a.number.cmp(&b.number));
        accounts.remove(0)
    }

    pub fn balance(&self, account: &BankAccount) -> Paise {
        self.ledger.account(&account.handle).unwrap().balance
    }

    /// One step of a bank, its effects performed.
    pub fn step(&mut self, bank: usize, input: Input) -> Vec<&'static str> {
        self.steps += 1;
        let mut seed = [bank as u8; 32];
        seed[..8].copy_from_slice(&self.steps.to_le_bytes());
        let Bench { desk, keys, store, .. } = &mut self.banks[bank];
        let scene = Scene { ledger: &self.ledger, keys, store, verifier: &Ed25519, now: self.now };
        let mut out = Vec::new();
        desk.step(&scene, seed, input, &mut out);
        assert!(
            !out.iter().skip(1).any(|effect| matches!(effect, Effect::Persist(_))),
            "persist comes first"
        );
        out.into_iter().map(|effect| self.perform(bank, effect)).collect()
    }

    fn perform(&mut self, bank: usize, effect: Effect) -> &'static str {
        let bench = &mut self.banks[bank];
        match effect {
            Effect::Persist(batch) => bench.store.commit(&batch).map(|()| "persist").unwrap(),
            Effect::SignAndSubmit(body) => self.submit(body.sign(&[&key(bank as u8)]), "open"),
            Effect::Submit(transfer) => self.submit(*transfer, "submit"),
            Effect::Gossip(gossip) => self.send(bank, gossip),
            Effect::SignRejection(rejection) => {
                let signed = Signed::new(rejection, &key(bank as u8));
                self.send(bank, DeskGossip::Notice(Box::new(Notice::Rejected(signed))))
            }
            Effect::Tell { customer, turn } => {
                bench.told.push((customer, turn.id, turn.status));
                "tell"
            }
            Effect::Answer(_, answer) => {
                bench.answers.push(answer);
                "answer"
            }
            Effect::Fault(error) => {
                bench.faults.push(error);
                "fault"
            }
            Effect::PrepareTags(day) => {
                let everybody = bench.shelf().every_customer().unwrap();
                let tags = TagDay::of(&self.tag_keys, day, everybody.iter());
                self.step(bank, Input::Tags(day, tags));
                "tags"
            }
        }
    }

    fn submit(&mut self, tx: Transaction, what: &'static str) -> &'static str {
        self.pool.push(tx);
        what
    }

    fn send(&mut self, from: usize, gossip: DeskGossip) -> &'static str {
        self.wire.push_back((from, gossip));
        "gossip"
    }

    pub fn ask(&mut self, bank: usize, ask: Ask) -> Result<Answer, Refusal> {
        self.step(bank, Input::Ask(1, ask));
        self.banks[bank].answers.pop().expect("every ask is answered")
    }

    /// Brings all gossip to all other banks.
    pub fn deliver(&mut self) {
        while let Some((from, gossip)) = self.wire.pop_front() {
            for bank in (0..self.banks.len()).filter(|bank| *bank != from) {
                let input = match gossip.clone() {
                    DeskGossip::Intent(intent) => Input::Intent(intent),
                    DeskGossip::Notice(notice) => Input::Notice(notice),
                };
                self.step(bank, input);
            }
        }
    }

    pub fn fact(&mut self, id: TxId, fact: Fact) {
        let height = matches!(fact, Fact::Mined | Fact::Completed { .. } | Fact::Failed(_));
        let height = height.then_some(self.height);
        (0..self.banks.len()).for_each(|bank| drop(self.step(bank, Input::Fact(id, fact, height))));
    }

    /// All that waits becomes final; banks learn of it as a node would tell them.
    pub fn block(&mut self) {
        for tx in std::mem::take(&mut self.pool) {
            let id = tx.id();
            self.observed.push(tx.redacted());
            match &tx.body.kind {
                TxKind::Transfer(_) if !self.ledger.settled.insert(id) => {}
                TxKind::Transfer(_) => {
                    self.fact(id, Fact::Pending);
                    self.fact(id, Fact::Mined);
                    let fact = self.settle(&tx);
                    self.fact(id, fact);
                }
                TxKind::OpenTravel(_) | TxKind::CloseTravel(_) if !self.ledger.settled.insert(id) => {}
                TxKind::OpenTravel(_) | TxKind::CloseTravel(_) => {
                    if let Err(reason) = self.travel(&tx) {
                        self.fact(id, Fact::Failed(reason));
                    }
                }
                _ => self.open(tx),
            }
        }
        self.ledger.time = self.now;
        (0..self.banks.len()).for_each(|bank| drop(self.step(bank, Input::Height)));
        self.deliver();
    }

    /// Asha pays Bilal from HDFC; the intent is out.
    pub fn intent(&mut self, rupees: u64) -> TxId {
        let account = self.account_of(0, ASHA).handle;
        let (sender, to) = (*person(ASHA).idx(), Recipient::Idx(*person(BILAL).idx()));
        let sent = self.ask(
            0,
            Ask::Send { sender, account, to, amount: Paise(rupees * 100), life_ms: None, memo: None },
        );
        let Ok(Answer::Sent(id)) = sent else { panic!("{sent:?}") };
        self.block();
        self.deliver();
        id
    }

    /// Bilal accepts at a bank.
    pub fn accept(&mut self, bank: usize, id: TxId) -> Result<Answer, Refusal> {
        let account = self.account_of(bank, BILAL).handle;
        self.ask(bank, Ask::Accept { receiver: *person(BILAL).idx(), id, account, signature: None })
    }

    /// A bank's process ends and starts again over the same vault.
    pub fn restart(&mut self, bank: usize) {
        let bench = &mut self.banks[bank];
        let shelf = Shelf::new(&bench.keys, &bench.store);
        let everybody = shelf.every_customer().unwrap();
        let tags = TagBook::new(self.tag_keys.clone(), NetworkDay::of(self.now), &everybody);
        bench.desk = Desk::open(home(bank), tags, &shelf).unwrap();
    }
}

pub fn tag_key() -> TagKey {
    TagKey::of_chain_key(&[3; 32])
}

pub fn home(bank: usize) -> Home {
    let code = BANKS[bank].0.parse().unwrap();
    Home {
        chain_id: chain_id(),
        bank: BankId(bank as u16),
        code,
        retention: Retention { months: 2 },
        risk: RiskRules::default(),
    }
}

/// A bank with an empty vault.
pub fn bench(bank: usize) -> Bench {
    let vault_key = VaultKey::new(1, &[bank as u8 + 50; 32]);
    let (keys, batch) = VaultKeys::create(vault_key, &mut Entropy::new([bank as u8; 32]));
    let store = MemoryStore::default();
    store.commit(&batch).unwrap();
    let tags = TagBook::new(tag_key().into(), NetworkDay::of(NOON), &[]);
    let desk = Desk::open(home(bank), tags, &Shelf::new(&keys, &store)).unwrap();
    Bench { desk, keys, store, answers: vec![], told: vec![], faults: vec![] }
}
