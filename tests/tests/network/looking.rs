//! Looking for what should not be there: in every answer that a node's public port gives, and in every
//! file of a folder.

use idx_client::IdxClient;
use idx_client::encoding::Hex;
use idx_client::views::{EventBody, SubscribeTopic, TransactionFilter};
use idx_types::{Height, SessionId, TxId};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What the asking knows by name.
pub struct Known<'a> {
    /// Transactions; the first and the last are final.
    pub ids: &'a [TxId],
    /// Sessions.
    pub sessions: &'a [SessionId],
}

/// What every method answers about what is known, about every height and to a subscription to final facts;
/// each with the method's name.
pub async fn every_answer(client: &IdxClient, known: &Known<'_>) -> Vec<(String, String)> {
    let document = client.discover().await.expect("rpc.discover answers");
    let methods = document["methods"].as_array().expect("OpenRPC lists methods").clone();
    let tip = client.block_number().await.expect("the node answers").0;
    let mut answers = Vec::new();
    for name in methods.iter().filter_map(|method| method["name"].as_str()) {
        for params in questions(name, known, tip) {
            let answer = match client.call::<Value>(name, params).await {
                Ok(answer) => answer.to_string(),
                // An observer refuses what it cannot know.
                Err(error) => error.to_string(),
            };
            answers.push((name.to_owned(), answer));
        }
    }
    if let Some(last) = known.ids.last() {
        answers.push(("events".to_owned(), events_until(client, *last).await));
    }
    answers
}

/// The calls of a method that say the most. That an account is shown to its owner alone is seen in `owners`.
fn questions(method: &str, known: &Known<'_>, tip: u64) -> Vec<Value> {
    let heights = || (1..=tip).map(|height| json!({"block": height}));
    let ids = || known.ids.iter().map(|id| json!({"id": Hex(*id)}));
    match method {
        "idx_getAccount"
        | "idx_getAccountProof"
        | "idx_sendRawIntent"
        | "idx_sendRawTransaction"
        | "idx_sendRawTransactions" => Vec::new(),
        "idx_subscribe" | "idx_unsubscribe" | "idx_getBlockByHash" | "idx_feeQuote" => Vec::new(),
        "idx_getTransaction" | "idx_getTransactionReceipt" | "idx_getTransactionProof" => ids().collect(),
        "idx_getCourtOrder" => ids().collect(),
        "idx_getOrderEnvelopes" => {
            let readers = || [json!("judge"), json!("company"), json!({"regulator": 0})];
            let of = |id: &TxId| readers().map(|reader| json!({"order": Hex(*id), "reader": reader}));
            known.ids.iter().flat_map(of).collect()
        }
        "idx_waitForTransaction" => ids().take(1).collect(),
        "idx_getBlockByNumber" => (1..=tip).map(|height| json!({"block": height, "full": true})).collect(),
        "idx_getHeader" | "idx_getPrivateHeader" | "idx_getApprovals" => heights().collect(),
        "idx_getCommitCertificate" | "idx_getValidatorSet" => heights().collect(),
        "idx_getObservedHeights" => (1..=tip).map(|from| json!({"from": from, "count": 1})).collect(),
        "idx_getSessionTransactions" => {
            known.sessions.iter().map(|session| json!({"session": session})).collect()
        }
        _ => vec![json!({})],
    }
}

/// The text of all final events up to that of a transaction.
async fn events_until(client: &IdxClient, last: TxId) -> String {
    let since = Some(idx_client::views::Cursor { height: Height(0), index: 0 });
    let filter = TransactionFilter::default();
    let events = client.subscribe(SubscribeTopic::Transactions, &filter, since).await;
    let (mut events, mut text) = (events.expect("it subscribes"), String::new());
    loop {
        let event = events.next().await.expect("nothing is lost").expect("it does not end");
        text += &serde_json::to_string(&event).expect("events are JSON");
        match event.event {
            EventBody::Transaction { receipt } if receipt.id.0 == last => return text,
            _ => {}
        }
    }
}

/// The files below a folder that hold any of these bytes, 2 at least each.
pub fn found_in(folder: &Path, secrets: &[Vec<u8>]) -> Vec<String> {
    let mut beginnings = vec![false; 1 << 16];
    secrets.iter().for_each(|secret| beginnings[beginning(secret)] = true);
    let mut found = Vec::new();
    for path in files_below(folder) {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => panic!("{}: {error}", path.display()),
        };
        let likely = (0..bytes.len().saturating_sub(1)).filter(|at| beginnings[beginning(&bytes[*at..])]);
        let held = |at: usize| secrets.iter().find(|secret| bytes[at..].starts_with(secret));
        if let Some(secret) = likely.into_iter().find_map(held) {
            found.push(format!("{} holds {}", path.display(), hex::encode(secret)));
        }
    }
    found
}

/// Its first two bytes: a search that tries every secret at every byte would take minutes.
fn beginning(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files_below(&entry.path())),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            // A socket holds nothing; what is gone by now holds nothing any more.
            _ => {}
        }
    }
    found
}
