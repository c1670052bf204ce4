//! An observer follows the public chain by certificates, and never has what banks conceal: not on its disk,
//! and nobody has it from the public port of any node.

use super::ledger::{Customer, Ledger, settle};
use super::looking::{Known, every_answer, found_in};
use super::net::{Net, assert_success, binary, idx_node, until};
use idx_client::encoding::BlockTag;
use idx_client::verify::{self, Trusted};
use idx_client::views::{NodeRole, TxStatus};
use idx_client::{ClientError, ClientSettings, IdxClient};
use idx_crypto::Ed25519;
use idx_node::rpc::endpoint;
use idx_node::testnet::BANKS;
use idx_types::{Height, Paise, Transaction, TxId};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Bytes at the end of an envelope that are looked for besides the whole: its last ciphertext.
const ENVELOPE_END: usize = 48;

/// Banks that let the observer in.
const HOSTS: [&str; 2] = [BANKS[0], BANKS[3]];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_follows_to_the_tip_and_never_learns_what_banks_conceal() {
    let net = Net::up();
    let observer = Observer::made(&net);
    tokio::task::block_in_place(|| HOSTS.iter().for_each(|bank| let_in(&net, bank, &observer.key)));
    let ledger = Ledger::of(&net).await;
    let customers: Vec<Customer> = (0..6).map(Customer::new).collect();
    let bank = net.client(BANKS[1]);
    let mut story = ledger.open(&net, &customers).await;
    story.extend(payments(&ledger, &customers, &bank, 12).await);

    let running = observer.start();
    follows(&net, &observer, &story).await;
    drop(running);
    story.extend(payments(&ledger, &customers, &bank, 12).await);
    let running = observer.start();
    follows(&net, &observer, &story).await;
    assert!(
        observer.log().contains("observing height=") || observer.log().contains("\"height\""),
        "{}",
        observer.log()
    );

    let secrets = secrets_of(&story);
    let asked = [&bank, &observer.client()];
    for client in asked {
        no_answer_tells(client, &story, &secrets).await;
    }
    drop(running);
    assert_eq!(found_in(&observer.home, &secrets), Vec::<String>::new());
    let bank_home = net.place(BANKS[1]).home;
    assert!(!found_in(bank_home.root(), &secrets).is_empty(), "a bank's folder has them: the search finds");
}

/// An observer's home, and where it is asked.
pub struct Observer {
    /// Its folder.
    pub home: PathBuf,
    url: String,
    /// By which banks let it in.
    pub key: String,
}

/// A running observer; killed as a power cut would when it goes.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already, or it cannot be helped.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Observer {
    /// A new one for this network.
    pub fn made(net: &Net) -> Self {
        let home = net.layout().dir().join("observer");
        let listen = format!("127.0.0.1:{}", net.spare_port());
        let genesis = net.place(BANKS[0]).home.genesis_file();
        let arguments = ["observer", "init", "--make-passphrase", "--http-listen", &listen, "--home"];
        let made =
            idx_node(arguments.map(Path::new).into_iter().chain([&*home, Path::new("--genesis"), &genesis]));
        assert_success(&made, "observer init");
        let keys = idx_node(["keys", "export-public", "--home", &home.display().to_string()]);
        let keys: Value = serde_json::from_slice(&keys.stdout).expect("public keys are JSON");
        let key = keys["network_key"].as_str().expect("it has a network key").to_owned();
        Self { home, url: format!("http://{listen}"), key }
    }

    /// Lets it run.
    pub fn start(&self) -> Running {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file()).expect("a log");
        let mut command = Command::new(binary());
        command.env_clear().args(["observer", "start", "--home"]).arg(&self.home);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
        Running(command.spawn().expect("idx-node can be run"))
    }

    /// Asks it.
    pub fn client(&self) -> IdxClient {
        let settings = ClientSettings { attempts_max: 1, ..ClientSettings::default() };
        IdxClient::new(&endpoint(&self.url), settings).expect("the address is sound")
    }

    fn log_file(&self) -> PathBuf {
        self.home.with_extension("log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }
}

/// Has a bank's node list the observer.
/// The bank starts again and lets an observer in.
pub fn let_in(net: &Net, bank: &str, key: &str) {
    let file = net.place(bank).home.config_file();
    let text = fs::read_to_string(&file).expect("the settings are there");
    let listed = text.replace("observers = []", &format!("observers = [\"{key}\"]"));
    assert_ne!(text, listed, "the settings list no observers yet");
    net.stop(bank);
    fs::write(&file, listed).expect("the settings can be written");
    net.start(bank);
}

async fn payments(
    ledger: &Ledger,
    customers: &[Customer],
    bank: &IdxClient,
    count: usize,
) -> Vec<Transaction> {
    let pair = |n: usize| (&customers[n % customers.len()], &customers[(n + 1) % customers.len()]);
    let payments: Vec<Transaction> =
        (0..count).map(|n| ledger.transfer(pair(n).0, pair(n).1, Paise(1_000 + n as u64))).collect();
    for receipt in settle(bank, payments.clone()).await {
        assert_eq!(receipt.status, TxStatus::Completed);
    }
    payments
}

/// The observer reaches the tip of now, has the banks' history, proves every payment of it, and says
/// plainly what it cannot know.
async fn follows(net: &Net, observer: &Observer, story: &[Transaction]) {
    let (client, bank) = (observer.client(), net.client(BANKS[1]));
    let tip = bank.block_number().await.expect("the bank answers");
    let reached = || async { client.block_number().await.is_ok_and(|height| height >= tip) };
    until(&format!("the observer reaches height {tip}: {}", observer.log()), reached).await;
    for height in (1..=tip.0).map(|height| BlockTag::Number(Height(height))) {
        let theirs = bank.block(height, false).await.unwrap().expect("the bank has it");
        let mut ours = client.block(height, false).await.unwrap().expect("the observer has it");
        // The only figure that is of the form in which a node holds a block.
        assert!(ours.transaction_bytes <= theirs.transaction_bytes);
        ours.transaction_bytes = theirs.transaction_bytes;
        assert_eq!(ours, theirs);
    }
    let set = client.validator_set(BlockTag::Latest).await.unwrap().expect("banks rule every height");
    let (chain_id, banks) = (client.chain_id().await.unwrap(), set.validators().unwrap());
    let trusted = Trusted { chain_id, banks: &banks, quorum: usize::from(set.quorum) };
    for tx in story {
        assert_eq!(client.receipt(tx.id()).await.unwrap(), bank.receipt(tx.id()).await.unwrap());
        let proof = client.transaction_proof(tx.id()).await.unwrap().expect("it is final");
        verify::transaction(&trusted, &proof, &Ed25519).expect("the proof holds");
    }
    let info = client.node_info().await.unwrap();
    assert_eq!((info.role, info.bank), (NodeRole::Observer, None));
    let refused = client.banks().await.expect_err("it knows no balances").to_string();
    assert!(refused.contains("an observer knows no balances"), "{refused}");
    let refused = client.forex_rates().await.expect_err("it knows no rates").to_string();
    assert!(refused.contains("an observer knows no rates of foreign money"), "{refused}");
    let refused = client.send_raw_transaction(&story[0]).await.expect_err("it hands nothing on");
    assert!(
        matches!(&refused, ClientError::Rpc { .. })
            && refused.to_string().contains("hand transactions to a bank")
    );
}

/// Everything that the story's transactions conceal, as bytes.
fn secrets_of(story: &[Transaction]) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for tx in story {
        let openings = tx.body.kind.openings();
        let account = openings.account.as_ref().and_then(|handle| handle.shown().ok());
        secrets.extend(account.map(|handle| handle.0.to_vec()));
        let tag = openings.tag.as_ref().and_then(|tag| tag.shown().ok());
        secrets.extend(tag.map(|tag| tag.0.to_vec()));
        if let Some(envelope) = openings.identity.as_ref().and_then(|identity| identity.shown().ok()) {
            let bytes = borsh::to_vec(envelope).expect("writing to memory");
            secrets.push(bytes[bytes.len() - ENVELOPE_END..].to_vec());
            secrets.push(bytes);
        }
    }
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() >= 6 + 1 + 2 * 12, "accounts, a tag, envelopes: {}", secrets.len());
    secrets
}

/// Every method that answers about the story, every height, every subscription to final facts.
async fn no_answer_tells(client: &IdxClient, story: &[Transaction], secrets: &[Vec<u8>]) {
    let needles: Vec<String> = secrets.iter().map(hex::encode).collect();
    let ids: Vec<TxId> = story.iter().map(Transaction::id).collect();
    let answers = every_answer(client, &Known { ids: &ids, sessions: &[Customer::new(0).session()] }).await;
    assert!(answers.len() > 100, "only {} questions", answers.len());
    for (method, answer) in answers {
        let told = needles.iter().find(|needle| answer.contains(needle.as_str()));
        assert!(told.is_none(), "{} tells in {method}: {told:?}", client.url());
    }
}
