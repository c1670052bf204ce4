//! Second factors: what an authenticator shows, and what a thief of a password meets.

use super::people::papers;
use super::*;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use totp_rs::{Builder, Secret, Totp};

const STEP_MS: u64 = 30_000;

/// An authenticator that was given the secret.
pub fn authenticator(told: &Value) -> Totp {
    let secret = Secret::try_from_base32(told["secret"].as_str().unwrap()).unwrap();
    Builder::new().with_secret(secret).build().unwrap()
}

impl Bench {
    fn code(&self, of: &Totp) -> String {
        of.generate(self.teller.clock.load(Ordering::SeqCst) / 1_000).to_string()
    }

    async fn log_in(&self, code: Option<&str>) -> (u16, Value) {
        let mut papers = papers(0);
        if let Some(code) = code {
            papers["totp_code"] = json!(code);
        }
        let reply = self.post("/api/auth/login", "", papers).await;
        (reply.status, reply.json()["error"]["code"].clone())
    }

    async fn later(&self, ms: u64) {
        self.teller.clock.fetch_add(ms, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_good_code_on_a_password_is_not_enough() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let enroll = async |token: &str, body: Value| bench.post("/api/auth/totp/enroll", token, body).await;
    let told = enroll(&asha.token, json!({})).await.json();
    let phone = authenticator(&told);
    assert!(told["otpauth_url"].as_str().unwrap().contains(told["secret"].as_str().unwrap()));
    assert_eq!(bench.log_in(None).await.0, 200, "it is not confirmed yet");
    let wrong = enroll(&asha.token, json!({"code": "000000"})).await;
    assert_eq!(wrong.json()["error"]["code"], "TOTP_CODE_INVALID");
    let code = bench.code(&phone);
    assert_eq!(enroll(&asha.token, json!({"code": code})).await.status, 200);
    assert_eq!(bench.log_in(None).await, (401, json!("TOTP_REQUIRED")));
    assert_eq!(bench.log_in(Some(&code)).await, (401, json!("TOTP_CODE_USED")), "it was shown before");
    bench.later(STEP_MS).await;
    let next = bench.code(&phone);
    assert_eq!(bench.log_in(Some(&next)).await.0, 200);
    assert_eq!(bench.log_in(Some(&next)).await, (401, json!("TOTP_CODE_USED")));
    assert_eq!(bench.log_in(Some(&code)).await, (401, json!("TOTP_CODE_USED")), "an older one is no better");
    bench.later(3 * STEP_MS).await;
    assert_eq!(bench.log_in(Some(&next)).await, (401, json!("TOTP_CODE_INVALID")), "its time is over");
    assert_eq!(bench.get("/api/accounts/info", &asha.token).await.status, 200, "who is in stays in");
    let others = enroll(&bilal.token, json!({"code": bench.code(&phone)})).await;
    assert_eq!(others.json()["error"]["code"], "TOTP_NOT_ENROLLED", "another's code is nothing to him");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factor_in_use_is_changed_only_by_who_holds_it() {
    let (bench, [asha, _]) = Bench::people().await;
    let post = async |path: &str, body: Value| {
        let reply = bench.post(path, &asha.token, body).await;
        (reply.status, reply.json())
    };
    let (_, told) = post("/api/auth/totp/enroll", json!({})).await;
    let phone = authenticator(&told);
    post("/api/auth/totp/enroll", json!({"code": bench.code(&phone)})).await;
    let (status, refused) = post("/api/auth/totp/enroll", json!({})).await;
    assert_eq!((status, &refused["error"]["code"]), (409, &json!("TOTP_ACTIVE")));
    let (status, _) = post("/api/auth/totp/remove", json!({"code": bench.code(&phone)})).await;
    assert_eq!(status, 401, "the code that began it is used up");
    bench.later(STEP_MS).await;
    let (status, told) = post("/api/auth/totp/remove", json!({"code": bench.code(&phone)})).await;
    assert_eq!((status, &told["active"]), (200, &json!(false)));
    assert_eq!(bench.log_in(None).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_locks() {
    let (bench, [asha, _]) = Bench::people().await;
    let (mut last, body) = (0, json!({"code": "123456"}));
    bench.post("/api/auth/totp/enroll", &asha.token, json!({})).await;
    for _ in 0..6 {
        last = bench.post("/api/auth/totp/enroll", &asha.token, body.clone()).await.status;
    }
    assert_eq!(last, 429);
}
