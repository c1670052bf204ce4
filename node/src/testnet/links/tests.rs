//! Relays between real sockets: what passes, what waits, and what an end of a cut cable sees.

use super::pump::Road;
use super::relay::Relay;
use super::ways::{Links, Mode};
use std::io;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long bytes that must not come are waited for; they would come in a fraction of it.
const SILENCE: Duration = Duration::from_millis(300);

/// One relay from bank 0 to bank 1, and the table behind it.
struct Bench {
    table: watch::Sender<Links>,
    door: std::net::SocketAddr,
    node: TcpListener,
}

impl Bench {
    async fn new() -> Self {
        let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (table, links) = watch::channel(Links::default());
        let (there, back) = (Road::new(links.clone(), 0, 1), Road::new(links, 1, 0));
        let (target, address) = (node.local_addr().unwrap(), door.local_addr().unwrap());
        tokio::spawn(Relay { target, there, back }.serve(door));
        Self { table, door: address, node }
    }

    async fn connect(&self) -> (TcpStream, TcpStream) {
        let (dialer, dialed) = tokio::join!(TcpStream::connect(self.door), self.node.accept());
        (dialer.unwrap(), dialed.unwrap().0)
    }

    fn set(&self, from: usize, to: usize, mode: Mode) {
        self.table.send_modify(|links| links.change(from, to, |way| way.mode = mode));
    }
}

async fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

async fn hear(stream: &mut TcpStream, count: usize) -> String {
    let mut bytes = vec![0; count];
    timeout(PATIENCE, stream.read_exact(&mut bytes)).await.expect("the bytes come").unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The end of the stream, or its failure; both end a connection.
async fn ends(stream: &mut TcpStream) -> io::Result<usize> {
    timeout(PATIENCE, stream.read(&mut [0; 8])).await.expect("the connection ends")
}

async fn is_silent(stream: &mut TcpStream) -> bool {
    timeout(SILENCE, stream.read(&mut [0; 8])).await.is_err()
}

#[tokio::test]
async fn open_ways_pass_bytes_and_ends_both_ways() {
    let bench = Bench::new().await;
    let (mut dialer, mut dialed) = bench.connect().await;
    say(&mut dialer, "vote").await;
    assert_eq!(hear(&mut dialed, 4).await, "vote");
    say(&mut dialed, "block").await;
    assert_eq!(hear(&mut dialer, 5).await, "block");
    drop(dialer);
    assert_eq!(ends(&mut dialed).await.unwrap(), 0);
}

#[tokio::test]
async fn a_cut_one_way_holds_that_way_only_and_loses_nothing() {
    let bench = Bench::new().await;
    let (mut dialer, mut dialed) = bench.connect().await;
    bench.set(0, 1, Mode::Hold);
    say(&mut dialer, "held").await;
    say(&mut dialed, "open").await;
    assert_eq!(hear(&mut dialer, 4).await, "open");
    assert!(is_silent(&mut dialed).await);
    bench.set(0, 1, Mode::Pass);
    assert_eq!(hear(&mut dialed, 4).await, "held");
}

#[tokio::test]
async fn behind_a_cut_nobody_learns_that_the_other_has_gone() {
    let bench = Bench::new().await;
    let (dialer, mut dialed) = bench.connect().await;
    for (from, to) in [(0, 1), (1, 0)] {
        bench.set(from, to, Mode::Hold);
    }
    drop(dialer);
    assert!(is_silent(&mut dialed).await, "news came through the cut");
    bench.set(0, 1, Mode::Pass);
    assert_eq!(ends(&mut dialed).await.unwrap(), 0);
}

#[tokio::test]
async fn dialing_into_a_cut_waits_and_arrives_only_if_the_dialer_still_does() {
    let bench = Bench::new().await;
    bench.set(1, 0, Mode::Hold);
    let impatient = TcpStream::connect(bench.door).await.unwrap();
    let mut patient = TcpStream::connect(bench.door).await.unwrap();
    drop(impatient);
    say(&mut patient, "still here").await;
    assert!(timeout(SILENCE, bench.node.accept()).await.is_err(), "a connection came through the cut");
    bench.set(1, 0, Mode::Pass);
    let (mut dialed, _) = timeout(PATIENCE, bench.node.accept()).await.unwrap().unwrap();
    assert_eq!(hear(&mut dialed, 10).await, "still here");
    assert!(timeout(SILENCE, bench.node.accept()).await.is_err(), "the one that gave up arrived");
}

#[tokio::test]
async fn a_refusing_way_ends_connections_old_and_new() {
    let bench = Bench::new().await;
    let (mut dialer, mut dialed) = bench.connect().await;
    for (from, to) in [(0, 1), (1, 0)] {
        bench.set(from, to, Mode::Refuse);
    }
    assert!(matches!(ends(&mut dialer).await, Ok(0) | Err(_)));
    assert!(matches!(ends(&mut dialed).await, Ok(0) | Err(_)));
    let mut next = TcpStream::connect(bench.door).await.unwrap();
    assert!(matches!(ends(&mut next).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn delays_and_narrow_ways_take_at_least_their_time() {
    let bench = Bench::new().await;
    let (mut dialer, mut dialed) = bench.connect().await;
    bench.table.send_modify(|links| links.change(0, 1, |way| way.delay_ms = 80));
    let began = Instant::now();
    say(&mut dialer, "late").await;
    assert_eq!(hear(&mut dialed, 4).await, "late");
    assert!(began.elapsed() >= Duration::from_millis(80));

    let narrow = NonZeroU32::new(20_000);
    bench.table.send_modify(|links| {
        links.change(0, 1, |way| (way.delay_ms, way.bytes_per_s) = (0, narrow));
    });
    let began = Instant::now();
    say(&mut dialer, &"x".repeat(4_000)).await;
    hear(&mut dialed, 4_000).await;
    assert!(began.elapsed() >= Duration::from_millis(200), "{:?}", began.elapsed());
}
