//! `testnet up` to `down`: what an operator sees first.

use super::net::{Net, assert_success};
use idx_node::testnet::{BANKS, Process};
use serde_json::Value;

/// Payments of the made stream.
const COUNT: &str = "60";

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stdout));
    })
}

fn status(net: &Net) -> Vec<Value> {
    let output = net.testnet(&["status", "--output", "json"]);
    assert_success(&output, "status");
    json(&output).as_array().expect("status is a list of banks").clone()
}

fn processes(net: &Net) -> Vec<Process> {
    let pid =
        |row: &Value| row["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).expect("every bank runs");
    status(net).iter().map(|row| Process::of(pid(row)).expect("it runs")).collect()
}

#[test]
fn up_settles_payments_is_safe_to_repeat_and_down_leaves_nothing() {
    let net = Net::planned();
    let output = net.testnet_up(&["--count", COUNT, "--rate", "0", "--output", "json"]);
    assert_success(&output, "up");
    let summary = &json(&output)["summary"];
    assert_eq!(summary["settled"].to_string(), COUNT, "{summary}");
    assert_eq!(summary["failed"], Value::Array(Vec::new()));
    assert_eq!(summary["total_before"], summary["total_after"], "money was lost or made");
    assert!(summary["finality_ms_median"].is_u64() && summary["finality_ms_p95"].is_u64());

    assert_every_bank_runs(&net);
    let before = processes(&net);
    let again = net.testnet_up(&["--output", "json"]);
    assert_success(&again, "the second up");
    assert_eq!(json(&again)["summary"], Value::Null, "it paid again");
    assert_eq!(processes(&net), before, "it started something again");

    let other = net.testnet(&["up", "--port-base", "9000"]);
    assert!(!other.status.success(), "other ports than the network has are refused");

    let cut = net.testnet(&["partition", "HDFC,SBI"]);
    let text = String::from_utf8_lossy(&cut.stderr);
    assert!(!cut.status.success() && text.contains("up --links"), "it does not say what to do: {text}");

    assert_success(&net.testnet(&["kill", "SBI"]), "kill");
    assert_eq!(status(&net)[2]["status"], "stopped");
    assert_success(&net.testnet(&["start", "sbi"]), "start");
    assert_eq!(status(&net)[2]["status"], "running");

    let running = processes(&net);
    assert_success(&net.testnet(&["down"]), "down");
    assert!(!net.layout().dir().exists(), "down left the folder");
    for process in running {
        assert!(!process.is_alive(), "{process:?} is left");
    }
    assert_success(&net.testnet(&["down"]), "the second down");
}

fn assert_every_bank_runs(net: &Net) {
    let rows = status(net);
    let codes: Vec<&str> = rows.iter().filter_map(|row| row["bank"].as_str()).collect();
    assert_eq!(codes, BANKS);
    for row in &rows {
        assert_eq!((row["status"].as_str(), row["peers"].as_u64()), (Some("running"), Some(5)), "{row}");
        assert!(row["height"].as_u64() > Some(0), "{row}");
    }
}
