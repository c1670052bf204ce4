//! A customer who signs himself: what he is told to sign, and what comes of it.

use super::signed_logins::{CHARUS, registration, signed, unproven};
use super::*;
use crate::tests::support::wire::Reply;
use bench::Person;
use idx_client::encoding::Bytes;
use idx_crypto::{Hash32, SecretKey, Signer};
use idx_types::testing::{acceptance, chain_id, key, open_account};
use idx_types::{
    Acceptance, AccountHandle, BankId, Cancellation, LoginProof, Paise, SessionId, TxBody, TxId, TxKind,
};
use serde_json::{Value, json};

/// The seed of his key of the day.
pub const OF_THE_DAY: u8 = 77;

/// What is signed is what was told.
pub fn sign(digest: &Value, by: &SecretKey) -> Value {
    let digest: Hash32 = digest.as_str().unwrap().parse().unwrap();
    json!(hex::encode(by.sign(&digest).0))
}

pub fn key_text(seed: u8) -> Value {
    json!(hex::encode(key(seed).public_key().0))
}

impl Bench {
    /// Charu with an account of 10,000.00 rupees.
    pub async fn charu(&self) -> Person {
        let new = self.post("/api/auth/register", "", registration()).await;
        assert_eq!(new.status, 201, "{}", new.body);
        let challenge = self.challenge().await;
        let bytes = challenge.parse::<Hash32>().unwrap().0;
        let proof = LoginProof { chain_id: chain_id(), bank: "HDFC".parse().unwrap(), challenge: bytes };
        let papers = signed(unproven(), &challenge, proof.sign(&key(CHARUS)));
        let login = self.post("/api/auth/login", "", papers).await.json();
        let text = |name: &str| login[name].as_str().unwrap().to_owned();
        let (token, refresh) = (text("token"), text("refresh_token"));
        let opened = self.post("/api/bank-accounts/create", &token, json!({})).await.json();
        let account = opened["account"]["id"].as_u64().unwrap();
        let admin = self.admin().await;
        let cash = json!({"amount": "10000.00"});
        self.post(&format!("/api/bank-accounts/{account}/deposit"), &admin, cash).await;
        Person { idx: new.json()["user"]["idx"].as_str().unwrap().parse().unwrap(), token, refresh, account }
    }

    /// The same with today's session open.
    pub async fn charu_today(&self) -> Person {
        let charu = self.charu().await;
        let opened = self.session(&charu, json!({"public_key": key_text(OF_THE_DAY)})).await;
        assert_eq!(opened.status, 201, "{}", opened.body);
        charu
    }

    async fn session(&self, of: &Person, body: Value) -> Reply {
        self.post(&format!("/api/bank-accounts/{}/session", of.account), &of.token, body).await
    }

    /// The details of an answer that asks for a signature.
    pub async fn to_sign(&self, path: &str, token: &str, body: Value) -> Value {
        let told = self.post(path, token, body).await;
        assert_eq!((told.status, &told.json()["error"]["code"]), (409, &json!("SIGNATURE_NEEDED")));
        told.json()["error"]["details"].clone()
    }

    async fn refusal(&self, path: &str, of: &Person, body: Value) -> String {
        let reply = self.post(path, &of.token, body).await;
        reply.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    async fn held(&self, of: &Person) -> Value {
        let all = self.get("/api/bank-accounts", &of.token).await.json();
        all["accounts"][0]["held"].clone()
    }
}

/// The intent that is to be signed.
fn intent_of(told: &Value) -> TxBody {
    let bytes: Bytes = serde_json::from_value(told["intent"].clone()).unwrap();
    borsh::from_slice(&bytes.0).unwrap()
}

fn text_of(intent: &TxBody) -> Value {
    serde_json::to_value(Bytes::of(intent)).unwrap()
}

const SEND: &str = "/api/transactions/send";
const SIGNED: &str = "/api/transactions/send-signed";

fn payment(from: &Person, to: &Person) -> Value {
    json!({"recipient_idx": to.idx, "amount": "100.00", "sender_account_id": from.account})
}

#[tokio::test(flavor = "multi_thread")]
async fn every_session_has_a_fresh_key() {
    let (bench, [asha, _]) = Bench::people().await;
    let charu = bench.charu().await;
    let path = format!("/api/bank-accounts/{}/session", charu.account);
    for (body, status, code) in [
        (json!({}), 400, "SESSION_KEY_NEEDED"),
        (json!({"public_key": "00".repeat(32)}), 400, "BAD_KEY"),
        (json!({"public_key": key_text(CHARUS)}), 409, "SESSION_KEY_USED"),
        (json!({"public_key": key_text(OF_THE_DAY)}), 201, ""),
        (json!({"public_key": key_text(OF_THE_DAY)}), 201, ""),
        (json!({}), 201, ""),
        (json!({"public_key": key_text(78)}), 409, "SESSION_TAKEN"),
        (json!({"public_key": 1}), 400, "INVALID_BODY"),
    ] {
        let reply = bench.post(&path, &charu.token, body.clone()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.body);
        let told = reply.json();
        assert_eq!(told["error"]["code"].as_str().unwrap_or_default(), code, "{body}");
        if status == 201 {
            let shown = (&told["status"], &told["public_key"]);
            assert_eq!(shown, (&json!("OPEN"), &key_text(OF_THE_DAY)), "{told}");
        }
    }
    assert_eq!(bench.post(&path, &asha.token, json!({})).await.status, 404, "another's account");
    let refused = bench.session(&asha, json!({"public_key": key_text(79)})).await;
    assert_eq!(refused.json()["error"]["code"], "BAD_KEY", "her bank signs for her");
    assert_eq!(bench.session(&asha, json!({})).await.status, 201, "and opens ahead of her first payment");
}

#[tokio::test(flavor = "multi_thread")]
async fn he_is_told_what_to_sign_and_pays_once() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let charu = bench.charu().await;
    assert_eq!(bench.refusal(SEND, &charu, payment(&charu, &bilal)).await, "SESSION_KEY_NEEDED");
    bench.session(&charu, json!({"public_key": key_text(OF_THE_DAY)})).await;
    let contact = json!({"recipient_idx": bilal.idx, "nickname": "Bilal"});
    bench.post("/api/recipients/add", &charu.token, contact).await;
    let wish = json!({"recipient_nickname": "bilal", "amount": "100.00", "sender_account_id": charu.account});
    let told = bench.to_sign(SEND, &charu.token, wish).await;
    let intent = intent_of(&told);
    assert_eq!(told["digest"], json!(intent.id()), "he can make the digest himself");
    let figures = [&told["amount"], &told["fee_total"], &told["recipient_idx"]];
    assert_eq!(figures, [&json!("100.00"), &json!("1.50"), &json!(bilal.idx)]);
    assert_eq!(bench.held(&charu).await, "0.00", "nothing is held before he signs");

    let signature = sign(&told["digest"], &key(OF_THE_DAY));
    let paid = |to: Value| {
        let mut body = json!({"intent": told["intent"], "signature": signature});
        body.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
        body
    };
    let stolen = bench.refusal(SIGNED, &asha, paid(json!({"recipient_idx": bilal.idx}))).await;
    assert_eq!(stolen, "MALFORMED_INTENT", "of another's session, as if it were not there");
    for to in [json!({"recipient_nickname": "BILAL"}), json!({"recipient_idx": bilal.idx})] {
        let sent = bench.post(SIGNED, &charu.token, paid(to)).await;
        assert_eq!(sent.status, 201, "{}", sent.body);
        let sent = sent.json();
        assert_eq!((&sent["tx_hash"], &sent["total_debit"]), (&told["digest"], &json!("101.50")));
    }
    assert_eq!(bench.held(&charu).await, "101.50", "asked twice, paid once");
    let choice = json!({"receiver_account_id": bilal.account});
    let confirm = format!("/api/transactions/{}/confirm", told["digest"].as_str().unwrap());
    assert_eq!(bench.post(&confirm, &bilal.token, choice).await.json()["status"], "COMPLETED");
    assert_eq!(bench.balance(&bilal).await, Paise(1_010_000));
}

/// What was not asked for, or not signed by him, is not paid.
#[tokio::test(flavor = "multi_thread")]
async fn he_cannot_sign_another_intent() {
    fn ask(intent: &mut TxBody) -> &mut idx_types::tx::Transfer {
        match &mut intent.kind {
            TxKind::Transfer(ask) => ask,
            _ => unreachable!(),
        }
    }
    type Change = fn(&mut TxBody);
    let (bench, [asha, bilal]) = Bench::people().await;
    let charu = bench.charu_today().await;
    let told = bench.to_sign(SEND, &charu.token, payment(&charu, &bilal)).await;
    let table: [(&str, Change, u8, &str); 6] = [
        ("another key", |_| {}, 78, "BAD_SIGNATURE"),
        ("another fee", |intent| ask(intent).fee = Paise(1), OF_THE_DAY, "MALFORMED_INTENT"),
        ("nobody's session", |intent| ask(intent).from.0[0] ^= 1, OF_THE_DAY, "MALFORMED_INTENT"),
        ("a choice", |intent| ask(intent).accepted = Some(CHOICE), OF_THE_DAY, "MALFORMED_INTENT"),
        ("another network", |intent| intent.chain_id.0.0[0] ^= 1, OF_THE_DAY, "MALFORMED_INTENT"),
        (
            "no transfer",
            |intent| intent.kind = open_account(BankId(0), AccountHandle([1; 32])),
            OF_THE_DAY,
            "MALFORMED_INTENT",
        ),
    ];
    for (what, change, by, code) in table {
        let mut bent = intent_of(&told);
        change(&mut bent);
        let signature = sign(&json!(bent.id()), &key(by));
        let body = json!({"recipient_idx": bilal.idx, "intent": text_of(&bent), "signature": signature});
        assert_eq!(bench.refusal(SIGNED, &charu, body).await, code, "{what}");
    }
    let good = |to: Value| {
        let signature = sign(&told["digest"], &key(OF_THE_DAY));
        json!({"recipient_idx": to, "intent": told["intent"], "signature": signature})
    };
    assert_eq!(bench.refusal(SIGNED, &charu, good(json!(asha.idx))).await, "MALFORMED_INTENT", "to another");
    assert_eq!(bench.refusal(SIGNED, &charu, good(Value::Null)).await, "INVALID_BODY");
    let mut cut = good(json!(bilal.idx));
    cut["intent"] = json!("0x00");
    assert_eq!(bench.refusal(SIGNED, &charu, cut).await, "INVALID_BODY");
    assert_eq!(bench.held(&charu).await, "0.00");
}

const CHOICE: Acceptance = acceptance(SessionId([3; 32]), BankId(4));

#[tokio::test(flavor = "multi_thread")]
async fn he_receives_and_takes_back_by_signing() {
    let (bench, [asha, _]) = Bench::people().await;
    let charu = bench.charu_today().await;
    let day = key(OF_THE_DAY);
    let sent = bench.post(SEND, &asha.token, payment(&asha, &charu)).await.json();
    let path = format!("/api/transactions/{}/confirm", sent["tx_hash"].as_str().unwrap());
    let choice = json!({"receiver_account_id": charu.account});
    let told = bench.to_sign(&path, &charu.token, choice.clone()).await;
    assert_eq!(bench.to_sign(&path, &charu.token, choice.clone()).await, told, "asked again, the same");
    let acceptance: Bytes = serde_json::from_value(told["acceptance"].clone()).unwrap();
    let acceptance: Acceptance = borsh::from_slice(&acceptance.0).unwrap();
    let id: TxId = sent["tx_hash"].as_str().unwrap().parse().unwrap();
    assert_eq!(told["digest"], json!(acceptance.digest(id)), "he can make the digest himself");
    let with = |by: &SecretKey| {
        let mut body = choice.clone();
        body["signature"] = sign(&told["digest"], by);
        body
    };
    assert_eq!(bench.refusal(&path, &charu, with(&key(78))).await, "BAD_SIGNATURE");
    let confirmed = bench.post(&path, &charu.token, with(&day)).await;
    assert_eq!((confirmed.status, &confirmed.json()["status"]), (200, &json!("COMPLETED")));

    let told = bench.to_sign(SEND, &charu.token, payment(&charu, &asha)).await;
    let signature = sign(&told["digest"], &day);
    let body = json!({"recipient_idx": asha.idx, "intent": told["intent"], "signature": signature});
    let sent = bench.post(SIGNED, &charu.token, body).await.json();
    let id: TxId = sent["tx_hash"].as_str().unwrap().parse().unwrap();
    let path = format!("/api/transactions/{id}/cancel");
    let told = bench.to_sign(&path, &charu.token, json!({})).await;
    assert_eq!(told["digest"], json!(Cancellation::digest_of(chain_id(), id)));
    let wrong = json!({"signature": sign(&told["digest"], &key(78))});
    assert_eq!(bench.refusal(&path, &charu, wrong).await, "BAD_SIGNATURE");
    let right = json!({"signature": sign(&told["digest"], &day)});
    assert_eq!(bench.post(&path, &charu.token, right).await.json()["status"], "CANCELLED");
    assert_eq!(bench.held(&charu).await, "0.00");
}

/// Half of a deed uses up no key: he comes again with the same one, and his signature.
#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_waits_for_the_signature() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let charu = bench.charu_today().await;
    let post = async |path: &str, name: &str, body: &Value| {
        let more = format!("Idempotency-Key: {name}\r\n");
        bench.ask("POST", path, &charu.token, &more, &body.to_string()).await
    };
    let wish = payment(&charu, &bilal);
    let first = post(SEND, "pay", &wish).await.json()["error"]["details"].clone();
    let again = post(SEND, "pay", &wish).await.json()["error"]["details"].clone();
    assert!(first["intent"].is_string() && again["intent"].is_string() && first != again, "made anew");
    let signature = sign(&again["digest"], &key(OF_THE_DAY));
    let signed = json!({"recipient_idx": bilal.idx, "intent": again["intent"], "signature": signature});
    let sent = post(SIGNED, "pay", &signed).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert_eq!(post(SIGNED, "pay", &signed).await.body, sent.body, "told again");
    assert_eq!(post(SEND, "pay", &wish).await.json()["error"]["code"], "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(bench.held(&charu).await, "101.50");

    let own = json!({"bank": "ICICI", "valid_for_days": 3});
    for _ in 0..2 {
        let refused = post("/api/consents", "consent", &own).await.json();
        assert_eq!(refused["error"]["code"], "CONSENT_UNSIGNED");
    }

    let sent = bench.post(SEND, &asha.token, payment(&asha, &charu)).await.json();
    let path = format!("/api/transactions/{}/confirm", sent["tx_hash"].as_str().unwrap());
    let mut choice = json!({"receiver_account_id": charu.account});
    let told = post(&path, "take", &choice).await.json()["error"]["details"].clone();
    choice["signature"] = sign(&told["digest"], &key(OF_THE_DAY));
    let taken = post(&path, "take", &choice).await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    assert_eq!(post(&path, "take", &choice).await.body, taken.body);
}

/// What is missing may be a session, too.
#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_waits_for_the_session() {
    let (bench, [_, bilal]) = Bench::people().await;
    let charu = bench.charu().await;
    let wish = payment(&charu, &bilal).to_string();
    let send = || bench.ask("POST", SEND, &charu.token, "Idempotency-Key: pay\r\n", &wish);
    assert_eq!(send().await.json()["error"]["code"], "SESSION_KEY_NEEDED");
    let path = format!("/api/bank-accounts/{}/session", charu.account);
    let opened = bench.post(&path, &charu.token, json!({"public_key": key_text(OF_THE_DAY)})).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert_eq!(send().await.json()["error"]["code"], "SIGNATURE_NEEDED");
}
