//! `idx-node testnet ...`: what scripts/testnet.sh calls.

use super::exit::{Done, Exit, Failure};
use super::links::LinkVerb;
use super::output::{Output, say};
use crate::pay::{Summary, made};
use crate::testnet::links::LinksError;
use crate::testnet::{
    self, Asked, Layout, LayoutError, Made, Paying, RbiToken, Stream, TestnetError, UpReport,
};
use idx_types::BankCode;
use std::path::PathBuf;

const UP_HELP: &str = "\
Signs the banks' transactions with the keys it finds in the banks' homes: a convenience of test networks.
Running it again starts what does not run and reports what does.

Examples:
  testnet up
  testnet up --payments payments.csv --limit 1000
  testnet up --port-base 7000 --p2p-port-base 8000";

const PAY_HELP: &str = "\
The file begins with the line
  payment_id,date,sender_account,sender_bank,receiver_account,receiver_bank,amount_inr,purpose
Accounts that it names for the first time are opened and funded. Each run pays every line once; a bad line
is refused with its number and reason and harms no other.

Example:
  testnet pay payments.csv --rate 200";

/// Six banks on this machine.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Testnet {
    /// Make the network if there is none, start it, and settle a run of payments.
    #[command(after_help = UP_HELP)]
    Up(Up),
    /// Stop every node and remove everything.
    Down {
        #[command(flatten)]
        dir: Dir,
        /// Keep the homes, so that `up` goes on with the same chain.
        #[arg(long)]
        keep_data: bool,
    },
    /// The banks, their URLs, peers, heights; the custodians.
    Status {
        #[command(flatten)]
        dir: Dir,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        output: Output,
    },
    /// Settle the payments of a file.
    #[command(after_help = PAY_HELP)]
    Pay {
        #[command(flatten)]
        dir: Dir,
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        pace: Pace,
    },
    /// End a bank's node, or a custodian, at once (SIGKILL), as in a power cut.
    Kill(OneBank),
    /// Stop a bank's node, or a custodian (SIGTERM).
    Stop(OneBank),
    /// Start a bank's node, or a custodian.
    Start(OneBank),
    #[command(flatten)]
    Link(LinkVerb),
    /// Print a bank's or a custodian's log.
    Logs {
        #[command(flatten)]
        bank: OneBank,
        /// Go on as it grows.
        #[arg(short, long)]
        follow: bool,
    },
    /// Tell the whole story on the running network: customers, a payment, a court order, an audit.
    Demo {
        #[command(flatten)]
        dir: Dir,
    },
    /// Print a made file of payments.
    #[command(after_help = "Example:\n  testnet made-payments --count 5000 --seed 7 > made.csv")]
    MadePayments {
        /// How many.
        #[arg(long, default_value_t = made::COUNT_DEFAULT)]
        count: usize,
        /// The same seed gives the same file.
        #[arg(long, default_value_t = made::SEED_DEFAULT)]
        seed: u64,
    },
}

/// Which test network.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Dir {
    /// The folder of the network.
    #[arg(long, env = "IDX_TESTNET_DIR", default_value = ".testnet", value_name = "FOLDER")]
    dir: PathBuf,
}

/// How payments are sent and their outcome printed.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Pace {
    /// Payments handed in each second; 0 is as fast as the network takes them.
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
    /// Most payments taken from the file.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// A bank of a test network.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct OneBank {
    #[command(flatten)]
    dir: Dir,
    /// Its code, in any case of letters; or a custodian, rbi or company.
    bank: String,
}

/// See [`Testnet::Up`].
#[derive(Debug, clap::Args)]
pub(super) struct Up {
    #[command(flatten)]
    dir: Dir,
    /// HTTP ports are this base + 1 to + 6 [default: 5000].
    #[arg(long, value_name = "PORT")]
    port_base: Option<u16>,
    /// Ports between banks are this base + 1 to + 6 [default: 6000].
    #[arg(long, value_name = "PORT")]
    p2p_port_base: Option<u16>,
    /// Let the banks reach each other through links that `partition`, `cut` and `slow` act on.
    #[arg(long)]
    links: bool,
    /// Ports of the links are this base + 1 to + 36 [default: 7000].
    #[arg(long, value_name = "PORT", requires = "links")]
    links_port_base: Option<u16>,
    /// Start no custodians: for measurements of the banks alone.
    #[arg(long)]
    no_custodians: bool,
    /// Threads of each node's nonce search.
    #[arg(long, value_name = "N", default_value_t = 1)]
    mining_threads: usize,
    /// Days of the company's keys in genesis; its custodian announces those that follow [default: 400].
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=400))]
    company_days: Option<u16>,
    /// PKCS#11 library of a token that shall hold the keys of RBI's custodian.
    #[arg(long, value_name = "LIBRARY", requires_all = ["rbi_token", "rbi_pin_file"])]
    rbi_token_module: Option<PathBuf>,
    /// The token's label.
    #[arg(long, value_name = "LABEL", requires = "rbi_token_module")]
    rbi_token: Option<String>,
    /// File with the token's PIN; it is copied into the home of RBI's custodian.
    #[arg(long, value_name = "FILE", requires = "rbi_token_module")]
    rbi_pin_file: Option<PathBuf>,
    /// File of payments to settle instead of a made stream.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["count", "seed"])]
    payments: Option<PathBuf>,
    /// Payments of the made stream.
    #[arg(long, default_value_t = made::COUNT_DEFAULT)]
    count: usize,
    /// Seed of the made stream.
    #[arg(long, default_value_t = made::SEED_DEFAULT)]
    seed: u64,
    /// Only start the network.
    #[arg(long, conflicts_with = "payments")]
    no_payments: bool,
    #[command(flatten)]
    pace: Pace,
}

impl From<TestnetError> for Failure {
    fn from(error: TestnetError) -> Self {
        let exit = match &error {
            TestnetError::Unreachable(_) => Exit::Unreachable,
            TestnetError::Layout(_) | TestnetError::Port(_) | TestnetError::File { .. } => Exit::Refused,
            TestnetError::Links(LinksError::None { .. } | LinksError::Groups(_)) => Exit::Refused,
            _ => Exit::Failed,
        };
        Self::of(exit, error)
    }
}

impl From<LayoutError> for Failure {
    fn from(error: LayoutError) -> Self {
        Self::of(Exit::Refused, error)
    }
}

impl Testnet {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Up(up) => up.run(),
            Self::Down { dir, keep_data } => Ok(testnet::down(&dir.layout(), keep_data)?),
            Self::Status { dir, output } => status(&dir, output),
            Self::Pay { dir, file, pace } => {
                let stream = Stream::File(file);
                let summary = block_on(testnet::pay(&dir.layout(), &pace.paying(stream, 0)))?;
                judge(&summary, pace.output, Summary::to_text)
            }
            Self::Kill(bank) => Ok(testnet::end(&bank.dir.layout(), &bank.bank, testnet::End::Kill)?),
            Self::Stop(bank) => Ok(testnet::end(&bank.dir.layout(), &bank.bank, testnet::End::Stop)?),
            Self::Start(bank) => Ok(block_on(testnet::start(&bank.dir.layout(), &bank.bank))?),
            Self::Link(verb) => verb.run(),
            Self::Logs { bank, follow } => {
                Ok(testnet::logs(&bank.dir.layout(), &bank.bank, follow, &mut std::io::stdout())?)
            }
            Self::Demo { dir } => {
                testnet::demo(&dir.layout()).map_err(|error| Failure::of(Exit::Unsound, error))
            }
            Self::MadePayments { count, seed } => {
                say(&made::file(seed, count, &bank_codes()));
                Ok(())
            }
        }
    }
}

impl Dir {
    pub(super) fn layout(&self) -> Layout {
        Layout::at(&self.dir)
    }
}

impl Pace {
    fn paying(&self, stream: Stream, rate_default: u32) -> Paying {
        let rate = self.rate.unwrap_or(rate_default);
        Paying { stream, rate: (rate > 0).then_some(rate), limit: self.limit.unwrap_or(usize::MAX) }
    }
}

impl Up {
    fn run(self) -> Done {
        let layout = self.dir.layout();
        let output = self.pace.output;
        let report = block_on(testnet::up(&layout, &self.asked()))?;
        output.print(&report, UpReport::to_text);
        match &report.summary {
            Some(summary) if !summary.is_good() => Err(unsettled()),
            _ => Ok(()),
        }
    }

    fn asked(self) -> Asked {
        let named = self.payments.is_some();
        let stream = match self.payments {
            Some(file) => Stream::File(file),
            None => Stream::Made { count: self.count, seed: self.seed },
        };
        let rbi_token = match (self.rbi_token_module, self.rbi_token, self.rbi_pin_file) {
            (Some(module), Some(label), Some(pin_file)) => Some(RbiToken { module, label, pin_file }),
            _ => None,
        };
        let company_days = self.company_days.map(usize::from);
        let rate_default = if named { 0 } else { testnet::MADE_RATE };
        Asked {
            http_base: self.port_base,
            p2p_base: self.p2p_port_base,
            links: self.links,
            links_base: self.links_port_base,
            custodians: !self.no_custodians,
            made: Made { mining_threads: self.mining_threads, company_days, rbi_token },
            paying: (!self.no_payments).then(|| self.pace.paying(stream, rate_default)),
            pay_again: named,
        }
    }
}

fn bank_codes() -> Vec<BankCode> {
    Layout::at("").places().into_iter().map(|place| place.code).collect()
}

fn status(dir: &Dir, output: Output) -> Done {
    let rows = block_on(testnet::status(&dir.layout()))?;
    let custodians = testnet::custodian_rows(&dir.layout());
    let text =
        |rows: &Vec<_>| format!("{}\n{}", testnet::table_of(rows), testnet::custodian_table(&custodians));
    output.print(&rows, text);
    Ok(())
}

fn judge(summary: &Summary, output: Output, text: impl FnOnce(&Summary) -> String) -> Done {
    output.print(summary, text);
    if summary.is_good() { Ok(()) } else { Err(unsettled()) }
}

fn unsettled() -> Failure {
    Failure::say(Exit::Unsound, "not every payment settled; the summary above says why")
}

pub(super) fn block_on<T, E: Into<Failure>>(work: impl Future<Output = Result<T, E>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::of(Exit::Failed, error))?.block_on(work).map_err(Into::into)
}
