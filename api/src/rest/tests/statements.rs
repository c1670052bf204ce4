//! Statements: made, fetched, checked, and nobody else's.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use idx_types::testing::TEST_DAY;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const DAY_MS: u64 = 86_400_000;

/// Asha pays her contact Bilal seventy rupees.
async fn paid() -> (Bench, [bench::Person; 2]) {
    let (bench, [asha, bilal]) = Bench::people().await;
    let contact = json!({"recipient_idx": bilal.idx, "nickname": "=Bilal"});
    assert_eq!(bench.post("/api/recipients/add", &asha.token, contact).await.status, 201);
    let pay = json!({"recipient_idx": bilal.idx, "amount": "70.00", "sender_account_id": asha.account});
    let sent = bench.post("/api/transactions/send", &asha.token, pay).await.json();
    let confirm = format!("/api/transactions/{}/confirm", sent["tx_hash"].as_str().unwrap());
    let chosen = json!({"receiver_account_id": bilal.account});
    assert_eq!(bench.post(&confirm, &bilal.token, chosen).await.status, 200);
    (bench, [asha, bilal])
}

fn days(format: &str) -> Value {
    json!({"start_date": TEST_DAY, "end_date": TEST_DAY, "format": format})
}

async fn verify(bench: &Bench, content: &str, signature: &Value, more: Value) -> Value {
    let mut body = json!({"content": content, "signature": signature});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = bench.post("/api/statements/verify", "", body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["valid"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_made_fetched_and_verified_and_no_byte_can_change() {
    let (bench, [asha, bilal]) = paid().await;
    let made = bench.post("/api/statements/generate", &asha.token, days("csv")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let facts = &made["metadata"];
    for (name, value) in [
        ("opening_balance", json!("0.00")),
        ("closing_balance", json!("9928.95")),
        ("transaction_count", json!(2)),
        ("total_sent", json!("71.05")),
        ("total_received", json!("10000.00")),
        ("total_fees", json!("1.05")),
        ("net_change", json!("9928.95")),
        ("user_idx", json!(asha.idx)),
        ("period", json!({"start": TEST_DAY, "end": TEST_DAY})),
    ] {
        assert_eq!(facts[name], value, "{name}");
    }
    let id = made["statement_id"].as_str().unwrap();
    let told = bench.get(&format!("/api/statements/{id}"), &asha.token).await.json();
    assert_eq!((&told["metadata"], &told["signature"]), (facts, &made["signature"]));
    let by_url = bench.get(made["download_url"].as_str().unwrap(), &asha.token).await;
    let file = bench.get(&format!("/api/statements/{id}/download"), &asha.token).await;
    assert_eq!((file.status, &file.body), (200, &by_url.body));
    let name = format!("filename=\"statement_{TEST_DAY}_to_{TEST_DAY}.csv\"");
    assert!(file.head.contains(&name) && file.head.contains("nosniff"), "{}", file.head);
    assert!(file.body.contains("\"'=Bilal\"") && file.body.contains("\"9928.95\""), "{}", file.body);
    let signature = bench.get(&format!("/api/statements/{id}/download?part=signature"), &asha.token).await;
    assert_eq!(signature.body.trim_end(), made["signature"].as_str().unwrap());

    let valid = async |content: String, more: Value| verify(&bench, &content, &made["signature"], more).await;
    assert_eq!(valid(file.body.clone(), json!({})).await, true);
    let (day, account, idx) = (TEST_DAY, asha.account, asha.idx);
    let exact = json!({"start_date": day, "end_date": day, "account_id": account, "user_idx": idx});
    assert_eq!(valid(file.body.clone(), exact).await, true);
    for wrong in [json!({"start_date": "2020-01-01"}), json!({"account_id": bilal.account})] {
        assert_eq!(valid(file.body.clone(), wrong).await, false);
    }
    for place in (0..file.body.len()).step_by(97) {
        let mut altered = file.body.clone().into_bytes();
        altered[place] ^= 1;
        assert_eq!(valid(String::from_utf8(altered).unwrap(), json!({})).await, false, "byte {place}");
    }
    assert_eq!(verify(&bench, &file.body, &json!("00"), json!({})).await, false);
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_documents_are_verified_in_base64() {
    let (bench, [asha, _]) = paid().await;
    for format in ["pdf", "camt.053"] {
        let made = bench.post("/api/statements/generate", &asha.token, days(format)).await.json();
        let path = made["download_url"].as_str().unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
            asha.token
        );
        let whole = bench.served.bytes(request.as_bytes()).await;
        let body = whole.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        let body = &whole[body..];
        assert_eq!(made["metadata"]["size_bytes"], body.len(), "{format}");
        assert_eq!(verify(&bench, &STANDARD.encode(body), &made["signature"], json!({})).await, true);
        let mut altered = body.to_vec();
        altered[body.len() / 2] ^= 1;
        assert_eq!(verify(&bench, &STANDARD.encode(altered), &made["signature"], json!({})).await, false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_its_owners_for_a_day_and_as_it_was_announced() {
    let (bench, [asha, bilal]) = paid().await;
    let made = bench.post("/api/statements/generate", &asha.token, days("csv")).await.json();
    let path = format!("/api/statements/{}", made["statement_id"].as_str().unwrap());
    let code =
        |reply: crate::tests::support::wire::Reply| (reply.status, reply.json()["error"]["code"].clone());
    assert_eq!(code(bench.get(&path, &bilal.token).await), (404, json!("NOT_FOUND")));
    assert_eq!(code(bench.get("/api/statements/AAAA", &asha.token).await), (404, json!("NOT_FOUND")));
    let wrong_part = bench.get(&format!("{path}/download?part=half"), &asha.token).await;
    assert_eq!(code(wrong_part), (400, json!("INVALID_QUERY")));
    let rename = |name: &'static str| bench.ask("PUT", "/api/recipients/=Bilal", &asha.token, "", name);
    assert_eq!(rename(r#"{"new_nickname":"Bill"}"#).await.status, 200);
    assert_eq!(code(bench.get(&path, &asha.token).await), (410, json!("STATEMENT_EXPIRED")));
    let made = bench.post("/api/statements/generate", &asha.token, days("csv")).await.json();
    let path = format!("/api/statements/{}", made["statement_id"].as_str().unwrap());
    assert_eq!(bench.get(&path, &asha.token).await.status, 200);
    bench.teller.clock.fetch_add(DAY_MS, Ordering::SeqCst);
    let again = bench.post("/api/auth/login", "", people::papers(0)).await.json();
    let token = again["token"].as_str().unwrap();
    assert_eq!(code(bench.get(&path, token).await), (410, json!("STATEMENT_EXPIRED")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_must_make_sense() {
    let (bench, [asha, bilal]) = paid().await;
    for (start, end, format, field) in [
        ("2023-02-29", "2023-03-01", "csv", "start_date"),
        ("2023-03-02", "2023-03-01", "csv", "end_date"),
        ("2023-01-01", "2024-01-02", "csv", "end_date"),
        ("2023-01-01", "2023-01-02", "xls", "format"),
    ] {
        let body = json!({"start_date": start, "end_date": end, "format": format});
        let reply = bench.post("/api/statements/generate", &asha.token, body).await;
        assert_eq!((reply.status, &reply.json()["error"]["details"]["field"]), (400, &json!(field)));
    }
    let leap = json!({"start_date": "2024-01-01", "end_date": "2024-12-31"});
    assert_eq!(bench.post("/api/statements/generate", &asha.token, leap).await.status, 201);
    let other = json!({"start_date": TEST_DAY, "end_date": TEST_DAY, "account_id": bilal.account});
    assert_eq!(bench.post("/api/statements/generate", &asha.token, other).await.status, 404);
    bench.post("/api/bank-accounts/create", &asha.token, json!({})).await;
    let which = bench.post("/api/statements/generate", &asha.token, days("csv")).await;
    assert_eq!(which.json()["error"]["details"]["field"], "account_id");
    let cleaned = bench.post("/api/statements/cleanup", "", json!({})).await.json();
    assert_eq!((&cleaned["cleaned_up"], &cleaned["remaining"]), (&json!(0), &json!(0)));
}
