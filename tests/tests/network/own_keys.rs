//! Two customers of two banks whose keys never leave them: they log in, pay, are paid, take back, and travel
//! by signing what their banks prepared.
//!
//! ```text
//!   what is to be signed --> read, and its digest made again from it --> signed with the key of the day
//! ```

use super::net::Net;
use super::rest::App;
use idx_client::encoding::Bytes;
use idx_crypto::{Hash32, SecretKey, Signer};
use idx_types::{Acceptance, Cancellation, ChainId, Idx, LoginProof, Paise, TxBody, TxId, TxKind};
use serde_json::{Value, json};

const CHARU: [&str; 3] = ["CHARU1234C", "CHARU1", "Charu Iyer"];
const DEVI: [&str; 3] = ["DEVIP1234D", "DEVI01", "Devi Patel"];

/// A customer's app with his keys.
struct Own<'a> {
    app: App<'a>,
    chain_id: ChainId,
    idx: Idx,
    account: u64,
    /// Of today's session of his account.
    day: SecretKey,
}

fn key_text(key: &SecretKey) -> Value {
    json!(hex::encode(key.public_key().0))
}

fn signed(digest: Hash32, key: &SecretKey) -> Value {
    json!(hex::encode(key.sign(&digest).0))
}

/// What stands in a detail as borsh.
fn read<T: borsh::BorshDeserialize>(detail: &Value) -> T {
    let bytes: Bytes = serde_json::from_value(detail.clone()).expect("hex");
    borsh::from_slice(&bytes.0).expect("borsh")
}

/// The papers that log somebody in who signs the challenge.
fn papers(chain_id: ChainId, bank: &str, who: [&str; 3], key: &SecretKey, challenge: &Value) -> Value {
    let bytes = challenge.as_str().expect("text").parse::<Hash32>().expect("32 bytes").0;
    let proof = LoginProof { chain_id, bank: bank.parse().expect("a code"), challenge: bytes };
    json!({"pan_card": who[0], "rbi_number": who[1], "bank_name": bank,
           "challenge": challenge, "signature": hex::encode(proof.sign(key).0)})
}

impl<'a> Own<'a> {
    /// Becomes a customer with a key of his own, logs in by it, has money, and opens today's session.
    async fn joins(net: &'a Net, bank: &'static str, who: [&str; 3], seed: u8) -> Self {
        let [login, day] = [seed, seed + 1].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let chain_id = net.client(bank).chain_id().await.expect("it tells its network");
        let mut app = App { net, bank, token: String::new() };
        let new = json!({"pan_card": who[0], "rbi_number": who[1], "full_name": who[2], "bank_name": bank,
                         "public_key": key_text(&login)});
        let new = app.ask(201, "POST /api/auth/register", new);
        let challenge = app.ask(200, "POST /api/auth/challenge", Value::Null)["challenge"].clone();
        let papers = papers(chain_id, bank, who, &login, &challenge);
        let told = app.ask(200, "POST /api/auth/login", papers.clone());
        app.ask(401, "POST /api/auth/login", papers);
        app.token = told["token"].as_str().expect("a token").to_owned();
        let info = app.ask(200, "GET /api/accounts/info", Value::Null);
        assert_eq!(info["user"]["credential"], "own_key");
        let idx = serde_json::from_value(new["user"]["idx"].clone()).expect("an IDX");
        let account = app.has_money().await;
        let own = Self { app, chain_id, idx, account, day };
        own.opens_session(account, &own.day).await;
        own
    }

    /// Asks until the ledger has it.
    async fn opens_session(&self, account: u64, key: &SecretKey) {
        let line = format!("POST /api/bank-accounts/{account}/session");
        let body = json!({"public_key": key_text(key)});
        self.app.asks_until((201, &line), body, |told| told["status"] == "OPEN").await;
    }

    /// What he is told to sign.
    fn told(&self, line: &str, body: Value) -> Value {
        let refused = self.app.ask(409, line, body);
        assert_eq!(refused["error"]["code"], "SIGNATURE_NEEDED", "{refused}");
        refused["error"]["details"].clone()
    }

    /// The intent of a payment, which he has read before he signs.
    fn intends(&self, to: &Self, rupees: u64) -> TxBody {
        let wish = json!({"recipient_idx": to.idx, "amount": rupees, "sender_account_id": self.account});
        let told = self.told("POST /api/transactions/send", wish);
        let intent: TxBody = read(&told["intent"]);
        let TxKind::Transfer(asked) = &intent.kind else { panic!("{intent:?}") };
        assert_eq!((asked.amount, asked.accepted), (Paise(rupees * 100), None));
        assert_eq!(told["fee_total"], json!(asked.fee));
        assert_eq!(told["digest"], json!(intent.id()), "the digest is of what was shown");
        intent
    }

    fn sends(&self, to: &Self, rupees: u64) -> TxId {
        let intent = self.intends(to, rupees);
        let signature = signed(Hash32(intent.id().0), &self.day);
        let body = json!({"recipient_idx": to.idx, "intent": Bytes::of(&intent), "signature": signature});
        let sent = self.app.ask(201, "POST /api/transactions/send-signed", body);
        assert_eq!(sent["tx_hash"], json!(intent.id()));
        intent.id()
    }

    /// Takes what waits for him into his account.
    async fn receives(&self, id: TxId) {
        self.app.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 1).await;
        let line = format!("POST /api/transactions/{id}/confirm");
        let told = self.told(&line, json!({"receiver_account_id": self.account}));
        let choice: Acceptance = read(&told["acceptance"]);
        assert_eq!(told["digest"], json!(choice.digest(id)), "the digest is of what was shown");
        let signature = signed(choice.digest(id), &self.day);
        self.app.ask(200, &line, json!({"receiver_account_id": self.account, "signature": signature}));
        self.is_over(id, "COMPLETED").await;
    }

    fn takes_back(&self, id: TxId) {
        let line = format!("POST /api/transactions/{id}/cancel");
        let told = self.told(&line, json!({}));
        let digest = Cancellation::digest_of(self.chain_id, id);
        assert_eq!(told["digest"], json!(digest), "he knows it himself");
        let ended = self.app.ask(200, &line, json!({"signature": signed(digest, &self.day)}));
        assert_eq!(ended["status"], "CANCELLED");
    }

    async fn is_over(&self, id: TxId, status: &str) {
        let line = format!("GET /api/transactions/{id}");
        self.app.until(&line, |answer| answer["transaction"]["status"] == status).await;
    }

    /// Signs a journey that he was told of; answers what the bank says then.
    fn travels(&self, line: &str, wish: Value, key: &SecretKey) -> Value {
        let told = self.told(line, wish.clone());
        assert_eq!(self.told(line, wish), told, "asked again, the same");
        let body: TxBody = read(&told["transaction"]);
        assert_eq!(told["digest"], json!(body.id()));
        let signature = signed(Hash32(body.id().0), key);
        let body = json!({"digest": told["digest"], "signature": signature});
        self.app.ask(200, "POST /api/travel/sign", body)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_customers_pay_by_keys_of_their_own() {
    let net = Net::up();
    let charu = Own::joins(&net, "HDFC", CHARU, 70).await;
    let devi = Own::joins(&net, "ICICI", DEVI, 80).await;

    let id = charu.sends(&devi, 1_000);
    devi.receives(id).await;
    charu.is_over(id, "COMPLETED").await;
    assert_eq!((charu.app.balance().as_str(), devi.app.balance().as_str()), ("8985.00", "11000.00"));

    let regretted = charu.sends(&devi, 500);
    devi.app.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 1).await;
    charu.takes_back(regretted);
    devi.app.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 0).await;

    // One that he made himself: for whom, and until when, as in the one he was shown.
    let own = TxBody { nonce: 7, ..charu.intends(&devi, 200) };
    let raw = own.sign(&[&charu.day]);
    let sent = net.client("HDFC").send_raw_intent(&raw, devi.idx).await;
    assert_eq!(sent.expect("his signature is his login"), raw.id());
    devi.receives(raw.id()).await;
    charu.is_over(raw.id(), "COMPLETED").await;
    assert_eq!((charu.app.balance().as_str(), devi.app.balance().as_str()), ("8782.00", "11200.00"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_ones_own_opens_and_closes_a_travel_account() {
    let net = Net::up();
    let charu = Own::joins(&net, "HDFC", CHARU, 70).await;
    let wish = json!({
        "source_account_id": charu.account, "foreign_bank_code": "CITI_USA", "inr_amount": "5000.00",
    });
    let opened = charu.travels("POST /api/travel/create", wish, &charu.day);
    let travel = opened["travel_account_id"].as_u64().expect("a number");
    let line = format!("GET /api/travel/accounts/{travel}");
    charu.app.until("GET /api/travel/accounts", |answer| answer["count"] == 1).await;
    let account = charu.app.ask(200, &line, Value::Null)["account"].clone();
    assert_eq!((&account["balance"], &account["status"]), (&json!("59.61"), &json!("ACTIVE")));

    let abroad = SecretKey::from_seed(&[90; 32]);
    charu.opens_session(travel, &abroad).await;
    charu.travels(&format!("POST /api/travel/accounts/{travel}/close"), json!({}), &abroad);
    charu.app.until(&line, |answer| answer["account"]["status"] == "CLOSED").await;
    assert_eq!(charu.app.balance(), "9934.26");
}
