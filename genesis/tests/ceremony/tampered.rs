//! Files that were altered after the ceremony: each refused, for its own reason.

use crate::fixture::{company, entry, regulator, signed};
use idx_crypto::Ed25519;
use idx_genesis::{GENESIS_BYTES_MAX, GenesisFile};
use serde_json::{Value, json};

/// The signed file with one value replaced, as text; a path such as `/body/banks/0/stake`.
fn with(path: &str, value: Value) -> String {
    let mut file: Value = serde_json::from_str(&signed().to_json()).unwrap();
    *file.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value;
    file.to_string()
}

/// Why the text is not accepted, whether at reading or at verifying.
fn refusal(text: &str) -> String {
    match GenesisFile::from_json(text) {
        Err(error) => error.to_string(),
        Ok(file) => file.verify(&Ed25519).unwrap_err().to_string(),
    }
}

fn refused(table: Vec<(String, &str)>) {
    for (text, reason) in table {
        let said = refusal(&text);
        assert!(said.contains(reason), "{said:?} should say {reason:?}");
    }
}

/// Values that make sense, but are not what was signed: all six signatures are named.
#[test]
fn a_sensible_change_voids_all_signatures() {
    let all = "the signature of HDFC, ICICI, SBI, AXIS, PNB, CITI_USA is not over this body";
    let other_key = json!(idx_crypto::Hash32(crate::fixture::network_key(99).0));
    refused(vec![
        (with("/body/network", json!("idx-other")), all),
        (with("/body/time", json!(1_800_000_000_001_u64)), all),
        (with("/body/params/banks_fee", json!(99)), all),
        (with("/body/banks/1/reserve", json!("10000000000.01")), all),
        (with("/body/banks/2/stake", json!("1000000.01")), all),
        (with("/body/banks/3/network_key", other_key), all),
        (with("/body/banks/4/addresses/0", json!("/ip4/10.0.0.9/tcp/7004")), all),
        (with("/body/banks/4/http_url", json!("https://evil.example")), all),
        (with("/body/observers", json!([])), all),
        (with("/body/escrow/regulators/0/name", json!("SEBI")), all),
        (with("/body/escrow/company/first_day", json!("2027-01-13")), all),
    ]);
}

#[test]
fn one_bad_signature_names_one_bank() {
    let others = json!(signed().signatures()[&crate::fixture::code("SBI")]);
    let mut missing: Value = serde_json::from_str(&signed().to_json()).unwrap();
    missing["signatures"].as_object_mut().unwrap().remove("PNB");
    missing["signatures"]["AXIS"] = json!("00".repeat(64));
    refused(vec![
        (with("/signatures/HDFC", others), "the signature of HDFC is not over this body"),
        (
            missing.to_string(),
            "not yet signed by PNB: ask them to sign the file; the signature of AXIS is not",
        ),
    ]);
}

#[test]
fn a_stranger_cannot_sign() {
    let mut file: Value = serde_json::from_str(&signed().to_json()).unwrap();
    file["signatures"]["YES"] = json!("00".repeat(64));
    refused(vec![(file.to_string(), "YES is no bank of this genesis")]);
}

#[test]
fn a_bank_put_in_the_place_of_another_is_named() {
    let mut key_of_another = serde_json::to_value(entry(0)).unwrap();
    key_of_another["code"] = json!("ICICI");
    let bank = |field: &str, value: Value| with(&format!("/body/banks/0/{field}"), value);
    refused(vec![
        (with("/body/banks/1", key_of_another), "the consensus key of HDFC and the consensus key of ICICI"),
        (bank("code", json!("SBI")), "SBI is there twice"),
        (
            bank("consensus_key", json!("00".repeat(32))),
            "the consensus key of HDFC is not a sound public key",
        ),
        (bank("network_key", json!("00".repeat(32))), "the network key of HDFC is not a sound public key"),
        (bank("hpke_key", json!("00".repeat(32))), "the hpke key of HDFC is not a sound public key"),
    ]);
}

/// Who puts a key of their own where the escrow's belongs could read what they must not.
#[test]
fn an_escrow_that_opens_to_others_is_refused() {
    let escrow = |field: &str, value: Value| with(&format!("/body/escrow/{field}"), value);
    let keys = company().day_keys;
    let unsound = json!("00".repeat(32));
    let mut twin = regulator();
    twin.name = "SEBI".to_owned();
    refused(vec![
        (
            with("/body/escrow", json!({})),
            "escrow: there is no regulator; add one with `genesis add-regulator`",
        ),
        (escrow("regulators", json!([])), "escrow: there is no regulator"),
        (escrow("company", Value::Null), "there is no company; add its keys with `genesis set-company`"),
        (escrow("regulators/0/name", json!("R")), "regulator \"R\": a name is 2 to 64"),
        (escrow("regulators/0/name", json!("SBI")), "SBI is there twice"),
        (escrow("regulators/0/signing_key", unsound.clone()), "the signing key of RBI is not a sound"),
        (escrow("regulators/0/hpke_key", unsound.clone()), "is of small order"),
        (
            escrow("regulators/0/hpke_key", json!(keys[2])),
            "the hpke key of RBI and the company's key of 2027-01-16",
        ),
        (
            escrow("regulators/0/hpke_key", json!(entry(1).hpke_key)),
            "the hpke key of ICICI and the hpke key of RBI",
        ),
        (
            escrow("regulators", json!([regulator(), twin])),
            "the signing key of RBI and the signing key of SEBI",
        ),
        (escrow("company/signing_key", unsound), "the signing key of the company is not a sound"),
        (
            escrow("company/signing_key", json!(entry(2).consensus_key)),
            "the consensus key of SBI and the signing key of the company",
        ),
        (
            escrow("company/day_keys/1", json!(keys[0])),
            "the company's key of 2027-01-14 and the company's key of 2027-01-15",
        ),
        (escrow("company/day_keys", json!([])), "the company brings keys of 0 days; 1 to 400"),
        (escrow("company/day_keys", json!(days(401))), "the company brings keys of 401 days"),
        (
            escrow("company/first_day", json!("2027-01-16")),
            "the network starts on 2027-01-15, and the company's",
        ),
        (escrow("company/first_day", json!("2027-01-05")), "keys are for 2027-01-05 to 2027-01-14: export"),
        (escrow("company/first_day", json!("2027-02-30")), "\"2027-02-30\" is no day"),
    ]);
}

fn days(count: u32) -> Vec<idx_crypto::HpkePublic> {
    (0..count).map(|day| idx_crypto::company_day_key(&[84; 32], day).public()).collect()
}

#[test]
fn values_without_sense_are_named_before_any_signature() {
    let bank = |field: &str, value: Value| with(&format!("/body/banks/0/{field}"), value);
    let long: Vec<Value> = (1..=9).map(|port| json!(format!("/ip4/1.2.3.4/tcp/{port}"))).collect();
    refused(vec![
        (with("/body/network", json!("IDX")), "\"IDX\" is no name of a network"),
        (with("/body/observers/0/name", json!("")), "\"\" is no name of a network or observer"),
        (with("/body/time", json!(1_800_000_000)), "milliseconds since 1970, not seconds"),
        (
            with("/body/params/max_block_transactions", json!(0)),
            "params: max_block_transactions is 1 to 20000",
        ),
        (with("/body/params/protocol_version", json!(2)), "protocol_version is 2, this software has 1"),
        (
            with("/body/banks", json!([entry(0), entry(1), entry(2)])),
            "3 banks: a network is founded by 4 to 64",
        ),
        (bank("stake", json!("0.99")), "the stake of HDFC is 0.99: at least 1.00"),
        (bank("reserve", json!("0")), "the reserve of HDFC is 0.00: at least 1.00"),
        (bank("reserve", json!("184467440737095516.15")), "at most 2^64 - 1 can exist"),
        (bank("addresses", json!([])), "HDFC has 0 addresses: give 1 to 8"),
        (bank("addresses", json!(long)), "HDFC has 9 addresses"),
        (
            bank("addresses/0", json!("127.0.0.1:7000")),
            "HDFC has address \"127.0.0.1:7000\": write for example",
        ),
        (bank("http_url", json!("idx.example")), "HDFC has http_url \"idx.example\""),
    ]);
}

#[test]
fn what_is_no_genesis_file_says_where() {
    let bank = |field: &str, value: Value| with(&format!("/body/banks/0/{field}"), value);
    let pretty = signed().to_json();
    refused(vec![
        (pretty.replace("\"miner_fee\": 50", "\"miner_fee\": fifty"), "line 8, column 21: expected"),
        (pretty.replace("\"miner_fee\"", "\"minerfee\""), "line 8, column 16: unknown field `minerfee`"),
        (
            pretty.replace("\"format\": 1", "\"format\": 2"),
            "genesis format 2 is unknown, this software reads format 1",
        ),
        (bank("stake", json!(1_000_000)), "invalid type: integer `1000000`, expected a string"),
        (bank("stake", json!("-1")), "\"-1\" is not an amount: write digits"),
        (bank("stake", json!("1e9")), "\"1e9\" is not an amount"),
        (bank("code", json!("hdfc")), "\"hdfc\" is not a bank code"),
        (bank("consensus_key", json!("00")), "expected 64 hex digits"),
        (with("/signatures/HDFC", json!("00")), "expected 128 hex digits"),
        (with("/signatures", json!({ "hdfc": "00" })), "\"hdfc\" is not a bank code"),
        (pretty.replacen("{", "{ \"body\": {},", 1), "missing field `network`"),
        (pretty[..pretty.len() / 2].to_owned(), "EOF while parsing"),
        (format!("{pretty}x"), "trailing characters"),
        (String::new(), "line 1, column 0: EOF while parsing a value"),
        (" ".repeat(GENESIS_BYTES_MAX + 1), "1048577 bytes, at most 1048576"),
    ]);
}
