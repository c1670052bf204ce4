//! One direction of one connection: bytes are taken as they come and given on as the way allows.

use super::ways::{Links, Mode, Way};
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// Most bytes in one parcel.
const PARCEL_BYTES_MAX: usize = 16 << 10;

/// Most parcels under way in one direction; beyond it the sender is not read, as in a full pipe.
const PARCELS_MAX: usize = 64;

/// The way of one direction, as it stands now and as it changes.
#[derive(Clone)]
pub(super) struct Road {
    links: watch::Receiver<Links>,
    from: usize,
    to: usize,
}

/// Connections on this road are ended.
#[derive(Debug)]
pub(super) struct Refused;

impl Road {
    pub(super) const fn new(links: watch::Receiver<Links>, from: usize, to: usize) -> Self {
        Self { links, from, to }
    }

    /// The way as it stands.
    pub(super) fn way(&self) -> Way {
        self.links.borrow().way(self.from, self.to)
    }

    /// Waits until bytes get through.
    pub(super) async fn open(&mut self) -> Result<Way, Refused> {
        self.until(|mode| mode != Mode::Hold).await;
        let way = self.way();
        if way.mode == Mode::Refuse { Err(Refused) } else { Ok(way) }
    }

    /// Waits until connections are ended.
    async fn refused(&mut self) {
        self.until(|mode| mode == Mode::Refuse).await;
    }

    async fn until(&mut self, is: impl Fn(Mode) -> bool) {
        let (from, to) = (self.from, self.to);
        // The table lives as long as the process: an error cannot come before its end.
        let _ = self.links.wait_for(|links| is(links.way(from, to).mode)).await;
    }
}

/// What travels, and when it is due: bytes, or none for the end of the stream.
struct Parcel {
    bytes: Vec<u8>,
    due: Instant,
}

impl Parcel {
    const fn is_end(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Carries one direction to its end. An end or a failure on one side reaches the other as late as the
/// bytes before it do, and not at all while the way is cut.
pub(super) async fn carry(from: OwnedReadHalf, to: OwnedWriteHalf, road: Road) {
    let (sender, receiver) = mpsc::channel(PARCELS_MAX);
    let mut end = road.clone();
    tokio::select! {
        () = end.refused() => {}
        _ = async { tokio::join!(take(from, sender, road.clone()), give(to, receiver, road)) } => {}
    }
}

/// Takes bytes from the sender until its end.
async fn take(mut from: OwnedReadHalf, queue: mpsc::Sender<Parcel>, road: Road) {
    let mut buffer = vec![0; PARCEL_BYTES_MAX];
    loop {
        let read = from.read(&mut buffer).await;
        let due = Instant::now() + road.way().delay();
        // A connection that failed has ended like any other.
        let parcel = Parcel { bytes: buffer[..read.unwrap_or(0)].to_vec(), due };
        let is_last = parcel.is_end();
        // Nobody takes them: the receiver has gone.
        if queue.send(parcel).await.is_err() || is_last {
            return;
        }
    }
}

/// Gives bytes to the receiver when they are due and the way is open.
async fn give(mut to: OwnedWriteHalf, mut queue: mpsc::Receiver<Parcel>, mut road: Road) {
    while let Some(parcel) = queue.recv().await {
        sleep_until(parcel.due).await;
        let Ok(way) = road.open().await else { return };
        sleep(way.time_of(parcel.bytes.len())).await;
        if write(&mut to, &parcel).await.is_err() {
            return;
        }
    }
}

async fn write(to: &mut OwnedWriteHalf, parcel: &Parcel) -> io::Result<()> {
    if parcel.is_end() { to.shutdown().await } else { to.write_all(&parcel.bytes).await }
}
