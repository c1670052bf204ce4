//! True texts: calls of every method and the answers to them, and the files that operators write.

use super::{Seed, picked};
use crate::answers::understood;
use crate::rpc::ask;
use idx_crypto::{Ed25519, Hash32, KdfCost, KeyFile, Passphrase, Purpose, SealEntropy, SecretKey, Signer};
use idx_crypto::{HpkeSecret, x25519_public};
use idx_genesis::{BankEntry, CompanyEntry, ForeignBankEntry, Genesis, GenesisFile};
use idx_node::settings::{self, KEYS};
use idx_types::testing::foreign_bank;
use idx_types::{NetworkDay, NetworkKey, Paise, Params, Regulator, TimestampMs};
use serde_json::{Value, json};

/// Recipes of long bodies: long batches, many parameters, a deep list, a long method.
const LONG: [&[u8]; 5] = [
    b"\x01\x11[0\0,{\"a\":0}\0]",
    b"\x01\x0f[0\0,0\0]",
    b"\x01\x0f{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"idx_getTransaction\",\"params\":[0\0,0\0]}",
    b"\x01\x0f\0[\0",
    b"\x01\x0f{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\0a\0\"}",
];

pub(super) fn seeds() -> Vec<Seed> {
    let calls = calls();
    let mut seeds: Vec<Seed> = calls.iter().map(|call| ("http", text(call))).collect();
    seeds.push(("http", text(&Value::Array(calls[..4].to_vec()))));
    seeds.extend(LONG.iter().map(|recipe| ("http", recipe.to_vec())));
    seeds.extend(calls.chunks(3).map(|some| ("socket", frames(some))));
    seeds.push(("socket", frames(&subscriptions())));
    seeds.push(("socket", [&[1], &[0x81, 0x82, 0, 0, 0, 0][..], b"{}", &[0x89, 0x80, 0, 0, 0, 0]].concat()));
    seeds.extend(calls.iter().flat_map(answers));
    seeds.extend(files());
    seeds
}

fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// One call of every method with the example parameters of the interface's own document.
fn calls() -> Vec<Value> {
    let document = ask(br#"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#);
    let document: Value = serde_json::from_slice(&document).expect("an answer is JSON");
    let methods = document["result"]["methods"].as_array().expect("it lists methods");
    let call = |method: &Value| {
        let params = method["params"].as_array().expect("it lists parameters");
        let examples = params.iter().map(|param| param["schema"]["examples"][0].clone());
        json!({"jsonrpc": "2.0", "id": 1, "method": method["name"], "params": examples.collect::<Vec<_>>()})
    };
    methods.iter().map(call).chain(known()).collect()
}

/// Calls that find something.
fn known() -> impl Iterator<Item = Value> {
    let id = format!("0x{}", Hash32(idx_client::testing::deposit(1).id().0));
    let of_tx = ["idx_getTransaction", "idx_getTransactionReceipt", "idx_getTransactionProof"];
    let of_block =
        ["idx_getBlockByNumber", "idx_getPrivateHeader", "idx_getApprovals", "idx_getCommitCertificate"];
    let tx = of_tx.map(|method| json!({"jsonrpc": "2.0", "id": "a", "method": method, "params": [id]}));
    let block = of_block.map(|method| json!({"jsonrpc": "2.0", "id": 0, "method": method, "params": [1]}));
    tx.into_iter().chain(block)
}

fn subscriptions() -> Vec<Value> {
    let topics = ["newHeads", "finalizedHeads", "transactions", "votes"];
    let subscribe = |(n, topic): (usize, &str)| {
        let params = json!({"topic": topic, "since": {"height": 0, "index": 0}});
        json!({"jsonrpc": "2.0", "id": n, "method": "idx_subscribe", "params": params})
    };
    let end = json!({"jsonrpc": "2.0", "id": 9, "method": "idx_unsubscribe", "params": ["0x1"]});
    topics.into_iter().enumerate().map(subscribe).chain([end]).collect()
}

/// Texts that a client sends over a WebSocket.
fn frames(calls: &[Value]) -> Vec<u8> {
    let texts: Vec<Vec<u8>> = calls.iter().map(text).collect();
    picked(0, &texts.join(&0))
}

/// The result of a call, for each view that understands it.
fn answers(call: &Value) -> Vec<Seed> {
    let answer: Value = serde_json::from_slice(&ask(&text(call))).expect("an answer is JSON");
    let Some(result) = answer.get("result").filter(|result| !result.is_null()) else { return Vec::new() };
    let bytes = text(result);
    understood(&bytes).into_iter().map(|reader| ("answers", picked(reader, &bytes))).collect()
}

fn files() -> Vec<Seed> {
    let start = settings::Start::of("HDFC".parse().expect("a sound code"));
    let file = settings::file_text(&start).replace("# passphrase_file", "passphrase_file");
    let variables = ["1_000", "/ip4/1.2.3.4/tcp/7", "HDFC=/dns4/a/tcp/1,SBI=/dns4/b/tcp/2"];
    let mut seeds: Vec<Seed> = vec![("settings", picked(0, file.as_bytes()))];
    for (at, text) in (0..KEYS.len()).zip(variables.iter().cycle()) {
        let bytes = [b"bank = \"SBI\"\n[rpc]\nbatch_max = 5\n\0", text.as_bytes()].concat();
        seeds.push(("settings", picked(at, &bytes)));
    }
    let genesis = signed_genesis();
    seeds.push(("genesis", genesis.to_json().into_bytes()));
    seeds.extend([Purpose::Consensus, Purpose::Hpke].map(|purpose| ("keys", key_file(purpose))));
    let payments =
        "a1,1993-01-05,11,HDFC,12,SBI,500.00,rent\na2,1993-01-06,\"1,2\",SBI,12,HDFC,1.5,\n\nbad,line\n";
    seeds.push(("payments", payments.as_bytes().to_vec()));
    let example = include_str!("../../../docs/examples/pain001.xml");
    seeds.push(("pain001", example.as_bytes().to_vec()));
    seeds.push(("pain001", example.replace("<Dt>", "<![CDATA[&#49;]]><Dt>").into_bytes()));
    seeds
}

/// A regulator, and a company with keys of three days.
fn add_escrow(file: &mut GenesisFile, key: impl Fn(u8) -> SecretKey) {
    let hpke_key = |seed: u8| HpkeSecret::from_bytes(&[seed; 32]).public();
    let (name, signing_key) = ("RBI".to_owned(), key(70).public_key());
    let regulator = Regulator { name, signing_key, hpke_key: hpke_key(71) };
    file.add_regulator(regulator, &Ed25519).expect("a sound regulator");
    let first_day = NetworkDay::of(file.body().time);
    let day_keys = (73..76).map(hpke_key).collect();
    let company = CompanyEntry { signing_key: key(72).public_key(), first_day, day_keys };
    file.set_company(company, &Ed25519).expect("a sound company");
}

/// A foreign bank, and a rate publisher.
fn add_travel(file: &mut GenesisFile, key: impl Fn(u8) -> SecretKey) {
    let bank = foreign_bank(0);
    let entry = ForeignBankEntry {
        code: bank.code,
        name: bank.name,
        country: bank.country,
        country_code: bank.country_code,
        currency: bank.currency,
        correspondent: "BANK1".parse().expect("a sound code"),
        rupees: Paise(100),
        float: Paise(100),
    };
    file.add_foreign_bank(entry).expect("a sound foreign bank");
    file.set_rate_publisher(key(74).public_key(), &Ed25519).expect("a sound key");
}

/// A genesis of four banks, signed by all.
fn signed_genesis() -> GenesisFile {
    let mut file = GenesisFile::new(Genesis::new("idx", TimestampMs(1_800_000_000_000), Params::default()));
    let key = |seed: u8| SecretKey::from_seed(&[seed; 32]);
    for bank in 0..4 {
        let entry = BankEntry {
            code: format!("BANK{bank}").parse().expect("a sound code"),
            consensus_key: key(10 + bank).public_key(),
            network_key: NetworkKey(key(30 + bank).public_key().0),
            hpke_key: Hash32(x25519_public(&[50 + bank; 32])),
            stake: Paise(100),
            reserve: Paise(100),
            addresses: vec![format!("/ip4/127.0.0.1/tcp/{}", 7_000 + u16::from(bank))],
            http_url: None,
        };
        file.add_bank(entry, &Ed25519).expect("a sound bank");
    }
    add_escrow(&mut file, key);
    add_travel(&mut file, key);
    file.seal_shared(&[77; 32], KdfCost::testnet()).expect("the banks' keys are sound");
    for bank in 0..4 {
        let code = format!("BANK{bank}").parse().expect("a sound code");
        file.sign(&code, &key(10 + bank), &Ed25519).expect("it signs");
    }
    file
}

fn key_file(purpose: Purpose) -> Vec<u8> {
    let passphrase = Passphrase::new("correct horse".to_owned()).expect("it is not empty");
    let entropy = SealEntropy { salt: [1; 32], nonce: [2; 12] };
    let file = KeyFile::seal(purpose, &[7; 32], &passphrase, KdfCost::testnet(), &entropy);
    file.expect("the cost is in range").to_json().into_bytes()
}
