//! A bank's REST as a program from outside sees it that was written to find faults: schemathesis asks
//! everything that the OpenAPI document allows, and much that it does not.
//!
//! `scripts/outside.sh` runs it; this makes the network, its people and what is there to be found. It needs
//! Python with `venv`; where `scripts/test.sh` was not run it says that it is skipped, and where
//! `IDX_OUTSIDE` is `required`, as in continuous integration, it fails instead.

use super::net::Net;
use super::rest::{App, customer, papers_of};
use idx_client::views::TokenView;
use idx_node::admin::Admin;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const ASHA: [&str; 3] = ["ABCDE1234F", "ASHA01", "Asha Rao"];

/// A login may ask twenty times a second: so many make no request wait. A person has at most sixteen.
const LOGINS: usize = 12;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Whether the story cannot be told here, which is said.
fn is_skipped() -> bool {
    let is_there = repository().join("tests/outside/.venv/requirements.txt").is_file();
    let is_required = std::env::var("IDX_OUTSIDE").is_ok_and(|value| value == "required");
    assert!(
        is_there || !is_required,
        "tests/outside has no Python environment: `scripts/outside.sh --setup`"
    );
    if !is_there {
        eprintln!("1 test with schemathesis is skipped: `scripts/outside.sh --setup` was not run");
    }
    !is_there
}

/// Tokens of as many logins of one customer.
fn tokens(app: &App<'_>, count: usize) -> Vec<Value> {
    let login = |_| app.ask(200, "POST /api/auth/login", papers_of(app.bank, ASHA))["token"].clone();
    (0..count).map(login).collect()
}

/// What is at the bank, by the names of fields; makes one of everything.
async fn known(asha: &App<'_>, idx: &str, account: u64, other: &str) -> Value {
    asha.ask(201, "POST /api/recipients/add", json!({"recipient_idx": other, "nickname": "Bilal"}));
    let second = asha.ask(201, "POST /api/bank-accounts/create", json!({}))["account"]["id"].to_string();
    let wish =
        json!({"source_account_id": account, "foreign_bank_code": "CITI_USA", "inr_amount": "2000.00"});
    let travel = asha.ask(201, "POST /api/travel/create", wish)["travel_account"]["id"].to_string();
    asha.until("GET /api/travel/accounts", |answer| answer["count"] == 1).await;
    let payment = json!({"recipient_nickname": "Bilal", "amount": "10.00", "sender_account_id": account});
    let sent = asha.ask(201, "POST /api/transactions/send", payment);
    let days = json!({"start_date": "2026-01-01", "end_date": "2026-01-31", "account_id": account});
    let statement = asha.ask(201, "POST /api/statements/generate", days);
    json!({
        "bank-accounts.id": account.to_string(),
        "freeze.id": second,
        "unfreeze.id": second,
        "travel.id": travel,
        "statements.id": statement["statement_id"],
        "hash": sent["tx_hash"],
        "idx": idx,
        "nickname": "Bilal",
        "height": 1,
        "bank_name": asha.bank,
        "bank_code": asha.bank,
        "amount": "1.00",
        "recipient_idx": other,
        "recipient_nickname": "Bilal",
        "sender_account_id": account,
        "source_account_id": account,
        "account_id": account,
        "foreign_bank_code": "CITI_USA",
        "inr_amount": "1000.00",
        "start_date": "2026-01-01",
        "end_date": "2026-01-31",
        "receiver_account_id": account,
        "verify.signature": statement["signature"],
    })
}

/// Two transfers that wait for a customer: one to confirm, one to reject.
async fn incoming(asha: &App<'_>, bilal: &App<'_>, idx: &str, from: u64) -> [Value; 2] {
    let pay = |amount: &str| {
        let body = json!({"recipient_idx": idx, "amount": amount, "sender_account_id": from});
        bilal.ask(201, "POST /api/transactions/send", body)["tx_hash"].clone()
    };
    let both = [pay("3.00"), pay("4.00")];
    asha.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 2).await;
    both
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_asked_from_outside_breaks_the_contract() {
    if is_skipped() {
        return;
    }
    let mut net = Net::planned();
    net.with_variable("IDX_HTTP_REST_PER_SECOND", "2000".to_owned());
    let net = net.started();
    let (asha, idx, account) = customer(&net, "HDFC", ASHA).await;
    let (bilal, other, from) = customer(&net, "ICICI", ["PQRSX0001Y", "BILAL1", "Bilal Khan"]).await;
    let admin = Admin::of(&net.place("HDFC").home);
    let mut officers = serde_json::Map::new();
    for role in ["bank_admin", "auditor", "judge_clerk", "regulator"] {
        let issued = admin.call("admin_issueToken", json!({"name": "Counter 5", "role": role})).await;
        let TokenView { token, .. } = issued.expect("the operator gives an officer a token");
        officers.insert(role.to_owned(), json!([token]));
    }
    let mut known = known(&asha, &idx, account, &other).await;
    [known["confirm.hash"], known["reject.hash"]] = incoming(&asha, &bilal, &idx, from).await;
    let story = json!({
        "customer": tokens(&asha, LOGINS),
        "leaving": tokens(&asha, 2),
        "clerk": officers["bank_admin"],
        "auditor": officers["auditor"],
        "judge_clerk": officers["judge_clerk"],
        "regulator": officers["regulator"],
        "known": known,
    });
    let mut script = Command::new(repository().join("scripts/outside.sh"));
    let output = script.arg(net.url("HDFC")).env("IDX_STORY", story.to_string()).output();
    let output = output.expect("the script can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}
