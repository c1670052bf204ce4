//! `idx-node observer`: the life of a node that follows, verifies and signs nothing.

use super::HomeArg;
use super::exit::{Done, Exit, Failure};
use super::keys::passphrase_of;
use super::node::{runtime, shutdown};
use super::output::say;
use crate::genesis_file;
use crate::home::{self, Home};
use crate::keys::{self, PASSPHRASE_VARIABLE, custodian};
use crate::settings::{self, Http, P2p};
use crate::setup::{PassphraseFrom, make_observer_home};
use idx_crypto::KdfCost;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A node that follows and verifies the chain, and signs nothing.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Observer {
    /// Make a home folder: settings and a sealed network key.
    Init(Init),
    /// Follow the chain until told to stop (SIGINT, SIGTERM).
    Start(Start),
}

const INIT_HELP: &str = "\
The banks that shall serve this observer list its network key in their settings (p2p.observers).

Example:
  idx-node observer init --home watch --genesis genesis.json --make-passphrase";

/// Make a home folder: settings and a sealed network key.
#[derive(Debug, clap::Args)]
#[command(after_help = INIT_HELP)]
pub(super) struct Init {
    #[command(flatten)]
    home: HomeArg,
    /// Genesis file to copy into the home; it says where the banks are.
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// Address and port of JSON-RPC, metrics and health.
    #[arg(long, value_name = "ADDRESS:PORT")]
    http_listen: Option<SocketAddr>,
    /// Multiaddr to listen on; banks need not reach an observer, it dials them.
    #[arg(long, value_name = "MULTIADDR", default_value = "/ip4/127.0.0.1/tcp/0")]
    p2p_listen: String,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Make a random passphrase and keep it in the home folder.
    #[arg(long, conflicts_with = "passphrase_file")]
    make_passphrase: bool,
}

impl Init {
    fn run(self) -> Done {
        let home = self.home.home();
        let genesis = genesis_file::read_sound(&self.genesis)?;
        let passphrase = match self.make_passphrase {
            true => PassphraseFrom::Made,
            false => PassphraseFrom::Given(passphrase_of(&home, self.passphrase_file.clone())?),
        };
        let text = settings::observer_text(&self.http(), &self.p2p());
        make_observer_home(&home, &text, passphrase, KdfCost::interactive())?;
        home::write_new(&home.genesis_file(), &genesis.text)?;
        let key = custodian::observer_keys(&home)?.network_key;
        let root = home.root().display();
        say(&format!(
            "Made {root}.\nNext:\n  have banks add \"{key}\" to p2p.observers in their config.toml and start \
             again\n  idx-node observer start --home {root}"
        ));
        Ok(())
    }

    fn http(&self) -> Http {
        self.http_listen.map_or_else(Http::default, |listen| Http { listen, ..Http::default() })
    }

    fn p2p(&self) -> P2p {
        let mut p2p = P2p::default();
        p2p.listen.on = vec![self.p2p_listen.clone()];
        p2p
    }
}

/// Follow the chain until told to stop (SIGINT, SIGTERM).
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idx-node observer start --home watch")]
pub(super) struct Start {
    #[command(flatten)]
    home: HomeArg,
}

impl Start {
    fn run(&self) -> Done {
        let home = self.home.home();
        let _lock = home.lock()?;
        let settings = settings::load_observer(&home.config_file(), std::env::vars(), &[])?;
        let genesis = genesis_file::read_sound(&home.genesis_file())?;
        let variable = std::env::var(PASSPHRASE_VARIABLE).ok();
        let passphrase = keys::passphrase(&home, variable, settings.passphrase_file.as_deref())?;
        no_bank_keys(&home)?;
        let seed = keys::open_network_seed(&home, &passphrase)?;
        crate::logging::start(&settings.log);
        let runtime = runtime().map_err(anyhow::Error::from)?;
        runtime.block_on(async {
            let shutdown = shutdown()?;
            crate::observer::run(home, settings, genesis.sound, seed, shutdown).await
        })?;
        Ok(())
    }
}

/// The keys of a bank have no business on a machine that need not be as safe as a bank's.
fn no_bank_keys(home: &Home) -> Done {
    match custodian::Role::of(home) {
        custodian::Role::Observer => Ok(()),
        other => {
            let home = home.root().display();
            let text = format!(
                "{home}: the keys there are those of a {other:?}, not of an observer\n  what to do: make a \
                 home of its own with `idx-node observer init`"
            );
            Err(Failure::say(Exit::Refused, text))
        }
    }
}

impl Observer {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Init(command) => command.run(),
            Self::Start(command) => command.run(),
        }
    }
}
