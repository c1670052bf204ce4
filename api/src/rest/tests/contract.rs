//! Requests as clients of the reference server send them, with a password added, and the fields of the
//! answers that those clients read.

use super::people::papers;
use super::*;
use idx_client::encoding::Time;
use serde::Deserialize;
use serde_json::{Value, json};

/// The fields of an answer, each of which must be there.
fn has(answer: &Value, fields: &str) {
    for field in fields.split(", ") {
        assert!(answer.get(field).is_some(), "{field} is missing in {answer}");
    }
}

const ACCOUNT: &str = "id, user_idx, bank_code, account_number, balance, is_active, is_frozen, created_at";
const TX: &str = "id, transaction_hash, sender_idx, receiver_idx, amount, fee, miner_fee, bank_fee, status, \
                  public_block_index, private_block_index, created_at, updated_at, completed_at";
const RECIPIENT: &str = "id, nickname, recipient_idx, can_transact, is_active";

#[tokio::test(flavor = "multi_thread")]
async fn who_i_am_and_what_i_have() {
    let (bench, [asha, _]) = Bench::people().await;
    let login = bench.post("/api/auth/login", "", papers(0)).await.json();
    has(&login, "success, message, token, user, session");
    has(&login["user"], "idx, full_name, balance");
    has(&login["session"], "session_id, bank_name, expires_at");
    assert_eq!(login["message"], "Login successful");
    let get = |path: &'static str| {
        let (bench, token) = (&bench, asha.token.clone());
        async move {
            let reply = bench.get(path, &token).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            assert_eq!(reply.json()["success"], true);
            reply.json()
        }
    };
    let info = get("/api/accounts/info").await;
    has(&info["user"], "idx, full_name, pan_card, balance, created_at");
    assert_eq!(info["user"]["pan_card"], "XXXXXX234F");
    let balance = get("/api/accounts/balance").await;
    has(&balance, "balance, user_idx, full_name");
    assert_eq!(balance["balance"], "10000.00");
    let all = get("/api/bank-accounts").await;
    has(&all["accounts"][0], ACCOUNT);
    assert_eq!(get("/api/bank-accounts/hdfc").await["account"], all["accounts"][0]);
    let summary = get("/api/bank-accounts/summary").await;
    assert_eq!((&summary["total_balance"], &summary["account_count"]), (&json!("10000.00"), &json!(1)));
    has(&summary["accounts"][0], "bank_code, account_number, balance, is_frozen");
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let body = json!({"recipient_idx": bilal.idx, "nickname": "Bilal"});
    let added = bench.post("/api/recipients/add", &asha.token, body.clone()).await;
    assert_eq!(added.status, 201, "{}", added.body);
    has(&added.json()["recipient"], RECIPIENT);
    assert_eq!(bench.post("/api/recipients/add", &asha.token, body).await.status, 409);
    let own = json!({"recipient_idx": asha.idx, "nickname": "Me"});
    assert_eq!(bench.post("/api/recipients/add", &asha.token, own).await.status, 400);
    // By the id that the client was told.
    let id = added.json()["recipient"]["id"].as_str().unwrap().to_owned();
    let rename = r#"{"new_nickname":"My brother"}"#;
    let path = format!("/api/recipients/{id}/nickname");
    let renamed = bench.ask("PUT", &path, &asha.token, "", rename).await;
    assert_eq!(renamed.json()["recipient"]["nickname"], "My brother", "{}", renamed.body);
    let one = bench.get("/api/recipients/my%20BROTHER", &asha.token).await;
    has(&one.json()["recipient"], RECIPIENT);
    let gone = bench.ask("DELETE", "/api/recipients/My%20brother", &asha.token, "", "").await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    let left = bench.get("/api/recipients", &asha.token).await.json();
    assert_eq!(left["recipients"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_from_send_to_history() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let body = json!({"recipient_idx": bilal.idx, "amount": 5000, "sender_account_id": asha.account,
                      "sender_session_id": "SESSION_ab"});
    let sent = bench.post("/api/transactions/send", &asha.token, body).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let sent = sent.json();
    has(&sent, "message, tx_hash, status, amount, fee_total, fee_miner, fee_banks, total_debit, valid_until");
    has(&sent["transaction"], "transaction_hash, recipient_idx, amount, fee, total, status, created_at");
    let figures = ["amount", "fee_total", "fee_miner", "fee_banks", "total_debit"].map(|name| &sent[name]);
    assert_eq!(figures, ["5000.00", "75.00", "25.00", "50.00", "5075.00"]);
    let balance = bench.get("/api/accounts/balance", &asha.token).await.json();
    assert_eq!(balance["accounts"][0]["available"], "4925.00", "held until it ends");

    let waiting = bench.get("/api/transactions/pending-for-me", &bilal.token).await.json();
    assert_eq!(waiting["count"], 1);
    has(&waiting["pending_transactions"][0], TX);
    let hash = sent["tx_hash"].as_str().unwrap();
    let body = json!({"receiver_account_id": bilal.account});
    let path = format!("/api/transactions/{hash}/confirm");
    let confirmed = bench.post(&path, &bilal.token, body.clone()).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    assert_eq!(confirmed.json()["message"], "Transaction confirmed. Receiving in HDFC account.");
    assert_eq!(bench.post(&path, &bilal.token, body).await.json()["error"]["code"], "NOT_OPEN");
    assert_eq!((bench.balance(&asha).await.0, bench.balance(&bilal).await.0), (492_500, 1_500_000));

    let one = bench.get(&format!("/api/transactions/0x{hash}"), &asha.token).await.json();
    has(&one["transaction"], TX);
    assert_eq!(one["transaction"]["status"], "COMPLETED");
    let path = format!("/api/transactions/history/{}", bilal.idx);
    let past = bench.get(&path, &bilal.token).await.json();
    has(&past, "total, limit, offset, transactions");
    assert_eq!(past["transactions"][0]["direction"], "received");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_says_how_long_the_receiver_has() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let send = |seconds: Value| {
        json!({"recipient_idx": bilal.idx, "amount": 10, "sender_account_id": asha.account,
               "valid_for_seconds": seconds})
    };
    let sent = bench.post("/api/transactions/send", &asha.token, send(json!(3_600))).await.json();
    let time = |name: &Value| Time::deserialize(name).unwrap().0;
    let (made, ends) = (time(&sent["transaction"]["created_at"]), time(&sent["valid_until"]));
    assert_eq!(ends.since(made), 3_600_000, "{sent}");
    for bad in [json!(4), json!(86_401), json!("60"), json!(60.5), json!(-60)] {
        let refused = bench.post("/api/transactions/send", &asha.token, send(bad.clone())).await;
        assert_eq!(refused.status, 400, "{bad}");
        assert_eq!(refused.json()["error"]["details"]["field"], "valid_for_seconds", "{bad}");
    }
}

/// What the payment was for is read by who wrote it, wherever he sees the payment, and by nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_memo_is_its_senders_own() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let send = |memo: Value| json!({"recipient_idx": bilal.idx, "amount": 10, "sender_account_id": asha.account, "memo": memo});
    let sent = bench.post("/api/transactions/send", &asha.token, send(json!(" Miete \"Mai\" "))).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let sent = sent.json();
    let (one, history) =
        (format!("/api/transactions/{}", sent["tx_hash"].as_str().unwrap()), "/api/transactions");
    let hers = bench.get(&one, &asha.token).await.json();
    let listed = bench.get(history, &asha.token).await.json();
    for seen in [&sent["transaction"], &hers["transaction"], &listed["transactions"][0]] {
        assert_eq!(seen["memo"], "Miete \"Mai\"");
    }
    for path in [one.as_str(), history, "/api/transactions/pending-for-me"] {
        let reply = bench.get(path, &bilal.token).await;
        assert!(reply.status == 200 && !reply.body.contains("Miete"), "{path}: {}", reply.body);
    }
    let plain = json!({"recipient_idx": bilal.idx, "amount": 10, "sender_account_id": asha.account});
    let plain = bench.post("/api/transactions/send", &asha.token, plain).await.json();
    assert_eq!(plain["transaction"]["memo"], Value::Null);
    assert_eq!(
        bench.post("/api/transactions/send", &asha.token, send(json!("म".repeat(140)))).await.status,
        201
    );
    for bad in [json!(""), json!("  "), json!("a".repeat(141)), json!("a\nb"), json!("a\u{85}"), json!(7)] {
        let refused = bench.post("/api/transactions/send", &asha.token, send(bad.clone())).await;
        assert_eq!(refused.status, 400, "{bad}");
        assert_eq!(refused.json()["error"]["details"]["field"], "memo", "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_wanted_ends_and_frees_the_money() {
    let (bench, [asha, bilal]) = Bench::people().await;
    for (verb, who, status) in [("reject", &bilal, "REJECTED"), ("cancel", &asha, "CANCELLED")] {
        let body = json!({"recipient_idx": bilal.idx, "amount": "100.50", "sender_account_id": asha.account});
        let sent = bench.post("/api/transactions/send", &asha.token, body).await.json();
        let hash = sent["tx_hash"].as_str().unwrap();
        let path = format!("/api/transactions/{hash}/{verb}");
        let ended = bench.ask("POST", &path, &who.token, "", "").await;
        assert_eq!(ended.json()["status"], status, "{}", ended.body);
        if verb == "cancel" {
            let balance = bench.get("/api/bank-accounts", &asha.token).await.json();
            assert_eq!(balance["accounts"][0]["held"], "0.00");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter() {
    let (bench, [asha, _]) = Bench::people().await;
    let admin = bench.admin().await;
    let at = |verb: &str| format!("/api/bank-accounts/{}/{verb}", asha.account);
    let frozen = bench.post(&at("freeze"), &admin, json!({"reason": "Administrative action"})).await;
    assert_eq!(frozen.status, 200, "{}", frozen.body);
    assert_eq!(frozen.json()["account"]["is_frozen"], true);
    assert_eq!(bench.post(&at("freeze"), &admin, json!({})).await.status, 400, "a reason is needed");
    let body = json!({"recipient_nickname": "x", "amount": 1, "sender_account_id": asha.account});
    let refused = bench.post("/api/transactions/send", &asha.token, body).await.json();
    assert_eq!(refused["error"]["code"], "ACCOUNT_FROZEN");
    assert_eq!(bench.ask("POST", &at("unfreeze"), &admin, "", "").await.status, 200);
    assert_eq!(bench.post(&at("withdraw"), &admin, json!({"amount": 9_999.99})).await.status, 200);
    let short = bench.post(&at("withdraw"), &admin, json!({"amount": "0.02"})).await;
    assert_eq!(short.json()["error"]["code"], "INSUFFICIENT_FUNDS");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_history_fit_together() {
    let (bench, [asha, bilal]) = Bench::people().await;
    for rupees in 1..=5 {
        let body = json!({"recipient_idx": bilal.idx, "amount": rupees, "sender_account_id": asha.account});
        assert_eq!(bench.post("/api/transactions/send", &asha.token, body).await.status, 201);
    }
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = bench.get(&format!("/api/transactions?limit=2{cursor}"), &asha.token).await.json();
        let hashes = page["transactions"].as_array().unwrap().iter();
        seen.extend(hashes.map(|tx| tx["tx_hash"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (5, 5));
    for (query, count) in [
        ("status=awaiting_receiver", 5),
        ("status=COMPLETED", 0),
        ("direction=received", 0),
        ("direction=sent&since=2000-01-01T00:00:00Z", 5),
        ("until=2000-01-01T00:00:00Z", 0),
    ] {
        let page = bench.get(&format!("/api/transactions?{query}"), &asha.token).await.json();
        assert_eq!(page["count"], count, "{query}");
    }
    for query in [
        "limit=0",
        "limit=-1",
        "limit=%2B1",
        "limit=x",
        "cursor=1",
        "cursor=n%2B1",
        "cursor=n1000000000000000",
        "since=yesterday",
        "status=Pending",
        "direction=both",
        "what=1",
        "limit=1&limit=2",
    ] {
        let refused = bench.get(&format!("/api/transactions?{query}"), &asha.token).await;
        assert_eq!(refused.json()["error"]["code"], "INVALID_QUERY", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_everybody_may_see() {
    let bench = Bench::new().await;
    let id = idx_client::testing::deposit(2).id();
    for (path, field, count) in [
        ("/api/blocks?limit=2", "blocks", 2),
        ("/api/blocks?before=2", "blocks", 1),
        ("/api/banks", "banks", 6),
        ("/api/search?q=2", "results", 1),
        ("/api/search?q=99", "results", 0),
        (&format!("/api/search?q={id}"), "results", 1),
    ] {
        let answer = bench.get(path, "").await.json();
        assert_eq!(answer[field].as_array().map(Vec::len), Some(count), "{path}: {answer}");
    }
    assert_eq!(bench.get("/api/blocks/3", "").await.json()["block"]["header"]["height"], 3);
    assert!(bench.get("/api/blocks/3/votes", "").await.json()["votes"]["rows"].is_array());
    assert_eq!(bench.get("/api/stats", "").await.json()["stats"]["height"], 3);
    for path in
        ["/api/blocks/99", "/api/blocks/x", "/api/blocks/+3", "/api/blocks/99/votes", "/api/nothing", "/api"]
    {
        let answer = bench.get(path, "").await;
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (404, &json!("NOT_FOUND")), "{path}");
    }
}
