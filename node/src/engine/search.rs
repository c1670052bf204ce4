//! The nonce search on threads of its own, one search at a time.

use crossbeam_channel::Sender;
use idx_consensus::mining::{self, Stop};
use idx_types::PublicHeader;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A nonce was found.
#[derive(Debug)]
pub struct Found {
    /// The header with its nonce.
    pub header: Box<PublicHeader>,
    /// How long it took, milliseconds.
    pub ms: u32,
}

/// Starts and stops searches.
pub struct Search {
    threads: NonZeroUsize,
    running: Stop,
    found: Sender<Found>,
    /// Hashes tried since the start, for the metrics.
    pub hashes: Arc<AtomicU64>,
    /// Hash rate of the last search, hashes per second.
    pub rate: Arc<AtomicU64>,
}

impl Search {
    /// Results go into `found`.
    pub fn new(threads: NonZeroUsize, found: Sender<Found>) -> Self {
        Self { threads, running: Stop::new(), found, hashes: Arc::default(), rate: Arc::default() }
    }

    /// Searches a nonce for this header; a search that runs is given up.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(&mut self, header: PublicHeader) -> std::io::Result<()> {
        self.running.stop();
        self.running = Stop::new();
        let (stop, threads, found) = (self.running.clone(), self.threads, self.found.clone());
        let (hashes, rate) = (self.hashes.clone(), self.rate.clone());
        let work = move || {
            let began = Instant::now();
            let Some(result) = mining::search(&header, threads, &stop) else { return };
            let elapsed = began.elapsed();
            let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX).max(1);
            hashes.fetch_add(result.hashes, Ordering::Relaxed);
            rate.store(result.hashes.saturating_mul(1_000_000) / micros, Ordering::Relaxed);
            let ms = u32::try_from(elapsed.as_millis()).unwrap_or(u32::MAX);
            let header = Box::new(PublicHeader { nonce: result.nonce, ..header });
            // The receiver is gone only when the node stops.
            drop(found.send(Found { header, ms }));
        };
        std::thread::Builder::new().name("mining".to_owned()).spawn(work).map(drop)
    }

    /// Gives up the search, if one runs.
    pub fn cancel(&self) {
        self.running.stop();
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.cancel();
    }
}
