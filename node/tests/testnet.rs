//! Six real processes on this machine: up, pay, kill one, pay on, start it again, down.

use serde_json::Value;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Runs `idx-node testnet` on the network in a folder; its standard output.
fn testnet(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_idx-node"))
        .arg("testnet")
        .args(arguments)
        .arg("--dir")
        .arg(dir)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "testnet {arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Stops the network whatever becomes of the test.
struct Network(tempfile::TempDir);

impl Network {
    fn dir(&self) -> std::path::PathBuf {
        self.0.path().join("net")
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let down = Command::new(env!("CARGO_BIN_EXE_idx-node"))
            .args(["testnet", "down", "--dir"])
            .arg(self.dir())
            .output();
        drop(down);
    }
}

/// A base with twelve free ports above it: six for HTTP, six between banks.
fn free_base() -> u16 {
    let free = |base: u16| (1..=12).all(|n| TcpListener::bind(("127.0.0.1", base + n)).is_ok());
    let seed = (std::process::id() % 1_000) as u16 * 20;
    (0..1_000).map(|n| 20_000 + (seed + n * 20) % 20_000).find(|base| free(*base)).unwrap()
}

fn status(dir: &Path) -> Vec<(String, String, u64)> {
    let rows = json(&testnet(dir, &["status", "--output", "json"]));
    let row = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        (text("bank"), text("status"), row["height"].as_u64().unwrap_or(0))
    };
    rows.as_array().unwrap().iter().map(row).collect()
}

fn settled(summary: &Value) -> (u64, u64) {
    assert_eq!(summary["total_before"], summary["total_after"], "{summary}");
    (summary["settled"].as_u64().unwrap(), summary["payments"].as_u64().unwrap())
}

#[test]
fn six_banks_settle_payments_and_go_on_without_one() {
    let network = Network(tempfile::tempdir().unwrap());
    let dir = network.dir();
    let base = free_base();
    let (http, p2p) = (base.to_string(), (base + 6).to_string());
    let up = ["up", "--port-base", &http, "--p2p-port-base", &p2p, "--count", "40", "--output", "json"];
    let report = json(&testnet(&dir, &up));
    assert_eq!(report["banks"].as_array().unwrap().len(), 6);
    assert_eq!(settled(&report["summary"]), (40, 40));

    assert!(json(&testnet(&dir, &up))["summary"].is_null(), "a second `up` starts and pays nothing");

    let file = network.0.path().join("payments.csv");
    let made = Command::new(env!("CARGO_BIN_EXE_idx-node"))
        .args(["testnet", "made-payments", "--count", "60", "--seed", "9"])
        .output()
        .unwrap();
    let text = String::from_utf8(made.stdout).unwrap();
    std::fs::write(&file, text).unwrap();
    testnet(&dir, &["kill", "ICICI"]);
    assert!(status(&dir).iter().any(|(bank, status, _)| bank == "ICICI" && status == "stopped"));
    let starter = {
        let dir = dir.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(3));
            testnet(&dir, &["start", "icici"]);
        })
    };
    let summary = json(&testnet(&dir, &["pay", file.to_str().unwrap(), "--output", "json"]));
    assert_eq!(settled(&summary), (60, 60), "{summary}");
    starter.join().unwrap();
    assert_catches_up(&dir, "ICICI");

    testnet(&dir, &["down"]);
    assert!(!dir.exists(), "down leaves nothing behind");
}

/// A bank that was away reaches the height of the others.
fn assert_catches_up(dir: &Path, bank: &str) {
    let began = Instant::now();
    loop {
        let rows = status(dir);
        let most = rows.iter().map(|(_, _, height)| *height).max().unwrap();
        let own = rows.iter().find(|(code, _, _)| code == bank).unwrap().2;
        if own > 0 && own + 1 >= most {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{bank} stays at {own}, the others at {most}");
        thread::sleep(Duration::from_millis(250));
    }
}
