//! The bank HDFC at work for Asha and Bilal, and a client of it.

mod others;
mod stating;

use super::ledger::Ledger;
use super::people::{papers, registration};
use crate::tests::support::wire::Reply;
use crate::tests::support::{Served, serve_desk};
use crate::{
    AccountStanding, Answer, ApiLimits, Bell, Bells, Doorkeeper, Rate, RestLimits, SessionStanding, Teller,
    router,
};
use async_trait::async_trait;
use idx_bank::desk::{Answer as Answered, Ask, Desk, Effect, Fact, Home, Input, LedgerView, Refusal, Scene};
use idx_bank::pseudonym::{Identity, Pepper, TagBook, TagDay, TagKey, TagKeys};
use idx_bank::risk::{RiskRules, Watchlist};
use idx_bank::vault::{
    BankAccount, Change, Contact, Customer, Draft, Flag, FlagId, HistoryLine, Holder, Incoming, Instruction,
    Login, LoginId, Mark, MemoryStore, NewsPage, Office, Outgoing, PasswordHash, PersonFile, Retention,
    SecondFactor, Shelf, Table, VaultKey, VaultKeys, VaultStore, erase,
};
use idx_bank::{AccountNumber, Entropy, FullName, Memo, Pan, Password, RbiNumber, Secret32};
use idx_crypto::{Ed25519, KdfCost};
use idx_types::testing::{TEST_DAY, chain_id, key};
use idx_types::{
    BankCode, BankId, Height, Idx, NetworkDay, Paise, SessionId, TimestampMs, Transaction, TxId,
};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

struct State {
    desk: Desk,
    ledger: Ledger,
    answers: Vec<Result<Answered, Refusal>>,
}

/// A desk as the node would offer it.
pub struct FakeTeller {
    state: Mutex<State>,
    keys: VaultKeys,
    store: MemoryStore,
    code: BankCode,
    secret: Secret32,
    pub clock: AtomicU64,
    drawn: AtomicU64,
    /// Passwords hashed so far.
    pub hashed: AtomicU64,
    bells: Arc<Bells>,
    /// Lines of histories that were asked for.
    pub lines_read: AtomicU64,
    /// What the other banks say.
    pub others: others::Others,
}

fn tag_keys() -> TagKeys {
    TagKey::of_chain_key(&[3; 32]).into()
}

impl FakeTeller {
    fn new() -> Self {
        let noon = TimestampMs(u64::from(TEST_DAY.0) * 86_400_000 + 43_200_000);
        let (keys, batch) = VaultKeys::create(VaultKey::new(1, &[5; 32]), &mut Entropy::new([6; 32]));
        let store = MemoryStore::default();
        store.commit(&batch).unwrap();
        let code: BankCode = "HDFC".parse().unwrap();
        let retention = Retention { months: 2 };
        let risk = RiskRules { high_value: Some(Paise(500_000)), ..RiskRules::default() };
        let home = Home { chain_id: chain_id(), bank: BankId(0), code: code.clone(), retention, risk };
        let tags = TagBook::new(tag_keys(), NetworkDay::of(noon), &[]);
        let desk = Desk::open(home, tags, &Shelf::new(&keys, &store)).unwrap();
        let state = Mutex::new(State { desk, ledger: Ledger::new(noon), answers: vec![] });
        let (clock, [drawn, hashed, lines_read]) = (AtomicU64::new(noon.0), [0; 3].map(AtomicU64::new));
        let (secret, bells) = (Secret32::from([7; 32]), Arc::default());
        let others = others::Others::default();
        Self { state, keys, store, code, secret, clock, drawn, hashed, bells, lines_read, others }
    }

    /// Erases what somebody was told.
    pub fn forget_news(&self, who: &Idx) {
        let mut draft = Draft::new(&self.keys, &self.store, Entropy::new([8; 32]));
        erase(&mut draft, who, TimestampMs(u64::MAX)).unwrap();
        // The rest of the person stays: only the news go.
        let mut batch = draft.into_batch();
        batch.changes.retain(|change| matches!(change, Change::Delete(Table::News, _)));
        self.store.commit(&batch).unwrap();
    }

    pub fn shelf(&self) -> Shelf<'_> {
        Shelf::new(&self.keys, &self.store)
    }

    fn draw(&self) -> [u8; 32] {
        let n = self.drawn.fetch_add(1, Ordering::SeqCst);
        Entropy::new([n as u8; 32]).draw().map(|byte| byte ^ (n >> 8) as u8)
    }

    fn step(&self, state: &mut State, input: Input) -> Vec<Transaction> {
        let scene = Scene {
            ledger: &state.ledger,
            keys: &self.keys,
            store: &self.store,
            verifier: &Ed25519,
            now: self.now(),
        };
        let mut out = Vec::new();
        state.desk.step(&scene, self.draw(), input, &mut out);
        let mut submitted = Vec::new();
        for effect in out {
            match effect {
                Effect::Persist(batch) => self.store.commit(&batch).unwrap(),
                Effect::SignAndSubmit(body) => submitted.push(body.sign(&[&key(1)])),
                Effect::Submit(transfer) => submitted.push(*transfer),
                Effect::Answer(_, answer) => state.answers.push(answer),
                Effect::Fault(error) => panic!("{error}"),
                Effect::Tell { customer, .. } => self.bells.ring(&customer),
                _ => {}
            }
        }
        submitted
    }

    /// Carries an input out with all that follows from it.
    fn carry_out(&self, state: &mut State, input: Input) {
        let mut waiting: VecDeque<Transaction> = self.step(state, input).into();
        while let Some(tx) = waiting.pop_front() {
            let fact = state.ledger.settle(&tx);
            let inputs = fact.map(|(id, fact): (TxId, Fact)| Input::Fact(id, fact, Some(Height(3))));
            for input in inputs.into_iter().chain([Input::Height]) {
                waiting.extend(self.step(state, input));
            }
        }
    }
}

#[async_trait]
impl Doorkeeper for FakeTeller {
    fn bank(&self) -> &BankCode {
        &self.code
    }
    fn now(&self) -> TimestampMs {
        TimestampMs(self.clock.load(Ordering::SeqCst))
    }
    fn random(&self) -> Answer<Secret32> {
        Ok(self.draw().into())
    }
    fn token_secret(&self) -> &Secret32 {
        &self.secret
    }
    fn customer_of_pan(&self, pan: &Pan) -> Answer<Option<Customer>> {
        Ok(self.shelf().customer_of_pan(pan).unwrap())
    }
    fn login(&self, id: &LoginId) -> Answer<Option<Login>> {
        Ok(self.shelf().login(id).unwrap())
    }
    fn second_factor(&self, owner: &Idx) -> Answer<Option<SecondFactor>> {
        Ok(self.shelf().second_factor(owner).unwrap())
    }
    async fn hash_password(&self, password: Password) -> Result<PasswordHash, Refusal> {
        Ok(PasswordHash::new(password.expose(), self.draw(), KdfCost::testnet()).unwrap())
    }
    async fn is_password(&self, hash: Option<PasswordHash>, password: Password) -> Result<bool, Refusal> {
        self.hashed.fetch_add(1, Ordering::SeqCst);
        Ok(hash.is_some_and(|hash| hash.is(password.expose())))
    }
}

#[async_trait]
impl Teller for FakeTeller {
    async fn ask(&self, ask: Ask) -> Result<Answered, Refusal> {
        let mut state = self.state.lock().unwrap();
        let registers = matches!(ask, Ask::Register { .. });
        self.carry_out(&mut state, Input::Ask(1, ask));
        let answer = state.answers.pop().unwrap();
        if registers {
            let everybody = self.shelf().every_customer().unwrap();
            let today = NetworkDay::of(self.now());
            let tags = TagDay::of(&tag_keys(), today, everybody.iter());
            self.carry_out(&mut state, Input::Tags(today, tags));
        }
        answer
    }
    async fn identify(&self, pan: Pan, rbi: RbiNumber) -> Result<Identity, Refusal> {
        Ok(Identity::derive(pan, rbi, &Pepper::new([1; 32]), KdfCost::testnet()).unwrap())
    }
    fn new_number(&self) -> Answer<AccountNumber> {
        let n = self.drawn.fetch_add(1, Ordering::SeqCst);
        Ok(format!("5{n:011}").parse().unwrap())
    }
    fn customer(&self, idx: &Idx) -> Answer<Option<Customer>> {
        Ok(self.shelf().customer(idx).unwrap())
    }
    fn accounts(&self, owner: &Idx) -> Answer<Vec<AccountStanding>> {
        let state = self.state.lock().unwrap();
        let standing = |account: BankAccount| {
            let held = self.shelf().held(&account.handle).unwrap();
            let on_ledger = state.ledger.accounts.iter().find(|known| known.handle == account.handle);
            AccountStanding { ledger: on_ledger.cloned(), account, held }
        };
        Ok(self.shelf().accounts_of(owner).unwrap().into_iter().map(standing).collect())
    }
    fn account_of(&self, number: &AccountNumber) -> Answer<Option<BankAccount>> {
        Ok(self.shelf().account_of_number(number).unwrap())
    }
    fn session(&self, id: &SessionId) -> Answer<Option<SessionStanding>> {
        let ledger = self.state.lock().unwrap().ledger.session(id);
        let known = self.shelf().session_of_id(id).unwrap();
        Ok(known.map(|session| SessionStanding { session, ledger }))
    }
    fn contacts(&self, owner: &Idx) -> Answer<Vec<Contact>> {
        Ok(self.shelf().contacts_of(owner).unwrap())
    }
    fn sent(&self, sender: &Idx) -> Answer<Vec<Outgoing>> {
        Ok(self.shelf().sent_by(sender).unwrap())
    }
    fn received(&self, receiver: &Idx) -> Answer<Vec<Incoming>> {
        Ok(self.shelf().received_by(receiver).unwrap())
    }
    fn waiting(&self, receiver: &Idx) -> Answer<Vec<Incoming>> {
        Ok(self.shelf().waiting_for(receiver).unwrap())
    }
    fn history(&self, owner: &Idx, below: u64, limit: usize) -> Answer<Vec<HistoryLine>> {
        self.lines_read.fetch_add(limit as u64, Ordering::SeqCst);
        Ok(self.shelf().history(owner, below, limit).unwrap())
    }
    fn history_at(&self, owner: &Idx, time: TimestampMs) -> Answer<u64> {
        Ok(self.shelf().history_at(owner, time).unwrap())
    }
    fn history_places(&self, owner: &Idx, from: usize, limit: usize) -> Answer<(Vec<HistoryLine>, usize)> {
        Ok(self.shelf().history_places(owner, from, limit).unwrap())
    }
    fn instruction(&self, owner: &Idx, mark: &Mark) -> Answer<Option<Instruction>> {
        Ok(self.shelf().instruction(owner, mark).unwrap())
    }
    fn outgoing(&self, id: &TxId) -> Answer<Option<Outgoing>> {
        Ok(self.shelf().outgoing(id).unwrap())
    }
    fn memo(&self, sender: &Idx, id: &TxId) -> Answer<Option<Memo>> {
        Ok(self.shelf().memo(sender, id).unwrap().map(|kept| kept.memo))
    }
    fn incoming(&self, id: &TxId) -> Answer<Option<Incoming>> {
        Ok(self.shelf().incoming(id).unwrap())
    }
    fn is_listed(&self, name: &FullName) -> bool {
        Watchlist::new(["KOVACS, Bela"]).0.nearest(name.expose(), 920).is_some()
    }
    fn flags(&self, is_cleared: bool, after: Option<FlagId>, limit: usize) -> Answer<Vec<Flag>> {
        let after = after.and_then(|id| self.shelf().flag(&id).unwrap());
        Ok(self.shelf().flags(is_cleared, after.as_ref(), limit).unwrap())
    }
    fn flag(&self, id: &FlagId) -> Answer<Option<Flag>> {
        Ok(self.shelf().flag(id).unwrap())
    }
    fn person(&self, _: &Idx) -> Answer<Option<PersonFile>> {
        Ok(None)
    }
    fn news(&self, customer: &Idx, after: u64, limit: usize) -> Answer<NewsPage> {
        Ok(self.shelf().news(customer, after, limit).unwrap())
    }
    fn bell(&self, customer: &Idx) -> Bell {
        self.bells.listen(*customer)
    }
}

/// The served bank.
pub struct Bench {
    pub served: Served,
    pub teller: Arc<FakeTeller>,
}

/// Limits that no test meets by accident.
pub fn roomy() -> RestLimits {
    let plenty = Rate::per_second(100_000, 100_000);
    RestLimits {
        per_address: plenty,
        per_login: plenty,
        all_banks_per_login: plenty,
        entries_per_address: plenty,
        ..RestLimits::default()
    }
}

/// Somebody who is logged in, with an account of 10,000.00 rupees.
pub struct Person {
    pub idx: Idx,
    pub token: String,
    pub refresh: String,
    pub account: u64,
}

impl Bench {
    pub async fn with(rest: RestLimits) -> Self {
        Self::limited(ApiLimits { rest, ..ApiLimits::default() }).await
    }

    /// A bank with these bounds.
    pub async fn limited(limits: ApiLimits) -> Self {
        let teller = Arc::new(FakeTeller::new());
        let served = serve_desk(limits, router, Some(teller.clone())).await;
        Self { served, teller }
    }

    /// A bank without customers.
    pub async fn new() -> Self {
        Self::with(roomy()).await
    }

    /// The first customers, with an account each.
    pub async fn people() -> (Self, [Person; 2]) {
        Self::new().await.with_people().await
    }

    /// The same at this bank.
    pub async fn with_people(self) -> (Self, [Person; 2]) {
        let bench = self;
        let people = [bench.person(0).await, bench.person(1).await];
        (bench, people)
    }

    async fn person(&self, who: usize) -> Person {
        let new = self.post("/api/auth/register", "", registration(who)).await;
        assert_eq!(new.status, 201, "{}", new.body);
        let login = self.post("/api/auth/login", "", papers(who)).await.json();
        let text = |name: &str| login[name].as_str().unwrap().to_owned();
        let (token, refresh) = (text("token"), text("refresh_token"));
        let opened = self.post("/api/bank-accounts/create", &token, json!({"bank_code": "HDFC"})).await;
        assert_eq!(opened.status, 201, "{}", opened.body);
        let account = opened.json()["account"]["id"].as_u64().unwrap();
        let idx = new.json()["user"]["idx"].as_str().unwrap().parse().unwrap();
        let paid_in = json!({"amount": "10000.00"});
        let admin = self.admin().await;
        let paid_in = self.post(&format!("/api/bank-accounts/{account}/deposit"), &admin, paid_in).await;
        assert_eq!(paid_in.status, 200, "{}", paid_in.body);
        Person { idx, token, refresh, account }
    }

    /// A clerk's token.
    pub async fn admin(&self) -> String {
        self.token_of(Holder::Clerk("Counter 4".to_owned())).await
    }

    /// A token of an office.
    pub async fn officer(&self, office: Office) -> String {
        self.token_of(Holder::Officer(office, "A. Sen".to_owned())).await
    }

    async fn token_of(&self, holder: Holder) -> String {
        crate::rest::issue(&*self.teller, holder).await.unwrap().0
    }

    /// What an account has, in paise.
    pub async fn balance(&self, person: &Person) -> Paise {
        self.teller.accounts(&person.idx).unwrap()[0].ledger.as_ref().unwrap().balance
    }

    /// One request; an empty token sends none.
    pub async fn ask(&self, verb: &str, path: &str, token: &str, more: &str, body: &str) -> Reply {
        let bearer =
            if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let request = format!(
            "{verb} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{bearer}{more}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.served.raw(request.as_bytes()).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.ask("GET", path, token, "", "").await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.ask("POST", path, token, "", &body.to_string()).await
    }
}
