//! A court order for a person who is a customer of two banks: both name his accounts to the custodians and the
//! judge, both let them stand still, and nobody else learns whom the court sought.

use super::lawful::judge;
use super::net::{Net, assert_success, until};
use super::people::Person;
use idx_client::encoding::Hex;
use idx_client::views::{DeedView, HolderView, OrderStatusView, OrderView, StandingState};
use idx_node::testnet::BANKS;
use idx_types::OrderId;
use serde_json::Value;
use std::collections::BTreeSet;

/// Where he is a customer.
const OF_BILAL: [&str; 2] = ["ICICI", "SBI"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_for_a_person_opens_his_accounts_at_both_banks_and_no_others() {
    let net = Net::planned();
    assert_success(&net.testnet_up(&["--no-payments"]), "up");
    let numbers = [("ICICI", "603918275541"), ("SBI", "714029386652")];
    let bilal = Person::joins(&net, ["VJKPB6284M", "V3K8W5", "Bilal Khan"], &numbers).await;
    let neighbours = [("ICICI", "936241508874"), ("SBI", "825130497763")];
    let charu = Person::joins(&net, ["YHGTC5173N", "Y9H4G6", "Charu Sen"], &neighbours).await;

    let order = ordered_about(&net, &bilal);
    until("all banks have answered", || async { answered(&net, order).await.len() == BANKS.len() }).await;
    stands_at_both(&net, &bilal, StandingState::Frozen).await;
    stands_at_both(&net, &charu, StandingState::Open).await;
    assert_eq!(answered(&net, order).await, BANKS.map(str::to_owned).into(), "each bank once");

    until("both custodians have released both accounts", || async { shared(&net, order).await == [2, 2] })
        .await;
    let id = Hex(order).to_string();
    let output = judge(&net, &["open", &id, "--output", "json"]);
    assert_success(&output, "judge open");
    both_accounts(&serde_json::from_slice(&output.stdout).expect("records are JSON"), &bilal);

    let release = judge(&net, &["release", &id, "--output", "json"]);
    assert_success(&release, "judge release");
    stands_at_both(&net, &bilal, StandingState::Open).await;
    let late = judge(&net, &["open", &id]);
    assert_eq!(late.status.code(), Some(3), "what is released opens no more");
    the_audit_finds_every_step(&net, &id);
    the_public_names_nobody(&net, order, &bilal).await;
}

/// An order that names the person and no bank: all of genesis are asked.
fn ordered_about(net: &Net, person: &Person) -> OrderId {
    let idx = person.idx.to_string();
    let words =
        ["--case", "CRL 18/2026", "--reason", "tracing of proceeds", "--freeze", "--valid-for", "10m"];
    let order = judge(net, &[&["order", "--idx", &idx, "--output", "json"], &words[..]].concat());
    assert_success(&order, "judge order");
    let view: OrderView = serde_json::from_slice(&order.stdout).expect("the order is shown");
    assert_eq!(view.status, OrderStatusView::Active);
    view.id.0
}

async fn look(net: &Net, order: OrderId) -> OrderView {
    let view = net.client(BANKS[0]).court_order(order).await.expect("the node answers");
    view.expect("the order is on the ledger")
}

/// Which banks have answered.
async fn answered(net: &Net, order: OrderId) -> BTreeSet<String> {
    let bank = |deed: DeedView| match deed {
        DeedView::Answered { bank, .. } => bank.code.map(|code| code.to_string()),
        _ => None,
    };
    look(net, order).await.steps.into_iter().filter_map(|step| bank(step.deed)).collect()
}

/// How many halves company and regulator have released.
async fn shared(net: &Net, order: OrderId) -> [usize; 2] {
    let steps = look(net, order).await.steps;
    [HolderView::Company, HolderView::Regulator(0)].map(|who| {
        let is_his = |deed: &DeedView| matches!(deed, DeedView::Shared { holder, .. } if *holder == who);
        steps.iter().filter(|step| is_his(&step.deed)).count()
    })
}

async fn stands_at_both(net: &Net, person: &Person, state: StandingState) {
    for bank in OF_BILAL {
        let stands = || async { person.standing(net, bank).await.is_some_and(|own| own.state == state) };
        until(&format!("the account at {bank} is {state:?}"), stands).await;
    }
}

/// His two accounts, by number and bank.
fn both_accounts(records: &Value, person: &Person) {
    let records = records.as_array().expect("a list of records");
    let found: BTreeSet<[&str; 3]> = records
        .iter()
        .map(|record| ["bank", "account_number", "idx"].map(|name| record[name].as_str().unwrap_or("none")))
        .collect();
    let idx = person.idx.to_string();
    let expected = OF_BILAL.map(|bank| [bank, person.number_at(bank), &idx]);
    assert_eq!(found, expected.into(), "{records:?}");
}

fn the_audit_finds_every_step(net: &Net, order: &str) {
    let home = net.layout().judge().root().display().to_string();
    let output = net.idx_node(["audit", "verify", "--home", &home, "--output", "json"]);
    assert_success(&output, "audit verify");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report is JSON");
    let orders = report["orders"].as_array().expect("a list of orders");
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["id"], order);
    let steps = orders[0]["steps"].as_array().expect("a list of steps");
    let deeds: Vec<&str> = steps.iter().filter_map(|step| step["what"].as_str()).collect();
    let count = |deed: &str| deeds.iter().filter(|one| one.contains(deed)).count();
    let counts = ["approved by", "named accounts", "released its half", "the judge opened"].map(count);
    assert_eq!((counts, deeds.last()), ([1, BANKS.len(), 4, 2], Some(&"released")), "{deeds:?}");
}

/// Every node tells everybody the order's story, and in it neither the person nor an account.
async fn the_public_names_nobody(net: &Net, order: OrderId, person: &Person) {
    let traces: Vec<Vec<u8>> = [person.traces(), person.handles()].concat();
    for bank in BANKS {
        let story = net.client(bank).call::<Value>("idx_getCourtOrders", serde_json::json!({})).await;
        let story = story.expect("the node answers").to_string();
        assert!(story.contains(&Hex(order).to_string()), "{bank} hides the order");
        let told = |trace: &&Vec<u8>| std::str::from_utf8(trace).is_ok_and(|text| story.contains(text));
        assert_eq!(traces.iter().find(told), None, "{bank} names somebody");
    }
}
