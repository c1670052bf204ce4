//! Events of real nodes: heard by the unmodified `socket.io-client` from npm, and by the Rust client.
//!
//! `tests/web/events.mjs` tells the story; this makes the network and its people. It needs Node.js and
//! `npm ci` in `tests/web`, which `scripts/test.sh` sees to; without them it says that it is skipped.

use super::net::{Net, PATIENCE};
use super::rest::customer;
use idx_client::views::{EventBody, TransferEventView};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the script and its modules lie.
fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("web")
}

/// Why the story cannot be told here.
fn missing() -> Option<&'static str> {
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has_node {
        return Some("there is no `node`");
    }
    let has_client = web().join("node_modules/socket.io-client").is_dir();
    (!has_client).then_some("`npm ci` was not run in tests/web")
}

/// Runs the script with a story; fails with what it says.
fn tell(story: &Value) {
    let mut command = Command::new("node");
    command.arg("events.mjs").current_dir(web()).stdin(Stdio::piped());
    let mut node = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("node can be run");
    let mut input = node.stdin.take().expect("a pipe");
    input.write_all(story.to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = node.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "events.mjs:\n{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_of_two_banks_hear_of_their_payments() {
    if let Some(why) = missing() {
        eprintln!("1 test of events with socket.io-client is skipped: {why}");
        return;
    }
    let net = Net::up();
    let (asha, asha_idx, from) = customer(&net, "HDFC", ["ABCDE1234F", "ASHA01", "Asha Rao"]).await;
    let (bilal, idx, to) = customer(&net, "ICICI", ["PQRSX0001Y", "BILAL1", "Bilal Khan"]).await;
    let (charu, _, _) = customer(&net, "ICICI", ["FGHIJ5678K", "CHARU1", "Charu Iyer"]).await;
    let (hdfc, icici) = (net.url("HDFC"), net.url("ICICI"));
    tell(&json!({
        "sender": {"url": hdfc, "token": asha.token, "account": from, "idx": asha_idx},
        "receiver": {"url": icici, "token": bilal.token, "account": to, "idx": idx},
        "stranger": {"url": icici, "token": charu.token},
    }));
    after_a_restart(&net, &asha.token).await;
}

/// The sender's bank starts again: the numbers go on, and a Rust client hears the same from the beginning.
async fn after_a_restart(net: &Net, token: &str) {
    let before = heard(net, token).await;
    net.kill("HDFC");
    net.start("HDFC");
    let after = heard(net, token).await;
    let numbers: Vec<u64> = after.iter().map(|told| told.sequence).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!(after[..before.len()], before, "what was told is told again, word for word");
}

/// All of a customer's transfers so far, by `idx_subscribe`.
async fn heard(net: &Net, token: &str) -> Vec<TransferEventView> {
    let mut stream = net.client("HDFC").subscribe_customer(token, Some(0)).await.expect("a good token");
    let mut all: Vec<TransferEventView> = Vec::new();
    // Three payments: two completed, one refused.
    let is_over = |told: &TransferEventView| matches!(told.status.as_deref(), Some("COMPLETED" | "REJECTED"));
    while all.iter().filter(|told| is_over(told)).count() < 3 {
        let next = tokio::time::timeout(PATIENCE, stream.next()).await.expect("an event in time");
        match next.expect("no gap").expect("no end").event {
            EventBody::Transfer { transfer } => all.push(transfer),
            other => panic!("{other:?}"),
        }
    }
    all
}
