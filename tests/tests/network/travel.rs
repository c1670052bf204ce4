//! Two customers of two banks travel: out of rupees, a payment in dollars between them, and home. The first
//! rates are those that `testnet up` publishes.

use super::net::{Net, PATIENCE, assert_success, idx_node};
use super::rest::{App, customer};
use idx_client::views::{EventBody, EventDirection, TransferEventView, TravelStep};
use idx_types::Paise;
use serde_json::{Value, json};

/// Changes 5,000.00 rupees into dollars; answers the new account's id.
async fn departs(app: &App<'_>, source: u64) -> String {
    let wish = json!({"source_account_id": source, "foreign_bank_code": "CITI_USA", "inr_amount": "5000.00"});
    let made = app.ask(201, "POST /api/travel/create", wish);
    let id = made["travel_account"]["id"].to_string();
    let line = "GET /api/travel/accounts";
    app.until(line, |answer| answer["count"] == 1).await;
    let account = app.ask(200, &format!("GET /api/travel/accounts/{id}"), Value::Null)["account"].clone();
    assert_eq!((&account["balance"], &account["status"]), (&json!("59.61"), &json!("ACTIVE")));
    assert_eq!((&account["forex_fee_paid"], &account["currency"]), (&json!("7.50"), &json!("USD")));
    assert_eq!(app.balance(), "5000.00", "dollars are not added to rupees");
    id
}

/// What the payment was for; the sender's statement has it.
const MEMO: &str = "Dinner, table 7";

/// The travel account's statement in its currency, as the bank of the receiver verifies it.
fn what_was_done_abroad_is_stated(asha: &App<'_>, elsewhere: &App<'_>, (account, day): (u64, &str)) {
    for (format, parts) in [
        ("csv", &[r#""CHANGED","","59.61""#, r#""SENT","10.15","","0.15","49.46","Bilal""#, MEMO][..]),
        ("camt.053", &[r#"<Amt Ccy="USD">49.46</Amt>"#, "<Ustrd>Dinner, table 7</Ustrd>", "<Ccy>USD</Ccy>"]),
    ] {
        let end = format!("{}-12-31", &day[..4]);
        let wanted = json!({"start_date": day, "end_date": end, "format": format, "account_id": account});
        let made = asha.ask(201, "POST /api/statements/generate", wanted);
        let facts = &made["metadata"];
        assert_eq!((&facts["closing_balance"], &facts["transaction_count"]), (&json!("0.00"), &json!(3)));
        let document = asha.file(made["download_url"].as_str().expect("a path"));
        assert!(parts.iter().all(|part| document.contains(part)), "{document}");
        assert!(!document.contains("INR"), "{document}");
        let shown = json!({"content": document, "signature": made["signature"], "account_id": account});
        assert_eq!(elsewhere.ask(200, "POST /api/statements/verify", shown)["valid"], true, "{format}");
        let altered = json!({"content": document.replace("49.46", "94.46"), "signature": made["signature"]});
        assert_eq!(elsewhere.ask(200, "POST /api/statements/verify", altered)["valid"], false, "{format}");
    }
}

/// The opening, the payment and the closing, in one stream without gaps.
async fn what_came_of_it_was_told(net: &Net, token: &str, closing: &str) {
    let mut stream = net.client("HDFC").subscribe_customer(token, Some(0)).await.expect("a good token");
    let mut all: Vec<TransferEventView> = Vec::new();
    while all.last().is_none_or(|told| told.travel != Some(TravelStep::Closing)) {
        let next = tokio::time::timeout(PATIENCE, stream.next()).await.expect("an event in time");
        match next.expect("no gap").expect("no end").event {
            EventBody::Transfer { transfer } => all.push(transfer),
            other => panic!("{other:?}"),
        }
    }
    let numbers: Vec<u64> = all.iter().map(|told| told.sequence).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(all.iter().any(|told| told.direction == EventDirection::Sent && told.travel.is_none()));
    let (first, last) = (&all[0], &all[all.len() - 1]);
    for (told, step, rupees) in [(first, TravelStep::Opening, 500_000), (last, TravelStep::Closing, 409_408)]
    {
        assert_eq!((told.travel, told.amount), (Some(step), Paise(rupees)), "{told:?}");
        assert_eq!((told.status.as_deref(), told.height.is_some()), (Some("COMPLETED"), true));
    }
    assert_eq!(last.tx_hash.to_string(), closing.trim_start_matches("0x"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out_of_rupees_and_home_again() {
    let net = Net::up();
    let (asha, _, from) = customer(&net, "HDFC", ["ABCDE1234F", "ASHA01", "Asha Rao"]).await;
    let (bilal, idx, to) = customer(&net, "ICICI", ["PQRSX0001Y", "BILAL1", "Bilal Khan"]).await;
    let rates = asha.ask(200, "GET /api/travel/forex-rates", Value::Null);
    assert_eq!(rates["count"], 8, "four currencies, both ways: {rates}");
    let (hers, his) = (departs(&asha, from).await, departs(&bilal, to).await);

    asha.ask(201, "POST /api/recipients/add", json!({"recipient_idx": idx, "nickname": "Bilal"}));
    let id = |text: &str| text.parse::<u64>().expect("ids are numbers");
    let dollars = json!({"recipient_nickname": "Bilal", "amount": "10.00", "sender_account_id": id(&hers),
                         "memo": MEMO});
    let sent = asha.ask(201, "POST /api/transactions/send", dollars);
    assert_eq!(sent["total_debit"], "10.15");
    let hash = sent["tx_hash"].as_str().expect("a hash");
    bilal.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 1).await;
    let confirm = format!("POST /api/transactions/{hash}/confirm");
    let refused = bilal.ask(400, &confirm, json!({"receiver_account_id": to}));
    assert_eq!(refused["error"]["code"], "WRONG_CURRENCY");
    bilal.ask(200, &confirm, json!({"receiver_account_id": id(&his)}));
    let holds = |balance: &'static str| move |answer: &Value| answer["account"]["balance"] == balance;
    bilal.until(&format!("GET /api/travel/accounts/{his}"), holds("69.61")).await;
    asha.until(&format!("GET /api/travel/accounts/{hers}"), holds("49.46")).await;

    let close = format!("POST /api/travel/accounts/{hers}/close");
    let closing = asha.ask(200, &close, json!({"reason": "Trip completed"}));
    assert_eq!(closing["result"]["final_inr_amount"], "4094.08", "{closing}");
    let is_closed = |answer: &Value| answer["account"]["status"] == "CLOSED";
    let closed = asha.until(&format!("GET /api/travel/accounts/{hers}"), is_closed).await;
    assert_eq!(closed["account"]["final_inr_amount"], "4094.08");
    assert!(closed["account"]["closed_at"].is_string());
    assert_eq!(asha.balance(), "9094.08");
    asha.ask(400, &close, json!({}));
    let day = &sent["transaction"]["created_at"].as_str().expect("a time")[..10];
    what_was_done_abroad_is_stated(&asha, &bilal, (id(&hers), day));
    what_came_of_it_was_told(&net, &asha.token, closing["tx_hash"].as_str().expect("a hash")).await;

    let totals = net.client("SBI").totals().await.expect("a node counts its money");
    assert_eq!(totals.currencies.len(), 5);
    assert!(totals.currencies.iter().all(|total| total.issued == total.counted), "{totals:?}");
    net.stop("HDFC");
    let home = net.place("HDFC").home.root().display().to_string();
    let verified = idx_node(["verify", "--home", &home]);
    assert_success(&verified, "verify");
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("sound") && said.contains("100000000.00 USD"), "{said}");
}
