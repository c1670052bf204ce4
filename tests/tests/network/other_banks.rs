//! A customer of three banks looks at all of them from one, as far as he has allowed it at the others.

use super::net::Net;
use super::rest::{App, customer};
use serde_json::{Value, json};

const ASHA: [&str; 3] = ["ABCDE1234F", "ASHA01", "Asha Rao"];
const ALL_BANKS: &str = "GET /api/accounts/balance?all_banks=true";

/// What one of the other banks said.
fn of<'a>(answer: &'a Value, bank: &str) -> &'a Value {
    let banks = answer["banks"].as_array().expect("the other banks");
    assert_eq!(banks.len(), 5, "{answer}");
    banks.iter().find(|entry| entry["bank"] == bank).expect("it is one of them")
}

fn status<'a>(answer: &'a Value, bank: &str) -> &'a str {
    of(answer, bank)["status"].as_str().expect("a word")
}

fn consents(app: &App<'_>) -> Value {
    app.ask(200, "GET /api/consents", Value::Null)["consents"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_is_told_what_the_customer_has_allowed_at_the_other() {
    let net = Net::up();
    let (at_hdfc, idx, _) = customer(&net, "HDFC", ASHA).await;
    let (at_sbi, same, account) = customer(&net, "SBI", ASHA).await;
    let (_at_icici, ..) = customer(&net, "ICICI", ASHA).await;
    let (bilal, ..) = customer(&net, "HDFC", ["PQRSX0001Y", "BILAL1", "Bilal Khan"]).await;
    assert_eq!(idx, same, "one person is one IDX everywhere");

    let before = at_hdfc.ask(200, ALL_BANKS, Value::Null);
    let nothing = of(&before, "SBI").clone();
    for bank in ["SBI", "ICICI", "AXIS"] {
        let mut said = of(&before, bank).clone();
        said["bank"] = nothing["bank"].clone();
        assert_eq!(said, nothing, "a customer's bank and another say the same");
    }
    assert_eq!((&nothing["status"], &before["total_balance"]), (&json!("nothing_told"), &json!("10000.00")));

    let given = at_sbi.ask(201, "POST /api/consents", json!({"bank": "HDFC", "valid_for_days": 30}));
    let after = at_hdfc.ask(200, ALL_BANKS, Value::Null);
    let told = of(&after, "SBI");
    assert_eq!((&told["status"], &told["balance"]), (&json!("told"), &json!("10000.00")), "{after}");
    let ending = &account.to_string()[account.to_string().len() - 4..];
    let shown = &told["accounts"][0];
    assert_eq!((&shown["account_number_ending"], &shown["balance"]), (&json!(ending), &json!("10000.00")));
    assert!(told["height"].as_u64() > Some(0) && !after.to_string().contains(&account.to_string()));
    assert_eq!((status(&after, "ICICI"), &after["total_balance"]), ("nothing_told", &json!("20000.00")));
    assert_eq!(consents(&at_sbi)[0]["times_used"], 1);
    let others = bilal.ask(200, ALL_BANKS, Value::Null);
    assert_eq!(status(&others, "SBI"), "nothing_told", "her consent is nothing to another person");

    tokio::task::block_in_place(|| net.stop("ICICI"));
    let without = at_hdfc.ask(200, ALL_BANKS, Value::Null);
    assert_eq!((status(&without, "ICICI"), status(&without, "SBI")), ("unreachable", "told"));
    assert_eq!(without["total_balance"], "20000.00");

    let id = given["consent_id"].as_str().expect("an id");
    at_sbi.ask(200, &format!("DELETE /api/consents/{id}"), Value::Null);
    let last = at_hdfc.ask(200, ALL_BANKS, Value::Null);
    assert_eq!((status(&last, "SBI"), &last["total_balance"]), ("nothing_told", &json!("10000.00")));
    assert_eq!(consents(&at_sbi), json!([]));
}
