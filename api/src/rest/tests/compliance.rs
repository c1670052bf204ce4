//! Flags over REST: who sees them, what is in them, and what a customer notices (nothing).

use super::people::registration;
use super::*;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_large_payment_is_reported_and_goes_on() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let pay = async |rupees: u64| {
        let body = json!({"recipient_idx": bilal.idx, "amount": rupees, "sender_account_id": asha.account});
        bench.post("/api/transactions/send", &asha.token, body).await
    };
    assert_eq!(pay(4_000).await.status, 201);
    let large = pay(5_000).await.json();
    assert_eq!(large["status"], "AWAITING_RECEIVER");
    let admin = bench.admin().await;
    let seen = bench.get("/api/compliance/flags", &admin).await.json();
    let flag = &seen["flags"][0];
    assert_eq!(
        (&seen["count"], &flag["reasons"], &flag["score"]),
        (&json!(1), &json!(["HIGH_VALUE"]), &json!(40))
    );
    assert_eq!(flag["transfer"]["tx_hash"], large["tx_hash"]);
    assert_eq!(flag["customer_idx"], json!(asha.idx));
    let path = format!("/api/compliance/flags/{}/clear", flag["id"].as_str().unwrap());
    for (note, status) in [("", 400), ("known trader", 200), ("again", 409)] {
        assert_eq!(bench.post(&path, &admin, json!({"note": note})).await.status, status, "{note}");
    }
    assert_eq!(bench.get("/api/compliance/flags", &admin).await.json()["count"], 0);
    let cleared = bench.get("/api/compliance/flags?state=cleared", &admin).await.json();
    assert_eq!(cleared["flags"][0]["cleared"]["by"], "Counter 4");
    for bad in ["state=all", "cursor=xyz", "limit=0"] {
        assert_eq!(bench.get(&format!("/api/compliance/flags?{bad}"), &admin).await.status, 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_name_is_reported_at_registration() {
    let bench = Bench::new().await;
    let mut new = registration(0);
    new["full_name"] = json!("B\u{e9}la Kov\u{e1}cs");
    assert_eq!(bench.post("/api/auth/register", "", new).await.status, 201);
    let seen = bench.get("/api/compliance/flags", &bench.admin().await).await.json();
    assert_eq!(
        (&seen["flags"][0]["kind"], &seen["flags"][0]["reasons"]),
        (&json!("customer"), &json!(["SANCTIONS_LIST"]))
    );
}
