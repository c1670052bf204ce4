//! Wrong files stop the start: each with the file, the place in it and what to do, and nothing changed.

use super::net::idx_node;
use idx_node::testnet::BANKS;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

/// The exit code of `idx-node` for files that are missing or wrong.
const REFUSED: i32 = 3;

/// Six homes and the genesis that all of them signed, made by the commands that an operator would use.
struct Ceremony {
    dir: tempfile::TempDir,
}

impl Ceremony {
    fn held() -> Self {
        let ceremony = Self { dir: tempfile::tempdir().unwrap() };
        let net = super::net::Net::planned();
        let made = net.testnet_up(&["--no-payments", "--no-custodians"]);
        super::net::assert_success(&made, "testnet up");
        super::net::assert_success(&net.testnet(&["down", "--keep-data"]), "testnet down");
        for bank in BANKS {
            copy(net.place(bank).home.root(), &ceremony.home(bank));
        }
        ceremony
    }

    fn home(&self, bank: &str) -> PathBuf {
        self.dir.path().join(bank.to_lowercase())
    }

    /// A fresh copy of a bank's home, to be spoilt.
    fn copy_of(&self, bank: &str, name: &str) -> PathBuf {
        let home = self.dir.path().join(name);
        copy(&self.home(bank), &home);
        home
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} does not hold {from:?}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

fn start(home: &Path) -> Output {
    idx_node(["start", "--home", &home.display().to_string()])
}

/// A way to spoil a home, and what the message must say.
type Spoil = (&'static str, fn(&Path), &'static [&'static str]);

const SPOILT: &[Spoil] = &[
    (
        "config-syntax",
        |home| replace(&home.join("config.toml"), "bank =", "bank"),
        &["config.toml:", "what to do:"],
    ),
    (
        "config-key",
        |home| replace(&home.join("config.toml"), "bank =", "banc = 1\nbank ="),
        &["config.toml:", "unknown field `banc`", "what to do:"],
    ),
    (
        "config-missing",
        |home| fs::remove_file(home.join("config.toml")).unwrap(),
        &["config.toml", "idx-node init", "what to do:"],
    ),
    (
        "genesis-missing",
        |home| fs::remove_file(home.join("genesis.json")).unwrap(),
        &["genesis.json does not exist", "what to do:"],
    ),
    (
        "genesis-syntax",
        |home| fs::write(home.join("genesis.json"), "{\n  \"x\": \n").unwrap(),
        &["genesis.json", "line "],
    ),
    (
        "genesis-changed",
        |home| replace(&home.join("genesis.json"), "testnet", "tostnet"),
        &["genesis.json", "what to do:"],
    ),
    (
        "key-missing",
        |home| fs::remove_file(home.join("keys/consensus.json")).unwrap(),
        &["consensus.json does not exist", "what to do:"],
    ),
    (
        "key-exposed",
        |home| {
            fs::set_permissions(home.join("keys/network.json"), fs::Permissions::from_mode(0o644)).unwrap()
        },
        &["network.json can be read by others", "chmod 600"],
    ),
    (
        "key-broken",
        |home| fs::write(home.join("keys/hpke.json"), "{}").unwrap(),
        &["hpke.json", "what to do:"],
    ),
    (
        "keys-mixed-up",
        |home| assert!(fs::copy(home.join("keys/hpke.json"), home.join("keys/network.json")).is_ok()),
        &["network.json", "not a network key", "what to do:"],
    ),
    (
        "passphrase-wrong",
        |home| fs::write(home.join("passphrase"), "not the one it was sealed with").unwrap(),
        &["keys/", "what to do: give the passphrase"],
    ),
    (
        "passphrase-missing",
        |home| fs::remove_file(home.join("passphrase")).unwrap(),
        &["there is no passphrase", "IDX_PASSPHRASE"],
    ),
    (
        "bank-unknown",
        |home| replace(&home.join("config.toml"), "\"HDFC\"", "\"NOBANK\""),
        &["there is no bank NOBANK", "HDFC, ICICI", "what to do:"],
    ),
    (
        "bank-of-others",
        |home| replace(&home.join("config.toml"), "\"HDFC\"", "\"SBI\""),
        &["genesis says that SBI has", "what to do:"],
    ),
];

#[test]
fn a_wrong_file_stops_the_start_with_its_place_and_what_to_do() {
    let ceremony = Ceremony::held();
    for (name, spoil, says) in SPOILT {
        let home = ceremony.copy_of(BANKS[0], name);
        spoil(&home);
        let output = start(&home);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(REFUSED), "{name}: {text}");
        for part in *says {
            assert!(text.contains(part), "{name}: {text:?} does not say {part:?}");
        }
        assert!(!text.contains("panicked"), "{name}: {text}");
    }
}
