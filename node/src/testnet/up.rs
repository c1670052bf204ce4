//! Making and starting a network, and settling payments on it.

use super::create::Made;
use super::custodians::{self, CustodianRow, custodian_rows, custodian_table};
use super::layout::{Layout, Place};
use super::links::{self, LinksError};
use super::nodes::{log_tail, running};
use super::ports::Ports;
use super::status::{NodeRow, rows, table_of, url};
use super::verbs::start_place;
use super::{TestnetError, create, travel};
use crate::home::{self, Home};
use crate::keys::{self, NodeKeys};
use crate::pay::row::{FileError, Payments, read};
use crate::pay::{self, Cast, Pace, Summary, made};
use crate::progress::Progress;
use crate::rpc::{self, RpcNetwork};
use futures::future::join_all;
use idx_crypto::Signer;
use idx_types::Height;
use serde::Serialize;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Payments of a made stream handed in each second: a pace at which finality is not spoilt by waiting.
pub const MADE_RATE: u32 = 100;

/// The ports of a network that nobody asked otherwise for.
const PORTS_DEFAULT: Ports = Ports { http_base: 5_000, p2p_base: 6_000, links_base: None };

/// The base of the links of a network that has them and was not asked otherwise.
const LINKS_BASE_DEFAULT: u16 = 7_000;

/// How long a node may take to answer, and the network to agree for the first time.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often they are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Where payments come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stream {
    /// A file.
    File(PathBuf),
    /// The generator.
    Made {
        /// How many.
        count: usize,
        /// The same seed gives the same stream.
        seed: u64,
    },
}

/// What to pay and how fast.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paying {
    /// The payments.
    pub stream: Stream,
    /// Handed in each second; `None` is as fast as the network takes them.
    pub rate: Option<u32>,
    /// Most payments.
    pub limit: usize,
}

/// What `up` was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Base of the HTTP ports.
    pub http_base: Option<u16>,
    /// Base of the ports between banks.
    pub p2p_base: Option<u16>,
    /// Whether the banks reach each other through links that can be cut.
    pub links: bool,
    /// Base of the doors of the links.
    pub links_base: Option<u16>,
    /// Whether the custodians run as well.
    pub custodians: bool,
    /// What is made otherwise than usual, if the network is made now.
    pub made: Made,
    /// Payments to settle.
    pub paying: Option<Paying>,
    /// Whether to pay even if a run was made before.
    pub pay_again: bool,
}

/// What `up` came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UpReport {
    /// The banks.
    pub banks: Vec<NodeRow>,
    /// The custodians.
    pub custodians: Vec<CustodianRow>,
    /// The payments, if any were asked for.
    pub summary: Option<Summary>,
}

impl UpReport {
    /// The table of banks and the summary below it.
    pub fn to_text(&self) -> String {
        let summary = self.summary.as_ref().map(|summary| format!("\n\n{}", summary.to_text()));
        let custodians = custodian_table(&self.custodians);
        format!("{}\n{custodians}{}", table_of(&self.banks), summary.unwrap_or_default())
    }
}

/// Makes the network if there is none, starts what does not run, and settles payments.
///
/// # Errors
/// [`TestnetError`]; running it again goes on where it stopped.
pub async fn up(layout: &Layout, asked: &Asked) -> Result<UpReport, TestnetError> {
    let existing = layout.network()?;
    home::create_folder(layout.dir()).map_err(super::LayoutError::from)?;
    let _lock = Home::at(layout.dir()).lock().map_err(super::LayoutError::from)?;
    let ports = match existing {
        Some(network) => same_ports(layout, asked, network.ports)?,
        None => make(layout, asked)?,
    };
    links::ensure(layout, ports).await?;
    start_all(layout, ports).await?;
    agree(layout, ports).await?;
    travel::publish_first(layout, ports).await?;
    if asked.custodians {
        custodians::start_all(layout, ports)?;
    }
    let first = !layout.summary_file().exists();
    let summary = match &asked.paying {
        Some(paying) if first || asked.pay_again => Some(pay_on(layout, ports, paying).await?),
        _ => None,
    };
    let custodians = custodian_rows(layout);
    Ok(UpReport { banks: rows(layout, ports).await, custodians, summary })
}

fn same_ports(layout: &Layout, asked: &Asked, ports: Ports) -> Result<Ports, TestnetError> {
    let same = asked.http_base.is_none_or(|base| base == ports.http_base)
        && asked.p2p_base.is_none_or(|base| base == ports.p2p_base)
        && asked.links_base.is_none_or(|base| Some(base) == ports.links_base);
    if asked.links && ports.links_base.is_none() {
        return Err(LinksError::none(layout).into());
    }
    if same {
        return Ok(ports);
    }
    let dir = layout.dir().to_owned();
    Err(TestnetError::OtherPorts { dir, http: ports.http_base, p2p: ports.p2p_base })
}

fn make(layout: &Layout, asked: &Asked) -> Result<Ports, TestnetError> {
    let ports = Ports {
        http_base: asked.http_base.unwrap_or(PORTS_DEFAULT.http_base),
        p2p_base: asked.p2p_base.unwrap_or(PORTS_DEFAULT.p2p_base),
        links_base: asked.links.then_some(asked.links_base.unwrap_or(LINKS_BASE_DEFAULT)),
    };
    let places = layout.places();
    ports.check_layout(places.last().map_or(0, |place| place.number))?;
    places.iter().try_for_each(|place| ports.check_free(place.number, place.code.as_str()))?;
    create::network(layout, ports, &asked.made)?;
    Ok(ports)
}

async fn start_all(layout: &Layout, ports: Ports) -> Result<(), TestnetError> {
    let (run, rest): (Vec<Place>, Vec<Place>) =
        layout.places().into_iter().partition(|place| running(place).is_some());
    for place in &run {
        eprintln!("{} runs already", place.code);
    }
    rest.iter().try_for_each(|place| ports.check_free(place.number, place.code.as_str()))?;
    for place in &rest {
        start_place(place)?;
    }
    for place in &rest {
        wait_for_answer(place, ports).await?;
    }
    Ok(())
}

/// Waits until a node answers.
///
/// # Errors
/// It ended, or is silent for too long.
pub(super) async fn wait_for_answer(place: &Place, ports: Ports) -> Result<(), TestnetError> {
    let began = Instant::now();
    let failed = |what: &str| TestnetError::Node {
        bank: place.code.to_string(),
        what: what.to_owned(),
        log: log_tail(place),
    };
    loop {
        if rpc::glance(&url(place, ports)).await.is_ok() {
            return Ok(());
        }
        if running(place).is_none() {
            return Err(failed("its node ended by itself"));
        }
        if began.elapsed() > PATIENCE {
            return Err(failed("its node does not answer"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits until all nodes are connected to each other and have the same block at a common height.
async fn agree(layout: &Layout, ports: Ports) -> Result<(), TestnetError> {
    let places = layout.places();
    let mut progress = Progress::new("banks at a common height", places.len() as u64);
    let began = Instant::now();
    loop {
        let rows = rows(layout, ports).await;
        let ready: Vec<u64> = rows.iter().filter_map(|row| ready_at(row, places.len())).collect();
        progress.set(ready.len() as u64, "");
        let least = Height(ready.iter().copied().min().unwrap_or_default());
        if ready.len() == places.len() && same_block(&rows, least).await {
            progress.finish(&format!("height {least}"));
            return Ok(());
        }
        let ended = places.iter().find(|place| running(place).is_none());
        if ended.is_some() || began.elapsed() > PATIENCE {
            return Err(disagreement(ended, &places[0]));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The height of a node that has a block and is connected to all others.
fn ready_at(row: &NodeRow, nodes: usize) -> Option<u64> {
    let glance = row.glance.as_ref()?;
    (glance.height > 0 && glance.peers + 1 >= nodes).then_some(glance.height)
}

async fn same_block(rows: &[NodeRow], height: Height) -> bool {
    let hashes = join_all(rows.iter().map(|row| rpc::private_hash(&row.url, height))).await;
    let first = hashes.first().and_then(|hash| hash.as_ref().ok());
    first.is_some() && hashes.iter().all(|hash| hash.as_ref().ok() == first)
}

fn disagreement(ended: Option<&Place>, any: &Place) -> TestnetError {
    let what = if ended.is_some() { "its node ended by itself" } else { "the banks do not agree" };
    let place = ended.unwrap_or(any);
    TestnetError::Node { bank: place.code.to_string(), what: what.to_owned(), log: log_tail(place) }
}

/// Settles payments on the running network.
///
/// # Errors
/// [`TestnetError`]; payments that settled by then stay settled.
pub async fn pay(layout: &Layout, paying: &Paying) -> Result<Summary, TestnetError> {
    let network = layout.require()?;
    pay_on(layout, network.ports, paying).await
}

async fn pay_on(layout: &Layout, ports: Ports, paying: &Paying) -> Result<Summary, TestnetError> {
    let payments = payments(layout, paying)?;
    let wallet = layout.wallet()?;
    let keys = layout.places().iter().map(bank_key).collect::<Result<Vec<_>, _>>()?;
    let banks: Vec<&dyn Signer> = keys.iter().map(|keys| &keys.consensus as &dyn Signer).collect();
    let urls: Vec<String> = layout.places().iter().map(|place| url(place, ports)).collect();
    let network = RpcNetwork::new(&urls)?;
    let entropy = keys::random().map_err(super::LayoutError::from)?;
    let cast = Cast { banks: &banks, wallet: &wallet, entropy: &entropy };
    let summary = pay::pay(&network, cast, payments, Pace { rate: paying.rate, window: pay::WINDOW }).await?;
    let text = serde_json::to_string_pretty(&summary).expect("a summary is plain data");
    home::replace(&layout.summary_file(), &format!("{text}\n")).map_err(super::LayoutError::from)?;
    Ok(summary)
}

/// Opens a bank's keys with the passphrase in its home: a convenience of test networks.
fn bank_key(place: &Place) -> Result<NodeKeys, TestnetError> {
    let open = || NodeKeys::open(&place.home, &keys::passphrase(&place.home, None, None)?);
    Ok(open().map_err(super::LayoutError::from)?)
}

fn payments(layout: &Layout, paying: &Paying) -> Result<Payments, TestnetError> {
    let codes: Vec<_> = layout.places().into_iter().map(|place| place.code).collect();
    let failed = |path: &PathBuf, source| TestnetError::File { path: path.clone(), source };
    match &paying.stream {
        Stream::File(path) => {
            let file = File::open(path).map_err(|error| failed(path, FileError::Io(error)))?;
            read(BufReader::new(file), &codes, paying.limit).map_err(|source| failed(path, source))
        }
        Stream::Made { count, seed } => {
            let text = made::file(*seed, *count, &codes);
            let made = read(text.as_bytes(), &codes, paying.limit);
            Ok(made.expect("reading from memory cannot fail, and the generator writes the header"))
        }
    }
}
