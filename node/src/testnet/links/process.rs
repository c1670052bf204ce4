//! The process that holds the relays: what it does, and how the verbs start and end it.

use super::super::TestnetError;
use super::super::layout::{BANKS, Layout};
use super::super::nodes::STOP_PATIENCE;
use super::super::ports::Ports;
use super::super::process::{self, End, Process};
use super::pump::Road;
use super::relay::Relay;
use super::ways::Links;
use super::{LinksError, control};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

/// How long the process may take to open its doors.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

fn failed(what: impl Into<String>) -> impl FnOnce(io::Error) -> TestnetError {
    let what = what.into();
    |source| TestnetError::Io { what, source }
}

/// Holds the relays of a network until the process is ended; all ways are open at first.
///
/// # Errors
/// There is no network, it has no links, or a door or the socket cannot be opened.
pub async fn serve(layout: &Layout) -> Result<(), TestnetError> {
    let ports = layout.require()?.ports;
    if ports.links_base.is_none() {
        return Err(LinksError::none(layout).into());
    }
    let (table, links) = watch::channel(Links::default());
    let _walls = walls(ports)?;
    for (from, to) in pairs() {
        let door = TcpListener::bind(address(ports.link(number(from), number(to)))).await;
        let door = door.map_err(failed(format!("the door from {} to {}", BANKS[from], BANKS[to])))?;
        let target = address(ports.p2p(number(to)));
        let (there, back) = (Road::new(links.clone(), from, to), Road::new(links.clone(), to, from));
        tokio::spawn(Relay { target, there, back }.serve(door));
    }
    let path = layout.links_socket();
    let socket = control::open(&path).map_err(failed(path.display().to_string()))?;
    control::serve(socket, table).await;
    Ok(())
}

/// Ports that are held and lead nowhere, one a bank: what genesis says of it and what its node announces.
fn walls(ports: Ports) -> Result<Vec<TcpSocket>, TestnetError> {
    let wall = |bank: usize| {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address(ports.link(number(bank), number(bank))))?;
        Ok(socket)
    };
    let walls: io::Result<Vec<_>> = (0..BANKS.len()).map(wall).collect();
    walls.map_err(failed("the ports that lead nowhere"))
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    let places = || 0..BANKS.len();
    places().flat_map(move |from| places().map(move |to| (from, to))).filter(|(from, to)| from != to)
}

/// A bank's number, from 1, by its place.
fn number(place: usize) -> u16 {
    u16::try_from(place + 1).expect("there are few banks")
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn running(layout: &Layout) -> Option<Process> {
    Process::read(&layout.links_pid()).filter(Process::is_alive)
}

/// Starts the process of a network that has links, if it does not run, and waits until it answers.
///
/// # Errors
/// A port is held, or it does not come up.
pub(in super::super) async fn ensure(layout: &Layout, ports: Ports) -> Result<(), TestnetError> {
    if ports.links_base.is_none() {
        return Ok(());
    }
    if running(layout).is_some() {
        tell_trouble(layout).await;
        return Ok(());
    }
    ports.check_links_free()?;
    let io = |what: &str| failed(format!("the process of the links: {what}"));
    let program = std::env::current_exe().map_err(io("finding idx-node"))?;
    let dir = layout.dir().to_str().ok_or_else(|| io::Error::other("the folder's name is not UTF-8"));
    let arguments = ["testnet", "links", "--dir", dir.map_err(io("starting"))?];
    let process = process::start(&program, &arguments, &layout.links_log()).map_err(io("starting"))?;
    process.write(&layout.links_pid()).map_err(|error| io("starting")(io::Error::other(error)))?;
    wait_for_answer(layout, process).await
}

/// Who starts a node on a network that is cut wonders otherwise why it does not find the others.
async fn tell_trouble(layout: &Layout) {
    match control::get(&layout.links_socket()).await {
        Ok(links) if links == Links::default() => {}
        Ok(links) => eprintln!("{}\ntestnet heal takes that off", links.to_text()),
        Err(error) => eprintln!("{error}"),
    }
}

async fn wait_for_answer(layout: &Layout, process: Process) -> Result<(), TestnetError> {
    let began = Instant::now();
    while let Err(error) = control::get(&layout.links_socket()).await {
        if !process.is_alive() || began.elapsed() > PATIENCE {
            let log = std::fs::read_to_string(layout.links_log()).unwrap_or_default();
            return Err(LinksError::NotUp { error: error.to_string(), log }.into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Ends the process, if it runs.
///
/// # Errors
/// It did not end.
pub(in super::super) fn end(layout: &Layout) -> Result<(), TestnetError> {
    if let Some(process) = running(layout) {
        process.end(End::Stop, STOP_PATIENCE).map_err(failed("ending the process of the links"))?;
    }
    Ok(())
}
