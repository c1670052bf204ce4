//! The task that follows: asks one bank after another for the next heights, and lets what comes be checked
//! off the runtime. A bank whose heights do not hold is named in the log and not asked for a time.

use super::kept::{Kept, TakeError};
use anyhow::{Result, bail};
use idx_light::FollowError;
use idx_p2p::{Acceptance, NetworkEvent, NetworkHandle, RequestId};
use idx_types::NetworkKey;
use idx_types::wire::{RESPONSE_BYTES_MAX, Request, Response, Status, decode, encode};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

/// Heights asked for at a time.
const HEIGHTS_PER_REQUEST: u32 = 64;

/// How often a bank is asked whether there is more.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// A bank that told something false is passed over for so long.
const DISTRUST: Duration = Duration::from_secs(60);

/// What a bank is to this observer.
#[derive(Default)]
struct Source {
    up: bool,
    /// The height it claims.
    claims: u64,
    asked_at: Option<Instant>,
    distrusted_until: Option<Instant>,
}

/// A batch that is being checked, and whose it is.
type Checking = (NetworkKey, JoinHandle<Result<usize, TakeError>>);

/// The task.
pub struct Following {
    kept: Arc<Kept>,
    handle: NetworkHandle,
    sources: BTreeMap<NetworkKey, Source>,
    asked: Option<(RequestId, NetworkKey)>,
    checking: Option<Checking>,
    requests: u64,
}

impl Following {
    /// Follows by what these banks tell.
    pub fn new(kept: Arc<Kept>, handle: NetworkHandle, banks: Vec<NetworkKey>) -> Self {
        let sources = banks.into_iter().map(|key| (key, Source::default())).collect();
        Self { kept, handle, sources, asked: None, checking: None, requests: 0 }
    }

    /// Runs until the network is shut down.
    ///
    /// # Errors
    /// That the disk fails, or that the network has moved to rules that this software does not know.
    pub async fn run(mut self, mut events: mpsc::Receiver<NetworkEvent>) -> Result<()> {
        let mut ticks = tokio::time::interval(ASK_EVERY);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.take(event).await,
                    None => return Ok(()),
                },
                (bank, result) = checked(&mut self.checking) => self.checked(bank, result).await?,
                _ = ticks.tick() => self.ask().await,
            }
        }
    }

    async fn take(&mut self, event: NetworkEvent) {
        match event {
            NetworkEvent::PeerUp { peer, .. } => self.up(&peer, true),
            NetworkEvent::PeerDown { peer } => self.up(&peer, false),
            NetworkEvent::Response { from, request, data } => self.answered(from, request, &data).await,
            NetworkEvent::RequestFailed { to, request, .. } => {
                if self.asked == Some((request, to)) {
                    self.asked = None;
                }
            }
            // What is not final is no fact; gossip only needs to be let go of.
            NetworkEvent::Gossip { id, from, .. } => {
                drop(self.handle.verdict(id, from, Acceptance::Ignore).await);
            }
            NetworkEvent::PeerBlamed { peer, reason, .. } => {
                tracing::warn!(bank = self.kept.name_of(&peer), reason, "a bank is cut off for a time");
            }
            // Nobody is served here; a dropped ticket says so.
            NetworkEvent::Request { .. } => {}
        }
    }

    fn up(&mut self, peer: &NetworkKey, up: bool) {
        let Some(source) = self.sources.get_mut(peer) else { return };
        source.up = up;
        self.kept.metrics.peers.set(self.sources.values().filter(|source| source.up).count() as i64);
        tracing::info!(bank = self.kept.name_of(peer), up, "a bank's connection changed");
    }

    /// Asks the trusted bank that was not asked for the longest time, unless an answer is still awaited.
    async fn ask(&mut self) {
        let now = Instant::now();
        let trusted = |source: &Source| source.distrusted_until.is_none_or(|until| until <= now);
        let up = self.sources.iter_mut().filter(|(_, source)| source.up && trusted(source));
        let Some((bank, source)) = up.min_by_key(|(_, source)| source.asked_at) else { return };
        if self.asked.is_some() || self.checking.is_some() {
            return;
        }
        source.asked_at = Some(now);
        self.requests += 1;
        let (bank, id) = (*bank, RequestId(self.requests));
        self.asked = Some((id, bank));
        let from = self.kept.height().next();
        let request = encode(&Request::Observed { from, count: HEIGHTS_PER_REQUEST });
        // Fails only when the network ends, which its events tell as well.
        drop(self.handle.request(bank, id, request).await);
        self.tell_where_we_stand(bank).await;
    }

    /// The answer is how far that bank claims to be: for people, and for readiness.
    async fn tell_where_we_stand(&mut self, bank: NetworkKey) {
        let at = self.kept.checkpoint();
        let status =
            Status { height: at.height, private_hash: at.private_hash, clock: crate::engine::clock() };
        self.requests += 1;
        let id = RequestId(self.requests);
        drop(self.handle.request(bank, id, encode(&Request::Status(status))).await);
    }

    async fn answered(&mut self, from: NetworkKey, request: RequestId, data: &[u8]) {
        match decode::<Response>(data, RESPONSE_BYTES_MAX) {
            Ok(Response::Status(status)) => {
                if let Some(source) = self.sources.get_mut(&from) {
                    source.claims = status.height.0;
                }
                self.kept.claim(self.claimed());
            }
            Ok(Response::Observed(heights)) if self.asked == Some((request, from)) => {
                self.asked = None;
                if !heights.is_empty() {
                    let kept = self.kept.clone();
                    self.checking = Some((from, tokio::task::spawn_blocking(move || kept.take(heights))));
                }
            }
            Ok(_) => self.distrust(from, "an answer that nobody asked for").await,
            Err(error) => {
                tracing::warn!(bank = self.kept.name_of(&from), %error, "an answer cannot be read");
                self.distrust(from, "an answer that cannot be read").await;
            }
        }
    }

    /// The second highest height that a connected bank claims: one that boasts makes nobody wait for it.
    fn claimed(&self) -> u64 {
        let mut claims: Vec<u64> =
            self.sources.values().filter(|source| source.up).map(|source| source.claims).collect();
        claims.sort_unstable_by(|a, b| b.cmp(a));
        claims.get(1).or(claims.first()).copied().unwrap_or(0)
    }

    /// A batch was looked at: on with the next, or with the next bank.
    async fn checked(
        &mut self,
        bank: NetworkKey,
        result: Result<Result<usize, TakeError>, JoinError>,
    ) -> Result<()> {
        self.checking = None;
        match result? {
            Ok(_) => {}
            Err(TakeError::Store(error)) => return Err(error.into()),
            Err(TakeError::False { source: source @ FollowError::Protocol { .. }, .. }) => bail!(source),
            Err(error) => {
                let name = self.kept.name_of(&bank);
                tracing::warn!(bank = name, %error, "a bank tells a height that does not hold; refused");
                self.distrust(bank, "a height that does not hold").await;
            }
        }
        self.ask().await;
        Ok(())
    }

    async fn distrust(&mut self, bank: NetworkKey, what: &'static str) {
        if self.asked.is_some_and(|(_, asked)| asked == bank) {
            self.asked = None;
        }
        self.kept.metrics.blamed.with_label_values(&[what]).inc();
        if let Some(source) = self.sources.get_mut(&bank) {
            source.distrusted_until = Some(Instant::now() + DISTRUST);
        }
        drop(self.handle.blame(bank, what).await);
    }
}

/// Waits for the batch that is being checked; for ever if there is none.
async fn checked(
    checking: &mut Option<Checking>,
) -> (NetworkKey, Result<Result<usize, TakeError>, JoinError>) {
    match checking {
        Some((bank, work)) => (*bank, work.await),
        None => std::future::pending().await,
    }
}
