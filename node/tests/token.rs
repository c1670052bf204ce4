//! A custodian's keys in a PKCS#11 token: SoftHSM 2, from the distribution's package. Where the module is
//! not installed a notice is printed and nothing is tried.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where distributions put the module.
const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

const PIN: &str = "correct horse";

/// A token of its own, in a temporary folder.
struct Token {
    dir: tempfile::TempDir,
    module: &'static str,
}

impl Token {
    /// `None`, with a notice, where SoftHSM is not installed.
    fn new(label: &str) -> Option<Self> {
        let module = MODULES.into_iter().find(|path| Path::new(path).exists());
        let Some(module) = module else {
            println!("skipped: no SoftHSM 2 module is installed (package softhsm2)");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("tokens")).unwrap();
        let conf = format!("directories.tokendir = {}\n", dir.path().join("tokens").display());
        std::fs::write(dir.path().join("softhsm2.conf"), conf).unwrap();
        let token = Self { dir, module };
        let mut init = Command::new("softhsm2-util");
        init.args(["--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN]);
        let made = init.env("SOFTHSM2_CONF", token.conf()).output().expect("softhsm2-util runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(token)
    }

    fn conf(&self) -> PathBuf {
        self.dir.path().join("softhsm2.conf")
    }

    fn home(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// `idx-node keys` with a PIN.
    fn keys(&self, pin: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idx-node"));
        command.arg("keys").args(arguments);
        command.env("SOFTHSM2_CONF", self.conf()).env("IDX_PASSPHRASE", pin).output().unwrap()
    }

    fn generate(&self, home: &str, role: &str, label: &str) -> Output {
        let token = ["--token-module", self.module, "--token", label];
        self.keys(PIN, &[&["generate", "--home", home, "--role", role], &token[..]].concat())
    }
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output, named: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains(named), "{error}");
    assert!(!error.contains(PIN), "the PIN is told: {error}");
}

#[test]
fn a_regulator_signs_and_opens_with_its_token_only() {
    let Some(token) = Token::new("rbi") else { return };
    let home = token.home("rbi");
    let made: Value = serde_json::from_str(&text(&token.generate(&home, "regulator", "rbi"))).unwrap();
    let shown: Value =
        serde_json::from_str(&text(&token.keys(PIN, &["export-public", "--home", &home]))).unwrap();
    assert_eq!(made, shown);
    let checked = text(&token.keys(PIN, &["check", "--home", &home]));
    assert!(checked.contains(made["signing_key"].as_str().unwrap()), "{checked}");

    refused(&token.keys("wrong", &["check", "--home", &home]), "giving the PIN");
    let second = token.home("second");
    refused(&token.generate(&second, "regulator", "rbi"), "holds a custodian's keys already");
    refused(&token.generate(&token.home("third"), "regulator", "nobody"), "no token of label");

    // The key file beside it was never sealed under the PIN, and the token alone knows what it was.
    std::fs::rename(Path::new(&home).join("keys/token.json"), token.dir.path().join("away")).unwrap();
    refused(&token.keys(PIN, &["check", "--home", &home]), "custodian.json does not exist");
    std::fs::rename(token.dir.path().join("away"), Path::new(&home).join("keys/token.json")).unwrap();
    std::fs::rename(token.dir.path().join("tokens"), token.dir.path().join("stolen")).unwrap();
    std::fs::create_dir(token.dir.path().join("tokens")).unwrap();
    refused(&token.keys(PIN, &["check", "--home", &home]), "no token of label");
}

#[test]
fn the_company_s_days_follow_from_a_master_that_the_token_keeps() {
    let Some(token) = Token::new("company") else { return };
    let home = token.home("company");
    text(&token.generate(&home, "company", "company"));
    let days = ["export-public", "--home", &home, "--first-day", "2027-01-15"];
    let first: Value = serde_json::from_str(&text(&token.keys(PIN, &days))).unwrap();
    let again: Value = serde_json::from_str(&text(&token.keys(PIN, &days))).unwrap();
    assert_eq!(first, again);
    assert_eq!(first["day_keys"].as_array().map(Vec::len), Some(400));
    text(&token.keys(PIN, &["check", "--home", &home]));
    refused(&token.keys("wrong", &days), "giving the PIN");
}

/// What lies in the home is of no use with another token: it is bound to this one's key.
#[test]
fn another_token_of_the_same_name_is_refused() {
    let (Some(token), Some(other)) = (Token::new("rbi"), Token::new("rbi")) else { return };
    let (home, theirs) = (token.home("rbi"), other.home("rbi"));
    text(&token.generate(&home, "regulator", "rbi"));
    text(&other.generate(&theirs, "regulator", "rbi"));
    refused(&other.keys(PIN, &["check", "--home", &home]), "PKCS#11");
}
