//! A payment as its two customers hear of it; what was missed; the end of a login.

use super::*;
use std::sync::atomic::Ordering;

/// The names of the next events, and their payloads.
async fn names(listener: &mut Listener, count: usize) -> (Vec<String>, Vec<Value>) {
    let mut all = (vec![], vec![]);
    for _ in 0..count {
        let (name, payload) = listener.event().await;
        all.0.push(name);
        all.1.push(payload);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn both_customers_hear_of_a_payment_and_nobody_else() {
    let (bench, people) = Bench::people().await;
    let [asha, bilal] = &people;
    let mut listeners = [Listener::open(&bench.served, &asha.token).await];
    listeners[0].hello["sid"].as_str().expect("a name");
    let [ashas] = &mut listeners;
    assert_eq!(ashas.hello["user"], format!("{}...", &asha.idx.to_string()[..16]));
    assert_eq!((&ashas.hello["sequence"], &ashas.hello["height"]), (&json!(0), &json!(3)));
    let mut bilals = Listener::open(&bench.served, &bilal.token).await;
    let mut second = Listener::open(&bench.served, &bilal.token).await;
    let mut clerk = Listener::open(&bench.served, &bench.admin().await).await;
    assert_eq!((&clerk.hello["user"], &clerk.hello["stream"]), (&json!("bank_admin"), &Value::Null));

    let hash = pay(&bench, &people, "5000.00").await;
    confirm(&bench, bilal, &hash).await;
    let told = [
        "transaction_pending",
        "transaction_update",
        "transaction_confirmed",
        "transaction_update",
        "transaction_validated",
        "transaction_completed",
        "tx_complete",
        "transaction_update",
    ];
    // The sender learns of the acceptance with the end: the ledger of this test settles at once.
    let of_sender = [&told[..2], &told[4..]].concat();
    let (heard, payloads) = names(ashas, 6).await;
    assert_eq!(heard, of_sender);
    check(&payloads, "sent", &hash, asha, bilal);
    for listener in [&mut bilals, &mut second] {
        let (heard, payloads) = names(listener, 8).await;
        assert_eq!(heard, told);
        check(&payloads, "received", &hash, bilal, asha);
    }
    assert!(clerk.socket.is_silent().await, "a clerk hears of no customer");
}

/// What the payloads of a payment say, and to whom.
fn check(payloads: &[Value], direction: &str, hash: &str, me: &Person, other: &Person) {
    let text = json!(payloads).to_string();
    assert!(!text.contains(&other.idx.to_string()), "a customer hears of a session, not of a person");
    assert!(!text.contains(&me.account.to_string()) && !text.contains(&other.account.to_string()));
    for payload in payloads {
        assert_eq!(payload["tx_hash"], hash, "the whole hash, whatever the event");
        assert_eq!(payload["amount"], "5000.00");
    }
    let end = payloads.last().unwrap();
    assert_eq!((&end["direction"], &end["status"]), (&json!(direction), &json!("COMPLETED")));
    assert_eq!((&end["height"], &end["event"]), (&json!(3), &json!("transaction_completed")));
    assert!(end["sender_session_id"].as_str().unwrap().starts_with("SESSION_"));
    let old = &payloads[payloads.len() - 2];
    assert_eq!((&old["type"], &old["hash"]), (&json!(direction), &json!(format!("{}...", &hash[..16]))));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_hears_what_he_missed() {
    let (bench, people) = Bench::people().await;
    let [_, bilal] = &people;
    let mut first = Listener::open(&bench.served, &bilal.token).await;
    let one = pay(&bench, &people, "1.00").await;
    assert_eq!(first.updates(1).await[0]["sequence"], 1);
    drop(first);
    confirm(&bench, bilal, &one).await;
    pay(&bench, &people, "2.00").await;
    let auth = json!({"token": bilal.token, "since": 1});
    let mut again = Listener::with(&bench.served, &auth).await.unwrap();
    let heard = again.updates(3).await;
    let sequences: Vec<_> = heard.iter().map(|told| told["sequence"].clone()).collect();
    assert_eq!(sequences, [2, 3, 4]);
    assert_eq!(heard[2]["amount"], "2.00");
    assert!(heard.iter().all(|told| told["stream"] == again.hello["stream"]));
    let mut new = Listener::open(&bench.served, &bilal.token).await;
    assert_eq!(new.hello["sequence"], 4, "who does not ask for the past hears what comes");
    assert!(new.socket.is_silent().await);
    let other_stream = json!({"token": bilal.token, "since": 4, "stream": "0000000000000000"});
    let mut other = Listener::with(&bench.served, &other_stream).await.unwrap();
    assert_eq!(other.updates(4).await[0]["sequence"], 1, "another stream is heard from its beginning");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_told() {
    let (bench, people) = Bench::people().await;
    let [asha, _] = &people;
    for _ in 0..2 {
        pay(&bench, &people, "1.00").await;
    }
    bench.teller.forget_news(&asha.idx);
    pay(&bench, &people, "1.00").await;
    let auth = json!({"token": asha.token, "since": 0});
    let mut listener = Listener::with(&bench.served, &auth).await.unwrap();
    let (name, missed) = listener.event().await;
    assert_eq!((name.as_str(), &missed["from"], &missed["to"]), ("events_missed", &json!(1), &json!(2)));
    assert_eq!(missed["last"], 3);
    assert_eq!(listener.updates(1).await[0]["sequence"], 3);
    let ahead = json!({"token": asha.token, "since": 50});
    let mut listener = Listener::with(&bench.served, &ahead).await.unwrap();
    let (name, missed) = listener.event().await;
    assert_eq!((name.as_str(), &missed["from"], &missed["to"]), ("events_missed", &json!(51), &json!(3)));
    pay(&bench, &people, "1.00").await;
    assert_eq!(listener.updates(1).await[0]["sequence"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_good_tokens_are_let_in() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let out = bench.post("/api/auth/logout", &bilal.token, json!({})).await;
    assert_eq!(out.status, 200);
    let table = [
        json!(null),
        json!({}),
        json!({"token": 5}),
        json!({"token": ""}),
        json!({"token": "a.b.c"}),
        json!({"token": bilal.token}),
        json!({"token": asha.refresh}),
    ];
    for auth in table {
        let refusal = Listener::with(&bench.served, &auth).await.err().unwrap();
        assert_eq!(refusal["data"]["code"], "UNAUTHORIZED", "{auth}");
        assert!(!refusal["message"].as_str().unwrap().is_empty());
    }
    bench.teller.clock.fetch_add(86_400_000, Ordering::SeqCst);
    let expired = Listener::with(&bench.served, &json!({"token": asha.token})).await.err().unwrap();
    assert_eq!(expired["data"]["code"], "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_login_ends_its_connections() {
    let limits = EventLimits { login_check: std::time::Duration::from_millis(50), ..EventLimits::default() };
    let (bench, [asha, bilal]) = limited(limits).await;
    let mut ashas = Listener::open(&bench.served, &asha.token).await;
    let mut bilals = Listener::open(&bench.served, &bilal.token).await;
    bench.post("/api/auth/logout", &asha.token, json!({})).await;
    let ends = async |listener: &mut Listener| {
        let (name, why) = listener.event().await;
        assert_eq!((name.as_str(), &why["code"]), ("login_over", &json!("LOGIN_OVER")));
        assert_eq!(listener.socket.next().await.as_deref(), Some("41"));
        assert_eq!(listener.socket.next().await, None);
    };
    ends(&mut ashas).await;
    assert!(bilals.socket.is_silent().await, "another's goes on");
    bench.teller.clock.fetch_add(86_400_000, Ordering::SeqCst);
    ends(&mut bilals).await;
}
