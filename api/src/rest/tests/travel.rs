//! A journey through REST: rates, out, looking, home.

use super::*;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn rates_and_banks_have_the_names_that_clients_know() {
    let (bench, [asha, _]) = Bench::people().await;
    let banks = bench.get("/api/travel/foreign-banks", &asha.token).await.json();
    assert_eq!((&banks["count"], &banks["banks"][0]["bank_code"]), (&json!(1), &json!("CITI_USA")));
    let rates = bench.get("/api/travel/forex-rates", &asha.token).await.json();
    let [out, home] = [0, 1].map(|place| rates["rates"][place].clone());
    assert_eq!((&out["from_currency"], &out["rate"]), (&json!("INR"), &json!("0.012000")));
    assert_eq!((&home["from_currency"], &home["rate"]), (&json!("USD"), &json!("83.000000")));
    assert_eq!((&out["forex_fee_percentage"], &out["is_active"]), (&json!("0.15"), &json!(true)));
    for unknown in ["from_currency=usd", "to_currency=XXX"] {
        let refused = bench.get(&format!("/api/travel/forex-rates?{unknown}"), &asha.token).await;
        assert_eq!(refused.json()["error"]["code"], "INVALID_QUERY", "{unknown}");
    }
    let one = bench.get("/api/travel/forex-rates?from_currency=USD", &asha.token).await.json();
    assert_eq!(one["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn out_and_home() {
    let (bench, [asha, bilal]) = Bench::people().await;
    let body = json!({
        "source_account_id": asha.account, "foreign_bank_code": "CITI_USA", "inr_amount": "5000.00",
    });
    let stolen = bench.post("/api/travel/create", &bilal.token, body.clone()).await;
    assert_eq!(stolen.status, 404, "another's account: {}", stolen.body);
    let mut nowhere = body.clone();
    nowhere["foreign_bank_code"] = json!("NOBODY");
    let refused = bench.post("/api/travel/create", &asha.token, nowhere).await;
    assert_eq!(refused.json()["error"]["code"], "UNKNOWN_FOREIGN_BANK");
    let made = bench.post("/api/travel/create", &asha.token, body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let travel = made.json()["travel_account"].clone();
    assert_eq!((&travel["status"], &travel["initial_inr_amount"]), (&json!("PENDING"), &json!("5000.00")));
    let path = format!("/api/travel/accounts/{}", travel["id"]);
    let account = bench.get(&path, &asha.token).await.json()["account"].clone();
    assert_eq!((&account["status"], &account["balance"]), (&json!("ACTIVE"), &json!("59.91")));
    assert_eq!((&account["forex_fee_paid"], &account["currency"]), (&json!("7.50"), &json!("USD")));
    assert_eq!(bench.get(&path, &bilal.token).await.status, 404);
    let total = bench.get("/api/accounts/balance", &asha.token).await.json();
    assert_eq!(total["balance"], "5000.00", "dollars are no rupees");
    let close = format!("{path}/close");
    let closed = bench.post(&close, &asha.token, json!({"reason": "Trip completed"})).await;
    assert_eq!(closed.status, 200, "{}", closed.body);
    assert_eq!(closed.json()["result"]["final_foreign_amount"], "59.91");
    let list = bench.get("/api/travel/accounts", &asha.token).await.json();
    assert_eq!(list["accounts"][0]["status"], "CLOSED");
    assert_eq!(list["accounts"][0]["final_inr_amount"], "4985.01");
}
