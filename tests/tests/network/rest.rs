//! Two customers of two banks pay each other over REST, as their apps would.

use super::net::{Net, PATIENCE};
use idx_client::views::TokenView;
use idx_node::admin::Admin;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, StreamOwned};

/// How often a status is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One customer's app.
pub struct App<'a> {
    pub net: &'a Net,
    pub bank: &'static str,
    pub token: String,
}

/// A request and its answer; the body is JSON in both directions.
fn request(net: &Net, bank: &str, line: &str, token: &str, body: &str) -> (u16, Value) {
    let (status, body) = exchange(net, bank, line, token, body).expect("the node answers");
    (status, serde_json::from_str(&body).expect("the answer is JSON"))
}

/// The same with the answer as it came; encrypted where the bank's door is.
fn exchange(net: &Net, bank: &str, line: &str, token: &str, body: &str) -> std::io::Result<(u16, String)> {
    let address = net.address(bank);
    let plain = TcpStream::connect(&address)?;
    let mut stream: Box<dyn Stream> = match net.trust(bank) {
        Some(trust) => Box::new(encrypted(plain, trust)),
        None => Box::new(plain),
    };
    let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let head = format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{bearer}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    Ok((status, body.to_owned()))
}

/// A connection, encrypted or not.
trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// The same connection, encrypted; the door is trusted by its address.
pub fn encrypted(plain: TcpStream, trust: Arc<ClientConfig>) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::from(plain.peer_addr().expect("it is connected").ip());
    StreamOwned::new(ClientConnection::new(trust, name).expect("the settings are sound"), plain)
}

impl App<'_> {
    pub fn ask(&self, status: u16, line: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (got, answer) = request(self.net, self.bank, line, &self.token, &body);
        assert_eq!(got, status, "{} {line}: {answer}", self.bank);
        assert_eq!(answer["success"], status < 400, "{answer}");
        answer
    }

    /// Whether the bank answers at all.
    pub fn is_up(&self) -> bool {
        exchange(self.net, self.bank, "GET /api/stats", "", "").is_ok_and(|(status, _)| status == 200)
    }

    /// A file.
    pub fn file(&self, path: &str) -> String {
        let line = format!("GET {path}");
        let (status, text) = exchange(self.net, self.bank, &line, &self.token, "").expect("the node answers");
        assert_eq!(status, 200, "{} {line}: {text}", self.bank);
        text
    }

    /// Asks until the answer is as wished.
    pub async fn until(&self, line: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.asks_until((200, line), Value::Null, is_so).await
    }

    /// The same with a body, for what may be asked again.
    pub async fn asks_until(
        &self,
        (status, line): (u16, &str),
        body: Value,
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        let start = Instant::now();
        loop {
            let answer = self.ask(status, line, body.clone());
            if is_so(&answer) {
                return answer;
            }
            assert!(start.elapsed() < PATIENCE, "{} {line}: still {answer}", self.bank);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The one account: what it has, as text.
    pub fn balance(&self) -> String {
        let answer = self.ask(200, "GET /api/accounts/balance", Value::Null);
        answer["balance"].as_str().expect("an amount").to_owned()
    }
}

/// What a customer shows to log in.
pub fn papers_of(bank: &str, [pan, rbi, _]: [&str; 3]) -> Value {
    json!({"pan_card": pan, "rbi_number": rbi, "bank_name": bank, "password": "correct horse battery"})
}

/// Becomes a customer, logs in, opens an account and has it filled at the counter.
pub async fn customer<'a>(net: &'a Net, bank: &'static str, papers: [&str; 3]) -> (App<'a>, String, u64) {
    let [pan, rbi, name] = papers;
    let mut app = App { net, bank, token: String::new() };
    let new = json!({"pan_card": pan, "rbi_number": rbi, "full_name": name, "bank_name": bank,
                     "password": "correct horse battery"});
    let idx = app.ask(201, "POST /api/auth/register", new)["user"]["idx"].as_str().unwrap().to_owned();
    app.token =
        app.ask(200, "POST /api/auth/login", papers_of(bank, papers))["token"].as_str().unwrap().to_owned();
    let account = app.has_money().await;
    (app, idx, account)
}

impl App<'_> {
    /// Opens an account and has it filled at the counter.
    pub async fn has_money(&self) -> u64 {
        let Self { net, bank, .. } = *self;
        let opened = self.ask(201, "POST /api/bank-accounts/create", json!({"bank_code": bank}));
        let account = opened["account"]["id"].as_u64().expect("a number");
        let line = format!("GET /api/bank-accounts/{account}");
        self.until(&line, |answer| answer["account"]["is_active"] == true).await;

        let clerk: TokenView = Admin::of(&net.place(bank).home)
            .call("admin_issueToken", json!({"name": "Counter 4"}))
            .await
            .expect("the operator gives a clerk a token");
        let clerk = App { net, bank, token: clerk.token };
        clerk.ask(200, &format!("POST /api/bank-accounts/{account}/deposit"), json!({"amount": "10000.00"}));
        self.until(&line, |answer| answer["account"]["balance"] == "10000.00").await;
        account
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_customers_of_two_banks_pay_over_rest() {
    let net = Net::up();
    let (asha, _, from) = customer(&net, "HDFC", ["ABCDE1234F", "ASHA01", "Asha Rao"]).await;
    let (bilal, idx, to) = customer(&net, "ICICI", ["PQRSX0001Y", "BILAL1", "Bilal Khan"]).await;
    asha.ask(201, "POST /api/recipients/add", json!({"recipient_idx": idx, "nickname": "Bilal"}));
    let payment = json!({"recipient_nickname": "Bilal", "amount": 5000, "sender_account_id": from});
    let sent = asha.ask(201, "POST /api/transactions/send", payment);
    assert_eq!((&sent["status"], &sent["total_debit"]), (&json!("AWAITING_RECEIVER"), &json!("5075.00")));
    let hash = sent["tx_hash"].as_str().unwrap();

    bilal.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 1).await;
    let choice = json!({"receiver_account_id": to});
    bilal.ask(200, &format!("POST /api/transactions/{hash}/confirm"), choice);
    let done = |answer: &Value| answer["transaction"]["status"] == "COMPLETED";
    let line = format!("GET /api/transactions/{hash}");
    let (at_hdfc, at_icici) = (asha.until(&line, done).await, bilal.until(&line, done).await);
    let height = &at_hdfc["transaction"]["public_block_index"];
    assert!(height.is_u64() && *height == at_icici["transaction"]["public_block_index"]);
    assert_eq!((asha.balance().as_str(), bilal.balance().as_str()), ("4925.00", "15000.00"));
    assert_eq!(at_icici["transaction"]["sender_idx"], Value::Null, "a receiver learns of a session");
    let found = bilal.ask(200, &format!("GET /api/search?q={hash}"), Value::Null);
    assert_eq!(found["results"][0]["kind"], "transaction");
    let stranger = App { net: &net, bank: "ICICI", token: asha.token.clone() };
    stranger.ask(401, "GET /api/accounts/info", Value::Null);
}
