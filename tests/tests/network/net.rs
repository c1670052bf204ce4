//! A network of six processes for one story.

use super::clock::Clock;
use futures::stream::{self, StreamExt};
use idx_client::{ClientSettings, IdxClient, encoding::BlockTag};
use idx_node::rpc::endpoint;
use idx_node::testnet::{self, BANKS, End, Layout, Place, Process};
use idx_types::{Height, PrivateHash};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::future::Future;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_rustls::rustls::ClientConfig;

/// Longest that anything may take which should happen at once on a quick machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often something that is waited for is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Blocks asked for at a time.
const BLOCKS_AT_ONCE: usize = 8;

/// Ports that are tried, below those that Linux gives to outgoing connections: a node that is started
/// again must find its own free.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// Ports of a network: six for HTTP, six between banks, from the seventeenth on 36 for links.
const PORTS_NEEDED: u16 = 56;
const PORTS_BEFORE_LINKS: u16 = 16;

/// A network, running until it is dropped.
pub struct Net {
    dir: TempDir,
    http_base: u16,
    p2p_base: u16,
    links: bool,
    clock: Option<Clock>,
    variables: Vec<(&'static str, String)>,
    trust: Mutex<BTreeMap<&'static str, Arc<ClientConfig>>>,
}

/// The `idx-node` that was built with these tests.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let target = test.parent().and_then(|deps| deps.parent()).expect("tests lie in target/<profile>/deps");
    let path = target.join("idx-node");
    assert!(
        path.is_file(),
        "{} is missing: run `cargo build --bins` first, as scripts/test.sh does",
        path.display()
    );
    path
}

/// Runs `idx-node` with an environment that says nothing about nodes.
pub fn idx_node<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    idx_node_with(&[], arguments)
}

/// The same, with some variables that go to what it starts as well.
fn idx_node_with<S: AsRef<OsStr>>(
    variables: &[(&'static str, String)],
    arguments: impl IntoIterator<Item = S>,
) -> Output {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("IDX_")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().cloned());
    command.args(arguments).stdin(Stdio::null()).output().expect("idx-node can be run")
}

impl Net {
    /// A folder and ports; nothing is made yet.
    pub fn planned() -> Self {
        let base = free_base().expect("there are free ports");
        let dir = tempfile::tempdir().expect("there is room for temporary folders");
        Self {
            dir,
            http_base: base,
            p2p_base: base + PORTS_BEFORE_LINKS / 2,
            links: false,
            clock: None,
            variables: vec![],
            trust: Mutex::default(),
        }
    }

    /// From now on a bank's door is encrypted, and trusted by these settings.
    pub fn encrypts(&self, bank: &'static str, trust: Arc<ClientConfig>) {
        self.trust.lock().expect("no test panics in here").insert(bank, trust);
    }

    /// How a bank's door is trusted, if it is encrypted.
    pub fn trust(&self, bank: &str) -> Option<Arc<ClientConfig>> {
        self.trust.lock().expect("no test panics in here").get(bank).cloned()
    }

    /// The same, for processes whose clock the story moves; `None` where that cannot be done.
    pub fn planned_with_clock() -> Option<Self> {
        let mut net = Self::planned();
        let clock = Clock::in_folder(net.dir.path())?;
        net.variables.extend(clock.environment());
        net.clock = Some(clock);
        Some(net)
    }

    /// From now on its processes have this variable in their environment.
    pub fn with_variable(&mut self, name: &'static str, value: String) {
        self.variables.push((name, value));
    }

    /// Its clock, if it is not the machine's.
    pub const fn clock(&self) -> Option<&Clock> {
        self.clock.as_ref()
    }

    /// Runs `idx-node` by this network's clock and with its variables.
    pub fn idx_node<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        idx_node_with(&self.variables, arguments)
    }

    /// A running network on which nothing was paid yet.
    pub fn up() -> Self {
        Self::planned().started()
    }

    /// One whose banks reach each other through links that can be cut.
    pub fn up_with_links() -> Self {
        let mut net = Self::planned();
        net.links = true;
        net.started()
    }

    /// The same, running.
    pub fn started(self) -> Self {
        let output = self.testnet_up(&["--no-payments", "--no-custodians"]);
        assert_success(&output, "testnet up");
        self
    }

    /// Its folder.
    pub fn layout(&self) -> Layout {
        Layout::at(self.dir.path().join("net"))
    }

    /// `testnet up` on this network's ports.
    pub fn testnet_up(&self, more: &[&str]) -> Output {
        let (http, p2p) = (self.http_base.to_string(), self.p2p_base.to_string());
        let ports = ["up", "--port-base", &http, "--p2p-port-base", &p2p];
        let links = (self.http_base + PORTS_BEFORE_LINKS).to_string();
        let links: &[&str] = if self.links { &["--links", "--links-port-base", &links] } else { &[] };
        self.testnet(&[&ports, links, more].concat())
    }

    /// `idx-node testnet` with this network's folder.
    pub fn testnet(&self, arguments: &[&str]) -> Output {
        let dir = self.layout().dir().display().to_string();
        self.idx_node([&["testnet"], arguments, &["--dir", &dir]].concat())
    }

    /// A port beside those of the banks, for one more node.
    pub const fn spare_port(&self) -> u16 {
        self.http_base + PORTS_BEFORE_LINKS / 2 - 1
    }

    /// A bank's place in the folder.
    pub fn place(&self, bank: &str) -> Place {
        self.layout().place(bank).expect("the bank is one of six")
    }

    /// Where a bank's node serves HTTP.
    pub fn url(&self, bank: &str) -> String {
        format!("http://127.0.0.1:{}", self.http_base + self.place(bank).number)
    }

    /// The same as address and port.
    pub fn address(&self, bank: &str) -> String {
        self.url(bank).trim_start_matches("http://").to_owned()
    }

    /// A client of a bank's node that tries each call once.
    pub fn client(&self, bank: &str) -> IdxClient {
        let settings = ClientSettings {
            attempts_max: 1,
            request_timeout: Duration::from_secs(10),
            ..ClientSettings::default()
        };
        IdxClient::new(&endpoint(&self.url(bank)), settings).expect("the address is sound")
    }

    /// Ends a bank's node as a power cut would.
    pub fn kill(&self, bank: &str) {
        testnet::end(&self.layout(), bank, End::Kill).expect("the process ends");
    }

    /// Ends a bank's node.
    pub fn stop(&self, bank: &str) {
        testnet::end(&self.layout(), bank, End::Stop).expect("the process ends");
    }

    /// Starts a bank's node and waits until it answers.
    pub fn start(&self, bank: &str) {
        assert_success(&self.testnet(&["start", bank]), bank);
    }

    /// Makes a bank's node, which is stopped, listen for the others on another port than genesis says.
    pub fn give_other_port(&self, bank: &str) {
        let place = self.place(bank);
        let (old, new) = (self.p2p_base + place.number, self.http_base + PORTS_BEFORE_LINKS + place.number);
        let file = place.home.config_file();
        let text = std::fs::read_to_string(&file).expect("the settings are there");
        let moved = text.replace(&format!("/tcp/{old}"), &format!("/tcp/{new}"));
        assert_ne!(text, moved, "the settings do not name port {old}");
        std::fs::write(&file, moved).expect("the settings can be written");
    }

    /// Holds a bank's process still, or lets it go on.
    pub fn signal(&self, bank: &str, signal: Signal) {
        let process = Process::read(&self.place(bank).pid()).expect("the process is written down");
        let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw).expect("a process number");
        kill_process(pid, signal).expect("the process runs");
    }

    /// The newest final height of a bank's node; `None` if it does not answer.
    pub async fn height(&self, bank: &str) -> Option<u64> {
        self.client(bank).block_number().await.ok().map(|height| height.0)
    }

    /// Waits until these banks' nodes have a height.
    pub async fn reach(&self, banks: &[&str], height: u64) {
        for bank in banks {
            let reached = || async { self.height(bank).await.is_some_and(|own| own >= height) };
            until(&format!("{bank} reaches height {height}"), reached).await;
        }
    }

    /// Brings all nodes to one height and checks that they have the same blocks up to it; returns it.
    pub async fn assert_one_history(&self) -> u64 {
        let mut tip = 0;
        for bank in BANKS {
            tip = tip.max(self.height(bank).await.unwrap_or_else(|| panic!("{bank} does not answer")));
        }
        self.reach(&BANKS, tip).await;
        let chains = futures::future::join_all(BANKS.map(|bank| self.chain(bank, tip))).await;
        for (bank, chain) in BANKS.iter().zip(&chains) {
            let differs = (0..chain.len()).find(|place| chain[*place] != chains[0][*place]);
            assert_eq!(
                differs.map(|place| place + 1),
                None,
                "height at which {bank} and {} differ",
                BANKS[0]
            );
        }
        tip
    }

    /// The private hashes of a node's blocks up to a height.
    async fn chain(&self, bank: &str, tip: u64) -> Vec<PrivateHash> {
        let client = &self.client(bank);
        let hash = |height| async move {
            let block = client.block(BlockTag::Number(Height(height)), false).await;
            block.expect("the node answers").expect("the node has the block").private_hash.0
        };
        stream::iter(1..=tip).map(hash).buffered(BLOCKS_AT_ONCE).collect().await
    }

    /// The end of every node's log, for a story that fails.
    pub fn logs(&self) -> String {
        let tail = |place: &Place| {
            let text = std::fs::read_to_string(place.log()).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("--- {}\n{}\n", place.code, lines[lines.len().saturating_sub(15)..].join("\n"))
        };
        self.layout().places().iter().map(tail).collect()
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
        let custodians = self.layout().custodians().into_iter().map(|custody| custody.pid());
        let nodes = self.layout().places().into_iter().map(|place| place.pid());
        for pid in custodians.chain(nodes).chain([self.layout().links_pid()]) {
            if let Some(process) = Process::read(&pid) {
                // Gone already, or it cannot be helped: the folder goes either way.
                let _ = process.end(End::Kill, Duration::from_secs(10));
            }
        }
    }
}

/// Checks that a command ended well.
pub fn assert_success(output: &Output, what: &str) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what} ended with {:?}\n{out}\n{err}", output.status.code());
}

/// Waits until something is so; fails after [`PATIENCE`].
pub async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "in vain waited {} s until {what}", PATIENCE.as_secs());
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A base above which the ports of a whole network are free at this moment.
fn free_base() -> Option<u16> {
    let span = u32::from(PORTS.end - PORTS.start);
    let offset = std::process::id().wrapping_mul(u32::from(PORTS_NEEDED)) % span;
    let first = PORTS.start + u16::try_from(offset).ok()?;
    let mut candidates = (first..PORTS.end)
        .step_by(usize::from(PORTS_NEEDED))
        .chain((PORTS.start..first).step_by(usize::from(PORTS_NEEDED)));
    candidates.find(|base| (1..PORTS_NEEDED).all(|n| TcpListener::bind(("127.0.0.1", base + n)).is_ok()))
}
