//! `idx-node init`, `start`, `recover`, `verify`: the life of one node.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::keys::passphrase_of;
use super::output::say;
use crate::genesis_file;
use crate::home::{self, Home};
use crate::keys::{self, NodeKeys, PASSPHRASE_VARIABLE};
use crate::settings::{self, Settings, Start as StartSettings};
use crate::setup::{PassphraseFrom, SetupError, make_home};
use idx_crypto::KdfCost;
use idx_storage::FolderDisk;
use idx_types::BankCode;
use idx_wal::Wal;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

const INIT_HELP: &str = "\
The passphrase that seals the keys comes from IDX_PASSPHRASE, else from --passphrase-file; with
--make-passphrase a random one is kept in the home folder, readable by its owner alone.

Example:
  IDX_PASSPHRASE=... idx-node init --home hdfc --bank HDFC --p2p-listen /ip4/0.0.0.0/tcp/6000";

/// Make a home folder: settings and sealed keys.
#[derive(Debug, clap::Args)]
#[command(after_help = INIT_HELP)]
pub(super) struct Init {
    #[command(flatten)]
    home: HomeArg,
    /// The bank's code.
    #[arg(long)]
    bank: BankCode,
    /// Address and port of JSON-RPC, metrics and health.
    #[arg(long, value_name = "ADDRESS:PORT")]
    http_listen: Option<SocketAddr>,
    /// Multiaddr to listen on for the other banks; may be given many times.
    #[arg(long, value_name = "MULTIADDR")]
    p2p_listen: Vec<String>,
    /// Genesis file to copy into the home.
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Make a random passphrase and keep it in the home folder.
    #[arg(long, conflicts_with = "passphrase_file")]
    make_passphrase: bool,
}

impl Init {
    pub(super) fn run(self) -> Done {
        let home = self.home.home();
        let genesis = self.genesis.as_deref().map(genesis_file::read_sound).transpose()?;
        let passphrase = if self.make_passphrase {
            PassphraseFrom::Made
        } else {
            PassphraseFrom::Given(passphrase_of(&home, self.passphrase_file.clone())?)
        };
        make_home(&home, &self.start(), passphrase, KdfCost::interactive())?;
        if let Some(genesis) = genesis {
            home::write_new(&home.genesis_file(), &genesis.text)?;
        }
        say(&self.next_steps(&home));
        Ok(())
    }

    fn start(&self) -> StartSettings {
        let mut start = StartSettings::of(self.bank.clone());
        if let Some(listen) = self.http_listen {
            start.http.listen = listen;
        }
        if !self.p2p_listen.is_empty() {
            start.p2p.listen.on.clone_from(&self.p2p_listen);
        }
        start
    }

    fn next_steps(&self, home: &Home) -> String {
        let root = home.root().display();
        let (config, genesis) = (home.config_file(), home.genesis_file());
        format!(
            "Made {root} for {}.\nNext:\n  look over {}\n  idx-node keys export-public --home {root}   (for the genesis)\n  put the genesis that all banks signed at {}\n  idx-node start --home {root}",
            self.bank,
            config.display(),
            genesis.display(),
        )
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        Self::of(Exit::Refused, error)
    }
}

const START_HELP: &str = "\
A flag beats its environment variable, which beats config.toml, which beats the default.

Example:
  idx-node start --home hdfc --log-level debug --peer ICICI=/ip4/10.0.0.2/tcp/6000";

/// Run the node until it is told to stop (SIGINT, SIGTERM).
#[derive(Debug, clap::Args)]
#[command(after_help = START_HELP)]
pub(super) struct Start {
    #[command(flatten)]
    home: HomeArg,
    /// The bank's code.
    #[arg(long)]
    bank: Option<String>,
    /// Address and port of JSON-RPC, metrics and health.
    #[arg(long, value_name = "ADDRESS:PORT")]
    http_listen: Option<String>,
    /// Multiaddr to listen on for the other banks; may be given many times.
    #[arg(long, value_name = "MULTIADDR")]
    p2p_listen: Vec<String>,
    /// A further address of a bank; may be given many times.
    #[arg(long, value_name = "CODE=MULTIADDR")]
    peer: Vec<String>,
    /// Threads of the nonce search; 0 is one a core.
    #[arg(long, value_name = "N")]
    mining_threads: Option<String>,
    /// error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// auto, human or json.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Leave the terminal's session; used by `testnet`.
    #[arg(long, hide = true)]
    detached: bool,
}

impl Start {
    pub(super) fn run(self) -> Done {
        if self.detached {
            // Fails only for a process that leads a group already, which then needs no new session.
            let _ = rustix::process::setsid();
        }
        let home = self.home.home();
        let _lock = home.lock()?;
        let settings = settings::load(&home.config_file(), std::env::vars(), &self.flags())?;
        let genesis = genesis_file::read_sound(&home.genesis_file())?;
        let keys = open_keys(&home, &settings, &genesis)?;
        crate::logging::start(&settings.log);
        let _ = rlimit::increase_nofile_limit(u64::from(FILES_MAX));
        let runtime = runtime().map_err(anyhow::Error::from)?;
        runtime.block_on(async {
            let shutdown = shutdown()?;
            crate::engine::run(home, settings, genesis.sound, keys, shutdown).await
        })?;
        Ok(())
    }

    /// The flags that were given, by the paths of their keys.
    fn flags(&self) -> Vec<(&'static str, String)> {
        let list = |list: &[String]| (!list.is_empty()).then(|| list.join(" "));
        let given = [
            ("bank", self.bank.clone()),
            ("http.listen", self.http_listen.clone()),
            ("p2p.listen", list(&self.p2p_listen)),
            ("p2p.peers", list(&self.peer)),
            ("mining.threads", self.mining_threads.clone()),
            ("log.level", self.log_level.clone()),
            ("log.format", self.log_format.clone()),
        ];
        given.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect()
    }
}

/// Open files a node asks the system for: RocksDB's, connections, logs.
const FILES_MAX: u32 = 8_192;

/// Most threads that serve peers and clients; the mind and the search have their own.
const WORKERS_MAX: usize = 4;

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    tokio::runtime::Builder::new_multi_thread().worker_threads(cores.min(WORKERS_MAX)).enable_all().build()
}

/// Opens the keys and holds them against genesis.
fn open_keys(
    home: &Home,
    settings: &Settings,
    genesis: &genesis_file::ReadGenesis,
) -> Result<NodeKeys, Failure> {
    let bank = genesis.bank(&settings.bank)?;
    let variable = std::env::var(PASSPHRASE_VARIABLE).ok();
    let passphrase = keys::passphrase(home, variable, settings.passphrase_file.as_deref())?;
    let keys = NodeKeys::open(home, &passphrase)?;
    keys.public.check(home, bank)?;
    Ok(keys)
}

/// Ends at the first SIGINT or SIGTERM.
pub(super) fn shutdown() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

const RECOVER_HELP: &str = "\
For a bank that lost its disk. It may have signed votes that nobody here remembers; the new log makes it
follow the network and stay silent until it is past every height at which it can have signed. Never use
`init` for this, and never put back an old copy of wal/.

Example:
  idx-node recover --home hdfc";

/// Give a bank that lost its disk a log that abstains from what it may have signed.
#[derive(Debug, clap::Args)]
#[command(after_help = RECOVER_HELP)]
pub(super) struct Recover {
    #[command(flatten)]
    home: HomeArg,
    /// Replace a log that is whole: for one that is an old copy.
    #[arg(long)]
    replace: bool,
}

impl Recover {
    pub(super) fn run(self) -> Done {
        let home = self.home.home();
        let _lock = home.lock()?;
        let (path, shown) = (home.wal(), home.wal().display().to_string());
        if !self.replace && FolderDisk::open(&path).and_then(Wal::open).is_ok() {
            let text = format!(
                "{shown}: the log there is whole\n  what to do: just start the node; only if the log is an old copy that was put back, recover --replace"
            );
            return Err(Failure::say(Exit::Refused, text));
        }
        FolderDisk::create(&path)
            .and_then(Wal::create_abstaining)
            .map_err(|error| Failure::say(Exit::Failed, format!("{shown}: {error}")))?;
        say(&format!("Made {shown}: this bank abstains until it is past every height it may have signed."));
        say(&format!("Next: idx-node start --home {}", home.root().display()));
        Ok(())
    }
}

/// Check the whole local chain again, from genesis.
#[derive(Debug, clap::Args)]
#[command(after_help = "The node must not run.\n\nExample:\n  idx-node verify --home hdfc")]
pub(super) struct Verify {
    #[command(flatten)]
    home: HomeArg,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t)]
    output: super::output::Output,
}

impl Verify {
    pub(super) fn run(self) -> Done {
        let home = self.home.home();
        let _lock = home.lock()?;
        let genesis = genesis_file::read_sound(&home.genesis_file())?;
        let report =
            crate::verify::run(&home, &genesis.sound).map_err(|error| Failure::of(Exit::Failed, error))?;
        self.output.print(&report, |report| report.to_text());
        match report.fault {
            None => Ok(()),
            Some(fault) => Err(Failure::say(Exit::Unsound, fault)),
        }
    }
}
