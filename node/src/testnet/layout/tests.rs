//! The folder of a test network.

use super::*;

const PORTS: Ports = Ports { http_base: 5_000, p2p_base: 6_000, links_base: None };

#[test]
fn a_network_is_found_again_with_its_ports_and_wallet() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::at(dir.path().join("net"));
    assert_eq!(layout.network().unwrap(), None);
    assert!(matches!(layout.require(), Err(LayoutError::None { .. })));
    layout.make_wallet().unwrap();
    assert_eq!(layout.network().unwrap(), None, "an interrupted start is no network yet");
    layout.write_network(PORTS).unwrap();
    assert_eq!(layout.require().unwrap().ports, PORTS);
    let party = crate::pay::row::Party { bank: "HDFC".parse().unwrap(), account: "A".into() };
    assert_eq!(layout.wallet().unwrap().handle(&party), layout.wallet().unwrap().handle(&party));
}

#[test]
fn a_folder_with_other_things_is_neither_used_nor_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::at(dir.path());
    fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
    assert!(matches!(layout.network(), Err(LayoutError::Foreign { .. })));
    layout.write_network(PORTS).unwrap();
    fs::create_dir(dir.path().join("hdfc")).unwrap();
    layout.remove().unwrap();
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["thesis.txt"]);
}

#[test]
fn nothing_is_left_of_a_removed_network() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::at(dir.path().join("net"));
    layout.write_network(PORTS).unwrap();
    layout.remove().unwrap();
    assert!(!layout.dir().exists());
    layout.remove().unwrap();
}

#[test]
fn banks_by_any_case_and_others_named() {
    let layout = Layout::at("x");
    assert_eq!(layout.place("kotak").unwrap().number, 5);
    assert_eq!(layout.place("HDFC").unwrap().home, Home::at("x/hdfc"));
    assert!(layout.place("CITI").unwrap_err().to_string().contains("HDFC, ICICI"));
}

#[test]
fn broken_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::at(dir.path());
    fs::write(layout.file("network.json"), "{\"format\": 1,\n\"port\": 5}").unwrap();
    let error = layout.require().unwrap_err().to_string();
    assert!(error.contains("network.json") && error.contains("line 2"), "{error}");
}
