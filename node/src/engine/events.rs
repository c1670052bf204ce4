//! Facts on their way to clients. Senders never wait: slow readers lose live events, are told so, and
//! read final heights from the store; those who wait for one transaction get it the moment it is final.

use idx_api::{Found, LiveEvent, Place, Settled, Standing};
use idx_replica::Event;
use idx_types::wire::CertifiedHeight;
use idx_types::{Height, Outcome, TxId, Verdict};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::{broadcast, oneshot, watch};

/// Live events that a reader may lag behind.
pub const LIVE_MAX: usize = 1_024;

/// Final heights kept in memory for subscriptions and receipts.
pub const RECENT_MAX: usize = 64;

/// Clients that may wait for a transaction at a time.
pub const WAITERS_MAX: usize = 65_536;

/// Waiting clients, by transaction.
type Waiters = BTreeMap<TxId, Vec<oneshot::Sender<Found>>>;

/// Where facts go; cheap to clone.
#[derive(Clone)]
pub struct EventHub {
    finals: Arc<watch::Sender<Height>>,
    live: broadcast::Sender<LiveEvent>,
    recent: Arc<RwLock<VecDeque<Arc<CertifiedHeight>>>>,
    waiters: Arc<Mutex<Waiters>>,
}

impl EventHub {
    /// A hub whose newest final height is the stored tip.
    pub fn new(tip: Height, last: Option<Arc<CertifiedHeight>>) -> Self {
        Self {
            finals: Arc::new(watch::channel(tip).0),
            live: broadcast::channel(LIVE_MAX).0,
            recent: Arc::new(RwLock::new(last.into_iter().collect())),
            waiters: Arc::default(),
        }
    }

    /// Tells all who listen.
    pub fn publish(&self, event: Event) {
        match event {
            Event::Mined { header, transactions, .. } => {
                self.send_live(LiveEvent::Mined(header, transactions.len()));
            }
            Event::Vote(vote) => self.send_live(LiveEvent::Vote(Arc::new(*vote))),
            Event::Verdicts(verdicts) => {
                self.send_live(LiveEvent::Verdicts(Arc::new(verdicts.message.clone())))
            }
            Event::Final(height) => self.finalised(height),
            Event::Pending(_) | Event::Contradiction(_) | Event::ChainKey { .. } => {}
        }
    }

    fn send_live(&self, event: LiveEvent) {
        if self.live.receiver_count() > 0 {
            // Fails only when the last reader has just gone.
            drop(self.live.send(event));
        }
    }

    fn finalised(&self, height: Arc<CertifiedHeight>) {
        let number = height.height();
        {
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            recent.push_back(height.clone());
            if recent.len() > RECENT_MAX {
                recent.pop_front();
            }
        }
        self.finals.send_replace(number);
        self.wake(&height);
    }

    /// Answers those who wait for a transaction of this height.
    fn wake(&self, height: &CertifiedHeight) {
        let mut waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        if waiters.is_empty() {
            return;
        }
        for (index, tx) in height.public.transactions.iter().enumerate() {
            let Some(found) = found_at(height, index) else { continue };
            for waiter in waiters.remove(&tx.id()).unwrap_or_default() {
                // A client that has gone away misses nothing.
                drop(waiter.send(found.clone()));
            }
        }
    }

    /// Waits for a transaction from now on; `None` if too many wait.
    pub fn wait_for(&self, id: TxId) -> Option<oneshot::Receiver<Found>> {
        let mut waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        if waiters.len() >= WAITERS_MAX {
            waiters.retain(|_, waiting| waiting.iter().any(|waiter| !waiter.is_closed()));
        }
        let (waiter, found) = oneshot::channel();
        let room = waiters.len() < WAITERS_MAX;
        room.then(|| waiters.entry(id).or_default().push(waiter)).map(|()| found)
    }

    /// A final height that is still in memory.
    pub fn recent(&self, height: Height) -> Option<Arc<CertifiedHeight>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        recent.iter().rev().find(|kept| kept.height() == height).cloned()
    }

    /// The newest final height, as it changes.
    pub fn final_heights(&self) -> watch::Receiver<Height> {
        self.finals.subscribe()
    }

    /// The newest final height.
    pub fn final_height(&self) -> Height {
        *self.finals.borrow()
    }

    /// Live events from now on.
    pub fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.live.subscribe()
    }
}

/// The transaction at a place of a final height, unless it was deferred there.
pub fn found_at(height: &CertifiedHeight, index: usize) -> Option<Found> {
    let outcome = *height.private.outcomes.get(index)?;
    if outcome == Outcome::Deferred {
        return None;
    }
    let verdicts = height.private.certificate.verdicts.iter();
    let of_bank = |signed: &idx_types::SignedVerdicts| -> Option<(idx_types::BankId, Verdict)> {
        Some((signed.message.bank, *signed.message.verdicts.get(index)?))
    };
    Some(Found {
        tx: Arc::new(height.public.transactions.get(index)?.clone()),
        standing: Standing::Settled(Settled {
            place: Place { height: height.height(), index: u32::try_from(index).ok()? },
            outcome,
            verdicts: verdicts.filter_map(of_bank).collect(),
            block: height.private.header.public_hash,
            private: height.commit.value,
            time: height.public.header.timestamp,
        }),
    })
}
