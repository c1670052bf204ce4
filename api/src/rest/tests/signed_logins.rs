//! Logging in with a key of one's own, and what a guesser or an eavesdropper meets.

use super::factors::authenticator;
use super::people::papers;
use super::*;
use idx_crypto::{Hash32, Signature, Signer};
use idx_types::testing::{chain_id, key};
use idx_types::{BankCode, LoginProof};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// The seed of the key that Charu logs in with.
pub const CHARUS: u8 = 70;

/// What Charu sends to register.
pub fn registration() -> Value {
    json!({"pan_card": "CHARU1234C", "rbi_number": "CHARU1", "full_name": "Charu Iyer",
           "public_key": hex::encode(key(CHARUS).public_key().0)})
}

/// His papers, without a proof.
pub fn unproven() -> Value {
    json!({"pan_card": "CHARU1234C", "rbi_number": "CHARU1", "bank_name": "HDFC"})
}

/// What is to be signed to log in at HDFC.
fn proof(challenge: &str) -> LoginProof {
    let challenge = challenge.parse::<Hash32>().unwrap().0;
    LoginProof { chain_id: chain_id(), bank: "HDFC".parse().unwrap(), challenge }
}

/// Papers with a challenge and its signature.
pub fn signed(mut papers: Value, challenge: &str, signature: Signature) -> Value {
    papers["challenge"] = json!(challenge);
    papers["signature"] = json!(hex::encode(signature.0));
    papers.as_object_mut().unwrap().remove("password");
    papers
}

impl Bench {
    /// A fresh challenge.
    pub async fn challenge(&self) -> String {
        let told = self.post("/api/auth/challenge", "", json!({})).await;
        assert_eq!(told.status, 200, "{}", told.body);
        told.json()["challenge"].as_str().unwrap().to_owned()
    }

    async fn enter(&self, body: &Value) -> (u16, Value) {
        let reply = self.post("/api/auth/login", "", body.clone()).await;
        (reply.status, reply.json())
    }

    /// Charu logs in as he should.
    async fn charu_enters(&self) -> Value {
        let challenge = self.challenge().await;
        let (status, told) =
            self.enter(&signed(unproven(), &challenge, proof(&challenge).sign(&key(CHARUS)))).await;
        assert_eq!(status, 200, "{told}");
        told
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_a_password_or_a_key() {
    let bench = Bench::new().await;
    let with = |field: &str, value: Value| {
        let mut new = registration();
        new[field] = value;
        new
    };
    for (new, status, code) in [
        (with("password", json!(PASSWORD)), 400, "INVALID_BODY"),
        (with("public_key", Value::Null), 400, "INVALID_BODY"),
        (with("public_key", json!("ab".repeat(31))), 400, "INVALID_BODY"),
        (with("public_key", json!("AB".repeat(32))), 400, "INVALID_BODY"),
        (with("public_key", json!("00".repeat(32))), 400, "BAD_KEY"),
        (registration(), 201, ""),
    ] {
        let reply = bench.post("/api/auth/register", "", new.clone()).await;
        assert_eq!(reply.status, status, "{new}: {}", reply.body);
        assert_eq!(reply.json()["error"]["code"].as_str().unwrap_or_default(), code, "{new}");
    }
    let told = bench.charu_enters().await;
    let info = bench.get("/api/accounts/info", told["token"].as_str().unwrap()).await.json();
    assert_eq!(info["user"]["credential"], "own_key");
}

/// How a login goes wrong, from what would be right.
type Wrong = fn(&Bench, &str) -> Value;

/// Whoever is wrong, and however: one answer, and the challenge is spent.
#[tokio::test(flavor = "multi_thread")]
async fn one_answer_to_all_that_is_wrong() {
    let (bench, [asha, _]) = Bench::people().await;
    bench.post("/api/auth/register", "", registration()).await;
    let table: [(&str, Wrong); 8] = [
        ("nobody's papers", |_, challenge| {
            let mut body = signed(unproven(), challenge, proof(challenge).sign(&key(CHARUS)));
            body["pan_card"] = json!("ZZZZZ9999Z");
            body
        }),
        ("another RBI number", |_, challenge| {
            let mut body = signed(unproven(), challenge, proof(challenge).sign(&key(CHARUS)));
            body["rbi_number"] = json!("OTHER1");
            body
        }),
        ("another key", |_, challenge| signed(unproven(), challenge, proof(challenge).sign(&key(71)))),
        // What stands in for a key where there is none.
        ("nobody's papers and nobody's key", |_, challenge| {
            let mut body = signed(unproven(), challenge, proof(challenge).sign(&key(1)));
            body["pan_card"] = json!("ZZZZZ9999Z");
            body
        }),
        ("made for another bank", |_, challenge| {
            let bank: BankCode = "ICICI".parse().unwrap();
            let there = LoginProof { bank, ..proof(challenge) };
            signed(unproven(), challenge, there.sign(&key(CHARUS)))
        }),
        ("made for another network", |_, challenge| {
            let mut there = proof(challenge);
            there.chain_id.0.0[0] ^= 1;
            signed(unproven(), challenge, there.sign(&key(CHARUS)))
        }),
        ("a challenge whose time is over", |bench, challenge| {
            bench.teller.clock.fetch_add(crate::rest::challenges::GOOD_FOR_MS, Ordering::SeqCst);
            signed(unproven(), challenge, proof(challenge).sign(&key(CHARUS)))
        }),
        ("a customer who has a password", |_, challenge| {
            signed(papers(0), challenge, proof(challenge).sign(&key(CHARUS)))
        }),
    ];
    let no_password = {
        let mut body = unproven();
        body["password"] = json!(PASSWORD);
        body
    };
    let (status, refused) = bench.enter(&no_password).await;
    assert_eq!((status, &refused["error"]["code"]), (401, &json!("INVALID_CREDENTIALS")));
    for (what, wrong) in table {
        let challenge = bench.challenge().await;
        let body = wrong(&bench, &challenge);
        assert_eq!(bench.enter(&body).await, (401, refused.clone()), "{what}");
        let right = signed(unproven(), &challenge, proof(&challenge).sign(&key(CHARUS)));
        assert_eq!(bench.enter(&right).await, (401, refused.clone()), "after {what}: it is spent");
        bench.charu_enters().await;
    }
    let unknown = "5a".repeat(32);
    let body = signed(unproven(), &unknown, proof(&unknown).sign(&key(CHARUS)));
    assert_eq!(bench.enter(&body).await, (401, refused), "nobody drew it");
    assert_eq!(bench.get("/api/accounts/info", &asha.token).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_overheard_logs_nobody_in() {
    let bench = Bench::new().await;
    bench.post("/api/auth/register", "", registration()).await;
    let challenge = bench.challenge().await;
    let body = signed(unproven(), &challenge, proof(&challenge).sign(&key(CHARUS)));
    // Not by the key of a repeated request either: such an answer would be a login without a proof.
    let key = "Idempotency-Key: once\r\n";
    let body = body.to_string();
    let enter = || bench.ask("POST", "/api/auth/login", "", key, &body);
    let entered = enter().await;
    assert_eq!(entered.status, 200, "{}", entered.body);
    let refused = enter().await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (401, &json!("INVALID_CREDENTIALS")));
    let refresh = json!({"refresh_token": entered.json()["refresh_token"]}).to_string();
    let prolong = || bench.ask("POST", "/api/auth/refresh", "", key, &refresh);
    assert_eq!(prolong().await.status, 200);
    assert_eq!(prolong().await.status, 401, "good once");
    let draw = || bench.ask("POST", "/api/auth/challenge", "", key, "{}");
    assert_ne!(draw().await.json()["challenge"], draw().await.json()["challenge"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_a_pan_locks_nobody_out_who_has_a_key() {
    let bench = Bench::new().await;
    bench.post("/api/auth/register", "", registration()).await;
    let with = |by: u8| {
        let bench = &bench;
        async move {
            let challenge = bench.challenge().await;
            bench.enter(&signed(unproven(), &challenge, proof(&challenge).sign(&key(by)))).await
        }
    };
    let mut guess = unproven();
    guess["password"] = json!("a guess at a password");
    for _ in 0..5 {
        assert_eq!((with(71).await.0, bench.enter(&guess).await.0), (401, 401));
    }
    assert_eq!(bench.enter(&guess).await.1["error"]["code"], "LOCKED", "guesses at a password are counted");
    let (status, told) = with(CHARUS).await;
    assert_eq!(status, 200, "a signature cannot be guessed: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_shows_one_proof_and_whole() {
    let bench = Bench::new().await;
    bench.post("/api/auth/register", "", registration()).await;
    let challenge = bench.challenge().await;
    let whole = signed(unproven(), &challenge, proof(&challenge).sign(&key(CHARUS)));
    let without = |field: &str| {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().remove(field);
        body
    };
    let mut both = whole.clone();
    both["password"] = json!(PASSWORD);
    for body in [unproven(), without("signature"), without("challenge"), both] {
        let (status, refused) = bench.enter(&body).await;
        assert_eq!((status, &refused["error"]["code"]), (400, &json!("INVALID_BODY")), "{body}");
        assert_eq!(refused["error"]["details"]["field"], "password", "{body}");
    }
    assert_eq!(bench.enter(&whole).await.0, 200, "what could not be read was no try");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_stands_beside_a_key_too() {
    let bench = Bench::new().await;
    bench.post("/api/auth/register", "", registration()).await;
    let token = bench.charu_enters().await["token"].as_str().unwrap().to_owned();
    let told = bench.post("/api/auth/totp/enroll", &token, json!({})).await.json();
    let phone = authenticator(&told);
    let code = || phone.generate(bench.teller.clock.load(Ordering::SeqCst) / 1_000).to_string();
    let begun = bench.post("/api/auth/totp/enroll", &token, json!({"code": code()})).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    bench.teller.clock.fetch_add(30_000, Ordering::SeqCst);
    let challenge = bench.challenge().await;
    let body = signed(unproven(), &challenge, proof(&challenge).sign(&key(CHARUS)));
    assert_eq!(bench.enter(&body).await.1["error"]["code"], "TOTP_REQUIRED");
    let challenge = bench.challenge().await;
    let mut body = signed(unproven(), &challenge, proof(&challenge).sign(&key(CHARUS)));
    body["totp_code"] = json!(code());
    assert_eq!(bench.enter(&body).await.0, 200);
}
