//! The story that `testnet demo` tells is a test: every step checks what it says, with real processes.
//! Told twice on one network, the second time after a bank has lost its vault.

use super::net::{Net, assert_success};
use std::fs;

#[test]
fn the_demo_comes_out_twice_and_a_lost_vault_does_not_spoil_it() {
    let net = Net::planned();
    assert_success(&net.testnet_up(&["--count", "6", "--rate", "0"]), "up");
    let first = net.testnet(&["demo"]);
    assert_success(&first, "demo");
    let told = String::from_utf8(first.stdout).expect("it is text");
    for sentence in ["name Bilal Khan", "nothing is missing", "ICICI and KOTAK have forgotten it"] {
        assert!(told.contains(sentence), "{sentence:?} is not in:\n{told}");
    }
    net.stop("SBI");
    let log = fs::read_to_string(net.place("SBI").log()).expect("SBI keeps a log");
    assert!(!log.contains("panicked"), "a node that is told to stop stops in peace:\n{log}");
    assert!(!net.place("SBI").home.admin_socket().exists(), "and leaves no socket");
    fs::remove_dir_all(net.place("SBI").home.vault()).expect("SBI has a vault");
    net.start("SBI");
    let log = fs::read_to_string(net.place("SBI").log()).expect("SBI keeps a log");
    assert!(log.contains("the vault is made from the chain"), "{}", net.logs());
    assert_success(&net.testnet(&["demo"]), "demo, told again");
    assert_success(&net.testnet(&["down"]), "down");
    assert!(!net.layout().dir().exists(), "nothing is left behind");
}
