//! Idempotency keys, rates, origins.

use super::bench::roomy;
use super::people::papers;
use super::*;
use crate::rest::PeerAddress;
use crate::{Rate, RestLimits};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_sent_twice_is_made_once() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let pay = |rupees: u64| {
        json!({"recipient_idx": bilal.idx, "amount": rupees, "sender_account_id": asha.account}).to_string()
    };
    let send = |token: &str, key: &str, body: String| {
        let (bench, token, key) = (&bench, token.to_owned(), format!("Idempotency-Key: {key}\r\n"));
        async move { bench.ask("POST", "/api/transactions/send", &token, &key, &body).await }
    };
    let first = send(&asha.token, "k1", pay(7)).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = send(&asha.token, "k1", pay(7)).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    // At another login of hers too.
    let login = bench.post("/api/auth/login", "", papers(0)).await.json();
    assert_eq!(send(login["token"].as_str().unwrap(), "k1", pay(7)).await.body, first.body);
    let other = send(&asha.token, "k1", pay(8)).await;
    assert_eq!((other.status, &other.json()["error"]["code"]), (409, &json!("IDEMPOTENCY_KEY_REUSED")));
    let his = send(&bilal.token, "k1", pay(7)).await;
    assert_eq!(his.status, 404, "another's key is another key: {}", his.body);
    assert_eq!(send(&asha.token, "k2", pay(7)).await.status, 201);
    for bad in ["", "two words", &"k".repeat(129)] {
        assert_eq!(send(&asha.token, bad, pay(7)).await.json()["error"]["code"], "INVALID_IDEMPOTENCY_KEY");
    }
    let sent = bench.get("/api/transactions", &asha.token).await.json();
    assert_eq!(sent["count"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_fast_waits() {
    let slow = Rate { count: 1, per: Duration::from_secs(3_600), burst: 3 };
    for (limits, path, token) in [
        (RestLimits { per_address: slow, ..roomy() }, "/api/stats", false),
        (RestLimits { entries_per_address: slow, ..roomy() }, "/api/auth/login", false),
        (RestLimits { entries_per_address: slow, ..roomy() }, "/api/auth/challenge", false),
        (RestLimits { per_login: slow, ..roomy() }, "/api/auth/logout", true),
    ] {
        let bench = Bench::with(limits).await;
        let token = if token { bench.admin().await } else { String::new() };
        let verb = if path.ends_with("stats") { "GET" } else { "POST" };
        let mut statuses = Vec::new();
        for _ in 0..4 {
            let reply = bench.ask(verb, path, &token, "", "[]").await;
            statuses.push(reply.status);
            if reply.status == 429 {
                assert_eq!(reply.json()["error"]["code"], "RATE_LIMITED");
                assert!(reply.head.contains("\r\nretry-after: 3"), "{path}: {}", reply.head);
            }
        }
        assert_eq!(statuses.iter().position(|status| *status == 429), Some(3), "{path}: {statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_origins_may_read() {
    let origins = vec!["https://bank.example".to_owned()];
    let bench = Bench::with(RestLimits { origins, ..roomy() }).await;
    for (origin, allowed) in [("https://bank.example", true), ("https://evil.example", false)] {
        let more = format!("Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n");
        let asked = bench.ask("OPTIONS", "/api/transactions/send", "", &more, "").await;
        assert_eq!(asked.head.contains("access-control-allow-origin"), allowed, "{}", asked.head);
        let read = bench.ask("GET", "/api/stats", "", &more, "").await;
        assert_eq!(read.head.contains("access-control-allow-origin: https://bank.example"), allowed);
    }
}

#[test]
fn a_household_is_one_address() {
    let of = |text: &str| PeerAddress::of(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::9"));
    assert_ne!(of("2001:db8:1:2::4"), of("2001:db8:1:3::4"));
    assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
}
