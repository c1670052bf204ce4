//! Lawful opening on the running network: who received a payment, by a judge and two custodians, each a
//! process of its own; what one custodian alone, or anybody too late, gets; and the trail of all of it.

use super::court::an_order_goes_over_rest;
use super::net::{Net, assert_success, idx_node, until};
use idx_client::encoding::{BlockTag, Hex};
use idx_client::views::{DeedView, HolderView, OrderStatusView, OrderView, ReaderView, TxKindView, TxStatus};
use idx_node::testnet::BANKS;
use idx_types::{OrderId, Reason, SessionId, TxId};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

/// Payments before the story begins.
const COUNT: &str = "12";

/// How a made-up person's name begins: it must stand nowhere but on the judge's screen.
pub const NAME: &str = "Made-up customer";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_judge_with_two_custodians_opens_one_identity_and_nobody_else_any() {
    let net = Net::planned();
    let up = net.testnet_up(&["--count", COUNT, "--rate", "0"]);
    assert_success(&up, "up");
    let (tx, [sender, receiver]) = payment(&net).await;

    let order = ordered(&net, &[("--tx", &Hex(tx).to_string()), ("--party", "receiver")], "10m");
    until("both custodians have released", || async { shares(&net, order).await.len() == 2 }).await;
    let record = opened(&judge(&net, &["open", &Hex(order).to_string(), "--output", "json"]));
    assert!(record["name"].as_str().is_some_and(|name| name.starts_with(NAME)), "{record}");
    assert_eq!(record["session"], receiver.to_string(), "the receiver was asked for, not {sender}");
    assert_eq!(steps(&look(&net, order).await), ["approved", "shared", "shared", "opened"]);

    let by_clerk = an_order_goes_over_rest(&net, receiver).await;
    let alone = one_custodian_is_not_enough(&net, sender).await;
    nothing_follows_an_order_that_is_over(&net, alone).await;
    let third = custodians_go_on_after_a_restart(&net, order, alone, receiver).await;

    the_trail_is_whole(&net, &[order, by_clerk, alone, third]);
    nobody_else_was_told(&net);
}

/// The node that the judge's tool asks first, as the first of genesis; the story looks there as well, so
/// that it never sees what that node has not.
const DOOR: &str = BANKS[0];

/// A transfer that settled, with the sessions at its sides.
async fn payment(net: &Net) -> (TxId, [SessionId; 2]) {
    let client = net.client(DOOR);
    let tip = client.block_number().await.expect("the node answers");
    for height in 1..=tip.0 {
        let tag = BlockTag::Number(idx_types::Height(height));
        let block = client.block(tag, true).await.expect("the node answers").expect("there is a block");
        for tx in block.full.unwrap_or_default() {
            let receipt = client.receipt(tx.id.0).await.expect("the node answers");
            let completed = receipt.is_some_and(|receipt| receipt.status == TxStatus::Completed);
            if let (TxKindView::Transfer { from, to: Some(to), .. }, true) = (&tx.body, completed) {
                return (tx.id.0, [*from, *to]);
            }
        }
    }
    panic!("{COUNT} payments were to settle");
}

/// `idx-node judge` with the test network's judge.
pub fn judge(net: &Net, arguments: &[&str]) -> Output {
    let home = net.layout().judge().root().display().to_string();
    net.idx_node([&["judge"], arguments, &["--home", &home]].concat())
}

/// An order for a target, active.
pub fn ordered(net: &Net, target: &[(&str, &str)], valid_for: &str) -> OrderId {
    let target = target.iter().flat_map(|(flag, value)| [*flag, *value]);
    let rest = ["--case", "CRL 17/2026", "--reason", "tracing of proceeds", "--freeze"];
    let more = ["--valid-for", valid_for, "--output", "json"];
    let arguments: Vec<&str> = ["order"].into_iter().chain(target).chain(rest).chain(more).collect();
    let output = judge(net, &arguments);
    assert_success(&output, "judge order");
    let view: OrderView = serde_json::from_slice(&output.stdout).expect("the order is shown");
    assert_eq!((view.status, view.accounts_frozen), (OrderStatusView::Active, 1));
    view.id.0
}

async fn look(net: &Net, order: OrderId) -> OrderView {
    let view = net.client(DOOR).court_order(order).await.expect("the node answers");
    view.expect("the order is on the ledger")
}

/// Who released a half.
async fn shares(net: &Net, order: OrderId) -> Vec<HolderView> {
    let holder = |deed: &DeedView| match deed {
        DeedView::Shared { holder, .. } => Some(*holder),
        _ => None,
    };
    look(net, order).await.steps.iter().filter_map(|step| holder(&step.deed)).collect()
}

/// The stable names of an order's steps.
fn steps(view: &OrderView) -> Vec<String> {
    let deed = |step| serde_json::to_value(step).expect("steps are JSON")["deed"].as_str().map(str::to_owned);
    view.steps.iter().filter_map(deed).collect()
}

/// The one record that was opened.
pub fn opened(output: &Output) -> Value {
    assert_success(output, "judge open");
    let records: Vec<Value> = serde_json::from_slice(&output.stdout).expect("records are JSON");
    assert_eq!(records.len(), 1);
    records[0].clone()
}

fn refused(output: &Output, named: &str) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{out}{err}");
    assert!(err.contains(named), "{err}");
    assert!(!out.contains(NAME) && !err.contains(NAME), "a refusal reveals something");
}

/// The company is down: the regulator alone releases, and nothing opens.
async fn one_custodian_is_not_enough(net: &Net, sender: SessionId) -> OrderId {
    assert_success(&net.testnet(&["stop", "company"]), "stop company");
    let order = ordered(net, &[("--session", &sender.to_string())], "8s");
    until("the regulator has released", || async { shares(net, order).await.len() == 1 }).await;
    assert_eq!(shares(net, order).await, [HolderView::Regulator(0)]);
    let missing = "the company has not released its half";
    refused(&judge(net, &["open", &Hex(order).to_string()]), missing);
    order
}

/// By the chain's time the order is over: no file, no opening, no trace of one.
async fn nothing_follows_an_order_that_is_over(net: &Net, order: OrderId) {
    let expired = || async { look(net, order).await.status == OrderStatusView::Expired };
    until("the order has expired", expired).await;
    refused(&judge(net, &["open", &Hex(order).to_string()]), "the order is expired");
    let client = net.client(DOOR);
    for (order, reason) in [(order, Reason::OrderExpired), (OrderId([7; 32]), Reason::UnknownOrder)] {
        for reader in [ReaderView::Judge, ReaderView::Company, ReaderView::Regulator(0)] {
            let refused = client.order_file(order, reader).await.expect_err("nothing is shown");
            assert_eq!(refused.reason(), Some(reason), "{reader:?}");
        }
    }
    assert_eq!(look(net, order).await.accounts_frozen, 0, "and what it froze is free");
}

/// Both come back, one of them from a kill: they serve the next order, and neither serves the one that is
/// over nor repeats what it released.
async fn custodians_go_on_after_a_restart(
    net: &Net,
    first: OrderId,
    over: OrderId,
    session: SessionId,
) -> OrderId {
    assert_success(&net.testnet(&["kill", "rbi"]), "kill rbi");
    for custodian in ["rbi", "company"] {
        assert_success(&net.testnet(&["start", custodian]), custodian);
    }
    let order = ordered(net, &[("--session", &session.to_string())], "10m");
    until("both have released", || async { shares(net, order).await.len() == 2 }).await;
    assert_eq!(shares(net, first).await.len(), 2, "what was released is not released again");
    assert_eq!(shares(net, over).await, [HolderView::Regulator(0)], "nothing is released after the end");
    let release = judge(net, &["release", &Hex(order).to_string(), "--output", "json"]);
    assert_success(&release, "judge release");
    refused(&judge(net, &["open", &Hex(order).to_string()]), "the order is released");
    order
}

/// All nodes claim what the chain proves; a file proves the same without any node.
fn the_trail_is_whole(net: &Net, orders: &[OrderId]) {
    let folder = tempfile::tempdir().expect("there is room for temporary folders");
    let file = folder.path().join("trail.idx").display().to_string();
    let home = net.layout().judge().root().display().to_string();
    let genesis = folder.path().join("genesis.json");
    std::fs::copy(net.layout().judge().genesis_file(), &genesis).expect("genesis can be copied");
    let online = idx_node(["audit", "verify", "--home", &home, "--output", "json"]);
    assert_success(&online, "audit verify");
    let online: Value = serde_json::from_slice(&online.stdout).expect("a report is JSON");
    assert_eq!(online["nodes"].as_array().map(Vec::len), Some(BANKS.len()));
    a_dead_node_is_passed_over(net, orders[0]);
    let told: Vec<&str> =
        online["orders"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    let expected: Vec<String> = orders.iter().map(|order| Hex(*order).to_string()).collect();
    assert_eq!(told, expected);

    assert_success(&idx_node(["audit", "export", &file, "--home", &home]), "audit export");
    assert_success(&net.testnet(&["down", "--keep-data"]), "down");
    let offline = verify_file(&file, &genesis);
    assert_success(&offline, "audit verify --file");
    let offline: Value = serde_json::from_slice(&offline.stdout).expect("a report is JSON");
    assert_eq!(offline["orders"], online["orders"]);
    altered_files_are_refused(&file, &genesis);
}

/// Somebody names a node that is not there: the next one is asked, and the report says which was silent.
fn a_dead_node_is_passed_over(net: &Net, order: OrderId) {
    let (dead, alive) = ("http://127.0.0.1:1", net.url(BANKS[1]));
    let nodes = ["--node", dead, "--node", &alive];
    let show = judge(net, &[&["show", &Hex(order).to_string()], &nodes[..]].concat());
    assert_success(&show, "judge show with a dead node");
    let home = net.layout().judge().root().display().to_string();
    let verify = [&["audit", "verify", "--home", &home, "--output", "json"], &nodes[..]].concat();
    let report = idx_node(verify);
    assert_success(&report, "audit verify with a dead node");
    let report: Value = serde_json::from_slice(&report.stdout).expect("a report is JSON");
    let silent = report["nodes"][0]["differences"][0].as_str().expect("the dead node is named");
    assert!(silent.contains("does not answer") && report["nodes"][1]["differences"] == serde_json::json!([]));
}

fn verify_file(file: &str, genesis: &Path) -> Output {
    let genesis = genesis.display().to_string();
    idx_node(["audit", "verify", "--file", file, "--genesis", &genesis, "--output", "json"])
}

/// A file with one bit turned, wherever it is, or with its end cut off.
fn altered_files_are_refused(file: &str, genesis: &Path) {
    let whole = std::fs::read(file).expect("the file can be read");
    let bent = format!("{file}.bent");
    for place in (50..whole.len() - 12).step_by(whole.len() / 12) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        std::fs::write(&bent, bytes).expect("a file can be written");
        assert!(!verify_file(&bent, genesis).status.success(), "byte {place} was altered");
    }
    std::fs::write(&bent, &whole[..whole.len() / 2]).expect("a file can be written");
    assert!(!verify_file(&bent, genesis).status.success(), "half of the file is missing");
}

/// Names stand in no log of a bank or custodian.
fn nobody_else_was_told(net: &Net) {
    let layout = net.layout();
    let custodians = layout.custodians().into_iter().map(|custody| custody.log());
    for log in layout.places().iter().map(|place| place.log()).chain(custodians) {
        let text = std::fs::read_to_string(&log).expect("the log can be read");
        assert!(!text.contains(NAME), "{} names a person", log.display());
    }
}
