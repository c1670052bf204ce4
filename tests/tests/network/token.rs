//! RBI's custodian with its keys in a PKCS#11 token, on a network whose genesis names them: SoftHSM 2 stands for
//! the token. Skipped where it is missing.

use super::lawful::{judge, opened, ordered};
use super::net::{Net, assert_success, until};
use super::people::Person;
use idx_client::encoding::Hex;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

const PIN: &str = "4711-4711";
const LABEL: &str = "rbi";

/// Where distributions put the library.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_custodian_whose_keys_are_in_a_token_releases_its_half() {
    let folder = tempfile::tempdir().expect("there is room for temporary folders");
    let Some(module) = token_in(folder.path()) else {
        return println!("skipped: there is no SoftHSM 2 (Debian package softhsm2)");
    };
    let pin = folder.path().join("pin");
    fs::write(&pin, PIN).expect("a file can be written");
    fs::set_permissions(&pin, fs::Permissions::from_mode(0o600)).expect("it is ours");
    let mut net = Net::planned();
    net.with_variable("SOFTHSM2_CONF", folder.path().join("softhsm2.conf").display().to_string());
    let (module, pin) = (module.display().to_string(), pin.display().to_string());
    let token = ["--rbi-token-module", &module, "--rbi-token", LABEL, "--rbi-pin-file", &pin];
    assert_success(&net.testnet_up(&[&["--no-payments"], &token[..]].concat()), "up with a token");
    let keys = net.layout().regulator().root().join("keys");
    assert!(
        keys.join("token.json").exists() && !keys.join("custodian.json").exists(),
        "no key lies in a file"
    );
    assert_success(&check(&net), "keys check");

    let asha = Person::joins(&net, ["QWXZA7391K", "Q7X9Z2", "Asha Rao"], &[("HDFC", "592807164430")]).await;
    let bilal = Person::joins(&net, ["VJKPB6284M", "V3K8W5", "Bilal Khan"], &[("SBI", "714029386652")]).await;
    let paid = asha.pays(&net, &bilal, "10.00").await;
    bilal.takes(&net, "SBI", paid).await;
    bilal.sees(&net, "SBI", paid, Some("COMPLETED")).await;
    let order = Hex(ordered(&net, &[("--tx", &Hex(paid).to_string()), ("--party", "receiver")], "10m"));
    let open = || judge(&net, &["open", &order.to_string(), "--output", "json"]);
    until("both custodians have released", || async { open().status.success() }).await;
    assert_eq!(opened(&open())["idx"], bilal.idx.to_string());

    fs::remove_dir_all(folder.path().join("tokens")).expect("the token can be pulled out");
    assert!(!check(&net).status.success(), "without the token nothing opens");
}

fn check(net: &Net) -> Output {
    let home = net.layout().regulator().root().display().to_string();
    net.idx_node(["keys", "check", "--home", &home])
}

/// Makes an empty token in a folder; gives the library, or nothing where there is none.
fn token_in(folder: &Path) -> Option<PathBuf> {
    let named = env::var_os("IDX_PKCS11_MODULE").map(PathBuf::from);
    let module = named.into_iter().chain(MODULES.map(PathBuf::from)).find(|path| path.exists())?;
    let tokens = folder.join("tokens");
    fs::create_dir(&tokens).expect("a folder can be made");
    let settings = folder.join("softhsm2.conf");
    fs::write(&settings, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()))
        .expect("a file can be written");
    let arguments = ["--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "0815-0815"];
    let mut tool = Command::new("softhsm2-util");
    let made = tool.env("SOFTHSM2_CONF", &settings).args(arguments).output().ok()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(module)
}
