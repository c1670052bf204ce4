//! A part of the story of lawful opening: the same over a bank's REST. A clerk carries what the judge
//! signed and what is sealed to the judge; an auditor looks on; a regulator brings a judge in.

use super::lawful::{NAME, judge, opened};
use super::net::{Net, PATIENCE, assert_success, idx_node};
use super::rest::App;
use idx_client::encoding::Hex;
use idx_client::views::{TokenView, TxStatus};
use idx_node::admin::Admin;
use idx_node::testnet::BANKS;
use idx_types::{OrderId, SessionId, TxId};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The bank whose officers these are.
const AT: &str = BANKS[1];

/// Heights until the judge that is proposed may order: as many as the banks need to vote, and some.
const HEIGHTS_AHEAD: u64 = 8;

/// Who votes for him; the bank that proposes has done so with that.
const IN_FAVOUR: [&str; 3] = [BANKS[0], BANKS[2], BANKS[3]];

/// The offices, each with a token.
struct Officers<'a> {
    auditor: App<'a>,
    clerk: App<'a>,
    regulator: App<'a>,
}

async fn officer<'a>(net: &'a Net, role: &str) -> App<'a> {
    let admin = Admin::of(&net.place(AT).home);
    let token: TokenView = admin
        .call("admin_issueToken", json!({"name": "A. Sen", "role": role}))
        .await
        .expect("the operator gives an officer a token");
    App { net, bank: AT, token: token.token }
}

/// An order for a session, from the judge's signature to the opened identity.
pub async fn an_order_goes_over_rest(net: &Net, session: SessionId) -> OrderId {
    let officers = Officers {
        auditor: officer(net, "auditor").await,
        clerk: officer(net, "judge_clerk").await,
        regulator: officer(net, "regulator").await,
    };
    let signed = signed(net, session);
    everybody_keeps_to_his_office(&officers, &signed);
    let handed_in = officers.clerk.ask(201, "POST /api/court-orders/submit", json!({"signed_order": signed}));
    assert_eq!(handed_in["order"]["status"], "PENDING");
    let id = handed_in["order"]["order_id"].as_str().expect("an id").to_owned();
    let line = format!("GET /api/court-orders/{id}");
    let whole =
        |told: &Value| told["order"]["status"] == "APPROVED" && told["order"]["awaiting"] == json!([]);
    officers.clerk.until(&line, whole).await;

    let given = officers.clerk.ask(200, &format!("POST /api/court-orders/{id}/execute"), Value::Null);
    assert!(!given.to_string().contains(NAME), "what the clerk carries names nobody");
    let folder = tempfile::tempdir().expect("there is room for temporary folders");
    let file = folder.path().join("answer.json");
    std::fs::write(&file, given.to_string()).expect("a file can be written");
    let record = opened(&judge(net, &["open", &id, "--sealed", &text(&file), "--output", "json"]));
    assert_eq!(record["session"], session.to_string());

    officers.auditor.until(&line, |told| told["order"]["status"] == "EXECUTED").await;
    the_trail_is_told_and_proven(&officers.auditor, &id);
    a_judge_is_proposed(net, &officers.regulator, folder.path()).await;
    let Hex(order) = id.parse().expect("an order's id");
    order
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn printed(output: &std::process::Output) -> String {
    assert_success(output, "a signed transaction");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn signed(net: &Net, session: SessionId) -> String {
    let session = session.to_string();
    let what =
        ["order", "--session", &session, "--case", "CRL 18/2026", "--reason", "tracing", "--sign-only"];
    printed(&judge(net, &what))
}

fn everybody_keeps_to_his_office(officers: &Officers<'_>, signed: &str) {
    let Officers { auditor, clerk, regulator } = officers;
    for other in [auditor, regulator] {
        other.ask(403, "POST /api/court-orders/submit", json!({"signed_order": signed}));
        other.ask(403, "POST /api/court-orders/0x00/execute", json!({}));
    }
    for other in [auditor, clerk] {
        other.ask(403, "POST /api/court-orders/judges", json!({}));
    }
    for officer in [auditor, clerk, regulator] {
        officer.ask(200, "GET /api/court-orders/judges", Value::Null);
        officer.ask(403, "GET /api/compliance/flags", Value::Null);
        officer.ask(403, "GET /api/accounts/balance", Value::Null);
    }
    let bent = format!("{}{}", &signed[..signed.len() - 2], if signed.ends_with("00") { "01" } else { "00" });
    let refused = clerk.ask(400, "POST /api/court-orders/submit", json!({"signed_order": bent}));
    assert_eq!(refused["error"]["code"], "BAD_SIGNATURE");
}

/// The opening is in the trail, and all of the trail is proven, a range after the other.
fn the_trail_is_told_and_proven(auditor: &App<'_>, id: &str) {
    let trail = auditor.ask(200, "GET /api/court-orders/audit-trail", Value::Null);
    let log = trail["audit_log"].as_array().expect("entries");
    let of_order = log.iter().filter(|entry| entry["court_order_number"] == id);
    let types: Vec<&str> = of_order.filter_map(|entry| entry["event_type"].as_str()).collect();
    assert_eq!((types.first(), types.last()), (Some(&"COURT_ORDER_APPROVED"), Some(&"COURT_ORDER_DECRYPT")));
    let (mut from, mut steps) = (1, 0);
    loop {
        let line = format!("GET /api/court-orders/audit-trail/verify?start_id={from}");
        let walked = auditor.ask(200, &line, Value::Null);
        assert_eq!((&walked["chain_valid"], &walked["broken"]), (&json!(true), &json!([])), "{walked}");
        steps += walked["steps"].as_u64().expect("a number");
        let Some(next) = walked["next_start_id"].as_u64() else { break };
        from = next;
    }
    assert!(steps >= log.len() as u64, "{steps} steps, {} told", log.len());
    let middle =
        auditor.ask(200, "GET /api/court-orders/audit-trail/verify?start_id=3&end_id=4", Value::Null);
    assert_eq!(middle["verified_range"], json!({"start_id": 3, "end_id": 4}));
}

/// A bank signs, a regulator hands in, and the ledger has the proposal.
async fn a_judge_is_proposed(net: &Net, regulator: &App<'_>, folder: &Path) {
    let (home, passphrase) = (folder.join("judge"), folder.join("passphrase"));
    std::fs::write(&passphrase, "correct horse battery").expect("a file can be written");
    let mine = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&passphrase, mine).expect("a file can be made its owner's alone");
    let keys = ["judge", "keys", "--home", &text(&home), "--passphrase-file", &text(&passphrase)];
    let public = folder.join("judge.json");
    std::fs::write(&public, printed(&idx_node(keys))).expect("a file can be written");
    let tip = net.client(AT).block_number().await.expect("the node answers");
    let (bank, at) = (text(net.place(AT).home.root()), (tip.0 + HEIGHTS_AHEAD).to_string());
    let name = "B. Nair, High Court of Kerala";
    let more = ["--id", "7", "--name", name, "--keys", &text(&public), "--effective-at", &at];
    let proposal = printed(&net.idx_node([&["propose", "judge", "--home", &bank], &more[..]].concat()));
    let body = |name: &str| json!({"judge_id": 7, "full_name": name, "court_name": "High Court of Kerala", "proposal": proposal});
    let line = "POST /api/court-orders/judges";
    assert_eq!(regulator.ask(400, line, body("C. Nair"))["error"]["code"], "NOT_A_JUDGE_PROPOSAL");
    let taken = regulator.ask(201, line, body("B. Nair"));
    let id = taken["proposal_id"].as_str().expect("an id").to_owned();
    let listed = || async {
        let proposals = net.client(AT).proposals().await.expect("the node answers");
        proposals.iter().any(|proposal| proposal.id.to_string() == id)
    };
    super::net::until("the ledger has the proposal", listed).await;
    banks_vote_him_in(net, regulator, &id, tip.0 + HEIGHTS_AHEAD).await;
}

/// One bank signs against him and three more for him, each at its own node's folder; then he may order.
async fn banks_vote_him_in(net: &Net, regulator: &App<'_>, proposal: &str, from: u64) {
    let proposal = format!("0x{}", proposal.trim_start_matches("0x"));
    let client = net.client(AT);
    for (bank, against) in [(BANKS[4], true)].into_iter().chain(IN_FAVOUR.map(|bank| (bank, false))) {
        let home = text(net.place(bank).home.root());
        let against: &[&str] = if against { &["--against"] } else { &[] };
        let vote = ["propose", "vote", "--home", &home, "--proposal", &proposal];
        let signed = printed(&net.idx_node([&vote[..], against].concat()));
        let taken = client.call::<Hex<TxId>>("idx_sendRawTransaction", json!({"raw": signed})).await;
        let done = client.wait_for_transaction(taken.expect("it is taken").0, PATIENCE).await;
        let receipt = done.expect("the node answers").expect("it settles in time");
        assert_eq!(receipt.status, TxStatus::Completed, "{bank}: {:?}", receipt.reason);
    }
    net.reach(&[AT], from).await;
    let is_in = |told: &Value| {
        let judges = told["judges"].as_array().expect("judges");
        judges.iter().any(|judge| judge["judge_id"] == 7 && judge["is_active"] == true)
    };
    regulator.until("GET /api/court-orders/judges", is_in).await;
}
