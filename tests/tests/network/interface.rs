//! The interface from outside: every method answers on a live network, and what is wrong is refused
//! with its own reason, by whichever node, and changes nothing.

use super::ledger::{Customer, FUNDS, Ledger, now, settle, total};
use super::net::Net;
use super::owners::balances_are_the_owners;
use idx_client::encoding::{BlockTag, Bytes, Hex};
use idx_client::verify::{self, Trusted};
use idx_client::views::{Cursor, EventBody, OwnerView, SubscribeTopic, TransactionFilter, TxStatus};
use idx_client::{ClientError, IdxClient};
use idx_crypto::{Ed25519, Signature};
use idx_node::testnet::BANKS;
use idx_types::{Height, Paise, Reason, Transaction};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_method_answers_and_every_mistake_is_refused_by_its_own_reason() {
    let net = Net::up();
    let ledger = Ledger::of(&net).await;
    let customers: Vec<Customer> = (0..3).map(Customer::new).collect();
    ledger.open(&net, &customers).await;
    let client = net.client(BANKS[1]);
    let payment = ledger.transfer(&customers[0], &customers[1], Paise(5_000));
    let receipts = settle(&client, vec![payment.clone()]).await;
    assert_eq!(receipts[0].status, TxStatus::Completed);
    every_query_answers(&client, &payment, &customers[0]).await;
    balances_are_the_owners(&client, &customers[0], &customers[1]).await;
    finality_is_streamed(&client, &payment).await;
    mistakes_are_refused(&net, &ledger, &customers, &payment).await;
    malformed_calls_are_refused(&client).await;
    pages_for_monitors(&net);
}

/// Calls by name, each with parameters that fit; the list is that of the node's own document.
async fn every_query_answers(client: &IdxClient, payment: &Transaction, payer: &Customer) {
    let document = client.discover().await.expect("rpc.discover answers");
    let methods = document["methods"].as_array().expect("OpenRPC lists methods").clone();
    let block = client.block(BlockTag::Latest, true).await.unwrap().expect("there is a block");
    let id = Hex(payment.id()).to_string();
    let chain_id = client.chain_id().await.expect("the node answers");
    let mut asked = 0;
    for method in methods.iter().filter_map(|method| method["name"].as_str()) {
        let params = match method {
            "idx_sendRawTransaction" | "idx_sendRawTransactions" | "idx_subscribe" | "idx_unsubscribe" => {
                continue;
            }
            // About an order, and there is none here: see `lawful`.
            "idx_getCourtOrder" | "idx_getOrderEnvelopes" => continue,
            "idx_getTransaction" | "idx_getTransactionReceipt" | "idx_getTransactionProof" => {
                json!({"id": id})
            }
            "idx_waitForTransaction" => json!({"id": id, "timeoutMs": 1_000}),
            "idx_getAccount" | "idx_getAccountProof" => {
                let height = client.block_number().await.expect("the node answers");
                let reading = payer.reading(chain_id, height);
                json!({"handle": Hex(payer.handle), "owner": OwnerView::from(&reading)})
            }
            "idx_simulate" => json!({"raw": Bytes::of(payment)}),
            "idx_getObservedHeights" => json!({"from": 1}),
            "idx_getBlockByHash" => json!({"hash": block.header.hash}),
            "idx_feeQuote" => json!({"amount": "5000.00"}),
            "idx_getSessionTransactions" => json!({"session": payer.session()}),
            _ => json!({}),
        };
        let answer: Value =
            client.call(method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"));
        assert!(!answer.is_null(), "{method} answers nothing");
        let tells = answer.to_string().contains(&hex::encode(payer.handle.0));
        assert_eq!(tells, method.starts_with("idx_getAccount"), "{method}: only the owner is told of it");
        asked += 1;
    }
    assert!(asked >= 20, "the document lists only {asked} queries");
    typed_answers_fit_together(client, payment).await;
    no_block_names_an_account(client, payer).await;
}

/// The account was opened, funded and paid from in these blocks.
async fn no_block_names_an_account(client: &IdxClient, payer: &Customer) {
    let (handle, mut openings) = (hex::encode(payer.handle.0), 0);
    for height in 1..=client.block_number().await.unwrap().0 {
        let block = client.block(BlockTag::Number(Height(height)), true).await.unwrap();
        let text = serde_json::to_string(&block).unwrap();
        assert!(!text.contains(&handle), "height {height} names an account");
        openings += text.matches("\"kind\":\"open_account\"").count();
    }
    assert_eq!(openings, 3, "the blocks with the openings were looked at");
}

/// The same facts seen through different methods.
async fn typed_answers_fit_together(client: &IdxClient, payment: &Transaction) {
    let receipt = client.receipt(payment.id()).await.unwrap().expect("it is final");
    let height = receipt.height.expect("it is final");
    let tag = BlockTag::Number(height);
    let block = client.block(tag, true).await.unwrap().expect("its block is there");
    assert_eq!(block.transactions[receipt.index.unwrap() as usize].0, payment.hash());
    assert_eq!(Some(block.private_hash), receipt.private_hash);
    assert_eq!(client.private_header(tag).await.unwrap().unwrap().hash, block.private_hash);
    assert_eq!(client.header(tag).await.unwrap().unwrap().hash, block.header.hash);
    assert_eq!(client.block_by_hash(block.header.hash.0, false).await.unwrap().unwrap().header, block.header);
    let quote = client.fee_quote(Paise(500_000)).await.unwrap();
    assert_eq!((quote.fee_miner, quote.fee_banks), (Paise(2_500), Paise(5_000)));
    let above = BlockTag::Number(Height(client.block_number().await.unwrap().0 + 1_000));
    assert_eq!(client.block(above, false).await.unwrap(), None, "a block of the future");

    let set = client.validator_set(tag).await.unwrap().expect("banks rule every height");
    let proof = client.transaction_proof(payment.id()).await.unwrap().expect("it is final");
    let banks = set.validators().expect("the set is sound");
    let chain = client.chain_id().await.unwrap();
    let trusted = Trusted { chain_id: chain, banks: &banks, quorum: usize::from(set.quorum) };
    let fact = verify::transaction(&trusted, &proof, &Ed25519);
    assert!(fact.is_ok(), "the proof of a payment does not hold: {:?}", fact.err());
}

async fn finality_is_streamed(client: &IdxClient, payment: &Transaction) {
    let since = Some(Cursor { height: Height(0), index: 0 });
    let filter = TransactionFilter::default();
    let mut events =
        client.subscribe(SubscribeTopic::Transactions, &filter, since).await.expect("it subscribes");
    loop {
        let event = events.next().await.expect("nothing is lost").expect("it does not end");
        match event.event {
            EventBody::Transaction { receipt } if receipt.id.0 == payment.id() => return,
            _ => {}
        }
    }
}

/// A way to make a wrong transaction, and the reason it is refused for.
async fn mistakes_are_refused(net: &Net, ledger: &Ledger, customers: &[Customer], settled: &Transaction) {
    let (from, to) = (&customers[0], &customers[1]);
    let body = |amount| ledger.body(ledger.transfer_kind(from, to, amount));
    let sound = || body(Paise(1_000));
    let sign = |body| Ledger::sign(body, from, to);
    let mut wrong_chain = sound();
    wrong_chain.chain_id.0.0[0] ^= 1;
    let mut expired = sound();
    (expired.created_at.0, expired.valid_until.0) = (now().0 - 120_000, now().0 - 60_000);
    let mut early = sound();
    (early.created_at.0, early.valid_until.0) = (now().0 + 3_600_000, now().0 + 3_660_000);
    let mut badly_signed = sign(sound());
    badly_signed.signatures[0].signature = Signature([7; 64]);
    let mut version = sound();
    version.version = 99;
    let wrong_signers = Ledger::sign(sound(), to, from);
    let stranger = ledger.transfer(&Customer::new(77), to, Paise(1_000));
    let too_much = sign(body(Paise(FUNDS.0 * 2)));

    let cases: Vec<(Vec<u8>, Reason)> = vec![
        (vec![1, 0, 0xff], Reason::Malformed),
        (Vec::new(), Reason::Malformed),
        ([bytes(&sign(sound())), vec![0]].concat(), Reason::Malformed),
        (vec![0; 20_000], Reason::TooLarge),
        (bytes(&sign(version)), Reason::UnknownVersion),
        (bytes(&sign(wrong_chain)), Reason::WrongChain),
        (bytes(&sign(expired)), Reason::Expired),
        (bytes(&sign(early)), Reason::NotYetValid),
        (bytes(settled), Reason::Replayed),
        (bytes(&badly_signed), Reason::BadSignature),
        (bytes(&wrong_signers), Reason::WrongSigner),
        (bytes(&stranger), Reason::UnknownSession),
        (bytes(&too_much), Reason::InsufficientFunds),
    ];
    let before = total(&net.client(BANKS[0]), customers).await;
    for bank in BANKS {
        let client = net.client(bank);
        for (raw, reason) in &cases {
            let refused = send(&client, raw).await.expect_err("it is wrong");
            assert_eq!(refused.reason(), Some(*reason), "{bank}: {refused}");
            let ClientError::Rpc { code, .. } = refused else { panic!("{bank}: {refused}") };
            assert_eq!(code, -32_000 - i32::from(reason.number()));
        }
    }
    // A good one among bad ones is not harmed by its neighbours.
    let good = sign(sound());
    let raws: Vec<Bytes> =
        cases.iter().map(|(raw, _)| Bytes(raw.clone())).chain([Bytes::of(&good)]).collect();
    let client = net.client(BANKS[0]);
    let answers: Vec<Value> =
        client.call("idx_sendRawTransactions", json!({"raws": raws})).await.expect("it answers");
    let accepted = answers.iter().filter(|answer| answer["accepted"].is_string()).count();
    assert_eq!((answers.len(), accepted), (cases.len() + 1, 1), "{answers:?}");
    assert_eq!(super::ledger::receipt(&client, &good).await.status, TxStatus::Completed);
    assert_eq!(total(&client, customers).await, before);
}

fn bytes(transaction: &Transaction) -> Vec<u8> {
    Bytes::of(transaction).0
}

async fn send(client: &IdxClient, raw: &[u8]) -> Result<Value, ClientError> {
    client.call("idx_sendRawTransaction", json!({"raw": Bytes(raw.to_vec())})).await
}

/// Calls that are no calls.
async fn malformed_calls_are_refused(client: &IdxClient) {
    for (method, params, code) in [
        ("idx_sendRawTransaction", json!({"raw": "0xzz"}), -32_602),
        ("idx_sendRawTransaction", json!({"raw": "1234"}), -32_602),
        ("idx_sendRawTransaction", json!({}), -32_602),
        ("idx_getAccount", json!({"handle": "0x12"}), -32_602),
        ("idx_getBlockByNumber", json!({"block": "newest"}), -32_602),
        ("idx_feeQuote", json!({"amount": "1.234"}), -32_602),
        ("idx_noSuchMethod", json!({}), -32_601),
    ] {
        let refused = client.call::<Value>(method, params.clone()).await.expect_err("it is wrong");
        let ClientError::Rpc { code: got, .. } = refused else { panic!("{method} {params}: {refused}") };
        assert_eq!(got, code, "{method} {params}");
    }
}

/// Metrics and health, read with nothing but a socket.
fn pages_for_monitors(net: &Net) {
    for bank in BANKS {
        let (status, text) = get(net, bank, "/metrics");
        assert_eq!(status, 200, "{bank}");
        let names = metric_names(&text);
        for name in METRICS {
            assert!(names.contains(*name), "{bank} has no {name}");
        }
        for path in ["/health/live", "/health/ready"] {
            let (status, text) = get(net, bank, path);
            assert_eq!(status, 200, "{bank} {path}: {text}");
        }
    }
}

/// What dashboards rest on; a name that changes breaks them.
const METRICS: &[&str] = &[
    "idx_height",
    "idx_round",
    "idx_lag_heights",
    "idx_peers",
    "idx_pool_transactions",
    "idx_pool_bytes",
    "idx_difficulty_bits",
    "idx_mining_hashes_per_second",
    "idx_transactions_total",
    "idx_refused_transactions_total",
    "idx_blocks_total",
    "idx_late_heights_total",
    "idx_received_messages_total",
    "idx_finality_seconds",
    "idx_gate_seconds",
    "idx_mining_seconds",
    "idx_journal_sync_seconds",
    "idx_store_commit_seconds",
    "idx_step_seconds",
];

/// The names that a page of the Prometheus text format declares; every other line must be a sample of
/// one of them with a number for a value.
fn metric_names(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.split(' ');
            assert!(matches!(words.next(), Some("HELP" | "TYPE")), "{line}");
            names.extend(words.next());
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line:?} is no sample"));
        assert!(value.parse::<f64>().is_ok(), "{line:?} has no number");
        let name = sample.split('{').next().unwrap_or_default();
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        let known = names.contains(name) || base.is_some_and(|base| names.contains(base));
        assert!(known, "{line:?} was not declared before");
    }
    names
}

/// Status and body of a page.
pub fn get(net: &Net, bank: &str, path: &str) -> (u16, String) {
    let address = net.url(bank).trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).expect("the node listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers in UTF-8");
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}
