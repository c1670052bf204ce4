//! Every method once, over real HTTP, and the pages for monitors.

use super::support::node::{self, BANKS_OWN};
use super::support::serve_plain;
use idx_client::encoding::{Bytes, Hex};
use idx_client::testing::deposit;
use idx_client::views::OwnerView;
use idx_types::{AccountHandle, Height, ObservedHeight, StateParts, TxId};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

fn id_of(nonce: u64) -> Value {
    json!(Hex(deposit(nonce).id()))
}

fn observed(height: u64) -> Value {
    let certified = node::height(Height(height));
    json!(Bytes::of(&ObservedHeight::of(certified, StateParts::default(), None)))
}

/// Method, parameters, path into the result, what must be there.
fn reads() -> Vec<(&'static str, Value, &'static str, Value)> {
    let second = node::height(Height(2));
    let (hash, private) = (json!(Hex(second.public.header.hash())), json!(Hex(second.commit.value)));
    let mine = node::reading(AccountHandle([1; 32]));
    let account = json!(Hex(mine.account));
    let owner = json!(OwnerView::from(&mine));
    let session = json!(idx_types::SessionId([1; 32]));
    let order = json!(Hex(idx_types::OrderId([5; 32])));
    vec![
        ("rpc.discover", json!([]), "/openrpc", json!("1.3.2")),
        ("idx_chainId", json!([]), "", json!(format!("0x{}", "c1".repeat(32)))),
        ("idx_nodeInfo", json!({}), "/bank/code", json!("HDFC")),
        ("idx_syncing", json!([]), "/syncing", json!(false)),
        ("idx_blockNumber", json!([]), "", json!(3)),
        ("idx_getBlockByNumber", json!(["latest", true]), "/full/0/body/kind", json!("deposit")),
        ("idx_getBlockByNumber", json!({"block": 1}), "/outcomes/0", json!("COMPLETED")),
        ("idx_getBlockByNumber", json!(["finalized"]), "/outcomes/0", json!("ACCOUNT_FROZEN")),
        ("idx_getBlockByNumber", json!([4]), "", Value::Null),
        ("idx_getBlockByNumber", json!([0]), "", Value::Null),
        ("idx_getBlockByHash", json!([hash]), "/header/height", json!(2)),
        ("idx_getHeader", json!([2]), "/hash", hash.clone()),
        ("idx_getPrivateHeader", json!([2]), "/hash", private.clone()),
        ("idx_getPrivateHeader", json!({"hash": private}), "/height", json!(2)),
        ("idx_getApprovals", json!([3]), "/rows/0/verdicts/4", json!("ACCOUNT_FROZEN")),
        ("idx_getApprovals", json!([3]), "/silent/0/code", json!("YES")),
        ("idx_getCommitCertificate", json!([2]), "/precommits/3/bank/code", json!("AXIS")),
        ("idx_getObservedHeights", json!([4]), "", json!([])),
        ("idx_getObservedHeights", json!({"from": 2, "count": 1}), "/0", observed(2)),
        ("idx_getObservedHeights", json!([2]), "/1", observed(3)),
        ("idx_getTransaction", json!([id_of(1)]), "/body/amount", json!("5.00")),
        ("idx_getTransactionReceipt", json!([id_of(3)]), "/reason/code", json!("ACCOUNT_FROZEN")),
        ("idx_getTransactionReceipt", json!([id_of(3)]), "/verdicts/1/verdict", json!("EXPIRED")),
        ("idx_getTransactionReceipt", json!([id_of(99)]), "", Value::Null),
        ("idx_getTransactionProof", json!([id_of(1)]), "/path/leaves", json!(1)),
        ("idx_getSessionTransactions", json!({"session": session, "limit": 2}), "/next/height", json!(2)),
        ("idx_getAccount", json!([account, owner]), "/balance", json!("5075.00")),
        ("idx_getAccount", json!([account, owner]), "/freeze/state", json!("by_bank")),
        ("idx_getAccount", json!([Hex(BANKS_OWN), null]), "/kind", json!("bank_reserve")),
        ("idx_getAccountProof", json!([account, owner]), "/account/as_of", json!(3)),
        ("idx_getBanks", json!([]), "/5/code", json!("YES")),
        ("idx_getValidatorSet", json!([4]), "/quorum", json!(4)),
        ("idx_getValidatorSet", json!([5]), "", Value::Null),
        ("idx_getParameters", json!([]), "/parameters/miner_fee", json!(50)),
        ("idx_getEscrow", json!([]), "/regulators/0/name", json!("RBI")),
        ("idx_getChainKeys", json!([]), "/epochs/0/from", json!(1)),
        ("idx_getChainKeys", json!([]), "/due_since", json!(3)),
        ("idx_getForexRates", json!([]), "/rates/0/current/sell", json!("83.33333333")),
        ("idx_getForexRates", json!([]), "/rates/0/stale", json!(false)),
        ("idx_getForeignBanks", json!([]), "/0/code", json!("CITI_USA")),
        ("idx_getForeignBanks", json!([]), "/0/rupees", json!("7.00")),
        ("idx_getJudges", json!([]), "/0/id", json!(1)),
        ("idx_getCourtOrders", json!({"status": "active"}), "/items/0/status", json!("active")),
        ("idx_getCourtOrders", json!({"status": "expired"}), "/items", json!([])),
        ("idx_getCourtOrder", json!([order]), "/steps/1/deed", json!("shared")),
        ("idx_getAuditTrail", json!([]), "/items/0/deed", json!("approved")),
        ("idx_getOrderEnvelopes", json!([order, "judge"]), "/order", json!(order)),
        ("idx_getOrderEnvelopes", json!([order, {"regulator": 0}]), "/day", json!("2023-11-14")),
        ("idx_getEscrow", json!([]), "/company/day_keys/0/day", json!("2023-11-14")),
        ("idx_getTotals", json!([]), "/currencies/0/counted", json!("7.00")),
        ("idx_getMempool", json!([]), "/transactions", json!(0)),
        ("idx_feeQuote", json!(["5000.00"]), "/total_debit", json!("5075.00")),
        ("idx_getConsensus", json!([]), "/waiting/what", json!("2 more precommits")),
        ("idx_getPeers", json!([]), "", json!([])),
        ("idx_waitForTransaction", json!([id_of(1), 10]), "/status", json!("completed")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_read_answers() {
    let served = serve_plain().await;
    for (method, params, path, expected) in reads() {
        let result = served.ok(method, params.clone()).await;
        assert_eq!(result.pointer(path), Some(&expected), "{method} {params} {path}: {result}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_of_the_document_takes_its_own_examples_and_nothing_more() {
    let served = serve_plain().await;
    let document = served.ok("rpc.discover", json!([])).await;
    let tried: BTreeSet<&str> = reads().into_iter().map(|(method, ..)| method).collect();
    for method in document["methods"].as_array().unwrap() {
        let name = method["name"].as_str().unwrap();
        let mut params = serde_json::Map::new();
        for param in method["params"].as_array().unwrap() {
            params.insert(param["name"].as_str().unwrap().to_owned(), param["schema"]["examples"][0].clone());
        }
        if name == "idx_getPrivateHeader" {
            params.remove("hash");
        }
        let web_socket_only = name.ends_with("ubscribe");
        let code = served.call(name, params.clone().into()).await["error"]["code"].as_i64();
        assert_eq!(code == Some(-32602), web_socket_only, "{name} with {params:?}: {code:?}");
        params.insert("unknown".to_owned(), json!(1));
        assert_eq!(served.refused(name, params.into()).await, -32602, "{name} took an unknown parameter");
        let too_many = vec![json!(null); method["params"].as_array().unwrap().len() + 1];
        assert_eq!(served.refused(name, too_many.into()).await, -32602, "{name} took one too many");
        let refuses = [
            "idx_getProposals",
            "idx_getEvidence",
            "idx_sendRawTransaction",
            "idx_sendRawTransactions",
            "idx_simulate",
        ];
        assert!(tried.contains(name) || refuses.contains(&name) || web_socket_only, "{name} has no test");
    }
}

/// Whether the account exists or not, the answer is the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_shown_to_nobody_but_its_owner() {
    let served = serve_plain().await;
    let (mine, other) = (node::reading(AccountHandle([1; 32])), node::reading(AccountHandle([2; 32])));
    let [own, foreign] = [&mine, &other].map(|reading| json!(OwnerView::from(reading)));
    let mut told = BTreeSet::new();
    for (handle, owner) in [(1, Value::Null), (1, foreign.clone()), (2, Value::Null), (2, foreign), (2, own)]
    {
        for method in ["idx_getAccount", "idx_getAccountProof"] {
            let asked = json!([Hex(AccountHandle([handle; 32])), owner]);
            let refused = served.call(method, asked).await;
            assert_eq!(refused["error"]["data"]["reason"], "NOT_OWNER", "{method} {handle}");
            told.insert(refused["error"].to_string());
        }
    }
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_parameters_are_named() {
    let served = serve_plain().await;
    for (method, params, named) in [
        ("idx_getAccount", json!([]), "handle"),
        ("idx_getAccount", json!(["1234"]), "0x"),
        ("idx_getBlockByNumber", json!(["pending"]), "finalized"),
        ("idx_getBlockByNumber", json!([-1]), "height"),
        ("idx_feeQuote", json!(["-5.00"]), "amount"),
        ("idx_feeQuote", json!(["NaN"]), "amount"),
        ("idx_feeQuote", json!(["5.001"]), "two places"),
        ("idx_getSessionTransactions", json!({"session": "SESSION_12"}), "64 hex digits"),
        ("idx_getProposals", json!([0]), "at least 1"),
        ("idx_getPrivateHeader", json!([1, format!("0x{}", "00".repeat(32))]), "not both"),
        ("idx_sendRawTransaction", json!(["0xzz"]), "hex"),
        ("idx_sendRawTransactions", json!([vec!["0x"; 257]]), "256"),
    ] {
        let error = served.call(method, params.clone()).await["error"].clone();
        assert_eq!(error["code"], -32602, "{method} {params}: {error}");
        assert_eq!(error["data"]["reason"], "INVALID_PARAMS");
        assert!(error["data"]["sentence"].as_str().unwrap().contains(named), "{method} {params}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_s_refusals_carry_their_reason() {
    let served = serve_plain().await;
    let raw = |bytes: Vec<u8>| json!([Bytes(bytes)]);
    let good = borsh::to_vec(&deposit(77)).unwrap();
    let trailing = [good.clone(), vec![0]].concat();
    let replayed = borsh::to_vec(&deposit(1)).unwrap();
    let mut future = good.clone();
    future[0] = 9;
    for (bytes, code, reason, detail) in [
        (vec![1], -32001, "MALFORMED", ""),
        (trailing, -32001, "MALFORMED", "bytes"),
        (vec![1; 16 * 1024 + 1], -32002, "TOO_LARGE", "16384"),
        (future, -32003, "UNKNOWN_VERSION", "version 9"),
        (replayed, -32008, "REPLAYED", ""),
    ] {
        let error = served.call("idx_sendRawTransaction", raw(bytes)).await["error"].clone();
        assert_eq!((&error["code"], &error["data"]["reason"]), (&json!(code), &json!(reason)), "{error}");
        assert!(error["data"]["detail"].as_str().unwrap_or("").contains(detail), "{error}");
        assert_eq!(error["data"]["retriable"], false);
    }
    assert_eq!(served.refused("idx_feeQuote", json!(["0.50"])).await, -32023);
    assert_eq!(served.refused("idx_getProposals", json!([])).await, -31005);
    let failed = served.call("idx_getEvidence", json!([])).await;
    assert_eq!(failed["error"]["code"], -32603);
    assert!(!failed.to_string().contains("secret"), "a failing store talked to a stranger: {failed}");
    assert_eq!(served.ok("idx_sendRawTransaction", raw(good)).await, id_of(77));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_answered_one_by_one_in_order() {
    let served = serve_plain().await;
    let raws =
        json!([[Bytes::of(&deposit(81)), Bytes(vec![1]), Bytes::of(&deposit(2)), Bytes::of(&deposit(82))]]);
    let answers = served.ok("idx_sendRawTransactions", raws).await;
    assert_eq!(answers[0]["accepted"], id_of(81));
    assert_eq!(answers[1]["refused"]["reason"]["code"], "MALFORMED");
    assert_eq!(answers[2]["refused"]["reason"]["code"], "REPLAYED");
    assert_eq!(answers[3]["accepted"], id_of(82));
    assert_eq!(served.ok("idx_getMempool", json!([])).await["transactions"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_carried_out_and_not_answered() {
    let served = serve_plain().await;
    let call =
        json!({"jsonrpc": "2.0", "method": "idx_sendRawTransaction", "params": [Bytes::of(&deposit(90))]});
    let reply = served.post(call.to_string().as_bytes()).await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    assert_eq!(served.ok("idx_getMempool", json!([])).await["transactions"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_when_the_transaction_is_final_or_the_time_is_over() {
    let served = serve_plain().await;
    served.ok("idx_sendRawTransaction", json!([Bytes::of(&deposit(4))])).await;
    let pending = served.ok("idx_waitForTransaction", json!([id_of(4), 20])).await;
    assert_eq!(pending["status"], "pending");
    assert_eq!(served.ok("idx_waitForTransaction", json!([id_of(60), 20])).await, Value::Null);
    let (waited, ()) = tokio::join!(served.ok("idx_waitForTransaction", json!([id_of(4), 20_000])), async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        served.node.finalise(4);
    });
    assert_eq!((&waited["status"], &waited["height"]), (&json!("completed"), &json!(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn final_receipts_are_read_from_the_store_once() {
    let served = serve_plain().await;
    for _ in 0..10 {
        served.ok("idx_getTransactionReceipt", json!([Hex::<TxId>(deposit(2).id())])).await;
    }
    assert_eq!(served.node.reads.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn monitors_get_metrics_and_health() {
    let served = serve_plain().await;
    let metrics = served.get("/metrics").await;
    assert!(metrics.head.contains("text/plain; version=0.0.4") && metrics.body.contains("idx_height 3"));
    assert_eq!(served.get("/health/live").await.json(), json!({"live": true}));
    assert_eq!(served.get("/health/ready").await.json(), json!({"ready": true}));
    served.node.ready.store(false, Ordering::SeqCst);
    let ready = served.get("/health/ready").await;
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json(), json!({"ready": false, "reason": "3 of 5 peers are missing"}));
    assert_eq!(served.get("/elsewhere").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_says_what_would_be_and_hands_nothing_in() {
    let served = serve_plain().await;
    let tried = |tx: u64| {
        let (served, raw) = (&served, json!([Bytes::of(&deposit(tx))]));
        async move { served.ok("idx_simulate", raw).await }
    };
    let good = tried(91).await;
    assert_eq!((&good["status"], &good["as_of"], &good["id"]), (&json!("completed"), &json!(3), &id_of(91)));
    assert_eq!(served.ok("idx_getTransaction", json!([id_of(91)])).await, Value::Null);
    let replayed = tried(1).await;
    assert_eq!((&replayed["status"], &replayed["reason"]["code"]), (&json!("failed"), &json!("REPLAYED")));
    assert_eq!(served.refused("idx_simulate", json!([Bytes(vec![1])])).await, -32001);
}
