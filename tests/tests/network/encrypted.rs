//! A bank that encrypts its door and switches its risk rules on, on a running network: its customers pay as
//! before, who speaks plainly or trusts somebody else gets nothing, and its compliance people see what is
//! remarkable.

use super::net::{Net, assert_success, binary, idx_node, until};
use super::rest::{App, customer, encrypted};
use idx_client::views::TokenView;
use idx_node::admin::Admin;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The bank of this story.
const AT: &str = "HDFC";

/// What it finds remarkable: 2,000.00 rupees, and 3,000.00 in an hour; both together are refused.
const RULES: &str = "[risk]
high_value = \"2000.00\"
hour_total = \"3000.00\"
reject_from = 70
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_with_tls_and_risk_rules_serves_flags_and_refuses() {
    let net = Net::up();
    let folder = tempfile::tempdir().expect("there is room for temporary folders");
    let authority = Authority::new(folder.path());
    tokio::task::block_in_place(|| net.stop(AT));
    authority.encrypts(&net, folder.path());
    let _running = Running::start(&net, folder.path());
    let nobody = App { net: &net, bank: AT, token: String::new() };
    until("the encrypted door answers", || async { nobody.is_up() }).await;

    nobody_else_gets_an_answer(&net);
    the_node_s_own_tool_asks_by_tls(&net, &authority.file);

    let (asha, _, from) = customer(&net, AT, ["ABCDE1234F", "ASHA01", "Asha Rao"]).await;
    let (bilal, idx, to) = customer(&net, "ICICI", ["PQRSX0001Y", "BILAL1", "Bilal Khan"]).await;
    let pay = |amount: &str| json!({"recipient_idx": idx, "amount": amount, "sender_account_id": from});
    let sent = asha.ask(201, "POST /api/transactions/send", pay("2000.00"));
    let hash = sent["tx_hash"].as_str().expect("a hash").to_owned();
    let refused = asha.ask(403, "POST /api/transactions/send", pay("2000.00"));
    assert_eq!(refused["error"]["code"], "RISK_REJECTED");
    asha.ask(201, "POST /api/transactions/send", pay("500.00"));

    bilal.until("GET /api/transactions/pending-for-me", |answer| answer["count"] == 2).await;
    bilal.ask(200, &format!("POST /api/transactions/{hash}/confirm"), json!({"receiver_account_id": to}));
    let is_done = |answer: &Value| answer["transaction"]["status"] == "COMPLETED";
    asha.until(&format!("GET /api/transactions/{hash}"), is_done).await;
    assert_eq!(asha.balance(), "7970.00", "a flag stops nothing");
    one_flag_waits(&net, &hash).await;
}

/// What the bank's compliance people find: the one transfer that was remarkable and not refused.
async fn one_flag_waits(net: &Net, hash: &str) {
    let clerk: TokenView = Admin::of(&net.place(AT).home)
        .call("admin_issueToken", json!({"name": "Compliance"}))
        .await
        .expect("the operator gives a clerk a token");
    let clerk = App { net, bank: AT, token: clerk.token };
    let queue = clerk.ask(200, "GET /api/compliance/flags", Value::Null);
    assert_eq!(queue["count"], 1, "{queue}");
    let flag = &queue["flags"][0];
    assert_eq!((&flag["score"], &flag["reasons"]), (&json!(40), &json!(["HIGH_VALUE"])));
    assert_eq!(flag["transfer"], json!({"tx_hash": hash, "direction": "sent", "amount": "2000.00"}));
}

/// Who speaks plainly, and who trusts another authority.
fn nobody_else_gets_an_answer(net: &Net) {
    let asks = b"GET /api/stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let connect = || TcpStream::connect(net.address(AT)).expect("the node listens");
    let mut plain = connect();
    plain.write_all(asks).expect("it can be written to");
    let mut said = Vec::new();
    // It may end the connection in either way.
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP"), "it answers plainly: {}", String::from_utf8_lossy(&said));
    let mut stranger = encrypted(connect(), trusting(RootCertStore::empty()));
    assert!(stranger.write_all(asks).is_err(), "a client that trusts nobody talks to it");
}

fn the_node_s_own_tool_asks_by_tls(net: &Net, authority: &Path) {
    let home = net.place(AT).home.root().display().to_string();
    let status = |trusts: Option<&Path>, more: &[&str]| -> Output {
        let mut command = Command::new(binary());
        command.env_clear().args(["status", "--home", &home]).args(more).stdin(Stdio::null());
        command.envs(trusts.map(|file| ("SSL_CERT_FILE", file)));
        command.output().expect("idx-node can be run")
    };
    let told = status(Some(authority), &[]);
    assert_success(&told, "status by https");
    assert!(String::from_utf8_lossy(&told.stdout).starts_with(AT), "{told:?}");
    assert!(!status(None, &[]).status.success(), "it trusts whom nobody told it to trust");
    let plain = format!("{}/rpc", net.url(AT));
    assert!(!status(Some(authority), &["--url", &plain]).status.success(), "it was answered plainly");
    assert_success(&idx_node(["config", "check", "--home", &home]), "config check");
}

/// Who signs the bank's certificate.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    file: PathBuf,
    trust: Arc<ClientConfig>,
}

impl Authority {
    fn new(folder: &Path) -> Self {
        let key = KeyPair::generate().expect("keys can be made");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("it signs itself");
        let file = folder.join("authority.pem");
        fs::write(&file, certificate.pem()).expect("a file can be written");
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone()).expect("it is a certificate");
        Self { issuer: Issuer::new(params, key), file, trust: trusting(roots) }
    }

    /// Gives the bank, whose node is stopped, a certificate and its rules.
    fn encrypts(&self, net: &Net, folder: &Path) {
        let key = KeyPair::generate().expect("keys can be made");
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address");
        let certificate = params.signed_by(&key, &self.issuer).expect("it is signed");
        let (chain, secret) = (folder.join("door.pem"), folder.join("door.key"));
        fs::write(&chain, certificate.pem()).expect("a file can be written");
        fs::write(&secret, key.serialize_pem()).expect("a file can be written");
        let file = net.place(AT).home.config_file();
        let text = fs::read_to_string(&file).expect("the settings are there");
        let tls = format!("[http]\ntls_certificate = {chain:?}\ntls_key = {secret:?}\n");
        let changed = text.replacen("[http]\n", &tls, 1).replacen("[risk]\n", RULES, 1);
        fs::write(&file, changed).expect("the settings can be written");
        net.encrypts(AT, self.trust.clone());
    }
}

fn trusting(roots: RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.expect("versions of now").with_root_certificates(roots).with_no_client_auth();
    Arc::new(config)
}

/// The bank's node, started by hand: `testnet start` waits for a plain answer. Killed when it goes.
struct Running(Child);

impl Running {
    fn start(net: &Net, folder: &Path) -> Self {
        let log = fs::File::create(folder.join("node.log")).expect("a log");
        let mut command = Command::new(binary());
        command.env_clear().args(["start", "--home"]).arg(net.place(AT).home.root());
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
        Self(command.spawn().expect("idx-node can be run"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already, or it cannot be helped.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
