//! Counts the bytes of each peer at the socket and holds back a peer that sends too many.
//!
//! Everything of a peer passes here, whatever protocol it belongs to: also what gossip throws away
//! as a duplicate before anybody could count it. When a peer has used up its rate we stop reading,
//! TCP's window fills, and the peer has to wait.

use crate::bucket::{Bucket, Rate};
use crate::stats::Counter;
use futures::{AsyncRead, AsyncWrite};
use libp2p::PeerId;
use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::time::Sleep;

/// Counters and rate of one peer, shared by its connections.
#[derive(Debug)]
pub(crate) struct Meter {
    bytes_in: Counter,
    bytes_out: Counter,
    held_back_us: Counter,
    bucket: Mutex<Bucket>,
}

impl Meter {
    fn new(rate: Rate) -> Self {
        Self {
            bytes_in: Counter::default(),
            bytes_out: Counter::default(),
            held_back_us: Counter::default(),
            bucket: Mutex::new(Bucket::new(rate, Instant::now())),
        }
    }

    /// Bytes received from the peer.
    pub(crate) fn bytes_in(&self) -> u64 {
        self.bytes_in.get()
    }

    /// Bytes sent to the peer.
    pub(crate) fn bytes_out(&self) -> u64 {
        self.bytes_out.get()
    }

    /// For how long in all the peer was held back.
    pub(crate) fn held_back(&self) -> Duration {
        Duration::from_micros(self.held_back_us.get())
    }

    /// Records `bytes` received and says how long to wait before reading on.
    fn received(&self, bytes: usize, now: Instant) -> Duration {
        self.bytes_in.add(bytes);
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.charge(bytes as u64, now);
        let wait = bucket.wait(now);
        self.held_back_us.add(usize::try_from(wait.as_micros()).unwrap_or(usize::MAX));
        wait
    }
}

/// The meters of all peers; strangers share one until they are turned away.
#[derive(Debug)]
pub(crate) struct Meters {
    peers: BTreeMap<PeerId, Arc<Meter>>,
    stranger: Arc<Meter>,
}

impl Meters {
    /// A meter for each listed peer.
    pub(crate) fn new(peers: impl Iterator<Item = PeerId>, rate: Rate) -> Self {
        let peers = peers.map(|peer| (peer, Arc::new(Meter::new(rate)))).collect();
        Self { peers, stranger: Arc::new(Meter::new(rate)) }
    }

    /// The meter of a peer.
    pub(crate) fn of(&self, peer: &PeerId) -> Arc<Meter> {
        Arc::clone(self.peers.get(peer).unwrap_or(&self.stranger))
    }
}

/// A stream whose bytes are counted and held back by a [`Meter`].
pub(crate) struct Metered<S> {
    stream: S,
    meter: Arc<Meter>,
    wait: Option<Pin<Box<Sleep>>>,
}

impl<S> Metered<S> {
    /// Puts a meter into a stream.
    pub(crate) fn new(stream: S, meter: Arc<Meter>) -> Self {
        Self { stream, meter, wait: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if let Some(wait) = &mut this.wait {
            ready!(wait.as_mut().poll(cx));
            this.wait = None;
        }
        let bytes = ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        let wait = this.meter.received(bytes, Instant::now());
        if !wait.is_zero() {
            this.wait = Some(Box::pin(tokio::time::sleep(wait)));
        }
        Poll::Ready(Ok(bytes))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let bytes = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.meter.bytes_out.add(bytes);
        Poll::Ready(Ok(bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{AsyncReadExt, AsyncWriteExt, io::Cursor};

    #[tokio::test]
    async fn counts_and_holds_back() {
        let peer = PeerId::random();
        let meters = Meters::new([peer].into_iter(), Rate { per_s: 1 << 20, burst: 64 << 10 });
        let meter = meters.of(&peer);
        let mut stream = Metered::new(Cursor::new(vec![0; 256 << 10]), Arc::clone(&meter));
        let before = Instant::now();
        let read = stream.read_to_end(&mut Vec::new()).await.unwrap();
        assert_eq!((read, meter.bytes_in()), (256 << 10, 256 << 10));
        let least = Duration::from_millis(150); // 192 KiB over the burst at 1 MiB/s
        assert!(meter.held_back() >= least, "held back {:?}", meter.held_back());
        assert!(before.elapsed() >= least, "the reader really waits");
        assert_eq!(meters.of(&PeerId::random()).bytes_in(), 0, "strangers do not share a peer's meter");
    }

    #[tokio::test]
    async fn counts_what_is_sent_and_does_not_disturb_it() {
        let meter = Arc::new(Meter::new(Rate { per_s: 1, burst: 1 }));
        let mut stream = Metered::new(Cursor::new(Vec::new()), Arc::clone(&meter));
        stream.write_all(&[9; 1000]).await.unwrap();
        assert_eq!((stream.stream.get_ref().len(), meter.bytes_out()), (1000, 1000));
    }
}
