//! Each mistake of an operator and what it is told; and that list, structures and file agree.

use super::*;
use std::path::PathBuf;

const FILE: &str = "bank = \"HDFC\"\n\n[http]\nlisten = \"127.0.0.1:5001\"\n";

fn load_text(
    text: &str,
    variables: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Settings, SettingsError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let flags: Vec<(&str, String)> = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    load(&path, variables, &flags)
}

#[test]
fn each_mistake_in_the_file_names_its_line() {
    let table: &[(&str, usize, &str)] = &[
        ("bank = \"hdfc\"\n", 1, "is not a bank code"),
        ("bank = \"HDFC\"\nbanc = 1\n", 2, "unknown field `banc`"),
        ("bank = \"HDFC\"\n\n[htpp]\nlisten = \"x\"\n", 3, "unknown field `htpp`"),
        ("bank = \"HDFC\"\n[http]\nlisten = \"localhost\"\n", 3, "invalid socket address"),
        ("bank = \"HDFC\"\n[http]\nport = 5001\n", 3, "unknown field `port`"),
        ("bank = \"HDFC\"\n[pool]\ntransactions_max = 0\n", 3, "0 is out of range: 1 to 1000000"),
        ("bank = \"HDFC\"\n[pool]\nbytes_max = 1.5\n", 3, "invalid type: floating point"),
        ("bank = \"HDFC\"\n[mining]\nthreads = -1\n", 3, "-1"),
        ("bank = \"HDFC\"\n[log]\nlevel = \"loud\"\n", 3, "unknown variant `loud`"),
        ("bank = \"HDFC\"\n[log]\nformat = \"xml\"\n", 3, "unknown variant `xml`"),
        ("bank = \"HDFC\"\n[p2p]\nlisten = []\n", 3, "0 addresses: give 1 to 16"),
        ("bank = \"HDFC\"\n[p2p]\nlisten = [\"127.0.0.1:6001\"]\n", 3, "is no multiaddr"),
        ("bank = \"HDFC\"\n[p2p]\nlisten = [\"/dns4/me/tcp/1\"]\n", 3, "is no multiaddr"),
        ("bank = \"HDFC\"\n[p2p]\nannounce = [\"/ip4/0.0.0.0/tcp/1\"]\n", 3, "is no multiaddr"),
        ("bank = \"HDFC\"\n[p2p.peers]\nSBI = [\"/ip4/0.0.0.0/tcp/1\"]\n", 2, "SBI: \"/ip4/0.0.0.0/tcp/1\""),
        ("bank = \"HDFC\"\n[p2p]\nobservers = [\"12\"]\n", 3, "expected 64 hex digits"),
        ("bank = \"HDFC\"\n[p2p.peers]\nicici = [\"/ip4/10.0.0.1/tcp/1\"]\n", 3, "is not a bank code"),
        ("bank = \"HDFC\"\nbank = \"SBI\"\n", 2, "duplicate key"),
        ("bank = \"HDFC\"\n\n\nnonsense\n", 4, "key with no value"),
        ("bank = \"HDFC\"\n[rpc]\ntimeout_ms = 5\n", 3, "5 is out of range: 100 to 600000"),
        ("bank = \"HDFC\"\n[storage]\nopen_files_max = 1\n", 3, "1 is out of range: 64 to 65536"),
    ];
    for (text, line_expected, says) in table {
        match load_text(text, &[], &[]).unwrap_err() {
            SettingsError::File { line, message, .. } => {
                assert_eq!(line, *line_expected, "{text:?}: {message}");
                assert!(message.contains(says), "{text:?}: {message:?} does not say {says:?}");
            }
            other => panic!("{text:?}: {other}"),
        }
    }
}

#[test]
fn a_message_has_file_line_text_and_remedy() {
    let error = load_text("bank = \"HDFC\"\n[log]\nlevel = \"loud\"\n", &[], &[]).unwrap_err().to_string();
    for part in ["config.toml:3: ", "level = \"loud\"", "what to do:"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn mistakes_elsewhere_name_the_variable_or_flag() {
    type Pairs = &'static [(&'static str, &'static str)];
    let table: &[(Pairs, Pairs, &str)] = &[
        (
            &[("IDX_POOL_BYTES_MAX", "much")],
            &[],
            "environment variable IDX_POOL_BYTES_MAX: \"much\" is not a whole",
        ),
        (&[("IDX_POOL_BYTES_MAX", "1")], &[], "environment variable IDX_POOL_BYTES_MAX: 1 is out of range"),
        (&[("IDX_P2P_PEERS", "ICICI")], &[], "IDX_P2P_PEERS: \"ICICI\" is not of the form CODE=ADDRESS"),
        (&[("IDX_HTTP_PORT", "1")], &[], "environment variable IDX_HTTP_PORT is not known"),
        (&[("IDX_HTTP_ORIGINS", "https://bank.example/")], &[], "\"https://bank.example/\" is no origin"),
        (&[("IDX_HTTP_REST_PER_SECOND", "0")], &[], "0 is out of range: 1 to 1000000"),
        (&[], &[("http.listen", "nowhere")], "--http-listen: invalid socket address"),
        (&[], &[("mining.threads", "5000")], "--mining-threads: 5000 is out of range: 0 to 1024"),
    ];
    for (variables, flags, says) in table {
        let error = load_text(FILE, variables, flags).unwrap_err().to_string();
        assert!(error.contains(says), "{error:?} does not say {says:?}");
        assert!(error.contains("what to do:"), "{error}");
    }
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_default() {
    let variable = ("IDX_HTTP_LISTEN", "127.0.0.1:5002");
    let flag = ("http.listen", "127.0.0.1:5003");
    for (text, variables, flags, port) in [
        ("bank = \"HDFC\"\n", &[][..], &[][..], 5000),
        (FILE, &[], &[], 5001),
        (FILE, &[variable], &[], 5002),
        (FILE, &[variable], &[flag], 5003),
    ] {
        assert_eq!(load_text(text, variables, flags).unwrap().http.listen.port(), port);
    }
}

#[test]
fn the_bank_must_be_named_somewhere() {
    assert!(matches!(load_text("", &[], &[]), Err(SettingsError::NoBank { .. })));
    assert_eq!(load_text("", &[("IDX_BANK", "SBI")], &[]).unwrap().bank.as_str(), "SBI");
}

#[test]
fn lists_and_peers_come_from_variables_too() {
    let peers = "ICICI=/ip4/10.0.0.2/tcp/6000,ICICI=/dns4/a.example/tcp/6000 SBI=/ip6/::1/tcp/7";
    let settings = load_text(FILE, &[("IDX_P2P_PEERS", peers)], &[]).unwrap();
    assert_eq!(settings.p2p.peers[&"ICICI".parse().unwrap()].len(), 2);
    assert_eq!(settings.p2p.peers[&"SBI".parse().unwrap()], ["/ip6/::1/tcp/7"]);
}

#[test]
fn announced_addresses_are_bounded_and_empty_by_default() {
    assert_eq!(load_text(FILE, &[], &[]).unwrap().p2p.listen.announce, [""; 0]);
    let address = "/dns4/node.bank.example/tcp/6000";
    let announced = load_text(FILE, &[("IDX_P2P_ANNOUNCE", address)], &[]).unwrap();
    assert_eq!(announced.p2p.listen.announce, [address]);
    let many = [address; 9].join(",");
    let error = load_text(FILE, &[("IDX_P2P_ANNOUNCE", &many)], &[]).unwrap_err().to_string();
    assert!(error.contains("9 addresses: at most 8"), "{error}");
}

#[test]
fn secrets_and_foreign_variables_are_no_settings() {
    for name in ["IDX_PASSPHRASE", "IDX_HOME", "IDX_DATA_DIR", "PATH"] {
        assert!(load_text(FILE, &[(name, "anything")], &[]).is_ok(), "{name}");
    }
}

#[test]
fn the_file_of_init_is_sound_and_has_every_key() {
    let text = file_text(&Start::of("HDFC".parse().unwrap()));
    let settings = load_text(&text, &[], &[]).unwrap();
    let (_, defaults) = parse_file(&PathBuf::from("none"), "bank = \"HDFC\"").unwrap();
    assert_eq!(settings, defaults.finish().unwrap());
    for key in KEYS {
        assert!(text.contains(key.variable), "{} is not in the file", key.variable);
        assert!(text.contains(&format!("{} = ", key.name)) || key.path() == "p2p.peers", "{}", key.path());
    }
}

#[test]
fn the_list_names_the_keys_that_the_structures_have() {
    let settings = load_text(FILE, &[], &[]).unwrap();
    let table = toml::Table::try_from(&settings).unwrap();
    for (name, value) in &table {
        for path in value
            .as_table()
            .map_or(vec![name.clone()], |section| section.keys().map(|key| format!("{name}.{key}")).collect())
        {
            assert!(Key::find(&path).is_some(), "{path} is missing from the list");
        }
    }
    // What may be missing is in no table of defaults.
    let optional = |key: &Key| {
        ["passphrase_file", "http.tls_certificate", "http.tls_key", "risk.high_value"].contains(&&*key.path())
            || key.section == "risk"
                && ["_count", "_total", "_threshold", "reject_from"].iter().any(|end| key.name.ends_with(end))
    };
    for key in KEYS.iter().filter(|key| !optional(key)) {
        let section = if key.section.is_empty() { Some(&table) } else { table[key.section].as_table() };
        assert!(section.unwrap().contains_key(key.name), "{} is in no structure", key.path());
    }
}
