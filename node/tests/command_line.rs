//! The binary as an operator meets it: what it says and how it ends, mistake by mistake.

use std::path::Path;
use std::process::{Command, Output};

const PASSPHRASE: &str = "a sentence for a test";

/// Runs `idx-node` in a folder, with no `IDX_` variable but the passphrase.
fn idx_node(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idx-node"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("IDX_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).env("IDX_PASSPHRASE", PASSPHRASE).output().unwrap()
}

/// Exit code and standard error.
fn ended(output: &Output) -> (i32, String) {
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let output = idx_node(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {:?}", ended(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// A run that must end with a code, saying all of these on standard error.
fn refused(folder: &Path, arguments: &[&str], code: i32, says: &[&str]) {
    let (ended_with, error) = ended(&idx_node(folder, arguments));
    assert_eq!(ended_with, code, "{arguments:?}: {error}");
    for part in says {
        assert!(error.contains(part), "{arguments:?}: {error:?} does not say {part:?}");
    }
}

const CODES: [&str; 4] = ["HDFC", "ICICI", "SBI", "AXIS"];

/// The homes of a regulator and the company, and their public keys in the genesis.
fn escrow(folder: &Path) {
    for role in ["regulator", "company"] {
        good(folder, &["keys", "generate", "--home", role, "--role", role]);
        let keys = good(folder, &["keys", "export-public", "--home", role]);
        std::fs::write(folder.join(format!("{role}.keys.json")), keys).unwrap();
    }
    let add = ["genesis", "add-regulator", "genesis.json", "--name", "RBI", "--keys", "regulator.keys.json"];
    assert!(good(folder, &add).contains("RBI is a regulator"));
    refused(folder, &add, 3, &["genesis.json: RBI is there twice"]);
    let set = ["genesis", "set-company", "genesis.json", "--keys"];
    good(folder, &[&set[..], &["company.keys.json"]].concat());
    let wrong = [&set[..], &["regulator.keys.json"]].concat();
    refused(folder, &wrong, 3, &["regulator.keys.json", "unknown field `hpke_key`"]);
}

/// A foreign bank, and a rate publisher with a key of his own.
fn travel(folder: &Path) {
    let keys = good(folder, &["forex", "keys", "--home", "publisher"]);
    assert_eq!(good(folder, &["forex", "keys", "--home", "publisher"]), keys, "made once");
    std::fs::write(folder.join("publisher.keys.json"), keys).unwrap();
    good(folder, &["genesis", "set-rate-publisher", "genesis.json", "--keys", "publisher.keys.json"]);
    let who =
        ["genesis", "add-foreign-bank", "genesis.json", "--code", "CITI_USA", "--name", "Citibank N.A."];
    let place = ["--country", "United States", "--country-code", "US", "--currency", "USD"];
    let money = ["--rupees", "1000000.00", "--float", "50000.00", "--correspondent"];
    let kept_by = |bank| [&who[..], &place, &money, &[bank]].concat();
    refused(folder, &kept_by("NOBODY"), 3, &["NOBODY is no bank of this genesis"]);
    good(folder, &kept_by("HDFC"));
    refused(folder, &kept_by("HDFC"), 3, &["CITI_USA is there twice"]);
}

/// Four banks' homes and a genesis that nobody has signed.
fn ceremony(folder: &Path) {
    good(folder, &["genesis", "new", "genesis.json", "--network", "test"]);
    for code in CODES {
        good(folder, &["init", "--home", code, "--bank", code]);
        let keys = good(folder, &["keys", "export-public", "--home", code]);
        let file = format!("{code}.keys.json");
        std::fs::write(folder.join(&file), keys).unwrap();
        let address = format!("/dns4/{}.example/tcp/6000", code.to_lowercase());
        let add = ["genesis", "add-bank", "genesis.json", "--bank", code, "--keys", &file];
        let money = ["--address", &address, "--stake", "1000.00", "--reserve", "50000.00"];
        good(folder, &[&add[..], &money].concat());
    }
    refused(folder, &["genesis", "sign", "genesis.json", "--home", "HDFC"], 3, &["there is no regulator"]);
    escrow(folder);
    travel(folder);
    let sign = ["genesis", "sign", "genesis.json", "--home", "HDFC"];
    refused(folder, &sign, 3, &["idx-node genesis seal-shared"]);
    good(folder, &["genesis", "seal-shared", "genesis.json"]);
}

#[test]
fn a_network_is_founded_bank_by_bank_and_nobody_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    ceremony(folder);
    for code in &CODES[..3] {
        good(folder, &["genesis", "sign", "genesis.json", "--home", code]);
    }
    refused(folder, &["genesis", "verify", "genesis.json"], 3, &["not yet signed by AXIS"]);
    std::fs::copy(folder.join("genesis.json"), folder.join("HDFC/genesis.json")).unwrap();
    refused(folder, &["start", "--home", "HDFC"], 3, &["HDFC/genesis.json", "not yet signed by AXIS"]);
    refused(
        folder,
        &["genesis", "sign", "genesis.json", "--home", "HDFC", "--bank", "AXIS"],
        3,
        &["AXIS is in the file with consensus key"],
    );
    good(folder, &["genesis", "sign", "genesis.json", "--home", "AXIS"]);
    assert!(good(folder, &["genesis", "verify", "genesis.json"]).contains("good"));
    let shown = good(folder, &["genesis", "verify", "genesis.json", "--output", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["accepted"], true);
    assert_eq!(shown["regulators"][0]["name"], "RBI");
    assert_eq!(shown["foreign_banks"][0], "CITI_USA");
    assert!(shown["rate_publisher"].is_string());
    assert!(shown["company"]["last_day"].as_str() > shown["company"]["first_day"].as_str());
}

#[test]
fn the_company_s_keys_begin_with_the_day_that_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    good(folder, &["genesis", "new", "genesis.json", "--network", "test", "--time", "1800000000000"]);
    let keys = good(folder, &["keys", "generate", "--home", "company", "--role", "company"]);
    assert!(keys.contains("company_master"), "{keys}");
    let export = ["keys", "export-public", "--home", "company", "--first-day"];
    let text = good(folder, &[&export[..], &["2027-01-15"]].concat());
    let shown: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&shown["first_day"], shown["day_keys"].as_array().unwrap().len()),
        (&"2027-01-15".into(), 400)
    );
    refused(folder, &[&export[..], &["2027-02-30"]].concat(), 2, &["\"2027-02-30\" is no day"]);
}

fn start<'a>(extra: &[&'a str]) -> Vec<&'a str> {
    [&["start", "--home", "HDFC"], extra].concat()
}

#[test]
fn a_start_is_refused_with_the_place_of_the_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    ceremony(folder);
    CODES.iter().for_each(|code| drop(good(folder, &["genesis", "sign", "genesis.json", "--home", code])));

    refused(folder, &["start", "--home", "nowhere"], 3, &["nowhere does not exist", "idx-node init"]);
    refused(folder, &start(&[]), 3, &["HDFC/genesis.json does not exist", "put the genesis file"]);
    std::fs::write(folder.join("HDFC/genesis.json"), "{\n \"format\": 1,\n oops").unwrap();
    refused(folder, &start(&[]), 3, &["HDFC/genesis.json", "line 3"]);
    std::fs::copy(folder.join("genesis.json"), folder.join("HDFC/genesis.json")).unwrap();
    refused(folder, &start(&["--bank", "KOTAK"]), 3, &["there is no bank KOTAK", "HDFC, ICICI, SBI, AXIS"]);
    refused(folder, &start(&["--bank", "SBI"]), 3, &["consensus.json", "genesis says that SBI has"]);
    refused(folder, &start(&["--http-listen", "x"]), 3, &["--http-listen: invalid socket address"]);
    let config = folder.join("HDFC/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("colour = \"blue\"\n{text}")).unwrap();
    refused(folder, &start(&[]), 3, &["HDFC/config.toml:1: unknown field `colour`", "colour = \"blue\""]);
    refused(folder, &["config", "check", "--home", "HDFC"], 3, &["HDFC/config.toml:1"]);
}

#[test]
fn nothing_is_made_twice() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    good(folder, &["init", "--home", "HDFC", "--bank", "HDFC"]);
    let keys = good(folder, &["keys", "export-public", "--home", "HDFC"]);
    refused(folder, &["init", "--home", "HDFC", "--bank", "HDFC"], 3, &["HDFC exists already"]);
    refused(folder, &["keys", "generate", "--home", "HDFC"], 3, &["consensus.json exists already"]);
    refused(folder, &["recover", "--home", "HDFC"], 3, &["wal: the log there is whole", "what to do"]);
    std::fs::remove_dir_all(folder.join("HDFC/wal")).unwrap();
    assert!(good(folder, &["recover", "--home", "HDFC"]).contains("abstains"));
    assert_eq!(good(folder, &["keys", "export-public", "--home", "HDFC"]), keys);
}

#[test]
fn a_node_that_is_not_there_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let url = ["status", "--url", "http://127.0.0.1:1/rpc"];
    refused(dir.path(), &url, 4, &["http://127.0.0.1:1/rpc was not reached"]);
    refused(dir.path(), &["testnet", "status"], 3, &["there is no test network in .testnet"]);
    refused(dir.path(), &["no-such-command"], 2, &["unrecognized subcommand"]);
}
