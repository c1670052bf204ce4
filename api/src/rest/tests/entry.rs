//! Registering, logging in, staying, leaving; and what a guesser meets.

use super::people::{papers, registration};
use super::*;
use idx_bank::desk::Ask;
use idx_bank::vault::{Credential, PasswordHash};
use idx_crypto::KdfCost;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const DAY_MS: u64 = 86_400_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_until_it_expires_or_its_login_ends() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let info = |token: String| {
        let bench = &bench;
        async move { bench.get("/api/accounts/info", &token).await.status }
    };
    assert_eq!(info(asha.token.clone()).await, 200);
    let out = bench.post("/api/auth/logout", &asha.token, json!({})).await;
    assert_eq!(out.status, 200, "{}", out.body);
    assert_eq!(info(asha.token.clone()).await, 401, "she left");
    assert_eq!(info(bilal.token.clone()).await, 200, "he did not");
    bench.teller.clock.fetch_add(DAY_MS, Ordering::SeqCst);
    assert_eq!(info(bilal.token.clone()).await, 401, "a day is over");
    let again = bench.post("/api/auth/refresh", "", json!({"refresh_token": bilal.refresh})).await.json();
    assert_eq!(info(again["token"].as_str().unwrap().to_owned()).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_refresh_token_ends_the_login_it_was_stolen_from() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let turn = |token: &str| {
        let body = json!({"refresh_token": token});
        let bench = &bench;
        async move { bench.post("/api/auth/refresh", "", body).await }
    };
    let first = turn(&asha.refresh).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let stolen = turn(&asha.refresh).await;
    assert_eq!((stolen.status, &stolen.json()["error"]["code"]), (401, &json!("LOGIN_OVER")));
    let mine = turn(first.json()["refresh_token"].as_str().unwrap()).await;
    assert_eq!(mine.status, 401, "nobody can tell the thief from the owner");
    let token = first.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(bench.get("/api/accounts/info", &token).await.status, 401);
    assert_eq!(turn(&bilal.refresh).await.status, 200, "another's login is not touched");
    assert_eq!(turn(&"0".repeat(96)).await.status, 401);
}

/// A wrong PAN, a wrong RBI number, a wrong password, no password at all: one answer, one hash each.
#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_learns_nothing_and_is_locked_out() {
    let (bench, [asha, _]) = Bench::people().await;
    let tried = |field: &str, value: &str| {
        let mut papers = papers(0);
        papers[field] = json!(value);
        papers
    };
    let wrong = [
        tried("pan_card", "ZZZZZ9999Z"),
        tried("rbi_number", "OTHER1"),
        tried("password", "wrong horse battery"),
    ];
    let mut seen: Vec<(u16, Value)> = Vec::new();
    for papers in &wrong {
        let before = bench.teller.hashed.load(Ordering::SeqCst);
        let reply = bench.post("/api/auth/login", "", papers.clone()).await;
        assert_eq!(bench.teller.hashed.load(Ordering::SeqCst), before + 1, "{papers}");
        seen.push((reply.status, reply.json()));
    }
    assert_eq!(seen[0].0, 401);
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");

    assert_eq!(bench.post("/api/auth/login", "", papers(0)).await.status, 200, "a success forgives");
    for _ in 0..5 {
        assert_eq!(bench.post("/api/auth/login", "", wrong[2].clone()).await.status, 401);
    }
    for papers in [&wrong[2], &papers(0)] {
        let locked = bench.post("/api/auth/login", "", papers.clone()).await;
        assert_eq!((locked.status, &locked.json()["error"]["code"]), (429, &json!("LOCKED")));
        assert!(locked.head.contains("\r\nretry-after: 3"), "{}", locked.head);
    }
    assert_eq!(bench.post("/api/auth/login", "", papers(1)).await.status, 200, "others are not locked");
    assert_eq!(bench.get("/api/accounts/info", &asha.token).await.status, 200, "who is in stays in");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_password_nobody_logs_in_until_the_bank_gives_one() {
    let (bench, [asha, _]) = Bench::people().await;
    let teller = &*bench.teller as &dyn crate::Teller;
    let ask = Ask::SetCredential { owner: asha.idx, credential: Credential::Unset };
    teller.ask(ask).await.unwrap();
    assert_eq!(bench.get("/api/accounts/info", &asha.token).await.status, 401, "the old login is over");
    assert_eq!(bench.post("/api/auth/login", "", papers(0)).await.status, 401);
    let hash = PasswordHash::new("another horse battery", [1; 32], KdfCost::testnet()).unwrap();
    let ask = Ask::SetCredential { owner: asha.idx, credential: Credential::Password(hash) };
    teller.ask(ask).await.unwrap();
    let mut new = papers(0);
    new["password"] = json!("another horse battery");
    assert_eq!(bench.post("/api/auth/login", "", new).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_become_a_customer() {
    let bench = Bench::new().await;
    let with = |field: &str, value: Value| {
        let mut new = registration(0);
        new[field] = value;
        new
    };
    for (new, status, code) in [
        (with("password", json!("short")), 400, "INVALID_BODY"),
        (with("password", json!("aaaaaaaaaaaaaaaa")), 400, "INVALID_BODY"),
        (with("password", json!("my pan is abcde1234f")), 400, "INVALID_BODY"),
        (with("pan_card", json!("ABCDE12345")), 400, "INVALID_BODY"),
        (with("initial_balance", json!(1000)), 400, "INVALID_BODY"),
        (with("bank_name", json!("ICICI")), 400, "OTHER_BANK"),
        (with("initial_balance", json!(0)), 201, ""),
        (registration(0), 409, "CUSTOMER_EXISTS"),
        (with("rbi_number", json!("OTHER1")), 409, "PAN_IN_USE"),
    ] {
        let reply = bench.post("/api/auth/register", "", new.clone()).await;
        assert_eq!(reply.status, status, "{new}: {}", reply.body);
        assert_eq!(reply.json()["error"]["code"].as_str().unwrap_or_default(), code);
        for secret in [PASSWORD, PEOPLE[0][0]] {
            assert!(!reply.body.contains(secret), "{}", reply.body);
        }
    }
}
